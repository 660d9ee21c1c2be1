package daemon

import (
	"maps"
	"slices"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
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

// calendar is what is judged by the clock. It refers to values that nothing
// writes to any more: another configuration or balance brings others.
func (b *board) calendar() alarm.Calendar {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s := b.snapshot
	c := alarm.Calendar{Agendas: make([]alarm.Agenda, len(s.Instances)), Payers: make([]alarm.Payer, len(b.accounts)), Outlook: b.outlook}
	payers := make(map[string]*fleet.Account, len(b.accounts))
	for i := range b.accounts {
		a := &b.accounts[i]
		payers[a.Name] = a
		c.Payers[i] = alarm.Payer{Account: a, Overdue: s.Payers[a.Name].Overdue, LowBalance: s.Payers[a.Name].LowBalance}
	}
	for i := range s.Instances {
		in := &s.Instances[i]
		c.Agendas[i] = alarm.Agenda{Instance: in.Instance, Course: &b.courses[i], Account: payers[in.Account], Rules: in.Calendar}
	}
	return c
}
