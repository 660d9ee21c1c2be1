// Package rehearsal runs a configuration under a clock that is moved by hand: through the
// engine, the outbox and the texts of the daemon, with channels that only write down.
//
// Machine is engine and outbox under such a clock. It leaps from one moment at which something
// is due to the next, so that a year costs no more than what happens in it. It starts no
// goroutine, opens no connection, and writes to a folder of its own, which it removes. The same
// that is done to it gives the same, to the letter.
//
// Run rehearses the calendar ahead of a fleet with a Machine: what each person would be told and
// when, and what nobody would hear.
package rehearsal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

// MachineOptions is what a Machine is built from. Snapshot and At are needed.
type MachineOptions struct {
	Snapshot *config.Snapshot
	Accounts []fleet.Account // who pays, in order of names, with what is known of their balances
	At       time.Time       // the first moment
	// Readings is true where Observe brings readings that are judged. Otherwise only the calendar
	// is, and nothing is said of instances that tell nothing.
	Readings bool
	// NoCalendar leaves out all that is not caused by readings: terms and accounts are not judged,
	// and no daily test and no drill is sent.
	NoCalendar bool
	// Only are the instances of which readings come; nil is all. Nothing is said of the silence of the others.
	Only map[string]bool
	// Tick is how often timers are looked at that run; 0 is a second. They run while readings are
	// judged.
	Tick time.Duration
	Seed uint64 // of the codes of alarms; 0 goes by the moment of the start
	// Keep is for how long what is over stays in the database; 0 is longer than any cap counts back.
	Keep time.Duration

	// Sent is called with each message at the moment when it goes out.
	Sent func(Sent)
	// Judged is called with what was judged and stored.
	Judged func(*alarm.Commit)
	// Decided is called with the notices that were decided by that, before any of them goes out.
	Decided func([]outbox.Decision)
}

// Sent is a message that would have left the process.
type Sent struct {
	At      time.Time
	Message notifier.Message
	Target  notifier.Target
}

// Machine is Brimwatch under a clock that is moved by hand. It is for one goroutine.
type Machine struct {
	options MachineOptions
	dir     string
	at      time.Time
	steady  time.Duration

	outbox *outbox.Outbox
	engine *alarm.Engine
	state  *state.Fleet
	daily  daily

	judgeAt time.Time // the engine has nothing to do before
	sendAt  time.Time // the outbox has not; zero is never
	drillAt time.Time // nor have daily tests and drills; zero is never
	decided int64     // the newest notice that Decided was called with
	drilled []drilled // drills that went out and are not answered
}

// drilled is a drill that somebody was sent.
type drilled struct{ contact, code string }

// Open builds a Machine that stands at its first moment. The caller closes it.
func Open(ctx context.Context, o MachineOptions) (_ *Machine, err error) {
	m := &Machine{options: o, at: o.At.UTC()}
	m.dir, err = os.MkdirTemp("", "brimwatch-rehearsal-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the rehearsal: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	m.state = state.New(o.Snapshot, o.Accounts, m.at)
	if err := m.start(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// keep is for how long what is over stays in the database, where nothing else is asked for.
const keep = 45 * 24 * time.Hour

// start opens outbox and engine on the folder of the Machine.
func (m *Machine) start(ctx context.Context) (err error) {
	s, log := m.state.Configuration(), slog.New(slog.DiscardHandler)
	directory, err := receivers.Directory(s, "rehearsal")
	if err != nil {
		return err
	}
	m.daily = dailyOf(directory)
	m.outbox, err = outbox.Open(ctx, outbox.Options{
		Path: filepath.Join(m.dir, "brimwatch.db"), Directory: directory.Through(m.listen), Logger: log, Registerer: prometheus.NewRegistry(),
		Keep: cmp.Or(m.options.Keep, keep), Seed: cmp.Or(m.options.Seed, 1), Clocks: m.clocks, Scratch: true,
	})
	if err != nil {
		return fmt.Errorf("open the outbox of the rehearsal: %w", err)
	}
	o := alarm.Options{
		Journal: (*journal)(m), Calendar: m.judged(), Logger: log, Seed: cmp.Or(m.options.Seed, uint64(m.at.Unix())),
		Clocks: m.clocks, Stepped: true, Tick: m.options.Tick,
		Existence: func(known map[string]fleet.Existence) { m.state.SetExistence(known, m.at) },
	}
	if m.options.Readings {
		o.Watches, o.FleetRule = m.watches(s), s.FleetRule()
	}
	if m.engine, err = alarm.NewEngine(ctx, o); err != nil {
		return fmt.Errorf("build the alarm engine of the rehearsal: %w", err)
	}
	m.judgeAt, m.sendAt, m.drillAt = m.at, m.at, m.at
	if m.options.NoCalendar {
		m.drillAt = time.Time{}
	}
	return nil
}

// judged is what the engine judges by the clock.
func (m *Machine) judged() alarm.Calendar {
	if m.options.NoCalendar {
		return alarm.Calendar{}
	}
	return m.state.Calendar()
}

// watches are what the engine judges by readings.
func (m *Machine) watches(s *config.Snapshot) []alarm.Watch {
	list := s.Watches()
	if m.options.Only == nil {
		return list
	}
	return slices.DeleteFunc(list, func(w alarm.Watch) bool { return !m.options.Only[w.Instance.ID] })
}

// clocks is the clock of the Machine, as engine and outbox ask for it.
func (m *Machine) clocks() (time.Time, time.Duration) { return m.at, m.steady }

// Now is the moment at which the Machine stands.
func (m *Machine) Now() time.Time { return m.at }

// Close ends the Machine and removes its folder.
func (m *Machine) Close() error {
	err := m.stop()
	if m.dir != "" {
		err = errors.Join(err, os.RemoveAll(m.dir))
	}
	if err != nil {
		return fmt.Errorf("end the rehearsal: %w", err)
	}
	return nil
}

func (m *Machine) stop() error {
	if m.outbox == nil {
		return nil
	}
	err := m.outbox.Close()
	m.outbox, m.engine = nil, nil
	return err
}

// Restart ends Brimwatch in good order, lets it be down until a moment, and starts it on what it
// had stored, with a configuration as it is by then.
func (m *Machine) Restart(ctx context.Context, at time.Time, s *config.Snapshot, accounts []fleet.Account) error {
	m.engine.End(ctx)
	if err := m.stop(); err != nil {
		return err
	}
	m.leap(at)
	m.state.Set(s, accounts, m.at)
	return m.start(ctx)
}

// Set puts another configuration into force, as a reload does.
func (m *Machine) Set(ctx context.Context, s *config.Snapshot, accounts []fleet.Account) error {
	directory, err := receivers.Directory(s, "rehearsal")
	if err != nil {
		return err
	}
	m.daily = dailyOf(directory)
	m.outbox.SetDirectory(directory.Through(m.listen))
	m.state.Set(s, accounts, m.at)
	if m.options.Readings {
		if err := m.engine.SetWatches(ctx, m.watches(s), s.FleetRule()); err != nil {
			return err
		}
	}
	return m.calendar(ctx)
}

func (m *Machine) calendar(ctx context.Context) error { return m.SetCalendar(ctx, m.judged()) }

// SetCalendar puts another calendar into force: other balances, with the courses that follow
// from them.
func (m *Machine) SetCalendar(ctx context.Context, c alarm.Calendar) error {
	m.due()
	return m.engine.SetCalendar(ctx, c)
}

// SetTerms replaces the calendars of some instances: they were renewed.
func (m *Machine) SetTerms(ctx context.Context, terms []alarm.TermWatch) error {
	m.due()
	return m.engine.SetTerms(ctx, terms)
}

// Observe hands readings over, to be judged at this moment.
func (m *Machine) Observe(readings []*fleet.Reading) {
	m.state.Put(readings)
	m.engine.Observe(readings)
	m.due()
}

// due has everything looked at once more at this moment.
func (m *Machine) due() { m.judgeAt, m.sendAt = m.at, m.at }

// Calendar is what is judged by the clock under the present configuration.
func (m *Machine) Calendar() alarm.Calendar { return m.state.Calendar() }

// Advance does all that is due before a moment, each at its own, and stands there then.
// What is due at the moment itself is done by Settle, or when the Machine goes on.
func (m *Machine) Advance(ctx context.Context, until time.Time) error {
	for m.at.Before(until) {
		if err := m.Settle(ctx); err != nil {
			return err
		}
		m.leap(earlier(until, m.next()))
	}
	return nil
}

// Settle does all that is due at the present moment.
func (m *Machine) Settle(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		idle := true
		if m.is(m.drillAt) {
			idle = false
			if err := m.outbox.Drill(ctx); err != nil {
				return fmt.Errorf("plan daily tests and drills: %w", err)
			}
			m.drillAt = m.daily.after(m.at)
			m.sendAt = m.at
		}
		if m.is(m.judgeAt) {
			idle = false
			m.judgeAt = m.engine.Round(ctx)
			m.sendAt = m.at
		}
		if m.is(m.sendAt) {
			idle = false
			if err := m.deliver(ctx); err != nil {
				return err
			}
		}
		if idle {
			return nil
		}
	}
}

// deliver sends what is due, and answers drills.
func (m *Machine) deliver(ctx context.Context) error {
	if err := m.note(ctx); err != nil {
		return err
	}
	wait, some := m.outbox.Deliver(ctx)
	m.sendAt = time.Time{}
	if some {
		m.sendAt = m.at.Add(max(wait, time.Millisecond))
	}
	for _, d := range m.drilled {
		if _, err := m.outbox.Proved(ctx, d.contact, d.code); err != nil {
			return fmt.Errorf("answer a drill: %w", err)
		}
	}
	m.drilled = m.drilled[:0]
	return m.note(ctx)
}

// note tells of what was decided since it was told last.
func (m *Machine) note(ctx context.Context) error {
	if m.options.Decided == nil {
		return nil
	}
	list, err := m.outbox.Decided(ctx, m.decided)
	if err != nil {
		return err
	}
	if n := len(list); n > 0 {
		m.decided = list[n-1].Seq
	}
	m.options.Decided(list)
	return nil
}

// Became tells how notices stand by now, by their numbers.
func (m *Machine) Became(ctx context.Context, numbers []int64) ([]outbox.Decision, error) {
	return m.outbox.Became(ctx, numbers)
}

// Notices lists notices, as the outbox has them.
func (m *Machine) Notices(ctx context.Context, f notifier.Filter) ([]notifier.Record, error) {
	return m.outbox.Notices(ctx, f)
}

// is tells whether a moment has come; the zero moment never does.
func (m *Machine) is(at time.Time) bool { return !at.IsZero() && !m.at.Before(at) }

// next is the next moment at which something is due.
func (m *Machine) next() time.Time {
	next := m.judgeAt
	for _, at := range []time.Time{m.sendAt, m.drillAt} {
		if !at.IsZero() {
			next = earlier(next, at)
		}
	}
	return next
}

// leap moves the clock on.
func (m *Machine) leap(at time.Time) {
	m.steady += at.Sub(m.at)
	m.at = at.UTC()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// journal is the outbox of a Machine as the engine's Journal: it tells of what is stored.
type journal Machine

// Commit stores c.
func (j *journal) Commit(ctx context.Context, c alarm.Commit) error {
	if err := j.outbox.Commit(ctx, c); err != nil {
		return err
	}
	if j.options.Judged != nil {
		j.options.Judged(&c)
	}
	return nil
}

// Load returns what is stored.
func (j *journal) Load(ctx context.Context) ([]alarm.Record, error) { return j.outbox.Load(ctx) }
