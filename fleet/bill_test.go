package fleet

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNextBill holds the bills against the documents: MQTT is billed by the natural day,
// 8 to 10 hours after its end; of IoT Platform only the four hours are documented.
func TestNextBill(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	mqtt := Billing{Cycle: 24 * time.Hour, After: 8 * time.Hour, Within: 10 * time.Hour}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 12, day, hour, minute, 0, 0, shanghai) }
	for _, tt := range []struct {
		name    string
		billing Billing
		now     time.Time
		want    Bill
		known   bool
	}{
		{"before the bill of yesterday", mqtt, at(3, 7, 0), Bill{at(2, 0, 0), at(3, 0, 0), at(3, 8, 0), at(3, 10, 0)}, true},
		{"while it may be issued", mqtt, at(3, 9, 0), Bill{at(2, 0, 0), at(3, 0, 0), at(3, 8, 0), at(3, 10, 0)}, true},
		{"when it must be there", mqtt, at(3, 10, 0), Bill{at(3, 0, 0), at(4, 0, 0), at(4, 8, 0), at(4, 10, 0)}, true},
		{"hourly, within four hours", Billing{Cycle: time.Hour, Within: 4 * time.Hour}, at(3, 7, 30), Bill{at(3, 3, 0), at(3, 4, 0), at(3, 4, 0), at(3, 8, 0)}, true},
		{"hourly, and nobody says when", Billing{Cycle: time.Hour}, at(3, 7, 30), Bill{at(3, 7, 0), at(3, 8, 0), at(3, 8, 0), time.Time{}}, true},
		{"a cycle of unknown length", Billing{Within: 4 * time.Hour}, at(3, 7, 0), Bill{}, false},
		{"nothing is known", Billing{}, at(3, 7, 0), Bill{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, known := tt.billing.Next(tt.now, shanghai)
			if known != tt.known || !got.Begins.Equal(tt.want.Begins) || !got.Ends.Equal(tt.want.Ends) || !got.From.Equal(tt.want.From) || !got.To.Equal(tt.want.To) {
				t.Errorf("got %v, %v", got, known)
			}
			if tt.billing.Known() != (tt.billing != Billing{}) {
				t.Error("known, or not")
			}
		})
	}
}

// A bill that is told is never certain to be there already, and the next one follows
// without a gap, on days of 23 and 25 hours too.
func TestBillsFollowEachOther(t *testing.T) {
	berlin := zoneOf(t, "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		hour := time.Hour
		cycle := rapid.SampledFrom([]time.Duration{hour, 4 * hour, 12 * hour, 24 * hour}).Draw(t, "cycle")
		after := time.Duration(rapid.IntRange(0, 12).Draw(t, "after")) * hour
		b := Billing{Cycle: cycle, After: after, Within: after + time.Duration(rapid.IntRange(1, 6).Draw(t, "more"))*hour}
		now := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(t, "now"), 0)
		bill, _ := b.Next(now, berlin)
		next, _ := b.Next(bill.To, berlin)
		if !bill.To.After(now) || !bill.Begins.Before(bill.Ends) || !next.Begins.Equal(bill.Ends) {
			t.Fatalf("at %v: %v, then %v", now.In(berlin), bill, next)
		}
	})
}
