package notifier

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// A storm's text is written while others wait for the outbox.
func BenchmarkCompose(b *testing.B) {
	d := NewDirectory(Entries{Words: Words{ExternalURL: "https://brimwatch.example.com"}})
	to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Language: words.EN}
	var notices []Notice
	for _, ev := range storm(10_000, 100) {
		notices = append(notices, newTelling(d, ev, ev.At).notice("oncall", to))
	}
	for b.Loop() {
		if n, _ := sms.Segments(d.Compose(to, notices).Text); n != 1 {
			b.Fatal("more than one segment")
		}
	}
}
