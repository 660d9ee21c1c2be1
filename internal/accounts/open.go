// Package accounts keeps the accounts of clouds: how each is asked, what instances
// were found in it, and what it has left. It knows neither how instances are read
// nor who is told.
//
// Accounts holds the open accounts and looks through them for instances. Ledger
// remembers balances over restarts. Poller asks accounts for their balances.
package accounts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/collector/aliyun/inventory"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Options is what Accounts are built from. Only Logger is needed.
type Options struct {
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: accounts are not measured
	// Dir is the folder for what outlives a restart: the instances that were found,
	// and the calls that were made. "" keeps nothing.
	Dir string
	// Changed is called when another set of instances was found. It must not block.
	Changed func()
}

// Accounts holds the open accounts, and looks through them for instances. Prepare,
// Join, Load, Discard, Swap, Start and Stop are called by one goroutine at a time;
// Remarks, SweepOnce and the Poller may be called beside them.
type Accounts struct {
	Options
	log     *slog.Logger
	open    Set
	shown   atomic.Pointer[Set] // open, for other goroutines
	running bool
}

// Account is one open account.
type Account struct {
	from      config.Cloud
	zone      *time.Location
	cloud     *aliyun.Account
	inventory *inventory.Inventory // nil: nothing is looked for
	sweeps    *sweeps              // nil: not running
}

// sweeps is the goroutine that looks through one account.
type sweeps struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

// Set is the accounts that Prepare opened, by name. Nothing of it runs before Swap.
type Set map[string]*Account

// New returns Accounts of which none is open.
func New(o Options) *Accounts {
	if o.Changed == nil {
		o.Changed = func() {}
	}
	return &Accounts{Options: o, log: o.Logger.With("component", "accounts"), open: Set{}}
}

// Cloud returns what asks the account called name; nil when it is not open.
func (set Set) Cloud(name string) *aliyun.Account {
	if a := set[name]; a != nil {
		return a.cloud
	}
	return nil
}

// Prepare builds what asks the accounts of a configuration, taking over those
// that did not change. When one cannot be built, nothing has changed.
func (c *Accounts) Prepare(s *config.Snapshot) (_ Set, err error) {
	set := make(Set, len(s.Clouds))
	defer func() {
		if err != nil {
			c.Discard(set)
		}
	}()
	if err := c.makeDir(s); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Clouds)) {
		from, zone := s.Clouds[name], s.Accounts[name].Zone
		if old := c.open[name]; old != nil && reflect.DeepEqual(old.from, from) && old.zone.String() == zone.String() {
			set[name] = old
			continue
		}
		if set[name], err = c.build(name, from, zone); err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
	}
	return set, nil
}

// build makes what asks one account; it asks nothing yet.
func (c *Accounts) build(name string, from config.Cloud, zone *time.Location) (*Account, error) {
	account, err := aliyun.NewAccount(aliyun.AccountOptions{
		Name: name, AccessKeyID: from.AccessKeyID.Reveal(), AccessKeySecret: from.AccessKeySecret.Reveal(), Endpoint: from.Endpoint,
		MeterFile: c.file(name, "calls"), MonthlyCalls: int64(from.MonthlyCalls), Logger: c.Logger, Registerer: c.Registerer,
	})
	if err != nil {
		return nil, err
	}
	out := &Account{from: from, zone: zone, cloud: account}
	if d := from.Discover; d != nil {
		out.inventory, err = inventory.New(inventory.Options{
			Account: account, Name: name, Regions: slices.Clone(d.Regions), Products: slices.Clone(d.Products), Zone: zone,
			CacheFile: c.file(name, "found"), Logger: c.Logger,
		})
	}
	if err != nil {
		return nil, errors.Join(err, account.Close())
	}
	return out, nil
}

// file is where something about an account is kept.
func (c *Accounts) file(account, what string) string {
	if c.Dir == "" {
		return ""
	}
	return filepath.Join(c.Dir, "accounts", url.PathEscape(account)+"."+what+".json")
}

// Discard closes the accounts of a set that is not taken.
func (c *Accounts) Discard(set Set) {
	for name, b := range set {
		if b != nil && c.open[name] != b {
			c.close(name, b)
		}
	}
}

func (c *Accounts) close(name string, b *Account) {
	if b.sweeps != nil {
		b.sweeps.cancel()
		<-b.sweeps.ended
		b.sweeps = nil
	}
	if err := b.cloud.Close(); err != nil {
		c.log.Warn("account could not be closed", "account", name, "error", err)
	}
}

// Swap puts a prepared set into force, closes the accounts that it does not have,
// and looks through its own if Start was called.
func (c *Accounts) Swap(set Set) {
	before := c.open
	c.open = set
	c.shown.Store(&set)
	for name, b := range before {
		if set[name] != b {
			c.close(name, b)
		}
	}
	if c.running {
		c.Start()
	}
}

// Start begins to look through the accounts for instances.
func (c *Accounts) Start() {
	c.running = true
	for _, b := range c.open {
		if b.inventory == nil || b.sweeps != nil {
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		running := &sweeps{cancel: cancel, ended: make(chan struct{})}
		go func() {
			defer close(running.ended)
			b.inventory.Run(ctx, b.from.Discover.Every, c.Changed)
		}()
		b.sweeps = running
	}
}

// Stop ends all that was started, and closes the accounts. It never fails; the
// error is for those who close many things.
func (c *Accounts) Stop() error {
	c.running = false
	c.Swap(Set{})
	return nil
}

// Found lists the instances that were found in all accounts of a set.
func (set Set) Found() []fleet.Found {
	var out []fleet.Found
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if i := set[name].inventory; i != nil {
			out = append(out, i.Found()...)
		}
	}
	return out
}

// Found lists the instances that were found in the accounts in force.
func (c *Accounts) Found() []fleet.Found {
	if set := c.shown.Load(); set != nil {
		return set.Found()
	}
	return nil
}

// Listed tells when a cloud's list of instances last had one that is not released; zero when none has it.
func (c *Accounts) Listed(id string) time.Time {
	var at time.Time
	if set := c.shown.Load(); set != nil {
		for _, f := range set.Found() {
			gone := f.Word.State == fleet.LifecycleReleased || f.Word.State == fleet.LifecycleRecycled
			if f.ID == id && f.At.After(at) && !gone {
				at = f.At
			}
		}
	}
	return at
}

// Remarks lists the faults that looking through the accounts met, in words.
func (c *Accounts) Remarks() []string {
	if set := c.shown.Load(); set != nil {
		return set.problems()
	}
	return nil
}

// problems lists the faults of a set, in words.
func (set Set) problems() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if text := stretched(set[name].cloud.Budget(time.Now())); text != "" {
			out = append(out, "account "+name+": "+text)
		}
		if i := set[name].inventory; i != nil {
			// What the cloud does not tell is in the configuration's own warnings, which
			// know what is given by hand.
			for _, p := range i.Faults() {
				out = append(out, "account "+name+": "+p)
			}
		}
	}
	return out
}

// stretched says that an account is asked less often than was wanted; "" when it
// is not.
func stretched(b aliyun.Budget) string {
	if b.Pace <= 1 {
		return ""
	}
	return fmt.Sprintf("%d of the %d calls of %s are used, so its instances are read %.1f times less often than configured: raise monthly_calls, or the interval of sources that may be read less often",
		b.Calls, b.Limit, b.Month, b.Pace)
}

// makeDir makes the folder of what is kept about accounts.
func (c *Accounts) makeDir(s *config.Snapshot) error {
	if c.Dir == "" || len(s.Clouds) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(c.Dir, "accounts"), 0o750); err != nil {
		return fmt.Errorf("make the folder for accounts: %w", err)
	}
	return nil
}

// Load reads a configuration together with the instances that were found in its
// accounts. The caller swaps or discards the set.
func (c *Accounts) Load(path string) (*config.Snapshot, Set, error) {
	s, err := config.Load(path)
	if err != nil {
		return nil, nil, err
	}
	return c.Join(s, path)
}

// Join opens the accounts of a configuration that was read from path, and joins it
// with the instances that were found in them.
func (c *Accounts) Join(s *config.Snapshot, path string) (*config.Snapshot, Set, error) {
	set, err := c.Prepare(s)
	if err != nil {
		return nil, nil, err
	}
	if found := set.Found(); len(found) > 0 {
		if s, err = config.LoadWith(path, found); err != nil {
			c.Discard(set)
			return nil, nil, err
		}
	}
	return s, set, nil
}

// SweepOnce looks through all open accounts once, and returns the faults it met,
// one for each account that could not be looked through.
func (c *Accounts) SweepOnce(ctx context.Context, now time.Time) []string {
	set := c.shown.Load()
	if set == nil {
		return nil
	}
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(*set)) {
		if i := (*set)[name].inventory; i != nil {
			if _, err := i.Sweep(ctx, now); err != nil {
				faults = append(faults, fmt.Sprintf("account %s: %v", name, err))
			}
		}
	}
	return faults
}

// Open returns the accounts that are in force.
func (c *Accounts) Open() Set { return c.open }
