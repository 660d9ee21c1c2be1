package notifier

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// TestQuietUntilAMidnightThatDoesNotCome: quiet hours that end with the day end as the next
// one begins, at one o'clock.
func TestQuietUntilAMidnightThatDoesNotCome(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Beirut")
	if err != nil {
		t.Fatal(err)
	}
	quiet := Target{Zone: zone, Quiet: &Quiet{From: 22 * 60, To: 0}}
	got, _ := heldUntil(quiet, alarm.Warning, time.Date(2026, 3, 28, 21, 0, 0, 0, time.UTC))
	if want := time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("quiet until %s, want %s", got.In(zone), want.In(zone))
	}
}
