package daemon

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

// life is Brimwatch as time goes by: engine, outbox and words.
type life interface {
	// set puts a configuration into force, as a reload does.
	set(*config.Snapshot)
	// pass lets time go by, with what is due at the moment itself.
	pass(until time.Time)
	// down lets time go by without Brimwatch.
	down(until time.Time, s *config.Snapshot)
	notices() []notifier.Record
	now() time.Time
	end()
}

// hear is told of what people read.
type hear func(at time.Time, m notifier.Message)

// rehearsed is a life under the clock of a rehearsal.
type rehearsed struct {
	t       *testing.T
	machine *rehearsal.Machine
	ledger  *accounts.Ledger
}

func newRehearsed(t *testing.T, s *config.Snapshot, at time.Time, h hear) *rehearsed {
	t.Helper()
	r := &rehearsed{t: t, ledger: accounts.OpenLedger("", slog.New(slog.DiscardHandler))}
	var err error
	r.machine, err = rehearsal.Open(t.Context(), rehearsal.MachineOptions{
		Snapshot: s, Accounts: r.ledger.Join(s.AccountList(), at), At: at, Keep: 1000 * 24 * time.Hour,
		Sent: func(s rehearsal.Sent) { h(s.At, s.Message) },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.must(r.machine.Settle(t.Context()))
	return r
}

func (r *rehearsed) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rehearsed) now() time.Time { return r.machine.Now() }

func (r *rehearsed) set(s *config.Snapshot) {
	r.t.Helper()
	r.must(r.machine.Set(r.t.Context(), s, r.ledger.Join(s.AccountList(), r.now())))
	r.must(r.machine.Settle(r.t.Context()))
}

func (r *rehearsed) pass(until time.Time) {
	r.t.Helper()
	r.must(r.machine.Advance(r.t.Context(), until))
	r.must(r.machine.Settle(r.t.Context()))
}

func (r *rehearsed) down(until time.Time, s *config.Snapshot) {
	r.t.Helper()
	r.must(r.machine.Restart(r.t.Context(), until, s, r.ledger.Join(s.AccountList(), until)))
	r.must(r.machine.Settle(r.t.Context()))
}

func (r *rehearsed) notices() []notifier.Record {
	r.t.Helper()
	list, err := r.machine.Notices(r.t.Context(), notifier.Filter{Limit: 100_000})
	r.must(err)
	return list
}

func (r *rehearsed) end() {
	r.t.Helper()
	r.must(r.machine.Close())
}

// lived is a life as the daemon lives it: engine and dispatcher run, in a bubble.
type lived struct {
	t      *testing.T
	dir    string
	hear   hear
	outbox *outbox.Outbox
	engine *alarm.Engine
	ledger *accounts.Ledger
	state  *state.Fleet
	stop   func()
}

func newLived(t *testing.T, dir string, s *config.Snapshot, h hear) *lived {
	t.Helper()
	l := &lived{t: t, dir: dir, hear: h}
	l.start(s)
	return l
}

func (l *lived) start(s *config.Snapshot) {
	l.t.Helper()
	directory, err := receivers.Directory(s, "test")
	l.must(err)
	l.outbox, err = outbox.Open(l.t.Context(), outbox.Options{
		Path: filepath.Join(l.dir, "brimwatch.db"), Directory: directory.Through(l.listen), Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Seed: 1,
	})
	l.must(err)
	l.ledger = accounts.OpenLedger(l.dir, slog.New(slog.DiscardHandler))
	l.state = state.New(s, l.ledger.Join(s.AccountList(), time.Now()), time.Now())
	l.engine, err = alarm.NewEngine(l.t.Context(), alarm.Options{
		Journal: l.outbox, Calendar: l.state.Calendar(), Tick: 10 * time.Minute, Logger: slog.New(slog.DiscardHandler), Seed: uint64(time.Now().Unix()),
		Existence: func(known map[string]fleet.Existence) { l.state.SetExistence(known, time.Now()) },
	})
	l.must(err)
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan error, 2)
	go func() { done <- l.engine.Run(ctx) }()
	go func() { done <- l.outbox.Begin(ctx, l.engine.Begun()) }()
	l.stop = func() {
		cancel()
		l.must(errors.Join(<-done, <-done))
		l.must(errors.Join(l.ledger.Save(), l.outbox.Close()))
	}
	synctest.Wait()
}

func (l *lived) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lived) now() time.Time { return time.Now() }

func (l *lived) set(s *config.Snapshot) {
	l.t.Helper()
	directory, err := receivers.Directory(s, "test")
	l.must(err)
	l.outbox.UseDirectory(directory.Through(l.listen))
	l.state.Set(s, l.ledger.Join(s.AccountList(), time.Now()), time.Now())
	l.must(l.engine.SetCalendar(l.t.Context(), l.state.Calendar()))
	l.outbox.Reloaded()
	synctest.Wait()
}

func (l *lived) pass(until time.Time) {
	<-time.After(time.Until(until))
	synctest.Wait()
}

func (l *lived) down(until time.Time, s *config.Snapshot) {
	l.t.Helper()
	l.stop()
	<-time.After(time.Until(until))
	l.start(s)
}

func (l *lived) notices() []notifier.Record {
	l.t.Helper()
	list, err := l.outbox.Notices(l.t.Context(), notifier.Filter{Limit: 100_000})
	l.must(err)
	return list
}

func (l *lived) end() { l.stop() }

// listen is a channel that writes down what a person reads.
func (l *lived) listen(notifier.Target) notifier.Channel { return listener{l} }

type listener struct{ l *lived }

func (listener) Bundle() int { return 10_000 }

func (l listener) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	l.l.hear(time.Now(), m)
	return notifier.Receipt{Status: notifier.Delivered}, nil
}
