package state

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// States tells how the metrics of instances stand with their alarms, and how bad those
// are whose alarm is open. Each calls f for every watched instance; f must not call back.
type States interface {
	Each(f func(id string, states [fleet.NumMetrics]fleet.MetricState, severities fleet.Severities))
	States(id string) ([fleet.NumMetrics]fleet.MetricState, bool)
	Severities(id string) fleet.Severities
}

// Balances gives accounts the newest age of their balances.
type Balances interface {
	Fresh(accounts []fleet.Account) []fleet.Account
}

// View tells pages, API and metrics how the fleet stands, alarms and ages of
// balances included.
type View struct {
	fleet    *Fleet
	states   States
	balances Balances
}

// NewView returns a View of a fleet.
func NewView(f *Fleet, s States, b Balances) *View { return &View{f, s, b} }

// Standings tells how all instances stand, in order of their IDs.
func (v *View) Standings() []fleet.Standing {
	out, index := v.fleet.standings(time.Now())
	v.states.Each(func(id string, states [fleet.NumMetrics]fleet.MetricState, severities fleet.Severities) {
		if i, ok := index[id]; ok {
			out[i].States, out[i].Severities = states, severities
		}
	})
	return out
}

// Standing tells how one instance stands.
func (v *View) Standing(id string) (fleet.Standing, bool) {
	st, ok := v.fleet.one(id, time.Now())
	if !ok {
		return fleet.Standing{}, false
	}
	if states, ok := v.states.States(id); ok {
		st.States, st.Severities = states, v.states.Severities(id)
	}
	return st, true
}

// Accounts lists the accounts, in order of their names.
func (v *View) Accounts() []fleet.Account { return v.balances.Fresh(v.fleet.accountList()) }
