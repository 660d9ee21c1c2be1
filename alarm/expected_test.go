package alarm

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// stopsAt is the calendar of instances whose service stops at a moment, and that are deleted a
// day later; they are not told of.
func stopsAt(at time.Time, ids ...string) Calendar {
	p := fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleSuspended, Days: 1}, {State: fleet.LifecycleReleased}}}
	var c Calendar
	for _, id := range ids {
		in := &fleet.Instance{ID: id, Name: id, Product: "mqtt", Term: fleet.Term{Method: fleet.Subscription, Expires: at}}
		course := in.Term.Course(p, nil)
		c.Terms = append(c.Terms, TermWatch{Instance: in, Course: &course})
	}
	return c
}

// setCalendar puts a calendar into force.
func (r *rig) setCalendar(c Calendar) {
	r.t.Helper()
	if err := r.SetCalendar(r.t.Context(), c); err != nil {
		r.t.Fatal(err)
	}
}

// newest returns the newest event.
func (r *rig) newest() *Event {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	for _, c := range slices.Backward(r.journal.commits) {
		if n := len(c.Events); n > 0 {
			return &c.Events[n-1]
		}
	}
	return &Event{}
}

// TestStoppedInstanceIsExpectedToBeSilent: no alarm of its own, until it is paid for and still
// does not answer.
func TestStoppedInstanceIsExpectedToBeSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"), watch("d"))
		defer r.stop()
		up := map[string]float64{"a": 30, "b": 30, "c": 30, "d": 30}
		r.setCalendar(stopsAt(time.Now().Add(10*time.Minute), "a"))
		r.feed(9*time.Minute, up)
		up["a"] = -1
		r.feed(time.Hour, up)
		r.want()
		r.setCalendar(stopsAt(time.Now().Add(1000*time.Hour), "a")) // renewed
		r.feed(29*time.Minute, up)
		r.want() // it may take half an hour to come back
		r.feed(5*time.Minute, up)
		r.want("raised no_data a")
		up["a"] = 30
		r.feed(2*time.Minute, up)
		r.want("raised no_data a", "cleared no_data a")
	})
}

// TestSilenceBeforeTheStop: what was raised before the service stopped is held with the reason,
// reminds nobody, and ends when the deletion is due.
func TestSilenceBeforeTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := watch("a")
		a.NoData.Repeat, a.Rules[fleet.Connections].Repeat = time.Hour, time.Hour
		r := startRig(t, newMemoryJournal(), a, watch("b"), watch("c"), watch("d"))
		defer r.stop()
		stops := time.Now().Add(20 * time.Minute)
		r.setCalendar(stopsAt(stops, "a"))
		figures := map[string]float64{"a": 97, "b": 30, "c": 30, "d": 30}
		r.feed(5*time.Minute, figures)
		figures["a"] = -1
		r.feed(5*time.Minute, figures)
		told := []string{"raised capacity a connections", "lost capacity a connections", "raised no_data a"}
		r.want(told...)
		r.feed(5*time.Hour, figures)
		told = append(told, "lost no_data a")
		r.want(told...)
		if ev := r.newest(); ev.Known || !strings.HasPrefix(ev.Reason, "expected: stopped since ") {
			t.Errorf("%+v", ev)
		}
		for key, state := range r.journal.states {
			if key.Rule == NoData && key.Instance == "a" && !state.Raised() {
				t.Error("it is not held")
			}
		}
		r.feed(20*time.Hour, figures)
		told = append(told, "withdrawn capacity a connections", "withdrawn no_data a")
		r.want(told...)
		if ev := r.newest(); !ev.Gone.Equal(stops.AddDate(0, 0, 1)) || !strings.Contains(ev.Reason, "due for deletion since") {
			t.Errorf("%+v", ev)
		}
	})
}

// TestStoppedInstancesAreNoSilenceOfTheFleet: neither as silent ones nor as those that are not.
func TestStoppedInstancesAreNoSilenceOfTheFleet(t *testing.T) {
	for _, tt := range []struct {
		name   string
		silent []string
		want   []string
	}{
		{"six of ten are stopped", []string{"a", "b", "c", "d", "e", "f"}, nil},
		{"so are they, and one of four is silent", []string{"a", "b", "c", "d", "e", "f", "g"}, []string{"raised no_data g"}},
		{"so are they, and three of four are silent", []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}, []string{"raised no_data  for 3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var watches []Watch
				up := map[string]float64{}
				for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
					watches, up[id] = append(watches, watch(id)), 30
				}
				r := startRig(t, newMemoryJournal(), watches...)
				defer r.stop()
				r.setCalendar(stopsAt(time.Now().Add(5*time.Minute), "a", "b", "c", "d", "e", "f"))
				r.feed(5*time.Minute, up)
				for _, id := range tt.silent {
					up[id] = -1
				}
				r.feed(10*time.Minute, up)
				r.want(tt.want...)
			})
		})
	}
}

// TestGoneInstanceThatAnswers: what answers is there, whatever its calendar says, and its alarms
// go on.
func TestGoneInstanceThatAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.setCalendar(stopsAt(time.Now().AddDate(0, 0, -10), "a"))
		r.feed(5*time.Minute, map[string]float64{"a": 97, "b": 30, "c": 30})
		r.want("raised capacity a connections")
	})
}

// TestStoppedByTheWordOfTheCloud: the status of a cloud that means stopped is told as a stop, once, and holds
// no_data; a status that means nothing of that ends it.
func TestStoppedByTheWordOfTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		calendar := func(word fleet.Word) Calendar {
			in := &fleet.Instance{ID: "a", Name: "a", Product: "redis", Term: fleet.Term{Method: fleet.Subscription, Expires: now.Add(90 * day), Word: word}}
			c := in.Term.Course(fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}}}, nil)
			return Calendar{Terms: []TermWatch{{Instance: in, Course: &c, Rules: usualRules()}}}
		}
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"), watch("d"))
		defer r.stop()
		up := map[string]float64{"a": 30, "b": 30, "c": 30, "d": 30}
		r.setCalendar(calendar(fleet.Word{}))
		r.feed(2*time.Minute, up)
		r.want()
		r.setCalendar(calendar(fleet.Word{State: fleet.LifecycleSuspended, Since: time.Now().UTC(), Text: "Inactive"}))
		up["a"] = -1
		r.feed(time.Hour, up)
		r.want("raised suspension a")
		if ev := r.newest(); ev.Severity != Critical || ev.Details.Lead != 0 {
			t.Errorf("told %+v of %+v", ev, ev.Details)
		}
		up["a"] = 30
		r.setCalendar(calendar(fleet.Word{}))
		r.feed(time.Hour, up)
		r.want("raised suspension a", "cleared suspension a")
	})
}
