package daemon

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

// clouds keeps how the accounts of clouds are asked, and looks through them for
// instances. Its methods are called under the reload lock, but for remarks.
type clouds struct {
	log        *slog.Logger
	registerer prometheus.Registerer // nil: accounts are not measured
	dir        string                // for what is kept over restarts; "" keeps nothing
	changed    func()                // called when another set of instances was found; must not block
	open       cloudSet
	shown      atomic.Pointer[cloudSet] // open, for those who do not hold the lock
	running    bool
}

// cloudAccount is one account.
type cloudAccount struct {
	from      config.Cloud
	zone      *time.Location
	account   *aliyun.Account
	inventory *inventory.Inventory // nil: nothing is looked for
	sweeps    *part                // nil: not running
}

// cloudSet is what prepare built: nothing of it runs before swap.
type cloudSet map[string]*cloudAccount

func newClouds(log *slog.Logger, registerer prometheus.Registerer, dir string, changed func()) *clouds {
	return &clouds{log: log, registerer: registerer, dir: dir, changed: changed, open: cloudSet{}}
}

// prepare builds what asks the accounts of a configuration, taking over those
// that did not change. When one cannot be built, nothing has changed.
func (c *clouds) prepare(s *config.Snapshot) (_ cloudSet, err error) {
	set := make(cloudSet, len(s.Clouds))
	defer func() {
		if err != nil {
			c.discard(set)
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
func (c *clouds) build(name string, from config.Cloud, zone *time.Location) (*cloudAccount, error) {
	account, err := aliyun.NewAccount(aliyun.AccountOptions{
		Name: name, AccessKeyID: from.AccessKeyID.Reveal(), AccessKeySecret: from.AccessKeySecret.Reveal(), Endpoint: from.Endpoint,
		MeterFile: c.file(name, "calls"), MonthlyCalls: int64(from.MonthlyCalls), Logger: c.log, Registerer: c.registerer,
	})
	if err != nil {
		return nil, err
	}
	out := &cloudAccount{from: from, zone: zone, account: account}
	if d := from.Discover; d != nil {
		out.inventory, err = inventory.New(inventory.Options{
			Account: account, Name: name, Regions: slices.Clone(d.Regions), Products: slices.Clone(d.Products), Zone: zone,
			CacheFile: c.file(name, "found"), Logger: c.log,
		})
	}
	if err != nil {
		return nil, errors.Join(err, account.Close())
	}
	return out, nil
}

// file is where something about an account is kept.
func (c *clouds) file(account, what string) string {
	if c.dir == "" {
		return ""
	}
	return filepath.Join(c.dir, "accounts", url.PathEscape(account)+"."+what+".json")
}

// discard closes what was built for a set that is not taken.
func (c *clouds) discard(set cloudSet) {
	for name, b := range set {
		if b != nil && c.open[name] != b {
			c.close(name, b)
		}
	}
}

func (c *clouds) close(name string, b *cloudAccount) {
	if b.sweeps != nil {
		_ = b.sweeps.stop() // it has nothing to say
		b.sweeps = nil
	}
	if err := b.account.Close(); err != nil {
		c.log.Warn("account could not be closed", "account", name, "error", err)
	}
}

// swap makes a prepared set the one that is in force, and looks through its
// accounts if start was called.
func (c *clouds) swap(set cloudSet) {
	before := c.open
	c.open = set
	c.shown.Store(&set)
	for name, b := range before {
		if set[name] != b {
			c.close(name, b)
		}
	}
	if c.running {
		c.start()
	}
}

// start begins to look through the accounts.
func (c *clouds) start() {
	c.running = true
	for _, b := range c.open {
		if b.inventory == nil || b.sweeps != nil {
			continue
		}
		b.sweeps = start(func(ctx context.Context) error {
			b.inventory.Run(ctx, b.from.Discover.Every, c.changed)
			return nil
		})
	}
}

// stop ends all that was started, and closes the accounts.
func (c *clouds) stop() error {
	c.running = false
	c.swap(cloudSet{})
	return nil
}

// found are the instances that were found in all accounts of a set.
func (set cloudSet) found() []fleet.Found {
	var out []fleet.Found
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if i := set[name].inventory; i != nil {
			out = append(out, i.Found()...)
		}
	}
	return out
}

// remarks are what looking through the accounts met, in words.
func (c *clouds) remarks() []string {
	if set := c.shown.Load(); set != nil {
		return set.problems()
	}
	return nil
}

// problems are what looking through the accounts met, in words.
func (set cloudSet) problems() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if text := stretched(set[name].account.Budget(time.Now())); text != "" {
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
func (c *clouds) makeDir(s *config.Snapshot) error {
	if c.dir == "" || len(s.Clouds) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(c.dir, "accounts"), 0o750); err != nil {
		return fmt.Errorf("make the folder for accounts: %w", err)
	}
	return nil
}

// loadFound reads a configuration together with what was found in its accounts.
// The set is what asks them; the caller swaps or discards it.
func (c *clouds) loadFound(path string) (*config.Snapshot, cloudSet, error) {
	s, err := config.Load(path)
	if err != nil {
		return nil, nil, err
	}
	return c.join(s, path)
}

// join joins a configuration that was read from path with what was found in its
// accounts.
func (c *clouds) join(s *config.Snapshot, path string) (*config.Snapshot, cloudSet, error) {
	set, err := c.prepare(s)
	if err != nil {
		return nil, nil, err
	}
	if found := set.found(); len(found) > 0 {
		if s, err = config.LoadWith(path, found); err != nil {
			c.discard(set)
			return nil, nil, err
		}
	}
	return s, set, nil
}
