package simulated

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// scrape is how far apart two readings of a counter are.
const scrape = 15 * time.Second

func epoch() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }

// utilization is what a reader finds at a time: of a counter by two readings.
func utilization(m *Model, n int, metric Metric, at time.Time) float64 {
	v := float64(m.Value(n, metric, at))
	if metric.Counter() {
		v = (v - float64(m.Value(n, metric, at.Add(-scrape)))) / scrape.Seconds()
	}
	return v / Capacity(n, metric)
}

// slack is what rounding to whole messages and connections may add.
const slack = 0.002

func TestUtilizationIsNeverBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 100_000).Draw(t, "instance")
		metric := Metric(rapid.IntRange(0, NumMetrics-1).Draw(t, "metric"))
		before := epoch().Add(3*time.Hour + time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "before")))
		after := time.Duration(rapid.Int64Range(int64(scrape), int64(time.Hour)).Draw(t, "after"))
		m := NewModel(epoch())
		if u := utilization(m, n, metric, before); u < 0.35-slack || u > 0.45+slack {
			t.Errorf("utilization before the crossing is %.4f", u)
		}
		for set := range Sets {
			m.Trigger(set, before)
		}
		low, high := 0.35, 0.45
		if _, crosses, ok := Crossing(n); ok && crosses == metric {
			low, high = 0.85, 0.95
		}
		if u := utilization(m, n, metric, before.Add(after)); u < low-slack || u > high+slack {
			t.Errorf("utilization after the crossing is %.4f, not within %.2f to %.2f", u, low, high)
		}
	})
}

func TestCountersNeverFall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20_000).Draw(t, "instance")
		at := epoch().Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "at")))
		later := at.Add(time.Duration(rapid.Int64Range(0, int64(30*time.Second)).Draw(t, "later")))
		m := NewModel(epoch())
		m.Trigger(n%Sets, at.Add(time.Second))
		page, err := NewPage(m, "full")
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.series {
			s := &page.series[i]
			if s.kind == slow || s.kind == busy || s.kind == metric && !s.of.Counter() {
				continue
			}
			if a, b := page.value(s, n, seconds(at)), page.value(s, n, seconds(later)); b < a {
				t.Errorf("%q fell from %d to %d", s.head, a, b)
			}
		}
	})
}

func TestModelIsAFunctionOfItsArguments(t *testing.T) {
	a, b := NewModel(epoch()), NewModel(epoch())
	at := epoch().Add(4 * time.Hour)
	for n := range 1000 {
		for _, metric := range Metrics() {
			if x, y := a.Value(n, metric, at), b.Value(n, metric, at); x != y {
				t.Fatalf("instance %d, %s: %d and %d", n, metric, x, y)
			}
		}
	}
	if a.Value(1, Connections, at) == a.Value(2, Connections, at) && a.Value(3, Connections, at) == a.Value(4, Connections, at) {
		t.Error("all instances are alike")
	}
}

func TestFivePercentCross(t *testing.T) {
	const fleet = 6000
	var sets [Sets]int
	var metrics [NumMetrics]int
	for n := range fleet {
		if set, metric, ok := Crossing(n); ok {
			sets[set]++
			metrics[metric]++
		}
	}
	if sets != [Sets]int{100, 100, 100} {
		t.Errorf("instances that cross with each set: %v of %d", sets, fleet)
	}
	if metrics != [NumMetrics]int{75, 75, 75, 75} {
		t.Errorf("instances that cross on each metric: %v", metrics)
	}
}

func TestFirstTriggerCounts(t *testing.T) {
	m := NewModel(epoch())
	first := epoch().Add(time.Hour)
	m.Trigger(1, first)
	if got := m.Trigger(1, first.Add(time.Minute)); !got.Equal(first) {
		t.Errorf("the set crossed at %v, not at %v", got, first)
	}
	if got := m.TriggersMillis(); got != [Sets]int64{0, first.UnixMilli(), 0} {
		t.Errorf("triggers: %v", got)
	}
}

func TestOneInAHundredExpiresSoon(t *testing.T) {
	soon := 0
	for n := range 10_000 {
		if Expiry(n, epoch()).Before(epoch().AddDate(0, 0, 4)) {
			soon++
		}
	}
	if soon != 100 {
		t.Errorf("%d of 10000 expire in days", soon)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want string
	}{
		{0, "127.16.0.0"}, {1, "127.16.0.1"}, {255, "127.16.0.255"}, {256, "127.16.1.0"}, {9999, "127.16.39.15"},
		{1 << 16, "127.17.0.0"}, {MaxInstances - 1, "127.255.255.255"},
	} {
		if got := Address(tt.n); got != tt.want {
			t.Errorf("instance %d is at %s, not at %s", tt.n, got, tt.want)
		}
	}
	if got, want := PageURL(259, 19700), "http://127.16.1.3:19700/i/259/metrics"; got != want {
		t.Errorf("the page is at %s, not at %s", got, want)
	}
}
