// Package advice says which edition or specification of an instance's product
// would fit what it is used for, whether it may be changed and how, and when a
// metric will reach its limits. All of it are pure functions over what the history
// tells and what the catalogue holds; docs/advice.md says how they decide.
package advice

import (
	"math"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Verdict is what the advice comes to.
type Verdict string

// The verdicts.
const (
	Fits              Verdict = "fits"               // what there is is enough, as far as it is known
	Upgrade           Verdict = "upgrade"            // something stands at or above its threshold
	DowngradePossible Verdict = "downgrade_possible" // less would do, with room to spare
	NoCatalogue       Verdict = "no_catalogue"       // something stands above, and the catalogue does not know the edition
	NotEnoughHistory  Verdict = "not_enough_history" // too few days to say that it fits
	Unknown           Verdict = "unknown"            // no metric has both a usage and a capacity
)

// Verdicts returns all verdicts.
func Verdicts() []Verdict {
	return []Verdict{Upgrade, NoCatalogue, Fits, DowngradePossible, NotEnoughHistory, Unknown}
}

// State is how one metric goes with a capacity.
type State string

// The states.
const (
	Holds    State = "holds"   // the usage stays under the threshold
	Over     State = "over"    // it reaches it
	NotKnown State = "unknown" // usage or capacity is not known, so it is not assumed to fit
)

// room is the share of a smaller specification's threshold that usage must stay
// under for a downgrade to be advised: what is saved must not be an alarm a month
// later.
const room = 0.8

// Input is what advice is given on.
type Input struct {
	Instance   *fleet.Instance
	Capacity   fleet.Amounts // in force; 0 is not known
	Thresholds fleet.Amounts // the lowest of each metric, as utilization; 0 is off
	Usage      [fleet.NumMetrics]Usage
	Product    *Product // from the catalogue, sorted; nil when it is not there
	Overdue    bool     // the account that pays cannot
}

// Watched is an instance that is read, with the metrics that have a capacity.
type Watched struct {
	ID      string
	Metrics fleet.MetricSet // empty for one that is not read
}

// Advice is what is advised for one instance.
type Advice struct {
	Verdict  Verdict
	Days     int  // full days of history among the last 30, of the metric with the fewest
	Complete bool // usage and capacity of every metric with a capacity are known
	Findings []Finding

	// Target is the smallest that would fit; nil where there is nothing to change,
	// or nothing that fits.
	Target *Target
	// Also is the smallest of another edition that may be changed into; nil when
	// there is none, or Target is it.
	Also *Target
	// Blocked is the smallest that would fit if the change were allowed; set only
	// when there is no Target.
	Blocked *Target

	instance *fleet.Instance
}

// Finding is how one metric goes with what there is, and with the target.
type Finding struct {
	Metric    fleet.Metric
	Usage     Usage
	Need      float64 // what counts: the peak of 7 days, or the 99th percentile of 30 when that is more
	Capacity  float64 // in force; 0 is not known
	Threshold float64 // as utilization; 1 where the alarm is off
	State     State
	// Wanted is the least capacity that keeps Need under Threshold; 0 when Need is
	// not known.
	Wanted float64
	// Largest is the largest capacity that can be changed into. It is set only where
	// that is not enough, so Wanted - Largest is what is missing.
	Largest float64
	// Apart is true for a metric whose capacity is bought apart from the
	// specification: another one does not change it.
	Apart bool
	// Target and TargetState are of the target; 0 and "" without one.
	Target      float64
	TargetState State
}

// Target is an edition and specification that may be changed into.
type Target struct {
	Edition, Spec string // Spec is "" where the edition has only one size
	Capacity      fleet.Amounts
	// Open is true for what is bought by figures that the catalogue does not list:
	// Finding.Wanted says how much it takes.
	Open bool
	// Change is what the catalogue says of the change; nil when it says nothing.
	Change *Change
	// Allowed tells whether the change may be made now. It is false when nothing is
	// said of it.
	Allowed bool
	// Refused says why not, where that may pass: the account is overdue.
	Refused bool
}

// Advise decides. It needs no clock: usage is that of the moment.
func Advise(in Input) Advice {
	out := Advice{Complete: true, instance: in.Instance}
	out.findings(&in)
	over, known := false, false
	listed := edition(in.Product, in.Instance.Edition) != nil
	for i := range out.Findings {
		f := &out.Findings[i]
		over = over || f.State == Over
		known = known || f.State != NotKnown
		out.Complete = out.Complete && f.State != NotKnown
	}
	switch {
	case !known:
		out.Verdict, out.Complete = Unknown, false
	case over && !listed:
		out.Verdict = NoCatalogue
	case over:
		out.Verdict = Upgrade
		out.up(&in)
	case out.Days < LeastDays:
		out.Verdict = NotEnoughHistory
	default:
		out.Verdict = Fits
		if out.Days >= DowngradeDays && out.Complete && listed {
			out.down(&in)
		}
	}
	out.describe(&in)
	return out
}

// findings holds each metric that has a capacity, in force or by the instance's
// edition, against what there is.
func (a *Advice) findings(in *Input) {
	stated := statedBy(edition(in.Product, in.Instance.Edition))
	a.Days = math.MaxInt
	for _, m := range fleet.Metrics() {
		u := in.Usage[m]
		if in.Capacity[m] <= 0 && !stated.Has(m) {
			continue
		}
		f := Finding{Metric: m, Usage: u, Capacity: in.Capacity[m], Threshold: in.Thresholds[m], State: NotKnown}
		if f.Threshold <= 0 {
			f.Threshold = 1
		}
		if u.Known {
			f.Need = max(u.Week.Peak, u.Month.P99)
			f.Wanted = math.Floor(f.Need/f.Threshold) + 1
			a.Days = min(a.Days, u.Days)
		}
		if u.Known && f.Capacity > 0 {
			f.State = judge(f.Need, f.Capacity, f.Threshold)
		}
		a.Findings = append(a.Findings, f)
	}
	if a.Days == math.MaxInt {
		a.Days = 0
	}
}

// judge holds a usage against a capacity. An alarm is raised at its threshold, so what
// reaches it does not fit.
func judge(need, capacity, threshold float64) State {
	if need < capacity*threshold {
		return Holds
	}
	return Over
}

// statedBy is what the specifications of an edition state.
func statedBy(e *Edition) (out fleet.MetricSet) {
	if e == nil {
		return 0
	}
	for m, v := range e.Capacity {
		if v > 0 {
			out = out.With(fleet.Metric(m))
		}
	}
	for i := range e.Specs {
		for m, v := range e.Specs[i].Capacity {
			if v > 0 {
				out = out.With(fleet.Metric(m))
			}
		}
	}
	return out
}

// edition finds an edition of a product; nil when the catalogue does not have it.
func edition(p *Product, name string) *Edition {
	if p == nil {
		return nil
	}
	for i := range p.Editions {
		if p.Editions[i].Name == name {
			return &p.Editions[i]
		}
	}
	return nil
}

// describe notes how each metric goes with the target.
func (a *Advice) describe(in *Input) {
	t := a.Target
	if t == nil {
		return
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		if t.Change != nil && t.Change.Keeps.Has(f.Metric) {
			f.Apart = true
			f.Target, f.TargetState = in.Capacity[f.Metric], f.State
			continue
		}
		f.Target, f.TargetState = t.Capacity[f.Metric], NotKnown
		if f.Target > 0 && f.Usage.Known {
			f.TargetState = judge(f.Need, f.Target, f.Threshold)
		}
	}
}

// Expires is when the term ends in which a change is best made late; zero when
// that does not matter or is not known.
func (a *Advice) Expires() time.Time {
	if a.Target == nil || a.Target.Change == nil || !a.Target.Change.Late && a.Target.Change.By != ByPostExpiration {
		return time.Time{}
	}
	return a.instance.Term.Expires
}
