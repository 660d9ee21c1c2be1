package alarm

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestMostOfTheFleet: one notice speaks for two silent instances or more, when
// they are more than half of all. Exactly half is not most.
func TestMostOfTheFleet(t *testing.T) {
	for _, tt := range []struct {
		missing, watched int
		want             bool
	}{
		{0, 0, false}, {0, 2, false}, {1, 1, false}, {1, 2, false},
		{2, 2, true}, {2, 3, true}, {2, 4, false}, {3, 5, true}, {5, 10, false}, {6, 10, true}, {5, 11, false},
	} {
		e := &Engine{missing: tt.missing, watched: tt.watched}
		if got := e.mostMissing(); got != tt.want {
			t.Errorf("%d of %d: %v", tt.missing, tt.watched, got)
		}
	}
}

// When half of the fleet is silent, each instance has an alarm of its own.
func TestHalfOfTheFleetSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"), watch("d"))
		defer r.stop()
		r.feed(time.Minute, map[string]float64{"a": 30, "b": 30, "c": 30, "d": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": -1, "c": 30, "d": 30})
		told := r.journal.said()
		slices.Sort(told) // they come in any order
		if want := []string{"raised no_data a", "raised no_data b"}; !slices.Equal(told, want) {
			t.Errorf("%q, want %q", told, want)
		}
	})
}

// A metric that its source never told is not missed, although it has a capacity
// and a rule: the documents may list more than the server shows.
func TestMetricThatWasNeverKnownIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := watch("a")
		a.Instance.Configured[fleet.Subscriptions] = 100
		a.Rules[fleet.Subscriptions] = a.Rules[fleet.Connections]
		r := startRig(t, newMemoryJournal(), a, watch("b"), watch("c"))
		defer r.stop()
		figures := map[string]float64{"a": 30, "b": 30, "c": 30}
		r.feed(10*time.Minute, figures)
		r.want()
		// From the first time on that it is told, it is missed.
		both := read("a", 30)
		both.Known, both.Usage[fleet.Subscriptions] = both.Known.With(fleet.Subscriptions), 10
		r.Observe([]*fleet.Reading{both})
		r.feed(4*time.Minute, figures)
		r.want("raised no_data a")
	})
}

// TestPatience: readings may stay away for three rounds and ten seconds.
func TestPatience(t *testing.T) {
	for _, tt := range []struct {
		name  string
		every time.Duration
		seen  time.Time
		after time.Duration
		want  bool
	}{
		{"in time", every, start(), 55 * time.Second, false},
		{"a nanosecond too late", every, start(), 55*time.Second + 1, true},
		{"a slower source", time.Minute, start(), 190 * time.Second, false},
		{"a slower source, too late", time.Minute, start(), 191 * time.Second, true},
		{"without a source", 0, start(), time.Hour, false},
		{"never seen", every, time.Time{}, time.Hour, false},
	} {
		en := &entry{watch: Watch{Every: tt.every}, seen: tt.seen}
		if got := en.overdue(start().Add(tt.after)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		e := &Engine{lookAt: start().Add(time.Hour)}
		e.expect(en)
		want := start().Add(time.Hour)
		if tt.every > 0 && !tt.seen.IsZero() {
			want = tt.seen.Add(3*tt.every + 10*time.Second)
		}
		if !e.lookAt.Equal(want) {
			t.Errorf("%s: looked for at %s, want %s", tt.name, e.lookAt, want)
		}
		e.lookAt = start()
		e.expect(en)
		if !e.lookAt.Equal(start()) {
			t.Errorf("%s: it put off what is due before", tt.name)
		}
	}
}

// TestSilentInstancesAreCounted: by metrics, by the fleet's alarm and over reloads,
// those without a rule for silence do not count.
func TestSilentInstancesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unwatched := watch("c")
		unwatched.NoData = nil
		sourceless := watch("d")
		sourceless.Every = 0
		all := []Watch{watch("a"), watch("b"), unwatched, sourceless}
		r := startRig(t, newMemoryJournal(), all...)
		defer r.stop()
		counts := func() [2]int {
			r.mu.RLock()
			defer r.mu.RUnlock()
			return [2]int{r.missing, r.watched}
		}
		steps := []struct {
			a, b, c float64
			want    [2]int
		}{{30, 30, 30, [2]int{0, 2}}, {-1, 30, -1, [2]int{1, 2}}, {-1, -1, -1, [2]int{2, 2}}, {-1, -1, 30, [2]int{2, 2}}, {30, -1, 30, [2]int{1, 2}}}
		for _, s := range steps {
			r.feed(2*every, map[string]float64{"a": s.a, "b": s.b, "c": s.c})
			if got := counts(); got != s.want {
				t.Errorf("%v: %v, want %v", s, got, s.want)
			}
		}
		if err := r.SetWatches(t.Context(), all, nil); err != nil {
			t.Fatal(err)
		}
		if got := counts(); got != [2]int{1, 2} {
			t.Errorf("after a reload: %v", got)
		}
		r.feed(2*every, map[string]float64{"a": 30, "b": 30, "c": 30})
		if got := counts(); got != [2]int{0, 2} {
			t.Errorf("all tell again: %v", got)
		}
	})
}

// TestRaisedSilenceGoesOnWhileTheFleetIsSilent: the fleet's alarm holds back those
// that are not raised; one that is goes on, and ends.
func TestRaisedSilenceGoesOnWhileTheFleetIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.feed(every, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
		r.feed(5*time.Minute, map[string]float64{"a": -1, "b": -1, "c": -1})
		told := []string{"raised no_data a", "raised no_data  for 3"}
		r.want(told...)
		r.feed(30*time.Second, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.want(append(told, "cleared no_data a")...)
		r.feed(2*time.Minute, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.want(append(told, "cleared no_data a", "cleared no_data ")...)
	})
}

// TestSilenceWithoutAnAlarmOfTheFleet: where nothing speaks for all, each instance
// has its alarm.
func TestSilenceWithoutAnAlarmOfTheFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
		defer r.stop()
		if err := r.SetWatches(t.Context(), []Watch{watch("a"), watch("b")}, nil); err != nil {
			t.Fatal(err)
		}
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": -1})
		if said := r.journal.said(); len(said) != 2 {
			t.Errorf("%q", said)
		}
	})
}

// TestNoticeOfTheFleet speaks for those whose silence has an alarm, and says how
// many they are.
func TestNoticeOfTheFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := watch("c")
		other.NoData = nil
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), other)
		defer r.stop()
		r.feed(every, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": -1, "c": -1})
		r.want("raised no_data  for 2")
		if got := newestEvents(r.journal)[0].Reason; got != "2 of 2 instances tell nothing" {
			t.Errorf("reason %q", got)
		}
	})
}

// TestSilenceBetweenTwoReadings: its time runs out at the tick, not at the next
// reading of a slow source.
func TestSilenceBetweenTwoReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := watch("a"), watch("b")
		a.Every, b.Every = 10*time.Minute, 10*time.Minute
		r := startRig(t, newMemoryJournal(), a, b)
		defer r.stop()
		r.Observe([]*fleet.Reading{read("a", -1), read("b", 30)})
		pass(3*time.Minute - 2*time.Second)
		r.want()
		pass(4 * time.Second)
		r.want("raised no_data a")
	})
}

// TestNextLookForSilence: when the patience with one instance ends, and within an
// hour.
func TestNextLookForSilence(t *testing.T) {
	for _, tt := range []struct {
		name string
		seen time.Time
		want time.Duration
	}{
		{"nothing was seen yet", time.Time{}, time.Hour},
		{"seen ten seconds ago", start().Add(-10 * time.Second), 45 * time.Second},
	} {
		e, _, _ := engine(t, func(o *Options) { o.Watches = []Watch{watch("a")} })
		e.entries["a"].seen = tt.seen
		e.lookForSilence(&batch{}, start())
		if got := e.lookAt.Sub(start()); got != tt.want {
			t.Errorf("%s: after %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestTicksWithNothingToLookFor do not go through the fleet: the next look stays where
// it is until it comes, or something is missing.
func TestTicksWithNothingToLookFor(t *testing.T) {
	e, _, _ := engine(t)
	e.onTick(t.Context(), start())
	look := e.lookAt
	for _, tt := range []struct {
		after   time.Duration
		missing int
		again   bool
	}{{time.Second, 0, false}, {time.Hour - 1, 0, false}, {time.Minute, 1, true}, {time.Hour, 0, true}} {
		e.lookAt, e.missing = look, tt.missing
		e.onTick(t.Context(), start().Add(tt.after))
		if again := !e.lookAt.Equal(look); again != tt.again {
			t.Errorf("after %s with %d missing: looked again %v", tt.after, tt.missing, again)
		}
	}
}
