package alarm

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestFleetAlarmAfterARestart goes on, with its code, and ends.
func TestFleetAlarmAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		r.feed(every, map[string]float64{"a": 30, "b": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": -1})
		raised := "raised no_data  for 2"
		r.want(raised)
		code := j.commits[len(j.commits)-1].Events[0].Code
		r.stop()
		r = startRig(t, j, watch("a"), watch("b"))
		defer r.stop()
		if err := r.Ack(t.Context(), code, "wei"); err != nil {
			t.Error(err)
		}
		r.feed(time.Minute, map[string]float64{"a": -1, "b": -1})
		r.want(raised, "acknowledged no_data ")
		r.feed(3*time.Minute, map[string]float64{"a": 30, "b": 30})
		r.want(raised, "acknowledged no_data ", "cleared no_data ")
	})
}

// TestEpisodesAfterARestart can be acknowledged before anything is read.
func TestEpisodesAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"), watch("c"))
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30, "c": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
		r.want("raised capacity a connections", "lost capacity a connections", "raised no_data a")
		r.stop()
		r = startRig(t, j, watch("a"), watch("b"), watch("c"))
		defer r.stop()
		for _, c := range j.commits {
			for i := range c.Events {
				if c.Events[i].Kind != Raised {
					continue
				}
				if err := r.Ack(t.Context(), c.Events[i].Code, "wei"); err != nil {
					t.Errorf("%s: %v", c.Events[i].Key.Rule, err)
				}
			}
		}
		r.mu.RLock()
		defer r.mu.RUnlock()
		for _, sl := range r.entries["a"].all() {
			if sl.state.AckedBy != "wei" {
				t.Errorf("%s is not acknowledged: %+v", sl.key.Rule, sl.state)
			}
		}
	})
}

// TestWhatIsWithdrawnAtTheStart keeps its name where the instance is still watched;
// of one that is gone, all that is left is its ID. What no version of ours stored
// ends, too.
func TestWhatIsWithdrawnAtTheStart(t *testing.T) {
	off := watch("a")
	off.Instance.Name, off.Rules[fleet.Connections], off.NoData = "Orders", nil, nil
	j := newMemoryJournal()
	e, _, _ := engine(t, func(o *Options) {
		for _, key := range []Key{
			{Rule: Capacity, Instance: "a", Metric: fleet.Connections}, {Rule: Capacity, Instance: "gone", Metric: fleet.Connections},
			{Rule: Capacity, Instance: "a", Metric: fleet.NumMetrics}, {Rule: NoData, Instance: "a", Metric: fleet.Connections}, {Rule: "bogus", Instance: "a", Metric: NoMetric},
			{Rule: "bogus", Instance: "a", Metric: fleet.SendTPS}, {Rule: NoData, Instance: "a", Metric: NoMetric},
		} {
			j.states[key] = State{Level: 1, Code: fmt.Sprint(key)}
		}
		o.Journal, o.Watches = j, []Watch{off}
	})
	if len(e.open) != 7 {
		t.Errorf("%d are open, want 7", len(e.open))
	}
	for _, sl := range e.orphans {
		if e.open[sl.state.Code] != sl {
			t.Errorf("%+v is not found by its code", sl.key)
		}
	}
	if err := e.rejudge(t.Context(), nil, start()); err != nil {
		t.Fatal(err)
	}
	events := newestEvents(j)
	for i := range events {
		ev := &events[i]
		want := "Orders"
		if ev.Key.Instance == "gone" {
			want = "gone"
		}
		if ev.Kind != Withdrawn || ev.Instance.Name != want {
			t.Errorf("%+v: %s of %s", ev.Key, ev.Kind, ev.Instance.Name)
		}
	}
	if len(events) != 7 || len(j.states) != 0 || len(e.open) != 0 {
		t.Errorf("%d events, %d states, %d open", len(events), len(j.states), len(e.open))
	}
}

// TestCapacityOfTheServerAfterARestart: it is not known before the first reading,
// and the episode waits for that.
func TestCapacityOfTheServerAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := func() Watch {
			w := watch("a")
			w.Instance.Configured[fleet.Connections] = 0
			return w
		}
		j := newMemoryJournal()
		r := startRig(t, j, served(), watch("b"))
		observe := func(d time.Duration) {
			for range int(d / every) {
				a := read("a", 75)
				a.Limits[fleet.Connections] = fleet.Limit{Value: 100, At: 1, Origin: fleet.OriginServer}
				r.Observe([]*fleet.Reading{a, read("b", 30)})
				<-time.After(every)
			}
			synctest.Wait()
		}
		observe(2 * time.Minute)
		r.stop()
		r = startRig(t, j, served(), watch("b"))
		defer r.stop()
		<-time.After(10 * time.Second)
		synctest.Wait()
		r.want("raised capacity a connections")
		observe(time.Minute)
		r.want("raised capacity a connections", "found capacity a connections")
	})
}

// TestInstanceWithoutASource has no alarms of readings, whatever its rules.
func TestInstanceWithoutASource(t *testing.T) {
	w := watch("a")
	w.Every = 0
	e, _, _ := engine(t, func(o *Options) { o.Watches = []Watch{w, watch("b")} })
	for m, sl := range e.entries["a"].slots {
		if sl != nil {
			t.Errorf("%s is judged", fleet.Metric(m))
		}
	}
	if e.entries["b"].slots[fleet.Connections] == nil || e.watched != 1 {
		t.Errorf("one with a source: %+v, %d are judged for silence", e.entries["b"], e.watched)
	}
}

// TestRenamedWhileRaised: events after a reload have the instance as it is now.
func TestRenamedWhileRaised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30, "c": 30})
		renamed := watch("a")
		renamed.Instance.Name = "Orders"
		if err := r.SetWatches(t.Context(), []Watch{renamed, watch("b"), watch("c")}, nil); err != nil {
			t.Fatal(err)
		}
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
		said := strings.Join(r.journal.said(), ", ")
		if said != "raised capacity a connections, lost capacity a connections, raised no_data a" {
			t.Error(said)
		}
		r.journal.mu.Lock()
		defer r.journal.mu.Unlock()
		for _, c := range r.journal.commits[1:] {
			for i := range c.Events {
				if got := c.Events[i].Instance.Name; got != "Orders" {
					t.Errorf("%s %s: %q", c.Events[i].Kind, c.Events[i].Key.Rule, got)
				}
			}
		}
	})
}

// TestAlarmsBehindThatOfTheFleet are restored, too, and saved behind one that is quiet.
func TestAlarmsBehindThatOfTheFleet(t *testing.T) {
	e, j, _ := engine(t)
	own := Key{Rule: NoData, Instance: "a", Metric: NoMetric}
	e.restore([]Record{{Key: e.fleet.key, State: State{Level: 1, Code: "A2AA"}}, {Key: own, State: State{Level: 1, Code: "B2BB"}}}, []Watch{watch("a")}, start())
	if e.open["A2AA"] == nil || e.open["B2BB"] == nil {
		t.Errorf("%d are open", len(e.open))
	}
	e.entries["a"].slots[fleet.Connections] = &slot{key: Key{Rule: Capacity, Instance: "a", Metric: fleet.Connections}}
	e.stop(t.Context())
	if got := j.states[own]; got.Code != "B2BB" {
		t.Errorf("saved %+v", j.states)
	}
}

// TestReloadJudgesAsOfNow: the event of a new capacity is of the moment of the
// reload, not of the reading. Who cannot be judged holds up nobody.
func TestReloadJudgesAsOfNow(t *testing.T) {
	var smaller []Watch
	for _, id := range []string{"a", "b"} {
		w := atOnce(id)
		w.Instance.Configured[fleet.Connections] = 50
		smaller = append(smaller, w)
	}
	later := start().Add(time.Hour)
	for _, tt := range []struct {
		name  string
		entry func(*entry)
		want  int
	}{
		{"it is judged", func(*entry) {}, 1},
		{"nothing was read", func(en *entry) { en.last = nil }, 0},
		{"its source does not answer", func(en *entry) { r := *en.last; r.Up, en.last = false, &r }, 0},
		{"it is silent", func(en *entry) { en.missing = true }, 0},
	} {
		e, j, _ := engine(t, func(o *Options) { o.Watches = []Watch{atOnce("a"), atOnce("b")} })
		e.Observe(append(figures("a", 60), figures("b", 60)...))
		e.judgeAll(t.Context())
		changed := e.replaceWatches(smaller, nil)
		if len(changed) != 2 {
			t.Fatalf("%d have changed", len(changed))
		}
		tt.entry(changed[0])
		if err := e.rejudge(t.Context(), changed, later); err != nil {
			t.Fatal(err)
		}
		events := newestEvents(j)
		if len(events) != tt.want+1 || events[tt.want].Key.Instance != "b" || events[0].Kind != Raised || !events[0].At.Equal(later) || events[0].At.Location() != time.UTC {
			t.Errorf("%s: %+v", tt.name, events)
		}
	}
}

// TestSilenceThatComesBack: a rule that is switched off and on again begins anew.
func TestSilenceThatComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		off := watch("a")
		off.NoData = nil
		r.feed(every, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
		for _, w := range []Watch{off, watch("a")} {
			if err := r.SetWatches(t.Context(), []Watch{w, watch("b"), watch("c")}, nil); err != nil {
				t.Fatal(err)
			}
		}
		r.feed(2*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
		r.want("raised no_data a", "withdrawn no_data a")
		r.feed(90*time.Second, map[string]float64{"a": -1, "b": 30, "c": 30})
		r.want("raised no_data a", "withdrawn no_data a", "raised no_data a")
	})
}

// TestBegun is closed when what became due while nothing ran is judged and stored: here an
// alarm whose instance is no more.
func TestBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		j.states[Key{Rule: Capacity, Instance: "gone", Metric: fleet.Connections}] = State{Level: 1, Code: "K7Q2"}
		r := startRig(t, j, watch("a"))
		defer r.stop()
		<-r.Begun()
		r.want("withdrawn capacity gone connections")
	})
}
