package outbox

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRetryIn(t *testing.T) {
	for _, tt := range []struct {
		name     string
		failures int
		asked    time.Duration
		spread   float64
		want     time.Duration
	}{
		{"soon after the first failure", 1, 0, 0, 5 * time.Second},
		{"then every half minute at most", 2, 0, 0, 25 * time.Second},
		{"however long it lasts", 5000, 0, 0, 25 * time.Second},
		{"a fifth more at most", 50, 0, 1, 30 * time.Second},
		{"the far side wants longer", 1, time.Minute, 0, time.Minute},
		{"or less than we would wait", 9, 2 * time.Second, 0, 2 * time.Second},
		{"and is not asked before", 9, 10 * time.Second, 0.5, 11 * time.Second},
	} {
		if got := retryIn(tt.failures, tt.asked, tt.spread); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestTrackIn(t *testing.T) {
	for asked, want := range []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute} {
		if in, again := trackIn(asked); !again || in != want {
			t.Errorf("after asking %d times: in %v, %v; want %v", asked, in, again, want)
		}
	}
	if in, again := trackIn(4); again {
		t.Errorf("asked a fifth time in %v", in)
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

func TestRetryInProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		failures := rapid.IntRange(0, 100000).Draw(t, "failures")
		asked := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "asked"))
		spread := rapid.Float64Range(0, 0.999).Draw(t, "spread")
		in := retryIn(failures, asked, spread)
		if in < asked || in <= 0 {
			t.Fatalf("in %v, asked for %v", in, asked)
		}
		if asked == 0 && in > 30*time.Second {
			t.Fatalf("a recovery is noticed after %v", in)
		}
	})
}
