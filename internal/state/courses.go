package state

import (
	"iter"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Courses lists the courses in force, that of the instance called id or all when it
// is "", and since when they have been.
func (f *Fleet) Courses(id string) (time.Time, iter.Seq2[*fleet.Instance, *fleet.Course]) {
	f.mu.RLock()
	instances, courses, since := f.snapshot.Instances, f.courses, f.since
	first, last := 0, len(instances)
	if id != "" {
		i, ok := f.index[id]
		first, last = i, i
		if ok {
			last++
		}
	}
	f.mu.RUnlock()
	return since, func(yield func(*fleet.Instance, *fleet.Course) bool) {
		for i := first; i < last; i++ {
			if !yield(instances[i].Instance, &courses[i]) {
				return
			}
		}
	}
}
