package state

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// coursesOf works out the calendar of each instance, with what is known of whether it exists.
func coursesOf(s *config.Snapshot, accounts []fleet.Account, known map[string]fleet.Existence) []fleet.Course {
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
		if e, asked := known[in.ID]; asked {
			out[i] = out[i].Told(e)
		}
	}
	return out
}

// Calendar returns what the engine judges by the clock. It refers to values that
// nobody writes to any more: another configuration or balance brings others.
func (f *Fleet) Calendar() alarm.Calendar {
	f.mu.RLock()
	defer f.mu.RUnlock()
	s := f.snapshot
	c := alarm.Calendar{Terms: make([]alarm.TermWatch, len(s.Instances)), Payers: make([]alarm.Payer, len(f.accounts))}
	payers := make(map[string]*fleet.Account, len(f.accounts))
	for i := range f.accounts {
		a := &f.accounts[i]
		payers[a.Name] = a
		c.Payers[i] = alarm.Payer{Account: a, Overdue: s.Payers[a.Name].Overdue, LowBalance: s.Payers[a.Name].LowBalance, Shortfall: s.Payers[a.Name].Shortfall}
	}
	for i := range s.Instances {
		in := &s.Instances[i]
		c.Terms[i] = alarm.TermWatch{Instance: in.Instance, Course: &f.courses[i], Account: payers[in.Account], Rules: in.Calendar}
	}
	return c
}

// Lifecycle tells where an instance stands in its product's calendar.
func (f *Fleet) Lifecycle(in *fleet.Instance, now time.Time) fleet.Lifecycle {
	f.mu.RLock()
	defer f.mu.RUnlock()
	i, ok := f.index[in.ID]
	if !ok {
		return fleet.Lifecycle{State: fleet.LifecycleUnknown}
	}
	return f.courses[i].At(now)
}
