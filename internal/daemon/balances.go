package daemon

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

// balanceClerk asks the accounts of clouds for their balances.
type balanceClerk struct {
	clouds  *clouds
	ledger  *ledger
	given   func(account string) bool // its balance is given by hand
	changed func(context.Context)     // others see something change
	read    func(context.Context, *aliyun.Account, time.Time) (fleet.Balance, error)
	clock   func() time.Time

	plans map[string]balancePlan
}

// balancePlan is when an account is asked next.
type balancePlan struct {
	asked *cloudAccount // who was asked last
	due   time.Time
	wait  time.Duration // after the failure; 0 after an answer
}

func newBalanceClerk(c *clouds, l *ledger, given func(string) bool, changed func(context.Context)) *balanceClerk {
	return &balanceClerk{clouds: c, ledger: l, given: given, changed: changed, read: balance.Read, clock: time.Now, plans: make(map[string]balancePlan)}
}

// run asks until ctx ends.
func (c *balanceClerk) run(ctx context.Context) error {
	tick := time.NewTicker(balanceLook)
	defer tick.Stop()
	for {
		c.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// round asks all accounts that are due. One that is new, or has another key, is
// due at once.
func (c *balanceClerk) round(ctx context.Context) {
	var open cloudSet
	if set := c.clouds.shown.Load(); set != nil {
		open = *set
	}
	wanted := func(name string) bool { return open[name] != nil && !c.given(name) }
	maps.DeleteFunc(c.plans, func(name string, _ balancePlan) bool { return !wanted(name) })
	c.ledger.forget(wanted)
	changed := c.ledger.mend(c.clock())
	var due []string
	for _, name := range slices.Sorted(maps.Keys(open)) {
		if p := c.plans[name]; wanted(name) && (p.asked != open[name] || !c.clock().Before(p.due)) {
			due = append(due, name)
		}
	}
	for i, met := range c.ask(ctx, open, due) {
		c.plan(due[i], open[due[i]], met.err)
		changed = changed || met.news
	}
	if changed && ctx.Err() == nil {
		c.changed(ctx)
	}
}

// balanceMet is what asking one account came to.
type balanceMet struct {
	news bool // others see something change
	err  error
}

// ask asks accounts, some at a time.
func (c *balanceClerk) ask(ctx context.Context, open cloudSet, due []string) []balanceMet {
	met := make([]balanceMet, len(due))
	slots := make(chan struct{}, balanceParallel)
	var under sync.WaitGroup
	for i, name := range due {
		slots <- struct{}{}
		under.Go(func() {
			defer func() { <-slots }()
			met[i] = c.askOne(ctx, name, open[name])
		})
	}
	under.Wait()
	return met
}

// askOne asks one account.
func (c *balanceClerk) askOne(ctx context.Context, name string, account *cloudAccount) balanceMet {
	limited, cancel := context.WithTimeout(ctx, balanceTimeout)
	defer cancel()
	b, err := c.read(limited, account.account, c.clock().UTC().Truncate(time.Second))
	switch {
	case err == nil:
		return balanceMet{news: c.ledger.told(name, b)}
	case ctx.Err() == nil: // or else it is we who stop
		c.ledger.failed(name, err)
	}
	return balanceMet{err: err}
}

// plan says when an account is asked next.
func (c *balanceClerk) plan(name string, account *cloudAccount, err error) {
	p := c.plans[name]
	if p.asked != account {
		p = balancePlan{asked: account}
	}
	if err == nil {
		p.wait, p.due = 0, c.clock().Add(balanceEvery)
		c.plans[name] = p
		return
	}
	longest := balanceEvery
	if _, refused := errors.AsType[*aliyun.CallError](err); refused {
		longest = balanceBackoff
	}
	p.wait = min(max(2*p.wait, balanceRetry), longest)
	p.due = c.clock().Add(p.wait)
	c.plans[name] = p
}
