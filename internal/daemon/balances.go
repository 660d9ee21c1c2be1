package daemon

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun/balance"
)

// balanceEvery is how often an account is asked for its balance. A bill is issued
// once an hour at most, and the call costs none of the budget of CloudMonitor.
const balanceEvery = 10 * time.Minute

// balanceTimeout is how long one answer may take.
const balanceTimeout = 30 * time.Second

// balanceLook is how often it is looked which account is due.
const balanceLook = 5 * time.Second

// balanceBackoff is how long an account that refuses is left alone at most.
const balanceBackoff = time.Hour

// balanceClerk asks the accounts of clouds for their balances, one after the
// other.
type balanceClerk struct {
	clouds  *clouds
	ledger  *ledger
	given   func(account string) bool // its balance is given by hand
	changed func(context.Context)     // others see something change

	due   map[string]time.Time
	wait  map[string]time.Duration
	asked map[string]*cloudAccount // who was asked last
}

// run asks until ctx ends.
func (c *balanceClerk) run(ctx context.Context) error {
	c.due, c.wait, c.asked = make(map[string]time.Time), make(map[string]time.Duration), make(map[string]*cloudAccount)
	tick := time.NewTicker(balanceLook)
	defer tick.Stop()
	for {
		c.round(ctx, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// round asks all accounts that are due. One that is new, or has another key, is
// due at once.
func (c *balanceClerk) round(ctx context.Context, now time.Time) {
	open := c.clouds.shown.Load()
	if open == nil {
		return
	}
	changed := false
	wanted := func(name string) bool { return (*open)[name] != nil && !c.given(name) }
	for _, name := range slices.Sorted(maps.Keys(*open)) {
		account := (*open)[name]
		if !wanted(name) || c.asked[name] == account && now.Before(c.due[name]) || ctx.Err() != nil {
			continue
		}
		if c.asked[name] != account {
			c.wait[name] = 0
		}
		c.asked[name] = account
		changed = c.ask(ctx, name, account, now) || changed
	}
	c.ledger.forget(wanted)
	if changed {
		c.changed(ctx)
	}
}

// ask asks one account, and says when it is due again.
func (c *balanceClerk) ask(ctx context.Context, name string, account *cloudAccount, now time.Time) (changed bool) {
	ctx, cancel := context.WithTimeout(ctx, balanceTimeout)
	defer cancel()
	b, err := balance.Read(ctx, account.account, now.UTC().Truncate(time.Second))
	if err != nil {
		c.wait[name] = min(max(2*c.wait[name], balanceEvery), balanceBackoff)
		c.due[name] = now.Add(c.wait[name])
		if ctx.Err() == nil {
			c.ledger.failed(name, err)
		}
		return false
	}
	c.wait[name], c.due[name] = 0, now.Add(balanceEvery)
	return c.ledger.told(name, b)
}
