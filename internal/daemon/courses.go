package daemon

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/fleet"
)

// accountsOf lists who pays, in order of their names.
func accountsOf(s *config.Snapshot) []fleet.Account {
	out := make([]fleet.Account, 0, len(s.Accounts))
	for _, name := range slices.Sorted(maps.Keys(s.Accounts)) {
		out = append(out, s.Accounts[name])
	}
	return out
}

// coursesOf works out the calendar of each instance.
func coursesOf(s *config.Snapshot, accounts []fleet.Account) []fleet.Course {
	payers := make(map[string]*fleet.Account, len(accounts))
	for i := range accounts {
		payers[accounts[i].Name] = &accounts[i]
	}
	out := make([]fleet.Course, len(s.Instances))
	for i := range s.Instances {
		in := s.Instances[i].Instance
		var policy fleet.Policy
		if s.Catalogue != nil {
			policy = s.Catalogue.Policies[in.Term.Policy]
		}
		out[i] = in.Term.Course(policy, payers[in.Account])
	}
	return out
}

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
