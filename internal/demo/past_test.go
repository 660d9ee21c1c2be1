package demo

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// TestAMonthIsRecorded: behind each instance lies a month that fits to how it begins, below
// the threshold, with the capacity that it had then.
func TestAMonthIsRecorded(t *testing.T) {
	began, dir := time.Now(), t.TempDir()
	if err := recordPast(dir, subjects(true), began); err != nil {
		t.Fatal(err)
	}
	store, err := statistics.Open(statistics.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, s := range subjects(true) {
		all, err := store.Statistics(t.Context(), s.instance.ID, began.Add(-pastLength), began, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		found := make(map[fleet.Metric]fleet.Series)
		for _, one := range all {
			found[one.Metric] = one
		}
		for _, h := range s.habits {
			one := found[h.metric]
			if len(one.Usage) < 28*24 || len(one.Capacity) < 28*24 {
				t.Errorf("%s %s has %d points and %d of its capacity in 30 days", s.instance.ID, h.metric, len(one.Usage), len(one.Capacity))
				continue
			}
			for i, p := range one.Usage {
				if p.V < 0 || p.V > 0.7*one.Capacity[min(i, len(one.Capacity)-1)].V {
					t.Errorf("%s %s is %g at %s", s.instance.ID, h.metric, p.V, p.T)
					break
				}
			}
			if last := one.Usage[len(one.Usage)-1]; last.V < 0.6*h.now || last.V > 1.5*h.now {
				t.Errorf("%s %s ends at %g and goes on at %g", s.instance.ID, h.metric, last.V, h.now)
			}
		}
		if c := found[fleet.Connections].Capacity; s.instance.ID == idOrders && (c[0].V != formerMaxConnection || c[len(c)-1].V != capacityConnections) {
			t.Errorf("the capacity of Orders goes from %g to %g", c[0].V, c[len(c)-1].V)
		}
	}
}
