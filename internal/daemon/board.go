package daemon

import (
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// board holds the newest reading of every instance, for pages, API and
// /metrics. What it hands out are values and immutable readings.
type board struct {
	engine *alarm.Engine
	ledger *ledger // of balances

	// outlook tells when a metric will reach its threshold; nil before the advisor is
	// there.
	outlook func(id string, m fleet.Metric) (time.Time, bool)

	mu       sync.RWMutex
	snapshot *config.Snapshot
	index    map[string]int // of snapshot.Instances by ID
	readings []*fleet.Reading
	courses  []fleet.Course  // the calendars, by place in snapshot.Instances
	since    time.Time       // when they were worked out
	accounts []fleet.Account // who pays, in order of their names
}

func newBoard(s *config.Snapshot, l *ledger) *board {
	b := &board{ledger: l}
	b.set(s)
	return b
}

// set replaces what is watched. Readings of instances that stay are kept.
func (b *board) set(s *config.Snapshot) {
	index := make(map[string]int, len(s.Instances))
	readings := make([]*fleet.Reading, len(s.Instances))
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range s.Instances {
		id := s.Instances[i].ID
		index[id] = i
		if old, ok := b.index[id]; ok {
			readings[i] = b.readings[old]
		}
	}
	b.snapshot, b.index, b.readings = s, index, readings
	b.settle(time.Now())
}

// settle takes over what is known of accounts now, and works out the calendars
// anew. b.mu is held, unless nobody else knows b yet.
func (b *board) settle(now time.Time) {
	b.accounts = b.ledger.join(accountsOf(b.snapshot), now)
	b.courses, b.since = coursesOf(b.snapshot, b.accounts), now
}

// resettle is settle for when a balance has changed.
func (b *board) resettle(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle(now)
}

// given tells whether the balance of an account is given by hand.
func (b *board) given(account string) bool { return b.current().Accounts[account].Balance != nil }

// put notes readings.
func (b *board) put(readings []*fleet.Reading) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range readings {
		if i, ok := b.index[r.Instance]; ok {
			b.readings[i] = r
		}
	}
}

// newest returns the newest reading of each instance; one that was not read yet
// stands with the limits that were told before.
func (b *board) newest(before *limits) []*fleet.Reading {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := slices.Clone(b.readings)
	for i, r := range out {
		if told, ok := before.Told(b.snapshot.Instances[i].ID); ok && r == nil {
			out[i] = &fleet.Reading{Instance: b.snapshot.Instances[i].ID, Told: told}
		}
	}
	return out
}

// current returns the configuration that is in force.
func (b *board) current() *config.Snapshot {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.snapshot
}

// Standings tells how all instances stand, in order of their IDs.
func (b *board) Standings() []fleet.Standing {
	now := time.Now()
	b.mu.RLock()
	out := make([]fleet.Standing, len(b.snapshot.Instances))
	for i := range out {
		out[i] = b.standing(i, now)
	}
	index := b.index
	b.mu.RUnlock()
	b.engine.Each(func(id string, states [fleet.NumMetrics]fleet.MetricState) {
		if i, ok := index[id]; ok {
			out[i].States = states
		}
	})
	return out
}

// Remarks are what the operator should see to.
func (b *board) Remarks() []string {
	s := b.current()
	out := make([]string, len(s.Warnings))
	for i := range s.Warnings {
		out[i] = s.Warnings[i].Error()
	}
	return out
}

// Accounts lists the accounts, in order of their names.
func (b *board) Accounts() []fleet.Account {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.ledger.fresh(slices.Clone(b.accounts))
}

// Standing tells how one instance stands.
func (b *board) Standing(id string) (fleet.Standing, bool) {
	b.mu.RLock()
	i, ok := b.index[id]
	var st fleet.Standing
	if ok {
		st = b.standing(i, time.Now())
	}
	b.mu.RUnlock()
	if !ok {
		return fleet.Standing{}, false
	}
	if states, ok := b.engine.States(id); ok {
		st.States = states
	}
	return st, true
}

// standing tells how the instance at place i stands, but for the states of its
// metrics. b.mu is held.
func (b *board) standing(i int, now time.Time) fleet.Standing {
	in := &b.snapshot.Instances[i]
	st := fleet.Standing{Instance: in.Instance, Reading: b.readings[i], Course: &b.courses[i], Lifecycle: b.courses[i].At(now)}
	for m, rule := range in.Rules {
		st.States[m] = fleet.MetricUnwatched
		if rule != nil && len(rule.Levels) > 0 {
			st.Thresholds[m] = rule.Levels[0].Threshold
		}
	}
	return st
}

// lifecycle tells where an instance stands in its product's calendar.
func (b *board) lifecycle(in *fleet.Instance, now time.Time) fleet.Lifecycle {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, ok := b.index[in.ID]
	if !ok {
		return fleet.Lifecycle{State: fleet.LifecycleUnknown}
	}
	return b.courses[i].At(now)
}
