package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
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

	listener net.Listener
	server   *http.Server
	outbox   *outbox.Outbox
	history  historyStore
	engine   *alarm.Engine
	runner   *collector.Runner
	sources  *sources
	clouds   *clouds
	found    chan struct{} // of capacity 1: another set of instances was found
	board    *board
	advisor  *advisor
	initial  *config.Snapshot // what Brimwatch was started with
	limits   *limits
	started  time.Time

	directory *notifier.Directory // in force; guarded by reloading after the start

	// reloading is held while a configuration is exchanged.
	reloading sync.Mutex
	// editing is held while the configuration's files are changed by us.
	editing  sync.Mutex
	teardown []func() error // last in, first out
	ran      bool           // Run was called
}

// New builds a Daemon: it loads the configuration, listens, locks the data
// directory, and opens all stores, channels and collectors. Nothing runs yet.
// When New fails, all it had opened is closed again.
func New(ctx context.Context, o Options) (_ *Daemon, err error) {
	d := &Daemon{options: o, log: o.Logger.With("component", "daemon"), registry: prometheus.NewRegistry(), started: time.Now(), found: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	snapshot, err := config.Load(o.ConfigFile)
	if err != nil {
		return nil, err
	}
	if err := d.registerMetrics(); err != nil {
		return nil, err
	}
	if err := d.listen(ctx, snapshot.Server.Listen); err != nil {
		return nil, err
	}
	if snapshot, err = d.openClouds(snapshot); err != nil {
		return nil, err
	}
	logWarnings(d.log, snapshot)
	debug.FreeOSMemory() // what it took to read the configuration of a large fleet is not needed again
	if err := d.openStores(ctx, snapshot); err != nil {
		return nil, err
	}
	if err := d.buildParts(ctx, snapshot); err != nil {
		return nil, err
	}
	if err := d.buildServer(snapshot); err != nil {
		return nil, err
	}
	d.metrics.loaded(snapshot, time.Now())
	debug.FreeOSMemory() // what it took to read the configuration is not needed again
	return d, nil
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

func (d *Daemon) registerMetrics() error {
	d.metrics = newReloadMetrics(d.options.Version)
	for _, c := range append(d.metrics.all(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})) {
		if err := d.registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// listen takes the address before anything is opened, so that a second start by
// mistake ends here.
func (d *Daemon) listen(ctx context.Context, address string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on server.listen %s: %w; is another Brimwatch running, or the port taken?", address, err)
	}
	d.listener = l
	d.onClose(func() error {
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("close the listener: %w", err)
		}
		return nil
	})
	return nil
}

// openClouds locks the data directory and builds what asks the accounts of
// clouds. It returns the configuration with what was found there before.
func (d *Daemon) openClouds(s *config.Snapshot) (*config.Snapshot, error) {
	unlock, err := lockDir(s.Storage.Dir)
	if err != nil {
		return nil, err
	}
	d.onClose(unlock)
	d.clouds = newClouds(d.options.Logger, d.registry, s.Storage.Dir, func() { nudge(d.found) })
	d.onClose(d.clouds.stop)
	s, set, err := d.clouds.join(s, d.options.ConfigFile)
	if err != nil {
		return nil, err
	}
	d.clouds.swap(set)
	return s, nil
}

func (d *Daemon) openStores(ctx context.Context, s *config.Snapshot) (err error) {
	d.directory, err = newDirectory(s, d.options.Version)
	if err != nil {
		return err
	}
	d.adviseIn(d.directory)
	d.outbox, err = outbox.Open(ctx, outbox.Options{
		Path: filepath.Join(s.Storage.Dir, "brimwatch.db"), Directory: d.directory,
		Logger: d.options.Logger, Registerer: d.registry, Keep: s.Storage.Retention,
	})
	if err != nil {
		return fmt.Errorf("open the outbox: %w", err)
	}
	d.onClose(d.outbox.Close)
	d.history, err = d.openHistory(s)
	if err != nil {
		return fmt.Errorf("open the history: %w", err)
	}
	d.onClose(d.history.Close)
	return nil
}

// buildParts builds what reads and what judges.
func (d *Daemon) buildParts(ctx context.Context, s *config.Snapshot) (err error) {
	d.initial, d.board = s, newBoard(s, openLedger(s.Storage.Dir, d.log))
	d.advisor = newAdvisor(d.history, d.board, d.options.Logger)
	d.board.outlook = d.advisor.thresholdAhead
	d.engine, err = alarm.NewEngine(ctx, alarm.Options{
		Journal: d.outbox, Watches: watchesOf(s), FleetRule: fleetRule(s), Calendar: d.board.calendar(), Logger: d.options.Logger, Registerer: d.registry,
	})
	if err != nil {
		return err
	}
	d.board.engine = d.engine
	d.runner, err = collector.NewRunner(collector.Options{Sink: d.fanOut, Registerer: d.registry, Logger: d.options.Logger})
	if err != nil {
		return err
	}
	d.onClose(d.endUnused)
	d.limits = openLimits(s.Storage.Dir, d.log)
	d.sources = newSources(d.options.Logger)
	d.sources.told = d.limits.Told
	set, err := d.sources.prepare(s, d.clouds.open)
	if err != nil {
		return err
	}
	d.history.SetFleet(instancesOf(s))
	d.runner.Update(d.sources.swap(set))
	return nil
}

// endUnused closes the collectors when Run was never called: closing them is the
// Runner's, and it does so only in its own Run.
func (d *Daemon) endUnused() error {
	if d.ran {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return d.runner.Run(ctx)
}

// fanOut hands readings to everybody who wants them. It blocks on nobody.
func (d *Daemon) fanOut(readings []*fleet.Reading) {
	d.board.put(readings)
	d.engine.Observe(readings)
	d.history.Append(readings)
}

func instancesOf(s *config.Snapshot) []*fleet.Instance {
	out := make([]*fleet.Instance, len(s.Instances))
	for i := range s.Instances {
		out[i] = s.Instances[i].Instance
	}
	return out
}

// Run runs until ctx ends, and returns when all it started has ended. reload
// carries requests to load the configuration anew, which signals make.
func (d *Daemon) Run(ctx context.Context, reload <-chan struct{}) error {
	d.ran = true
	// Each part has a context of its own, because they end one after the other.
	history := start(d.history.Run)
	dispatcher := start(d.outbox.Run)
	engine := start(d.engine.Run)
	runner := start(d.runner.Run)
	keeper := start(func(ctx context.Context) error {
		return d.limits.run(ctx, func() []*fleet.Reading { return d.board.newest(d.limits) })
	})
	advisor := start(d.advisor.run)
	web := d.serve()
	d.startClouds()
	clerk := start(newBalanceClerk(d.clouds, d.board.ledger, d.board.given, d.balancesChanged).run)
	watcher := start(func(ctx context.Context) error { return d.watch(ctx, reload) })
	d.log.Info("running", "address", d.listener.Addr().String(), "instances", len(d.board.current().Instances), "version", d.options.Version)

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-web.failed:
	case failed = <-dispatcher.failed:
	case failed = <-engine.failed:
	case failed = <-runner.failed:
	case failed = <-history.failed:
	}
	d.log.Info("stopping")
	errs := []error{failed, watcher.stop(), clerk.stop(), runner.stop(), keeper.stop(), engine.stop(), dispatcher.stop(), web.stop(), advisor.stop(), history.stop(), d.close()}
	d.log.Info("stopped")
	return errors.Join(errs...)
}

// startClouds begins to look through accounts for instances.
func (d *Daemon) startClouds() {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	d.clouds.start()
}

// balancesChanged puts what was told of balances into force.
func (d *Daemon) balancesChanged(ctx context.Context) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	d.board.resettle(time.Now())
	if err := d.engine.SetCalendar(ctx, d.board.calendar()); err != nil {
		d.log.Error("the calendar was not judged at once by the new balances", "error", err)
	}
}

// part is a long-lived part of the daemon that runs.
type part struct {
	cancel context.CancelFunc
	ended  chan error
	failed chan error // gets the error of a part that ended by itself
}

// start runs f until it is stopped.
func start(f func(context.Context) error) *part {
	ctx, cancel := context.WithCancel(context.Background())
	p := &part{cancel: cancel, ended: make(chan error, 1), failed: make(chan error, 1)}
	go func() {
		err := f(ctx)
		if ctx.Err() == nil {
			p.failed <- fmt.Errorf("a part ended by itself: %w", err)
		}
		p.ended <- err
	}()
	return p
}

// stop ends the part and returns when it has ended.
func (p *part) stop() error {
	p.cancel()
	return <-p.ended
}
