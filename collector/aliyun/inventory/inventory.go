// Package inventory finds the instances of one Alibaba Cloud account: which there
// are, with edition, specification, capacity, term, charge type, status and
// renewal as the APIs of the products and of billing tell them.
//
// What an API told stays known until it tells something else: an API that fails,
// a page that is missing or a replica that lags behind neither lets an instance
// vanish nor its term end. All of it is kept in a file over restarts.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
)

// Options say where to look, and for what.
type Options struct {
	Account  *aliyun.Account
	Name     string         // of the account in the configuration
	Regions  []string       // as cn-hangzhou
	Products []string       // mqtt, rocketmq, iot, redis; none is all of them
	Zone     *time.Location // of the account: in it, times without a zone are read
	// Keep is in how many sweeps an instance may be missing before it counts as
	// gone; 0 is 2.
	Keep int
	// CacheFile keeps the instances, so that a start without the cloud loses
	// nothing; "" keeps nothing.
	CacheFile string
	Logger    *slog.Logger // nil is silent
}

// Inventory finds the instances of one account. It is safe for use from several
// goroutines.
type Inventory struct {
	opts Options
	log  *slog.Logger
	ask  asker

	sweeping sync.Mutex // held through a sweep, for what follows
	units    []*unit    // in the order in which an instance that two tell of is believed
	billing  *unit
	nextBill time.Time // when billing is due again
	abroad   bool      // billing is asked at the endpoint of the international site

	mu       sync.Mutex // for what follows
	found    []fleet.Found
	problems []string
	faults   []string // those of problems that went wrong
}

// New checks the options and reads the instances of the last sweep from the file.
// It asks the cloud nothing yet.
func New(o Options) (*Inventory, error) {
	if o.Account == nil {
		return nil, errors.New("account: missing")
	}
	return newInventory(o, askerOf(o.Account))
}

func newInventory(o Options, ask asker) (*Inventory, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	i := &Inventory{opts: o, log: o.Logger, ask: ask, billing: newUnit(list{name: "billing"}, "")}
	if i.log == nil {
		i.log = slog.New(slog.DiscardHandler)
	}
	i.log = i.log.With("account", o.Name)
	for _, product := range i.opts.Products {
		for _, l := range listsOf(product) {
			for _, region := range i.opts.Regions {
				i.units = append(i.units, newUnit(l, region))
			}
		}
	}
	i.load()
	i.found = i.merge()
	i.problems = asks(i.found)
	return i, nil
}

// check completes the options, and says what is wrong with them.
func (o *Options) check() error {
	if o.Name == "" {
		return errors.New("name: missing")
	}
	if o.Zone == nil {
		return errors.New("time_zone: missing")
	}
	region := regexp.MustCompile(`^[a-z]{2}-[a-z0-9]+(-[a-z0-9]+)*$`)
	o.Regions = slices.Compact(slices.Sorted(slices.Values(o.Regions)))
	if len(o.Regions) == 0 {
		return errors.New("discover.regions: name at least one, as cn-hangzhou")
	}
	for _, name := range o.Regions {
		if !region.MatchString(name) {
			return fmt.Errorf("discover.regions: %q is no region, one is called like cn-hangzhou", clip(name))
		}
	}
	all := []string{productMQTT, productRocketMQ, productIoT, productRedis}
	if len(o.Products) == 0 {
		o.Products = all
	}
	o.Products = slices.Compact(slices.Sorted(slices.Values(o.Products)))
	for _, name := range o.Products {
		if !slices.Contains(all, name) {
			return fmt.Errorf("discover.products: %q is not one of mqtt, rocketmq, iot, redis", clip(name))
		}
	}
	if o.Keep < 0 {
		return errors.New("keep: must not be negative")
	}
	if o.Keep == 0 {
		o.Keep = 2
	}
	return nil
}

// Found returns the instances, sorted by id: of the last sweep, and before the
// first one of the cache file. The caller may keep it, and must not change it.
func (i *Inventory) Found() []fleet.Found {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.found)
}

// Problems returns in plain words what went wrong in the last sweep, what could
// not be understood, and what the cloud does not tell.
func (i *Inventory) Problems() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.problems)
}

// Faults returns those of Problems that went wrong or could not be understood.
func (i *Inventory) Faults() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.faults)
}

// Run sweeps at once and then every so often, until ctx ends. It calls changed
// after a sweep that found something else than what was known.
func (i *Inventory) Run(ctx context.Context, every time.Duration, changed func()) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		before := i.Problems()
		anew, err := i.Sweep(ctx, time.Now())
		if ctx.Err() != nil {
			return
		}
		i.report(before, err)
		if anew && changed != nil {
			changed()
		}
		timer.Reset(every)
	}
}

// report logs problems once, when they are new.
func (i *Inventory) report(before []string, err error) {
	for _, p := range i.Problems() {
		if !slices.Contains(before, p) {
			i.log.Warn("finding instances", "problem", p)
		}
	}
	if err == nil && len(before) > 0 && len(i.Problems()) == 0 {
		i.log.Info("instances are found without problems again")
	}
}

// Remembered lists the instances that the cache file of o holds. It asks nobody, and writes
// nothing; o needs no account.
func Remembered(o Options) ([]fleet.Found, error) {
	i, err := newInventory(o, nil)
	if err != nil {
		return nil, err
	}
	return i.Found(), nil
}
