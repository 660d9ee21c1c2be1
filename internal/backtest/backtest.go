// Package backtest says what would have been raised and told over the recorded history under a
// configuration: what was read goes once more through the engine, the outbox and the texts of
// the daemon, under a clock that is moved by hand. Nothing leaves the process, and nothing is
// written to storage.dir.
//
// The history is read in stretches of bounded memory, whatever its length. Stretches in which
// nothing was recorded are times in which Brimwatch was down; nobody would have been told of them.
package backtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
	"github.com/brimwatch/brimwatch/notifier"
)

// Options is what a backtest is made of. Snapshot, History, From and To are needed.
type Options struct {
	Snapshot *config.Snapshot
	History  History
	From, To time.Time // To is not included
	// Instances are those that are judged; none are all that have a source.
	Instances []string
	// Metric is the only one that is judged, and silence is not; "" is all, and silence.
	Metric string
	// Threshold is what each capacity alarm is raised at instead of its own; 0 leaves it. Then
	// the configuration's own is judged, too, to compare the two.
	Threshold float64
	// Progress is called now and then with how much of the time is over; nil is nobody.
	Progress func(share float64)

	mostSamples int // in memory at once; 0 is mostSamples
}

// ErrNothing says that nothing was recorded in the time that was asked for. The error that wraps
// it says what to do.
var ErrNothing = errors.New("nothing was recorded")

// check says what is wrong with the options; all at once.
func (o *Options) check() error {
	var errs []error
	if !o.From.Before(o.To) {
		errs = append(errs, fmt.Errorf("--from (%s) must lie before --to (%s)", words.Timestamp(o.From, time.Local), words.Timestamp(o.To, time.Local)))
	}
	for _, id := range o.Instances {
		switch in := instanceOf(o.Snapshot, id); {
		case in == nil:
			errs = append(errs, fmt.Errorf("--instance %s: there is no such instance in %s", id, o.Snapshot.Path))
		case in.Source == nil:
			errs = append(errs, fmt.Errorf("--instance %s: it has no source in %s, so nothing is read of it", id, o.Snapshot.Path))
		}
	}
	if o.Metric != "" {
		if _, known := fleet.ParseMetric(o.Metric); !known {
			errs = append(errs, fmt.Errorf("--metric %s: there is no such metric; there are %s", o.Metric, metricNames()))
		}
	}
	return errors.Join(errs...)
}

func metricNames() string {
	out := ""
	for i, m := range fleet.Metrics() {
		if i > 0 {
			out += ", "
		}
		out += m.String()
	}
	return out
}

func instanceOf(s *config.Snapshot, id string) *config.Instance {
	i, found := slices.BinarySearchFunc(s.Instances, id, func(in config.Instance, id string) int { return cmp.Compare(in.ID, id) })
	if !found {
		return nil
	}
	return &s.Instances[i]
}

// Run judges the recorded history once more.
func Run(ctx context.Context, o Options) (_ *Result, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r := newRun(&o)
	if len(r.feed.instances) == 0 {
		return nil, fmt.Errorf("no instance in %s has a source, so nothing is read of any", o.Snapshot.Path)
	}
	defer func() {
		for _, c := range r.courses {
			err = errors.Join(err, c.close())
		}
	}()
	for !r.feed.done() {
		if err := r.feed.read(ctx); err != nil {
			return nil, err
		}
		if err := r.judge(ctx); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(float64(r.feed.at.Sub(o.From)) / float64(o.To.Sub(o.From)))
		}
	}
	if r.readings == 0 {
		return nil, fmt.Errorf("%w of %s from %s to %s: choose other days with --from and --to; Brimwatch records while it runs, and keeps what storage.retention says",
			ErrNothing, r.asked(), words.Timestamp(o.From, time.Local), words.Timestamp(o.To, time.Local))
	}
	return r.result(ctx)
}

// run is one backtest under way.
type run struct {
	options  *Options
	feed     *feed
	courses  []*course // under the threshold that was asked for, then under the configuration's own
	last     time.Time // when something was recorded last; zero is never
	patience time.Duration
	readings int
	result0  Result
}

func newRun(o *Options) *run {
	r := &run{options: o, feed: newFeed(o)}
	r.courses = append(r.courses, newCourse(o, o.Threshold))
	if o.Threshold > 0 {
		r.courses = append(r.courses, newCourse(o, 0))
	}
	return r
}

// asked names what was asked for, for people.
func (r *run) asked() string {
	if n := len(r.feed.instances); n != 1 {
		return words.Count(n) + " instances"
	}
	return r.feed.instances[0].id
}

// judge judges a stretch that was read.
func (r *run) judge(ctx context.Context) error {
	window, patience := r.feed.rhythm()
	r.patience = max(patience, r.patience)
	for _, c := range r.courses {
		if err := c.keepTime(ctx, r.feed, window); err != nil {
			return err
		}
	}
	for {
		readings, ends, some := r.feed.next(window)
		if !some {
			r.patience = patience
			return ctx.Err()
		}
		begins := ends.Add(-window)
		down := !r.last.IsZero() && readings[0].At.Sub(r.last) > r.patience
		if down {
			r.result0.Gaps = append(r.result0.Gaps, Gap{r.last, readings[0].At})
		}
		for _, c := range r.courses {
			if err := c.live(ctx, readings, begins, ends, down); err != nil {
				return err
			}
		}
		r.readings += len(readings)
		r.last = readings[len(readings)-1].At
	}
}

// result ends the courses and says what they came to.
func (r *run) result(ctx context.Context) (*Result, error) {
	out := r.result0
	out.From, out.To, out.Threshold = r.options.From, r.options.To, r.options.Threshold
	out.Instances, out.Recorded, out.Readings = len(r.feed.instances), r.feed.recorded(), r.readings
	for i, c := range r.courses {
		if err := c.end(ctx); err != nil {
			return nil, err
		}
		if i == 0 {
			out.Alarms, out.People, out.Totals = c.alarmList(), c.people(), c.totals()
			continue
		}
		before := c.totals()
		out.Before = &before
	}
	return &out, nil
}

// course is the history under one threshold.
type course struct {
	snapshot *config.Snapshot
	only     map[string]bool
	machine  *rehearsal.Machine // nil before the first reading
	tick     time.Duration

	alarms []*Alarm
	open   map[alarm.Key]*Alarm
	byCode map[string]*Alarm // the newest of each code
	person map[string]*Person
	held   int
}

func newCourse(o *Options, threshold float64) *course {
	return &course{
		snapshot: under(o.Snapshot, threshold, o.Metric), only: chosen(o),
		open: make(map[alarm.Key]*Alarm), byCode: make(map[string]*Alarm), person: make(map[string]*Person),
	}
}

// chosen are the instances that are judged.
func chosen(o *Options) map[string]bool {
	out := make(map[string]bool)
	for i := range o.Snapshot.Instances {
		in := &o.Snapshot.Instances[i]
		if in.Source != nil && (len(o.Instances) == 0 || slices.Contains(o.Instances, in.ID)) {
			out[in.ID] = true
		}
	}
	return out
}

// keepTime lets readings be waited for as often as they were recorded.
func (c *course) keepTime(ctx context.Context, f *feed, window time.Duration) error {
	c.tick = window
	s, changed := withIntervals(c.snapshot, f.intervals())
	if !changed {
		return nil
	}
	c.snapshot = s
	if c.machine == nil {
		return nil
	}
	return c.machine.Set(ctx, s, s.AccountList())
}

// live judges the readings of one window of time, at its end.
func (c *course) live(ctx context.Context, readings []*fleet.Reading, begins, ends time.Time, down bool) error {
	switch {
	case c.machine == nil:
		m, err := rehearsal.Open(ctx, rehearsal.MachineOptions{
			Snapshot: c.snapshot, Accounts: c.snapshot.AccountList(), At: begins, Readings: true, NoCalendar: true, Only: c.only, Tick: c.tick,
			Sent: c.sent, Judged: c.judged,
		})
		if err != nil {
			return err
		}
		c.machine = m
	case down:
		if err := c.machine.Restart(ctx, begins, c.snapshot, c.snapshot.AccountList()); err != nil {
			return err
		}
	}
	if err := c.machine.Advance(ctx, ends); err != nil {
		return err
	}
	c.peaks(readings)
	c.machine.Observe(readings)
	return c.machine.Settle(ctx)
}

// end counts what is still held.
func (c *course) end(ctx context.Context) error {
	const all = 100_000
	list, err := c.machine.Notices(ctx, notifier.Filter{State: notifier.Held, Limit: all})
	c.held = len(list)
	return err
}

func (c *course) close() error {
	if c.machine == nil {
		return nil
	}
	return c.machine.Close()
}
