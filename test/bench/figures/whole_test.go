package figures

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestLatencyOf(t *testing.T) {
	seconds := func(v ...float64) []time.Duration {
		out := make([]time.Duration, len(v))
		for i, s := range v {
			out[i] = time.Duration(s * float64(time.Second))
		}
		return out
	}
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100-i) * time.Second
	}
	for _, tt := range []struct {
		name string
		took []time.Duration
		want Latency
	}{
		{"none", nil, Latency{}},
		{"one", seconds(3), Latency{3, 3, 3}},
		{"two", seconds(4, 2), Latency{2, 4, 4}},
		{"three", seconds(9, 1, 5), Latency{5, 9, 9}},
		{"hundred", hundred, Latency{50, 95, 100}},
	} {
		if got := LatencyOf(tt.took); got != tt.want {
			t.Errorf("%s: %+v, not %+v", tt.name, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		took := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 1e6), func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }), 1, 50).Draw(t, "took")
		kept := slices.Clone(took)
		l := LatencyOf(took)
		if l.P50 > l.P95 || l.P95 > l.Max || l.Max != slices.Max(took).Seconds() {
			t.Errorf("%v gives %+v", took, l)
		}
		if !slices.Equal(took, kept) {
			t.Error("the argument was sorted")
		}
	})
}

func TestMarksOfTheWhole(t *testing.T) {
	good := func() Whole {
		return Whole{
			Instances: 10000, Page: "full", Cores: 0.08, PeakMB: 400, PagesPercent: 99, Gauges: Latency{P50: 8.5, P95: 16, Max: 16.5}, Expected: 500, Arrived: 500,
		}
	}
	w := good()
	if over := w.Over(); len(over) != 0 {
		t.Errorf("at the marks: %q", over)
	}
	for name, change := range map[string]func(*Whole){
		"CPU":                 func(w *Whole) { w.Cores = 0.0801 },
		"peak":                func(w *Whole) { w.PeakMB = 400.1 },
		"pages":               func(w *Whole) { w.PagesPercent = 98.9 },
		"p50":                 func(w *Whole) { w.Gauges.P50 = 8.51 },
		"max":                 func(w *Whole) { w.Gauges.Max = 16.51 },
		"arrived":             func(w *Whole) { w.Arrived = 499 },
		"more than there are": func(w *Whole) { w.Arrived = 501 },
		"wrong":               func(w *Whole) { w.Wrong = 1 },
		"doubled":             func(w *Whole) { w.Doubled = 1 },
	} {
		w := good()
		change(&w)
		if over := w.Over(); len(over) != 1 || !strings.HasPrefix(over[0], "10,000 full: ") {
			t.Errorf("%s: %q", name, over)
		}
	}
	small := good()
	small.Expected, small.Arrived, small.Gauges.P50 = enoughAlarms-1, enoughAlarms-1, 9
	if over := small.Over(); len(over) != 0 {
		t.Errorf("the median of a few alarms: %q", over)
	}
	silent := Whole{Expected: 500, PagesPercent: 100}
	if over := silent.Over(); len(over) != 3 {
		t.Errorf("where nothing arrived: %q", over)
	}
}

func TestMarksOfTheParts(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    Micro
		over bool
	}{
		{"fast", Micro{Package: "alarm", Name: "Step/quiet", Nanos: 99.9}, false},
		{"slow", Micro{Package: "alarm", Name: "Step/quiet", Nanos: 100}, true},
		{"allocates", Micro{Package: "alarm", Name: "Step/raised", Nanos: 10, Allocs: 1}, true},
		{"no mark", Micro{Package: "alarm", Name: "EngineRound", Nanos: 1e9, Allocs: 1000}, false},
		{"another package", Micro{Package: "collector", Name: "Step/x", Nanos: 1e9}, false},
	} {
		if got := tt.m.Over() != ""; got != tt.over {
			t.Errorf("%s: %q", tt.name, tt.m.Over())
		}
	}
}

func TestMedian(t *testing.T) {
	got := Median([]Micro{
		{Package: "a", Name: "X", Nanos: 3, Allocs: 3}, {Package: "a", Name: "Y", Nanos: 9},
		{Package: "a", Name: "X", Nanos: 1, Allocs: 1}, {Package: "b", Name: "X", Nanos: 7},
		{Package: "a", Name: "X", Nanos: 2, Allocs: 2}, {Package: "b", Name: "X", Nanos: 8},
	})
	want := []Micro{{Package: "a", Name: "X", Nanos: 2, Allocs: 2}, {Package: "a", Name: "Y", Nanos: 9}, {Package: "b", Name: "X", Nanos: 7}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportsAreReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "whole.json")
	var got WholeReport
	if err := Read(path, &got); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a report that is not there: %v", err)
	}
	if err := Write(path, report()); err != nil {
		t.Fatal(err)
	}
	if err := Read(path, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(report(), got); diff != "" {
		t.Error(diff)
	}
	if err := Write(path, map[string]string{"interval": "soon"}); err != nil {
		t.Fatal(err)
	}
	if err := Read(path, &got); err == nil {
		t.Error("a wrong duration is read")
	}
}

func TestThisMachine(t *testing.T) {
	m := ThisMachine(t.Context(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if m.Date != "2026-03-01" || m.Cores < 1 || !strings.HasPrefix(m.Go, "go1.") {
		t.Errorf("this machine: %+v", m)
	}
	other := m
	other.Date = "2027-01-01"
	if !m.Same(other) {
		t.Error("another date makes it another machine")
	}
	other.Processor = "Other"
	if m.Same(other) {
		t.Error("another processor is taken for the same machine")
	}
}
