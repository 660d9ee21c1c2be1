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

// A fifth more at most, so that those who failed together do not come back together.
func TestRetryAtSpreads(t *testing.T) {
	now := noon()
	for spread, want := range map[float64]time.Duration{0: 120 * time.Second, 0.5: 132 * time.Second, 1: 144 * time.Second} {
		if at, _ := retryAt(now, now, 3, 0, spread); at.Sub(now) != want {
			t.Errorf("spread %v: %v, want %v", spread, at.Sub(now), want)
		}
	}
	created := now.Add(5*time.Second - giveUpAfter)
	if _, again := retryAt(now, created, 1, 0, 0); again {
		t.Error("tried again at the very moment to give up")
	}
	if _, again := retryAt(now, created.Add(1), 1, 0, 0); !again {
		t.Error("given up a moment too early")
	}
	if giveUpAfter != 24*time.Hour {
		t.Errorf("given up after %v", giveUpAfter)
	}
}

func TestTrackAt(t *testing.T) {
	now := noon()
	for asked, want := range []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute} {
		if at := trackAt(now, asked); at.Sub(now) != want {
			t.Errorf("after asking %d times: in %v, want %v", asked, at.Sub(now), want)
		}
	}
	if at := trackAt(now, 4); !at.IsZero() {
		t.Errorf("asked a fifth time at %v", at)
	}
}

func TestJitter(t *testing.T) {
	a, b, random := newJitter(7), newJitter(7), newJitter(0)
	same := true
	for range 100 {
		x, y := a(), b()
		if x != y || x < 0 || x >= 1 {
			t.Fatalf("%v and %v of the same seed", x, y)
		}
		same = same && x == random()
	}
	if same {
		t.Error("without a seed it is repeatable")
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
