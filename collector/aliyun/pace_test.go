package aliyun

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestStretched(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name         string
		calls, limit int64
		left         time.Duration
		sweep        float64
		wanted, want time.Duration
	}{
		{"a small fleet is not stretched", 0, 1_000_000, 30 * day, 3, time.Minute, time.Minute},
		{"1,000 MQTT instances for a month", 0, 1_000_000, 30 * day, 60, time.Minute, 155520 * time.Millisecond},
		{"just what a month has", 0, 43200, 30 * day, 1, time.Minute, time.Minute},
		{"much used early", 900_000, 1_000_000, 20 * day, 60, time.Minute, 1036800 * time.Millisecond},
		{"little used late", 100_000, 1_000_000, day, 60, time.Minute, time.Minute},
		{"one sweep is left", 999_940, 1_000_000, day, 60, time.Minute, day},
		{"not one sweep is left", 999_941, 1_000_000, day, 60, time.Minute, day},
		{"used up", 1_000_000, 1_000_000, day, 60, time.Minute, day},
		{"used up with a second to go", 1_000_000, 1_000_000, time.Second, 60, time.Minute, time.Minute},
		{"more used than there were, because the limit was lowered", 2_000_000, 1_000_000, day, 60, time.Minute, day},
		{"nobody asks", 1_000_000, 1_000_000, day, 0, time.Minute, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stretched(tt.calls, tt.limit, tt.left, tt.sweep, tt.wanted); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestBudgetHolds lets Collectors sweep through a month at the pace they are
// given, visited at any interval: the calls never exceed the limit, no Collector
// sweeps more often than it wants to, and one that is alone never waits for much
// longer than at first, so its calls last to the end of the month.
func TestBudgetHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(1, 20_000).Draw(t, "limit")
		end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		begin := end.Add(-time.Duration(rapid.Int64Range(1, 24*60).Draw(t, "minutes left")) * time.Minute)
		step := time.Duration(rapid.Int64Range(1, 600).Draw(t, "visited every, seconds")) * time.Second
		type one struct {
			calls         int
			wanted        time.Duration
			asked         time.Time
			first, widest time.Duration
		}
		all := make([]one, rapid.IntRange(1, 5).Draw(t, "collectors"))
		load := 0.0
		for i := range all {
			all[i].calls = rapid.IntRange(1, 30).Draw(t, "calls of a sweep")
			all[i].wanted = time.Duration(rapid.Int64Range(1, 10).Draw(t, "wanted minutes")) * time.Minute
			load += float64(all[i].calls) / all[i].wanted.Seconds()
		}
		m, err := newMeter("", limit, begin, nil)
		if err != nil {
			t.Fatal(err)
		}
		made := int64(0)
		for now := begin; now.Before(end); now = now.Add(step) {
			for i := range all {
				c := &all[i]
				_, calls := m.count(now)
				interval := stretched(calls, limit, monthEnd(now).Sub(now), load*c.wanted.Seconds(), c.wanted)
				if interval < c.wanted {
					t.Fatalf("an interval of %v, less than the wanted %v", interval, c.wanted)
				}
				if c.first == 0 {
					c.first = interval
				}
				if !c.asked.IsZero() && now.Sub(c.asked) < interval {
					continue
				}
				well := true
				for range c.calls {
					if well = m.take(now); !well {
						break
					}
					made++
				}
				if well {
					if !c.asked.IsZero() {
						c.widest = max(c.widest, now.Sub(c.asked))
					}
					c.asked = now
				}
			}
		}
		if _, calls := m.count(begin); calls != made || made > limit {
			t.Fatalf("%d calls made and %d counted of %d", made, calls, limit)
		}
		if c := all[0]; len(all) == 1 && !c.asked.IsZero() {
			if widest := max(c.widest, end.Sub(c.asked)); widest > 2*(c.first+step) {
				t.Fatalf("a wait of %v, although the first was %v", widest, c.first)
			}
		}
	})
}

// TestBudgetIsUsed checks the other side: a fleet that is stretched uses nearly
// all of its month.
func TestBudgetIsUsed(t *testing.T) {
	const limit, sweep = 1_000_000, 60
	left, calls, sweeps := 30*24*time.Hour, int64(0), 0
	for left > 0 {
		calls += sweep
		sweeps++
		left -= stretched(calls, limit, left, sweep, time.Minute)
	}
	if calls > limit || calls < limit*99/100 {
		t.Errorf("%d calls of %d in a month", calls, limit)
	}
}

func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		n                int
		shortest, almost time.Duration
	}{
		{1, 500 * time.Millisecond, time.Second}, {2, time.Second, 2 * time.Second}, {3, 2 * time.Second, 4 * time.Second},
		{7, 32 * time.Second, 64 * time.Second}, {8, time.Minute, 2 * time.Minute}, {9, time.Minute, 2 * time.Minute}, {1 << 40, time.Minute, 2 * time.Minute},
	} {
		if got := backoff(tt.n, 0); got != tt.shortest {
			t.Errorf("throttled %d times: %v at least, want %v", tt.n, got, tt.shortest)
		}
		if got := backoff(tt.n, 0.999999); got >= tt.almost || got < tt.almost-time.Second {
			t.Errorf("throttled %d times: %v at most, want just below %v", tt.n, got, tt.almost)
		}
	}
}

func TestMonths(t *testing.T) {
	shanghai := time.FixedZone("UTC+8", 8*3600)
	for _, tt := range []struct {
		now   time.Time
		month string
		end   time.Time
	}{
		{time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), "2026-11", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
		{time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), "2026-12", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{time.Date(2026, 12, 1, 7, 59, 0, 0, shanghai), "2026-11", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if got := monthOf(tt.now); got != tt.month {
			t.Errorf("%v is in month %s, want %s", tt.now, got, tt.month)
		}
		if got := monthEnd(tt.now); !got.Equal(tt.end) {
			t.Errorf("the month of %v ends %v, want %v", tt.now, got, tt.end)
		}
	}
}

func TestKept(t *testing.T) {
	for _, tt := range []struct{ period, interval, want time.Duration }{
		{time.Minute, time.Minute, 3 * time.Minute},
		{time.Minute, 15 * time.Second, 3 * time.Minute},
		{time.Minute, 5 * time.Minute, 7 * time.Minute},
		{5 * time.Minute, time.Minute, 15 * time.Minute},
		{time.Minute, 48 * time.Hour, 63 * time.Minute},
	} {
		if got := kept(tt.period, tt.interval); got != tt.want {
			t.Errorf("period %v, interval %v: kept %v, want %v", tt.period, tt.interval, got, tt.want)
		}
	}
}
