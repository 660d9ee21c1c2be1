package daemon

import (
	"iter"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// inForce tells the calendars that are in force, that of the instance called id or
// all when it is "", and since when they have been.
func (b *board) inForce(id string) (time.Time, iter.Seq2[*fleet.Instance, *fleet.Course]) {
	b.mu.RLock()
	instances, courses, since := b.snapshot.Instances, b.courses, b.since
	first, last := 0, len(instances)
	if id != "" {
		i, ok := b.index[id]
		first, last = i, i
		if ok {
			last++
		}
	}
	b.mu.RUnlock()
	return since, func(yield func(*fleet.Instance, *fleet.Course) bool) {
		for i := first; i < last; i++ {
			if !yield(instances[i].Instance, &courses[i]) {
				return
			}
		}
	}
}
