package outbox

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRetryAt(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		attempts int
		asked    time.Duration
		want     time.Duration
	}{
		{1, 0, 5 * time.Second},
		{2, 0, 30 * time.Second},
		{3, 0, 2 * time.Minute},
		{4, 0, 5 * time.Minute},
		{5, 0, 15 * time.Minute},
		{50, 0, 15 * time.Minute},
		{1, time.Minute, time.Minute},
		{4, time.Second, 5 * time.Minute},
	} {
		at, again := retryAt(now, now, tt.attempts, tt.asked, 0)
		if got := at.Sub(now); !again || got != tt.want {
			t.Errorf("after %d attempts, asked for %v: in %v, %v; want %v", tt.attempts, tt.asked, got, again, tt.want)
		}
	}
	if _, again := retryAt(now, now.Add(-24*time.Hour), 9, 0, 0); again {
		t.Error("tried again after a day")
	}
}

func TestRetryAtProperties(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		attempts := rapid.IntRange(0, 1000).Draw(t, "attempts")
		asked := time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "asked"))
		spread := rapid.Float64Range(0, 0.999).Draw(t, "spread")
		created := now.Add(-time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "age")))
		at, again := retryAt(now, created, attempts, asked, spread)
		if at.Before(now.Add(asked)) || !at.After(now) {
			t.Fatalf("at %v, asked for %v", at.Sub(now), asked)
		}
		if again != at.Before(created.Add(giveUpAfter)) {
			t.Fatalf("again %v for %v after creation", again, at.Sub(created))
		}
	})
}
