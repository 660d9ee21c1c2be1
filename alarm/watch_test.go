package alarm

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
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
		if diff := cmp.Diff(tt.want, settle(tt.state)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
