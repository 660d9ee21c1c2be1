package words

import (
	"testing"
	"time"
)

func TestSameDay(t *testing.T) {
	day := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for other, want := range map[time.Time]bool{
		day.Add(11 * time.Hour): true,
		day.Add(12 * time.Hour): false,
		day.AddDate(0, 1, 0):    false,
		day.AddDate(1, 0, 0):    false,
		day.AddDate(0, 0, 1):    false,
	} {
		if got := sameDay(day, other); got != want {
			t.Errorf("%v: %v", other, got)
		}
	}
}
