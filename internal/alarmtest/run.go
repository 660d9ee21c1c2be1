// Package alarmtest runs tests of a configuration, in the spirit of promtool test rules: series,
// balances and dates go in, alarms and messages come out, through the engine, the outbox and the
// texts of the daemon under a clock that is moved by hand. Nothing leaves the process.
package alarmtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
)

// Result is what became of one test.
type Result struct {
	Test *config.Test
	// Mismatches are what is not as expected, in the order of the file; none: it passed.
	Mismatches []Mismatch
}

// Mismatch is one thing that is not as expected.
type Mismatch struct {
	config.Position

	What Difference
	At   time.Duration // of the test, when alarms were looked at or acknowledged
	Diff []string      // line by line: "  " is as expected, "- " is missing, "+ " came and was not expected
}

// Difference is in what a test is not as expected.
type Difference int

// In what a test may differ.
const (
	Messages Difference = iota // other messages went out
	Alarms                     // other alarms are open at a moment
	Unacked                    // at a moment the alarm is not there that somebody acknowledges
)

// Run runs one test on a configuration. The error is config.Faults where the test does not fit
// the configuration.
func Run(ctx context.Context, s *config.Snapshot, t *config.Test) (_ *Result, err error) {
	list, faults := readSeries(s, t.Series)
	faults = append(faults, known(s, t)...)
	if len(faults) > 0 {
		return nil, faults
	}
	r := &run{test: t, series: list, interval: t.Interval, result: &Result{Test: t}}
	if r.interval == 0 {
		r.interval = s.Collect.Interval
	}
	r.until = t.From.Add(r.length())
	accounts := s.AccountList()
	r.machine, err = rehearsal.Open(ctx, rehearsal.MachineOptions{
		Snapshot: s, Accounts: slices.Clone(accounts), At: t.From, Readings: len(list) > 0, Only: r.watched(), Sent: r.sent,
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.machine.Close()) }()
	if r.owners, err = rehearsal.NewOwners(r.machine, s, accounts, acts(t), r.until.Add(24*time.Hour)); err != nil {
		return nil, err
	}
	r.plan()
	for _, step := range r.steps {
		if err := r.live(ctx, t.From.Add(step.at)); err != nil {
			return nil, err
		}
		if err := step.do(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.live(ctx, r.until); err != nil {
		return nil, err
	}
	if t.Told {
		r.compareNotices()
	}
	return r.result, nil
}

// run is one test under way.
type run struct {
	test     *config.Test
	series   []series
	interval time.Duration
	until    time.Time
	machine  *rehearsal.Machine
	owners   *rehearsal.Owners
	steps    []step
	read     int // how many readings were made of each series
	told     []told
	result   *Result
}

// step is something that is done at a moment of the test, or looked at.
type step struct {
	at    time.Duration
	order int // of those of one moment
	do    func(context.Context) error
}

// length is how long the test goes on: a little longer than the last that is given or
// expected, so that what follows from it is seen.
func (r *run) length() time.Duration {
	t := r.test
	if t.Until > 0 {
		return t.Until
	}
	var last time.Duration
	for i := range r.series {
		last = max(last, time.Duration(r.series[i].length)*r.interval)
	}
	for i := range t.Balances {
		last = max(last, t.Balances[i].At)
	}
	for i := range t.Acks {
		last = max(last, t.Acks[i].At)
	}
	for i := range t.Alarms {
		last = max(last, t.Alarms[i].At)
	}
	for i := range t.Notices {
		last = max(last, t.Notices[i].At)
	}
	for _, a := range acts(t) {
		last = max(last, a.Day.Add(48*time.Hour).Sub(t.From))
	}
	return last + r.interval
}

// plan lays out what is done and looked at, in order of time. Of one moment balances
// come first, then acknowledgements, and what is expected comes last.
func (r *run) plan() {
	t := r.test
	add := func(at time.Duration, order int, do func(context.Context) error) {
		r.steps = append(r.steps, step{at, order, do})
	}
	for i := range t.Balances {
		b := &t.Balances[i]
		add(b.At, 0, func(ctx context.Context) error {
			_, err := r.owners.SetBalance(ctx, b.Account, b.Amount, b.Currency)
			return err
		})
	}
	for i := range t.Acks {
		add(t.Acks[i].At, 1, func(ctx context.Context) error { return r.ack(ctx, &t.Acks[i]) })
	}
	for i := range t.Alarms {
		add(t.Alarms[i].At, 2, func(ctx context.Context) error { return r.compareAlarms(ctx, &t.Alarms[i]) })
	}
	slices.SortStableFunc(r.steps, func(a, b step) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return a.order - b.order
	})
}

// live lets time go by until a moment, and does what is due at the moment itself.
func (r *run) live(ctx context.Context, until time.Time) error {
	for {
		next, what := until, func(ctx context.Context) error { return nil }
		last := true
		if at, some := r.owners.Next(); some && !at.After(next) {
			next, what, last = at, r.owners.Act, false
		}
		if at := r.test.From.Add(time.Duration(r.read) * r.interval); len(r.series) > 0 && !at.After(next) {
			next, what, last = at, r.observe, false
		}
		if err := r.machine.Advance(ctx, next); err != nil {
			return err
		}
		if err := what(ctx); err != nil {
			return err
		}
		if err := r.machine.Settle(ctx); err != nil {
			return err
		}
		if last {
			return nil
		}
	}
}

// observe makes the next reading of each series.
func (r *run) observe(context.Context) error {
	list := make([]*fleet.Reading, 0, len(r.series))
	for i := range r.series {
		reading := r.series[i].reading(r.read)
		reading.At = r.machine.Now()
		list = append(list, reading)
	}
	r.read++
	r.machine.Observe(list)
	return nil
}

// watched are the instances that have series: of the others nothing is read, and nothing
// is said of that.
func (r *run) watched() map[string]bool {
	out := make(map[string]bool, len(r.series))
	for i := range r.series {
		out[r.series[i].instance.ID] = true
	}
	return out
}

// acts are what people do on days of the test.
func acts(t *config.Test) []rehearsal.Act {
	var out []rehearsal.Act
	for i := range t.Renewals {
		a := &t.Renewals[i]
		out = append(out, rehearsal.Act{Flag: where(a.Position) + ": renew", Kind: rehearsal.Renew, ID: a.Instance, Day: a.On, Until: a.Until})
	}
	for i := range t.Bills {
		b := &t.Bills[i]
		kind := rehearsal.Unpaid
		if b.Paid {
			kind = rehearsal.Paid
		}
		out = append(out, rehearsal.Act{Flag: where(b.Position) + ": " + string(kind), Kind: kind, ID: b.Account, Day: b.On})
	}
	return out
}

func where(p config.Position) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// ack acknowledges an alarm. One that is not open is a mismatch.
func (r *run) ack(ctx context.Context, a *config.TestAck) error {
	open, err := r.open(ctx)
	if err != nil {
		return err
	}
	for i := range open {
		if fits(&a.TestAlarm, &open[i]) {
			return r.machine.Ack(ctx, open[i].Code, "the test")
		}
	}
	r.mismatch(Mismatch{a.Position, Unacked, a.At, diffAlarms([]config.TestAlarm{a.TestAlarm}, open)})
	return nil
}

// open lists the open alarms.
func (r *run) open(ctx context.Context) ([]alarm.Episode, error) {
	const all = 100_000
	return r.machine.Episodes(ctx, alarm.EpisodeFilter{Open: true, Limit: all})
}

func (r *run) mismatch(m Mismatch) { r.result.Mismatches = append(r.result.Mismatches, m) }

// known says which instances and accounts a test names that there are not.
func known(s *config.Snapshot, t *config.Test) config.Faults {
	var out config.Faults
	alarms := func(a *config.TestAlarm) {
		switch {
		case a.Instance != "" && instanceOf(s, a.Instance) == nil:
			out = append(out, fault(a.Position, "instance", "there is no instance %q in %s", a.Instance, s.Path))
		case a.Account != "" && s.Accounts[a.Account].Name == "":
			out = append(out, fault(a.Position, "account", "there is no account %q in %s", a.Account, s.Path))
		}
	}
	for i := range t.Acks {
		alarms(&t.Acks[i].TestAlarm)
	}
	for i := range t.Alarms {
		for k := range t.Alarms[i].Open {
			alarms(&t.Alarms[i].Open[k])
		}
	}
	for i := range t.Balances {
		if b := &t.Balances[i]; s.Accounts[b.Account].Name == "" {
			out = append(out, fault(b.Position, "balances.account", "there is no account %q in %s", b.Account, s.Path))
		}
	}
	return out
}

func fault(at config.Position, path, format string, args ...any) config.Fault {
	return config.Fault{Position: at, Path: path, Reason: fmt.Sprintf(format, args...)}
}
