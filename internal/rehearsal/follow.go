package rehearsal

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Owners change terms and balances while a Machine goes on: people, as acts say, and
// automatic renewal, as the products' documents say. They are for one goroutine.
type Owners struct {
	all     *owners
	machine *Machine
}

// NewOwners lays out what is done while a Machine goes on until a moment. The error names
// all acts that the configuration does not fit.
func NewOwners(m *Machine, s *config.Snapshot, accounts []fleet.Account, acts []Act, until time.Time) (*Owners, error) {
	var errs []error
	for i := range acts {
		errs = append(errs, acts[i].check(s, m.Now(), until))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	zone := func(a *Act) *time.Location { return zoneOf(s, a) }
	return &Owners{newOwners(m.Calendar(), slices.Clone(accounts), acts, zone, true, m.Now()), m}, nil
}

// Next is when something is done next; false is never.
func (o *Owners) Next() (time.Time, bool) { return o.all.next() }

// Act does all that is done at the present moment of the Machine.
func (o *Owners) Act(ctx context.Context) error { return o.all.act(ctx, o.machine) }

// SetBalance says what an account has left from now on; false when there is no such account. An empty
// currency is that of before.
func (o *Owners) SetBalance(ctx context.Context, account string, amount fleet.Amount, currency string) (bool, error) {
	i := slices.IndexFunc(o.all.accounts, func(a fleet.Account) bool { return a.Name == account })
	if i < 0 {
		return false, nil
	}
	a := &o.all.accounts[i]
	b := enough(a, o.machine.Now()) // for its currency
	b.Amount = amount
	if currency != "" {
		b.Currency = currency
	}
	switch {
	case amount >= 0:
		a.OverdueSince = time.Time{}
	case a.OverdueSince.IsZero():
		a.OverdueSince = o.machine.Now()
	}
	a.Balance = b
	return true, o.all.putAccounts(ctx, o.machine)
}

// Episodes lists the alarms of a Machine.
func (m *Machine) Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error) {
	return m.outbox.Episodes(ctx, f)
}

// Ack acknowledges an open alarm.
func (m *Machine) Ack(ctx context.Context, code, by string) error {
	m.due()
	return m.engine.Ack(ctx, code, by)
}
