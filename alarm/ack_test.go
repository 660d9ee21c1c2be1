package alarm

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestEngineAck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		code := j.commits[0].Events[0].Code
		if err := r.Ack(t.Context(), "Z9ZZ", "wei"); !errors.Is(err, ErrNoEpisode) {
			t.Errorf("unknown code: %v", err)
		}
		for range 2 {
			if err := r.Ack(t.Context(), code, "wei"); err != nil {
				t.Fatal(err)
			}
		}
		r.want("raised capacity a connections", "acknowledged capacity a connections")
		if got := j.states[Key{Rule: Capacity, Instance: "a", Metric: fleet.Connections}].AckedBy; got != "wei" {
			t.Errorf("acknowledged by %q", got)
		}
	})
}

// TestEngineAckAll: all that are named are acknowledged in one commit, each once, and
// the codes that are not open come back.
func TestEngineAckAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 80, "c": 30})
		codes := make(map[string]string)
		for _, c := range j.commits {
			for i := range c.Events {
				codes[c.Events[i].Key.Instance] = c.Events[i].Code
			}
		}
		before := len(j.commits)
		missing, err := r.AckAll(t.Context(), []string{codes["a"], "Z9ZZ", codes["b"], codes["a"]}, "wei")
		if err != nil || !slices.Equal(missing, []string{"Z9ZZ"}) {
			t.Fatalf("missing %q, %v", missing, err)
		}
		if len(j.commits) != before+1 {
			t.Errorf("%d commits, want one", len(j.commits)-before)
		}
		if missing, err := r.AckAll(t.Context(), []string{codes["b"]}, "alice"); err != nil || missing != nil {
			t.Errorf("again: missing %q, %v", missing, err)
		}
		for _, id := range []string{"a", "b"} {
			if got := j.states[Key{Rule: Capacity, Instance: id, Metric: fleet.Connections}].AckedBy; got != "wei" {
				t.Errorf("%s is acknowledged by %q, want by who was first", id, got)
			}
		}
		r.want("raised capacity a connections", "raised capacity b connections", "acknowledged capacity a connections", "acknowledged capacity b connections")
	})
}

// TestEngineAckAllOfMany: a long list is several commits, since one must not hold up
// the others.
func TestEngineAckAllOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"))
		defer r.stop()
		codes := make([]string, 2*ackedAtOnce+1)
		for i := range codes {
			codes[i] = fmt.Sprintf("Z9%04d", i)
		}
		missing, err := r.AckAll(t.Context(), codes, "wei")
		if err != nil || !slices.Equal(missing, codes) {
			t.Errorf("%d of %d missing, %v", len(missing), len(codes), err)
		}
	})
}
