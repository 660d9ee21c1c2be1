package aliyun

import (
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
)

const (
	// keepPeriods is for how many of its periods a point counts.
	keepPeriods = 3
	// lookBack is how old a point may be that the cloud tells as the last one.
	lookBack = "two hours"
	// ahead is by how much a point may lie in the future before the clocks are
	// doubted.
	ahead = 2 * time.Minute
)

// longestKept bounds how much longer a point counts because sweeps are far apart.
const longestKept = time.Hour

// kept returns how old a point may be: three periods, and longer by as much as
// sweeps are further apart than figures are renewed.
func kept(period, interval time.Duration) time.Duration {
	return keepPeriods*period + min(max(0, interval-period), longestKept)
}

// periodOf returns how often a quantity is renewed: as its table says, or as the
// cloud did when that is less often.
func (c *Collector) periodOf(i int) time.Duration {
	return max(c.table.quantities[i].period, c.known[i].period)
}

// fresh tells whether anything that is known still counts.
func (c *Collector) fresh(now time.Time, interval time.Duration) bool {
	for i := range c.known {
		longest := kept(c.periodOf(i), interval)
		for _, s := range c.known[i].samples {
			if now.Sub(s.at) <= longest {
				return true
			}
		}
	}
	return false
}

// tell fills the visits with the last figures.
func (c *Collector) tell(visits []collector.Visit, now time.Time, interval time.Duration) {
	for i := range visits {
		if i < len(c.ids) {
			c.tellOne(i, &visits[i], now, interval)
		}
	}
}

func (c *Collector) tellOne(instance int, v *collector.Visit, now time.Time, interval time.Duration) {
	id := c.ids[instance]
	if !c.knows(id) {
		v.Fail(fmt.Errorf("CloudMonitor has no figures of %s (%v) in %s for the last %s: is the id right, and the region, and does the instance exist?",
			id, c.kind, c.region, lookBack))
		return
	}
	for i := range c.table.quantities {
		q := &c.table.quantities[i]
		s, ok := c.known[i].samples[id]
		value, err := s.figure(now, kept(c.periodOf(i), interval))
		switch {
		case !ok && c.known[i].trouble != nil:
			v.Unknown(q.metric, c.known[i].trouble.Error())
		case !ok:
			v.Unknown(q.metric, "CloudMonitor has told nothing of "+q.from[0].name+" for "+lookBack)
		case err != nil:
			v.Unknown(q.metric, err.Error()+c.because(i, interval))
		case q.percentOf(s.name):
			c.tellShare(instance, i, v, value)
		default:
			v.Gauge(q.metric, value)
		}
	}
	for _, gap := range c.table.never {
		v.Unknown(gap.Metric, gap.Reason)
	}
}

// because adds to the age of a figure why there is no newer one, when that is not
// the cloud's doing.
func (c *Collector) because(i int, interval time.Duration) string {
	switch {
	case c.known[i].trouble != nil:
		return "; " + c.known[i].trouble.Error()
	case c.trouble != nil:
		return "; " + c.trouble.Error()
	case interval > c.every:
		return fmt.Sprintf("; the account's calls of this month allow a sweep every %v only", interval.Round(time.Second))
	}
	return ""
}

// knows tells whether there is anything to say of an instance: figures, or why
// there are none.
func (c *Collector) knows(id string) bool {
	for i := range c.known {
		if _, ok := c.known[i].samples[id]; ok || c.known[i].trouble != nil {
			return true
		}
	}
	return false
}

// tellShare makes a figure of a share of the declared capacity. As a percentage it
// would be held against a capacity in messages a second, and look small for ever.
func (c *Collector) tellShare(instance, i int, v *collector.Visit, share float64) {
	m := c.table.quantities[i].metric
	if c.declared == nil || c.declared[instance] <= 0 {
		v.Unknown(m, fmt.Sprintf("the cloud tells it only in per cent of what was bought, which is %.4g %% now: set the instance's capacity of %s", share*100, m))
		return
	}
	v.Gauge(m, share*c.declared[instance])
}

// percentOf tells whether a source of the quantity is in per cent.
func (q *quantity) percentOf(name string) bool {
	for i := range q.from {
		if q.from[i].name == name {
			return q.from[i].percent
		}
	}
	return false
}

// told returns the value of a sample, or why it does not count.
func (s *sample) figure(now time.Time, longest time.Duration) (float64, error) {
	age := now.Sub(s.at)
	switch {
	case s.why != "":
		return 0, errors.New(s.why)
	case age > longest && s.part != "":
		return 0, fmt.Errorf("the newest figure of %s of %s is from %s, %v ago, and without it the figure would be too low",
			s.name, s.part, clock(s.at), age.Round(time.Second))
	case age > longest:
		return 0, fmt.Errorf("the newest figure of %s is from %s, %v ago", s.name, clock(s.at), age.Round(time.Second))
	case age < -ahead:
		return 0, fmt.Errorf("the newest figure of %s is from %s, which is still to come: set the clock of the machine that runs Brimwatch", s.name, clock(s.at))
	}
	return s.value, nil
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
