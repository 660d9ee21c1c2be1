// Package state tells how the fleet stands now: the newest reading of every
// instance, its course through the calendar, the accounts that pay, and the limits
// that servers and clouds gave. It knows no engine: View joins what is here with
// how the alarms stand.
package state

import (
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Fleet holds the configuration in force, with the newest reading and the course of
// every instance. It hands out values, and readings that nobody writes to. It is
// safe for use from several goroutines, and calls nobody while it holds its lock.
type Fleet struct {
	mu       sync.RWMutex
	snapshot *config.Snapshot
	index    map[string]int // of snapshot.Instances by ID
	readings []*fleet.Reading
	courses  []fleet.Course  // by place in snapshot.Instances
	levels   []*fleet.Levels // likewise
	since    time.Time       // when the courses were worked out
	accounts []fleet.Account // who pays, in order of their names
	known    map[string]fleet.Existence
}

// New returns the state of a fleet of which nothing was read yet. accounts are those
// of the configuration, with their balances, in order of names.
func New(s *config.Snapshot, accounts []fleet.Account, now time.Time) *Fleet {
	f := &Fleet{}
	f.Set(s, accounts, now)
	return f
}

// Set puts another configuration into force. Readings of instances that stay are
// kept.
func (f *Fleet) Set(s *config.Snapshot, accounts []fleet.Account, now time.Time) {
	index := make(map[string]int, len(s.Instances))
	readings := make([]*fleet.Reading, len(s.Instances))
	levels := levelsOf(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	courses := coursesOf(s, accounts, f.known)
	for i := range s.Instances {
		id := s.Instances[i].ID
		index[id] = i
		if old, ok := f.index[id]; ok {
			readings[i] = f.readings[old]
		}
	}
	f.snapshot, f.index, f.readings, f.levels = s, index, readings, levels
	f.accounts, f.courses, f.since = accounts, courses, now
}

// SetAccounts takes over accounts whose balances changed, and works out the courses
// anew.
func (f *Fleet) SetAccounts(accounts []fleet.Account, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accounts, f.courses, f.since = accounts, coursesOf(f.snapshot, accounts, f.known), now
}

// SetExistence says what is known of whether instances exist whose deletion was due, and works
// out the courses anew.
func (f *Fleet) SetExistence(known map[string]fleet.Existence, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known, f.courses, f.since = known, coursesOf(f.snapshot, f.accounts, known), now
}

// Put takes readings. Those of instances that are not in the configuration are
// dropped.
func (f *Fleet) Put(readings []*fleet.Reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range readings {
		if i, ok := f.index[r.Instance]; ok {
			f.readings[i] = r
		}
	}
}

// Configuration returns the configuration that is in force.
func (f *Fleet) Configuration() *config.Snapshot {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.snapshot
}

// BalanceGiven tells whether the balance of an account is given by hand.
func (f *Fleet) BalanceGiven(account string) bool { return f.Configuration().BalanceGiven(account) }

// Remarks lists what the operator should see to in the configuration.
func (f *Fleet) Remarks() []string {
	s := f.Configuration()
	out := make([]string, len(s.Warnings))
	for i := range s.Warnings {
		out[i] = s.Warnings[i].Error()
	}
	return out
}

// accountList returns the accounts in order of names. The caller may change it.
func (f *Fleet) accountList() []fleet.Account {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return slices.Clone(f.accounts)
}

// newest returns the newest reading of each instance, nil where there is none, and
// the IDs of the instances in the same order.
func (f *Fleet) newest() (readings []*fleet.Reading, ids []string) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	ids = make([]string, len(f.snapshot.Instances))
	for i := range ids {
		ids[i] = f.snapshot.Instances[i].ID
	}
	return slices.Clone(f.readings), ids
}

// standings tells how all instances stand at the moment now, in order of their IDs,
// but for the states of their metrics. index finds an instance by its ID.
func (f *Fleet) standings(now time.Time) (out []fleet.Standing, index map[string]int) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	out = make([]fleet.Standing, len(f.snapshot.Instances))
	for i := range out {
		out[i] = f.standing(i, now)
	}
	return out, f.index
}

// one tells how one instance stands, but for the states of its metrics.
func (f *Fleet) one(id string, now time.Time) (fleet.Standing, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	i, ok := f.index[id]
	if !ok {
		return fleet.Standing{}, false
	}
	return f.standing(i, now), true
}

// standing tells how the instance at place i stands, but for the states of its
// metrics. f.mu is held.
func (f *Fleet) standing(i int, now time.Time) fleet.Standing {
	in := &f.snapshot.Instances[i]
	st := fleet.Standing{Instance: in.Instance, Reading: expected(f.readings[i], &f.courses[i], now), Course: &f.courses[i], Lifecycle: f.courses[i].At(now), Levels: f.levels[i]}
	for m := range st.States {
		st.States[m] = fleet.MetricUnwatched
	}
	return st
}
