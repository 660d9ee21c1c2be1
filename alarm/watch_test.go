package alarm

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// crash ends an Engine that had no time to write how its timers stand: what it
// committed last is all that is left.
func (r *rig) crash() {
	r.t.Helper()
	r.journal.mu.Lock()
	committed := maps.Clone(r.journal.states)
	r.journal.mu.Unlock()
	r.stop()
	r.journal.mu.Lock()
	r.journal.states = committed
	r.journal.mu.Unlock()
}

// TestTimersAfterACrash: nobody saw the figures in between, so a timer that was
// stored while it ran, with another event, begins anew.
func TestTimersAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.feed(30*time.Second, map[string]float64{"a": 30, "b": 30})
		// The acknowledgement stores the state while the alarm is about to end.
		if err := r.Ack(t.Context(), j.commits[0].Events[0].Code, "wei"); err != nil {
			t.Fatal(err)
		}
		r.crash()
		<-time.After(time.Hour)
		r = startRig(t, j, watch("a"), watch("b"))
		defer r.stop()
		told := []string{"raised capacity a connections", "acknowledged capacity a connections"}
		r.feed(time.Minute, map[string]float64{"a": 30, "b": 30})
		r.want(told...)
		r.feed(every, map[string]float64{"a": 30, "b": 30})
		r.want(append(told, "cleared capacity a connections")...)
	})
}

func TestSettle(t *testing.T) {
	running := State{Level: 1, Above: [MaxLevels]int64{10, 20}, Below: [MaxLevels]int64{30}}
	stopped := running
	stopped.LostAt = 40
	for _, tt := range []struct {
		name        string
		state, want State
	}{
		{"an orderly stop", stopped, stopped},
		{"a crash keeps since when a level is raised", running, State{Level: 1, Above: [MaxLevels]int64{10}}},
		{"a crash before anything was raised", State{Above: [MaxLevels]int64{10, 20}}, State{}},
	} {
		if diff := cmp.Diff(tt.want, afterStop(tt.state)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestWhatIsJudgedDifferently: a capacity or any part of a rule.
func TestWhatIsJudgedDifferently(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Watch)
		want   bool
	}{
		{"nothing", func(*Watch) {}, false},
		{"its name", func(w *Watch) { w.Instance.Name = "b" }, false},
		{"how often it is read", func(w *Watch) { w.Every = time.Minute }, false},
		{"its capacity", func(w *Watch) { w.Instance.Configured[fleet.Connections] = 101 }, true},
		{"a rule is gone", func(w *Watch) { w.Rules[fleet.Connections] = nil }, true},
		{"a rule is new", func(w *Watch) { w.Rules[fleet.MemoryBytes] = w.Rules[fleet.Connections] }, true},
		{"for", func(w *Watch) { w.Rules[fleet.Connections].For++ }, true},
		{"clear_for", func(w *Watch) { w.Rules[fleet.Connections].ClearFor++ }, true},
		{"repeat", func(w *Watch) { w.Rules[fleet.Connections].Repeat++ }, true},
		{"a level", func(w *Watch) { w.Rules[fleet.Connections].Levels[1].Clear = 0.8 }, true},
	} {
		after := watch("a")
		tt.change(&after)
		if got := rulesDiffer(watch("a"), after, nil); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestReloadWhileNothingIsKnown: what is not known is not judged again, and neither
// is an old figure while the instance is silent.
func TestReloadWhileNothingIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(capacity float64) []Watch {
			w := watch("a")
			w.Instance.Configured[fleet.Connections] = capacity
			w.Rules[fleet.Connections].For = 0
			return []Watch{w, watch("b"), watch("c")}
		}
		set := func(r *rig, capacity float64) {
			t.Helper()
			if err := r.SetWatches(t.Context(), at(capacity), nil); err != nil {
				t.Fatal(err)
			}
		}
		r := startRig(t, newMemoryJournal(), at(100)...)
		defer r.stop()
		set(r, 50) // before anything was read
		set(r, 100)
		r.feed(every, map[string]float64{"a": 60, "b": 30, "c": 30})
		r.feed(every, map[string]float64{"a": -1, "b": 30, "c": 30})
		set(r, 50)
		r.want()
		r.feed(every, map[string]float64{"a": 60, "b": 30, "c": 30})
		r.want("raised capacity a connections")
	})
}

// TestSilenceOfWhatIsNoLongerWatchedForIt ends.
func TestSilenceOfWhatIsNoLongerWatchedForIt(t *testing.T) {
	const moved = "the instance has moved"
	for name, change := range map[string]func(*Watch){
		"the rule is off":    func(w *Watch) { w.NoData = nil },
		"the source is gone": func(w *Watch) { w.Every = 0 },
		moved:                func(w *Watch) { w.Instance.ID = "z" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
				defer r.stop()
				r.feed(every, map[string]float64{"a": 30, "b": 30, "c": 30})
				r.feed(4*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
				w := watch("a")
				change(&w)
				if err := r.SetWatches(t.Context(), []Watch{w, watch("b"), watch("c")}, nil); err != nil {
					t.Fatal(err)
				}
				r.feed(5*time.Minute, map[string]float64{"b": 30, "c": 30})
				r.want("raised no_data a", "withdrawn no_data a")
				if got := newestEvents(r.journal)[0]; got.Reason != "the instance or this alarm is no longer in the configuration" || got.Removed != (name == moved) {
					t.Errorf("reason %q, the instance is gone: %v", got.Reason, got.Removed)
				}
				r.mu.RLock()
				defer r.mu.RUnlock()
				if len(r.orphans) != 0 || len(r.open) != 0 {
					t.Errorf("left behind: %v, %v", r.orphans, r.open)
				}
			})
		})
	}
}
