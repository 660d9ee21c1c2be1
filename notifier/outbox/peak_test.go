package outbox

import (
	"testing"
	"testing/synctest"

	"github.com/brimwatch/brimwatch/alarm"
)

// TestPeakIsKept: an episode has the highest usage that its events knew, and one that knows none
// takes nothing away.
func TestPeakIsKept(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(nil)).start()
		defer r.stop()
		for _, step := range []struct {
			kind              alarm.EventKind
			peak, of          float64
			wantPeak, wantsOf float64
		}{
			{alarm.Raised, 75, 100, 75, 100}, {alarm.Escalated, 92, 100, 92, 100}, {alarm.Acked, 0, 0, 92, 100}, {alarm.Reminded, 0, 0, 92, 100}, {alarm.Eased, 96, 110, 96, 110}, {alarm.Cleared, 96, 110, 96, 110},
		} {
			c := commitOf(step.kind, "A2BC")
			c.Events[0].Peak, c.Events[0].PeakOf = step.peak, step.of
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			list, err := r.Episodes(t.Context(), alarm.EpisodeFilter{})
			if err != nil || len(list) != 1 || list[0].Peak != step.wantPeak || list[0].PeakOf != step.wantsOf {
				t.Errorf("after %s: %+v, %v", step.kind, list, err)
			}
		}
	})
}
