package collector

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

// noon is where the tables begin.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// told returns a sample whose clock a server told, after seconds past noon.
func told(total, after float64) sample {
	return sample{total: total, clock: stamp{wall: noon().UnixNano() + int64(after*1e9)}}
}

// arrived returns a sample whose clock was read here; wallAfter is what the wall
// clock said, after what really passed.
func arrived(total, wallAfter, after float64) sample {
	s := told(total, wallAfter)
	s.clock.mono = int64(after*1e9) + 1
	return s
}

// up adds the start of the server, in seconds past noon.
func (s sample) up(since float64) sample {
	s.started = noon().UnixNano() + int64(since*1e9)
	return s
}

func TestRate(t *testing.T) {
	for _, tt := range []struct {
		name      string
		prev, cur sample
		want      float64
		verdict   verdict
	}{
		{"by the clock of the server", told(1000, 0), told(2500, 15), 100, rated},
		{"by the clock, not the interval", told(1000, 0), told(2100, 11), 100, rated},
		{"over a gap", told(1000, 0), told(61000, 600), 100, rated},
		{"nothing happened", told(1000, 0), told(1000, 15), 0, rated},
		{"by the monotonic clock", arrived(0, 0, 0), arrived(1500, 15.2, 15), 100, rated},
		{"a clock that is slewed", arrived(0, 0, 0), arrived(360000, 3620, 3600), 100, rated},
		{"one clock of each kind", arrived(0, 0, 0), told(1500, 15), 100, rated},
		{"the same again", told(1000, 0), told(1000, 0), 0, unchanged},
		{"too close together", told(1000, 0), told(1100, 0.4), 0, tooClose},
		{"just far enough", told(1000, 0), told(1100, 0.5), 200, rated},
		{"the clock stands while the total moves", told(1000, 0), told(1100, 0), 0, clockBack},
		{"the clock goes back", told(1000, 0), told(1100, -1), 0, clockBack},
		{"the wall clock was put forward", arrived(0, 0, 0), arrived(1500, 3615, 15), 0, clockSet},
		{"the wall clock was put back", arrived(0, 0, 0), arrived(1500, -3585, 15), 100, rated},
		{"the wall clock was put back by 25 hours", arrived(0, 0, 0), arrived(1500, 15-25*3600, 15), 100, rated},
		{"the wall clock was put forward by 25 hours", arrived(0, 0, 0), arrived(1500, 15+25*3600, 15), 0, clockSet},
		{"the wall clock was put forward, and the server was restarted", arrived(9000, 0, 0), arrived(2000, 3660, 60).up(40), 0, restarted},
		{"the wall clock was put back, and the server was restarted", arrived(9000, 0, 0), arrived(2000, -3540, 60).up(40), 0, restarted},
		{"the machine slept", arrived(0, 0, 0), arrived(360000, 3600, 15), 0, clockSet},
		{"the machine slept and the server was restarted", arrived(5000, 0, 0), arrived(100, 3600, 15), 0, restarted},
		{"the total fell", told(1000, 0), told(10, 15), 0, restarted},
		{"the total fell and the clock went back", told(1000, 0), told(10, -15), 0, restarted},
		{"the total fell, started in between", told(1000, 0).up(-900), told(2000, 60).up(40), 100, rated},
		{"the total fell, first start time", told(9000, 0), told(2000, 60).up(40), 100, rated},
		{"the total fell, started just now", told(9000, 0).up(-900), told(2000, 60).up(51), 0, restarted},
		{"the total fell, the start stayed: reset in place", told(9000, 0).up(-900), told(20, 60).up(-899), 0, restarted},
		{"the total fell, the first start time is older: reset in place", told(9000, 0), told(20, 60).up(-900), 0, restarted},
		{"the total rose, but the server was restarted", told(1000, 0).up(-900), told(5000, 60).up(10), 100, rated},
		{"the start time jitters", told(1000, 0).up(-902), told(2500, 15).up(-898), 100, rated},
		{"the start time moves back", told(1000, 0).up(-900), told(2500, 15).up(-1000), 100, rated},
		{"the start time is in the future", told(1000, 0).up(-900), told(10, 15).up(100), 0, restarted},
		{"beyond every figure", told(0, 0), told(1e300, 0.5), 0, outOfRange},
		{"the largest counter of 64 bits", told(0, 0), told(math.MaxUint64, 1), math.MaxUint64, rated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, verdict := rate(tt.prev, tt.cur)
			if verdict != tt.verdict || math.Abs(got-tt.want) > 1e-9*tt.want {
				t.Errorf("rate = %v, %v (%s); want %v, %v", got, verdict, verdict.reason(), tt.want, tt.verdict)
			}
		})
	}
}

func TestVerdictsHaveReasons(t *testing.T) {
	for v := rated; v <= stale; v++ {
		if silent := v == rated || v == unchanged; silent != (v.reason() == "") {
			t.Errorf("reason of verdict %d is %q", v, v.reason())
		}
	}
}

// anySample draws every sample that a Visit can hold.
func anySample(t *rapid.T, label string) sample {
	s := sample{
		total: rapid.OneOf(rapid.Float64Range(0, 1e6), rapid.Float64Range(0, maxFigure), rapid.Just(0.0), rapid.Just(maxFigure)).Draw(t, label+" total"),
		clock: stamp{wall: rapid.Int64Range(0, lastSecond*1e9).Draw(t, label+" wall")},
	}
	if rapid.Bool().Draw(t, label+" local") {
		s.clock.mono = rapid.Int64Range(1, 1e18).Draw(t, label+" mono")
	}
	if rapid.Bool().Draw(t, label+" start known") {
		s.started = rapid.Int64Range(0, lastSecond*1e9).Draw(t, label+" started")
	}
	return s
}

func TestRateIsNeverAbsurd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, v := rate(anySample(t, "prev"), anySample(t, "cur"))
		switch {
		case math.IsNaN(r), math.IsInf(r, 0), r < 0:
			t.Fatalf("rate is %v", r)
		case v != rated && r != 0:
			t.Fatalf("a rate of %v with the verdict %d", r, v)
		}
	})
}

// TestRatesSumToTheTotal follows a counter that is never reset: whatever the
// visits miss, what the rates say is what was counted.
func TestRatesSumToTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := told(rapid.Float64Range(0, 1e9).Draw(t, "start"), 0)
		k := track{metric: fleet.SendTPS, base: start, why: first}
		cur, sum := start, 0.0
		for range rapid.IntRange(1, 30).Draw(t, "visits") {
			if rapid.IntRange(0, 3).Draw(t, "kind") > 0 { // else the same again
				cur.clock.wall += rapid.Int64Range(1, 60e9).Draw(t, "passed")
				cur.total += float64(rapid.IntRange(0, 1e6).Draw(t, "counted"))
			}
			before := k.base
			r, v := k.follow(cur, cur.clock.wall, time.Hour)
			if v == rated && k.base != before {
				sum += r * time.Duration(k.base.clock.wall-before.clock.wall).Seconds()
			}
		}
		if counted := k.base.total - start.total; math.Abs(sum-counted) > 1e-6*(1+counted) {
			t.Fatalf("the rates sum to %v, counted were %v", sum, counted)
		}
	})
}

func TestTrackHoldsTheLastRate(t *testing.T) {
	const hold = 45 * time.Second
	at := func(seconds float64) int64 { return int64(seconds * 1e9) }
	k := track{base: told(0, 0), why: first, news: at(0)}
	for _, step := range []struct {
		name    string
		cur     sample
		now     float64
		want    float64
		verdict verdict
		resets  uint32
	}{
		{"no news after the first", told(0, 0), 5, 0, first, 0},
		{"too close to the first", told(10, 0.1), 6, 0, tooClose, 0},
		{"a rate, from the first on", told(1500, 15), 15, 100, rated, 0},
		{"no news: held", told(1500, 15), 30, 100, rated, 0},
		{"too close: held, nothing lost", told(1510, 15.1), 31, 100, rated, 0},
		{"no news for as long as may be", told(1500, 15), 60, 100, rated, 0},
		{"no news for too long", told(1500, 15), 60.1, 0, stale, 0},
		{"still none", told(1500, 15), 75, 0, stale, 0},
		{"news again, over the whole gap", told(9000, 90), 90, 100, rated, 0},
		{"restart", told(10, 105), 105, 0, restarted, 1},
		{"no news after the restart", told(10, 105), 120, 0, restarted, 1},
		{"a rate since", told(1510, 120), 135, 100, rated, 1},
		{"the clock goes back", told(1600, 100), 150, 0, clockBack, 1},
		{"and goes on from there", told(3100, 115), 165, 100, rated, 1},
	} {
		got, v := k.follow(step.cur, at(step.now), hold)
		if v != step.verdict || got != step.want || k.resets != step.resets {
			t.Errorf("%s: %v, verdict %d, resets %d; want %v, %d, %d", step.name, got, v, k.resets, step.want, step.verdict, step.resets)
		}
	}
}

func TestStampOf(t *testing.T) {
	began := time.Now()
	arrival := began.Add(15 * time.Second)
	for _, tt := range []struct {
		name  string
		clock time.Time
		want  stamp
	}{
		{"told by a server", noon(), stamp{wall: noon().UnixNano()}},
		{"read here", began.Add(time.Second), stamp{wall: began.Add(time.Second).UnixNano(), mono: 1e9}},
		{"read here when the Runner was built", began, stamp{wall: began.UnixNano(), mono: 1}},
		{"read here before the Runner was built", began.Add(-time.Second), stamp{wall: began.Add(-time.Second).UnixNano(), mono: -1e9}},
		{"none", time.Time{}, stamp{wall: arrival.UnixNano(), mono: 15e9}},
		{"far future", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), stamp{wall: arrival.UnixNano(), mono: 15e9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stampOf(tt.clock, arrival, began); got != tt.want {
				t.Errorf("stampOf = %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestSetClockIsNoReset: a start time that is worked out with a clock that was set moves,
// and no counter began anew.
func TestSetClockIsNoReset(t *testing.T) {
	k := track{base: arrived(0, 0, 0).up(-900), why: first}
	if _, v := k.follow(arrived(1500, 3615, 15).up(3600-900), 15e9, time.Minute); v != clockSet || k.resets != 0 {
		t.Errorf("%s, %d resets", v.reason(), k.resets)
	}
	if r, v := k.follow(arrived(3000, 3630, 30).up(3600-900), 30e9, time.Minute); v != rated || r != 100 {
		t.Errorf("then %v, %s", r, v.reason())
	}
}
