// Package whole measures the built daemon as a whole: it starts a simulated
// fleet and the daemon as processes of their own, lets a known part of the fleet
// pass its marks, and notes what the daemon used and what came of it. Everything
// stays on loopback addresses, and every wait has a bound.
package whole

import (
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// Plan is one run.
type Plan struct {
	Instances int
	Page      string        // full or small
	Interval  time.Duration // between two readings of an instance
	Warmup    time.Duration // before anything counts
	Window    time.Duration // over which CPU and disk count; the crossings lie in it

	Daemon string // path of the brimwatch binary
	Fleet  string // path of the fleet binary
	// Dir is where configuration, data and logs go. It must be empty.
	Dir string
}

// Bounds of what is waited for.
const (
	startBound   = 2 * time.Minute  // until a process answers, and until every instance was read
	lateBound    = time.Minute      // for alarms that have not come when the window is over
	stopBound    = 45 * time.Second // until a process has ended after being told to
	requestBound = 30 * time.Second // of one request
	ask          = 200 * time.Millisecond
	tell         = 15 * time.Second // between two lines of progress
)

// triggers says where in the window each set crosses, so that the last ones have
// time to arrive and none falls together with the window's edges.
func triggers(window time.Duration) (at [simulated.Sets]time.Duration) {
	for k := range at {
		at[k] = window/10 + time.Duration(k)*window*3/10
	}
	return at
}

func (p Plan) check() error {
	var errs []error
	if p.Instances < 1 || p.Instances > simulated.MaxInstances {
		errs = append(errs, fmt.Errorf("%d instances: there must be 1 to %d", p.Instances, simulated.MaxInstances))
	}
	if p.Page != "full" && p.Page != "small" {
		errs = append(errs, fmt.Errorf("there is no page %q: it is full or small", p.Page))
	}
	if p.Interval <= 0 || p.Window <= 0 || p.Warmup < 0 {
		errs = append(errs, errors.New("interval and window must be above 0, and the warm-up not below"))
	}
	return errors.Join(errs...)
}

// files is how many open files the daemon, and the fleet, may need at once: a
// connection for each instance, and databases, logs and webhooks beside them.
func (p Plan) files() uint64 { return uint64(p.Instances) + 1024 }

// life bounds the fleet's life, should nobody be left to stop it.
func (p Plan) life() time.Duration {
	return 3*startBound + p.Warmup + p.Window + lateBound + 2*p.Interval + stopBound + time.Minute
}
