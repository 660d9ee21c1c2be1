package aliyun

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/collector"
)

// mostInstances is for how many instances one call of CloudMonitor answers.
const mostInstances = 50

// CollectorOptions name the instances to read.
type CollectorOptions struct {
	// Account is whose instances they are. It is not closed with the Collector.
	Account *Account
	Region  string // such as cn-hangzhou
	Kind    Kind
	// Instances are ids as the cloud knows them, 1 to 50, each once.
	Instances []string
	// MessageTPS are the instances' capacities in messages per second, 0 where it is
	// not known; nil when none is. Kind IoT needs them: the cloud tells the TPS of
	// these instances in per cent of what was bought.
	MessageTPS []float64
	// Every is how often the cloud is asked at most; 0 and all below is a minute,
	// since CloudMonitor has no newer figures. Visits in between are answered from
	// what is known.
	Every time.Duration
}

// Collector reads up to 50 instances of one kind in one region.
type Collector struct {
	account  *Account
	region   string
	kind     Kind
	table    table
	ids      []string
	declared []float64 // like ids; nil when none is
	every    time.Duration

	asked   time.Time // when the last sweep began; zero before the first
	trouble error     // of the last sweep as a whole
	known   []answer  // like table.quantities
}

// answer holds one quantity of all instances.
type answer struct {
	samples map[string]sample // by id
	period  time.Duration     // as the cloud told it
	trouble error             // of the last sweep
}

// New checks the options; it does not connect. visits[i] of Collect is
// Instances[i].
func New(o CollectorOptions) (*Collector, error) {
	switch {
	case o.Account == nil:
		return nil, errors.New("a collector needs an account")
	case o.Kind == 0 || o.Kind > numKinds:
		return nil, errors.New("a collector needs a kind of instance")
	case !hostLabel(o.Region):
		return nil, fmt.Errorf("region %q is not one of the cloud's; it is written like cn-hangzhou", o.Region)
	case len(o.Instances) == 0 || len(o.Instances) > mostInstances:
		return nil, fmt.Errorf("a collector reads 1 to %d instances, not %d", mostInstances, len(o.Instances))
	case o.MessageTPS != nil && len(o.MessageTPS) != len(o.Instances):
		return nil, errors.New("there must be as many capacities as instances")
	}
	if sorted := slices.Sorted(slices.Values(o.Instances)); sorted[0] == "" || len(slices.Compact(sorted)) != len(o.Instances) {
		return nil, errors.New("each instance needs an id, and is named once")
	}
	c := &Collector{
		account: o.Account, region: o.Region, kind: o.Kind, table: tableOf(o.Kind),
		ids: slices.Clone(o.Instances), declared: slices.Clone(o.MessageTPS), every: max(o.Every, minute),
	}
	c.known = make([]answer, len(c.table.quantities))
	c.account.share(c, share{len(c.table.quantities), c.every})
	return c, nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	c.account.leave(c)
	return nil
}

// afterTrouble is what part of the interval passes until a sweep that failed is
// made again.
const afterTrouble = 4

// Collect implements collector.Collector. It asks the cloud when that is due, and
// else tells what it knows.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("begin the visit: %w", err)
	}
	now := time.Now()
	interval := c.account.interval(now, c.every)
	if c.due(now, interval) {
		c.asked = now
		c.trouble = c.sweep(ctx)
		now = time.Now()
	}
	if c.trouble != nil && (!waits(c.trouble) || !c.fresh(now, interval)) {
		return c.trouble
	}
	c.tell(visits, now, interval)
	return nil
}

// due tells whether it is time for a sweep. Visits come in steps, a little early
// or late; one that comes a little early must not wait for the step after.
func (c *Collector) due(now time.Time, interval time.Duration) bool {
	if c.trouble != nil {
		interval /= afterTrouble
	}
	early := min(interval/20, time.Second)
	return c.asked.IsZero() || now.Sub(c.asked) >= interval-early
}

// waits tells whether err only says that the cloud must not be asked now. What is
// known stays known.
func waits(err error) bool {
	if _, usedUp := errors.AsType[*usedUpError](err); usedUp {
		return true
	}
	refusal, refused := errors.AsType[*CallError](err)
	return refused && refusal.Throttled()
}
