package notifier

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// A storm is ten thousand capacity alarms, and each is put into words before it is stored.
func BenchmarkCapacityInWords(b *testing.B) {
	d, ev := NewDirectory(Entries{}), connections(alarm.Raised)
	to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Language: words.EN, Zone: time.UTC}
	for b.Loop() {
		if n := newTelling(d, ev, ev.At).notice("oncall", to); n.Text == "" || n.Brief == "" {
			b.Fatal("there are no words")
		}
	}
}
