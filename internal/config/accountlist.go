package config

import (
	"maps"
	"slices"

	"github.com/brimwatch/brimwatch/fleet"
)

// AccountList lists who pays, in order of their names.
func (s *Snapshot) AccountList() []fleet.Account {
	out := make([]fleet.Account, 0, len(s.Accounts))
	for _, name := range slices.Sorted(maps.Keys(s.Accounts)) {
		out = append(out, s.Accounts[name])
	}
	return out
}

// BalanceGiven tells whether the balance of an account is given by hand.
func (s *Snapshot) BalanceGiven(account string) bool { return s.Accounts[account].Balance != nil }

// FleetInstances lists the instances without their configuration, in order of ID.
func (s *Snapshot) FleetInstances() []*fleet.Instance {
	out := make([]*fleet.Instance, len(s.Instances))
	for i := range s.Instances {
		out[i] = s.Instances[i].Instance
	}
	return out
}
