package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/advice/advisor"
	"github.com/brimwatch/brimwatch/internal/api"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/families"
	"github.com/brimwatch/brimwatch/internal/heartbeat"
	"github.com/brimwatch/brimwatch/internal/lastday"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/memory"
	"github.com/brimwatch/brimwatch/internal/push"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
	"github.com/brimwatch/brimwatch/internal/sources"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alertmanager"
	"github.com/brimwatch/brimwatch/notifier/lastway"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// Options is what a Daemon is built from.
type Options struct {
	ConfigFile string
	Version    string
	Logger     *slog.Logger
}

// Daemon is Brimwatch, put together.
type Daemon struct {
	options  Options
	log      *slog.Logger
	registry *prometheus.Registry
	metrics  *reloadMetrics

	listener   net.Listener
	server     *http.Server
	gate       *access.Gate
	pusher     *push.Pusher
	heart      *heartbeat.Heart
	exposition *api.Exposition
	accounts   *accounts.Accounts
	ledger     *accounts.Ledger
	state      *state.Fleet
	limits     *state.Limits
	history    historyStore
	recorded   recordings
	advisor    *advisor.Advisor
	lastDay    *lastday.LastDay
	outbox     *outbox.Outbox
	lastWay    *lastway.Journal // before the outbox: for what cannot be stored
	managers   *alertmanager.Keeper
	engine     *alarm.Engine
	view       *state.View
	families   *families.Source
	sources    *sources.Sources
	runner     *collector.Runner
	links      *links.Signer // of the links in notices
	hooks      *twilio.Hooks
	foresight  *rehearsal.Foresight
	channels   *channelLook

	descriptors descriptors  // who may open how many files
	memory      *memory.Room // that sources may use; nil: there is no limit

	found     chan struct{}       // of capacity 1: another set of instances was found
	initial   *config.Snapshot    // what Brimwatch was started with
	directory *notifier.Directory // in force; guarded by reloading after the start

	// reloading is held while a configuration is exchanged.
	reloading sync.Mutex
	// editing is held while the configuration's files are changed by us.
	editing sync.Mutex
	// previewing has room for one: one preview of alarms is counted at a time.
	previewing chan struct{}
	teardown   []func() error // last in, first out
	ran        bool           // Run was called
}

// Address is where the HTTP side listens.
func (d *Daemon) Address() net.Addr { return d.listener.Addr() }

func (d *Daemon) onClose(f func() error) { d.teardown = append(d.teardown, f) }

// close undoes what New did, the last first.
func (d *Daemon) close() error {
	var errs []error
	for i := len(d.teardown) - 1; i >= 0; i-- {
		errs = append(errs, d.teardown[i]())
	}
	d.teardown = nil
	return errors.Join(errs...)
}

// fanOut hands readings to everybody who wants them. It blocks on nobody.
func (d *Daemon) fanOut(readings []*fleet.Reading) {
	d.state.Put(readings)
	d.lastDay.Put(readings)
	d.engine.Observe(readings)
	d.history.Append(readings)
}

// complete returns a time through which fanOut has been given all readings.
func (d *Daemon) complete() time.Time { return d.runner.Complete() }

// Run runs until ctx ends, and returns when all it started has ended. reload
// carries requests to load the configuration anew, which signals make.
func (d *Daemon) Run(ctx context.Context, reload <-chan struct{}) error {
	d.ran = true
	run := newParts()
	// Parts end in the reverse order: those that make data before those that take it.
	run.start("the history", d.history.Run)
	run.start("the advisor", d.advisor.Run)
	run.start("the last day", d.lastDay.Run)
	run.start("the HTTP side", d.serve)
	run.start("the pusher of metrics", d.pusher.Run)
	run.start("the look ahead", d.foresight.Run)
	run.start("the dispatcher", d.dispatch)
	run.start("the last way out", d.lastWay.Run)
	run.start("the keeper of Alertmanagers", d.managers.Run)
	run.start("the drills", d.outbox.RunDrills)
	run.start("the look at channels", d.channels.Run)
	run.start("the alarm engine", d.engine.Run)
	run.start("the store of limits", d.limits.Run)
	run.start("the ledger of balances", d.ledger.Run)
	run.start("the runner of collectors", d.runner.Run)
	run.start("the heartbeat", d.heart.Run)
	d.startAccounts()
	run.start("the poller of balances", accounts.NewPoller(d.accounts, d.ledger, d.state, d.balancesChanged).Run)
	run.start("the watcher of the configuration", func(ctx context.Context) error { return d.watch(ctx, reload) })
	d.log.Info("running", "address", d.listener.Addr().String(), "instances", len(d.state.Configuration().Instances), "version", d.options.Version)

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-run.failed:
	}
	d.log.Info("stopping")
	err := errors.Join(failed, run.stop(), d.close())
	d.log.Info("stopped")
	return err
}

// dispatch sends what is due. At the start that waits until is judged what became due, or ended,
// while nothing ran, so that nobody is told of what is over, and of each thing once.
func (d *Daemon) dispatch(ctx context.Context) error {
	return d.outbox.Begin(ctx, d.engine.Begun(), d.outbox.Drilled())
}

// startAccounts begins to look through accounts for instances.
func (d *Daemon) startAccounts() {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	d.accounts.Start()
}

// balancesChanged puts new balances into force.
func (d *Daemon) balancesChanged(ctx context.Context) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	now := time.Now()
	d.state.SetAccounts(d.ledger.Join(d.state.Configuration().AccountList(), now), now)
	if err := d.engine.SetCalendar(ctx, d.state.Calendar()); err != nil {
		d.log.Error("the calendar was not judged at once by the new balances", "error", err)
	}
}

// endUnused closes the collectors when Run was never called: closing them is the
// Runner's, and it does so only in its own Run.
func (d *Daemon) endUnused() error {
	if d.ran {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := d.runner.Run(ctx); err != nil {
		return fmt.Errorf("close the collectors: %w", err)
	}
	return nil
}
