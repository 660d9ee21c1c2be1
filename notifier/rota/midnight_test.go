package rota

import (
	"testing"
	"time"
)

// TestHandOverAtAMidnightThatDoesNotCome: in Santiago the clock goes from 23:59 to 01:00 on
// 6 September 2026, and the turn of that day begins with it.
func TestHandOverAtAMidnightThatDoesNotCome(t *testing.T) {
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	r := Rota{Days: 1, Zone: zone, People: []string{"a", "b"}, First: time.Date(2026, 9, 5, 0, 0, 0, 0, time.UTC)}
	if got, want := r.handOver(1), time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("the second turn begins %s, want %s", got.In(zone), want.In(zone))
	}
}
