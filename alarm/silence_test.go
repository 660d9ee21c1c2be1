package alarm

import (
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
		r.want("raised no_data a", "raised no_data b")
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
