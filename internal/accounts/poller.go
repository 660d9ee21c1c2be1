package accounts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/collector/aliyun/balance"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// balanceEvery is how often an account is asked for its balance. A bill is issued
	// once an hour at most, and the call costs none of the budget of CloudMonitor.
	balanceEvery = 10 * time.Minute
	// balanceTimeout is how long one answer may take.
	balanceTimeout = 30 * time.Second
	// balanceLook is how often it is looked which account is due.
	balanceLook = 5 * time.Second
	// balanceRetry is how long it takes to ask anew after a failure; each further one
	// doubles it, up to balanceEvery while there is no answer, and up to
	// balanceBackoff while the cloud refuses.
	balanceRetry   = time.Minute
	balanceBackoff = time.Hour
	// balanceParallel is how many accounts are asked at the same time, so that one
	// that does not answer keeps few others waiting.
	balanceParallel = 8
)

// Manual tells whether the balance of an account is given by hand. Such an account
// is not asked.
type Manual interface {
	BalanceGiven(account string) bool
}

// Poller asks accounts for their balances, and writes the answers into a Ledger.
type Poller struct {
	accounts *Accounts
	ledger   *Ledger
	manual   Manual
	changed  func(context.Context) // called after a round that changed a balance
	read     func(context.Context, *aliyun.Account, time.Time) (fleet.Balance, error)

	plans map[string]balancePlan
}

// balancePlan is when an account is asked next.
type balancePlan struct {
	asked *Account // who was asked last
	due   time.Time
	wait  time.Duration // after the failure; 0 after an answer
}

// NewPoller returns a Poller. It calls changed after each round in which a balance
// changed that others see, without a lock held.
func NewPoller(a *Accounts, l *Ledger, m Manual, changed func(context.Context)) *Poller {
	return &Poller{accounts: a, ledger: l, manual: m, changed: changed, read: balance.Read, plans: make(map[string]balancePlan)}
}

// Run asks until ctx ends.
func (c *Poller) Run(ctx context.Context) error {
	tick := time.NewTicker(balanceLook)
	defer tick.Stop()
	for {
		c.Round(ctx, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Round asks all accounts that are due at the moment now. One that is new, or has another key, is
// due at once.
func (c *Poller) Round(ctx context.Context, now time.Time) {
	var open Set
	if set := c.accounts.shown.Load(); set != nil {
		open = *set
	}
	wanted := func(name string) bool { return open[name] != nil && !c.manual.BalanceGiven(name) }
	maps.DeleteFunc(c.plans, func(name string, _ balancePlan) bool { return !wanted(name) })
	c.ledger.Forget(wanted)
	changed := c.ledger.Mend(now)
	var due []string
	for _, name := range slices.Sorted(maps.Keys(open)) {
		if p := c.plans[name]; wanted(name) && (p.asked != open[name] || !now.Before(p.due)) {
			due = append(due, name)
		}
	}
	for i, met := range c.ask(ctx, open, due, now) {
		c.plan(due[i], open[due[i]], met.err, now)
		changed = changed || met.news
	}
	if changed && ctx.Err() == nil {
		c.changed(ctx)
	}
}

// answer is the outcome of asking one account.
type answer struct {
	news bool // others see something change
	err  error
}

// ask asks accounts, some at a time.
func (c *Poller) ask(ctx context.Context, open Set, due []string, now time.Time) []answer {
	met := make([]answer, len(due))
	slots := make(chan struct{}, balanceParallel)
	var under sync.WaitGroup
	for i, name := range due {
		slots <- struct{}{}
		under.Go(func() {
			defer func() { <-slots }()
			met[i] = c.askOne(ctx, name, open[name], now)
		})
	}
	under.Wait()
	return met
}

// askOne asks one account.
func (c *Poller) askOne(ctx context.Context, name string, account *Account, now time.Time) answer {
	limited, cancel := context.WithTimeout(ctx, balanceTimeout)
	defer cancel()
	b, err := c.read(limited, account.cloud, now.UTC().Truncate(time.Second))
	switch {
	case err == nil:
		return answer{news: c.ledger.Report(name, b)}
	case ctx.Err() == nil: // or else it is we who stop
		c.ledger.Failed(name, err)
	}
	return answer{err: err}
}

// plan says when an account is asked next.
func (c *Poller) plan(name string, account *Account, err error, now time.Time) {
	p := c.plans[name]
	if p.asked != account {
		p = balancePlan{asked: account}
	}
	if err == nil {
		p.wait, p.due = 0, now.Add(balanceEvery)
		c.plans[name] = p
		return
	}
	longest := balanceEvery
	if _, refused := errors.AsType[*aliyun.CallError](err); refused {
		longest = balanceBackoff
	}
	p.wait = min(max(2*p.wait, balanceRetry), longest)
	p.due = now.Add(p.wait)
	c.plans[name] = p
}
