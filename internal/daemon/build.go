package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/advice/advisor"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/datadir"
	"github.com/brimwatch/brimwatch/internal/families"
	"github.com/brimwatch/brimwatch/internal/keys"
	"github.com/brimwatch/brimwatch/internal/lastday"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/memory"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
	"github.com/brimwatch/brimwatch/internal/sources"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/notifier/alertmanager"
	"github.com/brimwatch/brimwatch/notifier/lastway"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/notifier/replies"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// New builds a Daemon: it loads the configuration, listens, locks the data
// directory, and opens all stores, channels and collectors. Nothing runs yet.
// When New fails, all it had opened is closed again.
func New(ctx context.Context, o Options) (_ *Daemon, err error) {
	d := &Daemon{options: o, log: o.Logger.With("component", "daemon"), registry: prometheus.NewRegistry(), found: make(chan struct{}, 1), previewing: make(chan struct{}, 1)}
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
	if snapshot, err = d.openAccounts(snapshot); err != nil {
		return nil, err
	}
	d.initial = snapshot
	logWarnings(d.log, snapshot)
	debug.FreeOSMemory() // what it took to read the configuration of a large fleet is not needed again
	if err := d.openStores(ctx, snapshot); err != nil {
		return nil, err
	}
	if err := d.buildEngine(ctx, snapshot); err != nil {
		return nil, err
	}
	d.descriptors, d.memory = countDescriptors(), memory.NewRoom()
	if err := d.buildCollectors(snapshot); err != nil {
		return nil, err
	}
	if err := d.buildServer(snapshot); err != nil {
		return nil, err
	}
	d.metrics.loaded(time.Now())
	debug.FreeOSMemory()
	return d, nil
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

// openAccounts locks the data directory and opens the accounts of clouds. It returns
// the configuration with the instances that were found there before.
func (d *Daemon) openAccounts(s *config.Snapshot) (*config.Snapshot, error) {
	unlock, err := datadir.Lock(s.Storage.Dir)
	if err != nil {
		return nil, err
	}
	d.onClose(unlock)
	d.accounts = accounts.New(accounts.Options{
		Logger: d.options.Logger, Registerer: d.registry, Dir: s.Storage.Dir, Changed: func() { nudge(d.found) },
	})
	d.onClose(d.accounts.Stop)
	s, set, err := d.accounts.Join(s, d.options.ConfigFile)
	if err != nil {
		return nil, err
	}
	d.accounts.Swap(set)
	return s, nil
}

// openStores opens all that outlives a restart, and what reads from it.
func (d *Daemon) openStores(ctx context.Context, s *config.Snapshot) (err error) {
	now := time.Now()
	d.ledger = accounts.OpenLedger(s.Storage.Dir, d.options.Logger)
	d.state = state.New(s, d.ledger.Join(s.AccountList(), now), now)
	d.limits = state.OpenLimits(s.Storage.Dir, d.state, d.options.Logger)
	d.links, err = links.Open(s.Storage.Dir)
	if err != nil { // no reason not to start: people are told, and links hold until it ends
		d.log.Error("links in notices hold until the next start only", "error", err)
		d.links = links.New()
	}
	d.directory, err = d.newDirectory(s)
	if err != nil {
		return err
	}
	d.outbox, err = outbox.Open(ctx, outbox.Options{
		Path: filepath.Join(s.Storage.Dir, "brimwatch.db"), Directory: d.directory,
		Logger: d.options.Logger, Registerer: d.registry, Keep: s.Storage.Retention,
	})
	if err != nil {
		return fmt.Errorf("open the outbox: %w", err)
	}
	d.channels = newChannelLook(d.outbox.Directory, d.options.Logger)
	d.onClose(d.outbox.Close)
	d.lastWay = lastway.New(d.outbox, d.options.Logger)
	d.managers, err = alertmanager.NewKeeper(alertmanager.KeeperOptions{Store: d.outbox, Logger: d.options.Logger, Registerer: d.registry})
	if err != nil {
		return err
	}
	d.history, err = d.openHistory(s)
	if err != nil {
		return fmt.Errorf("open the history: %w", err)
	}
	d.onClose(d.history.Close)
	d.recorded, err = d.openRecordings(s)
	return err
}

// buildEngine builds what judges, and what shows how the fleet stands.
func (d *Daemon) buildEngine(ctx context.Context, s *config.Snapshot) (err error) {
	d.advisor = advisor.New(d.recorded, d.state, d.options.Logger)
	d.lastDay = lastday.New(d.recorded, d.options.Logger)
	d.engine, err = alarm.NewEngine(ctx, alarm.Options{
		Journal: d.lastWay, Watches: s.Watches(), FleetRule: s.FleetRule(), Calendar: d.state.Calendar(),
		Advisor: d.advisor, Forecaster: d.advisor, Logger: d.options.Logger, Registerer: d.registry,
		Existence: func(known map[string]fleet.Existence) { d.state.SetExistence(known, time.Now()) }, Listed: d.accounts.Listed,
	})
	if err != nil {
		return err
	}
	d.view = state.NewView(d.state, d.engine, d.ledger)
	d.foresight = rehearsal.NewForesight(rehearsal.ForesightOptions{Configuration: d.state.Configuration, Accounts: d.view.Accounts, Logger: d.options.Logger})
	d.families, err = families.New(families.Options{
		Fleet: d.view, Accounts: d.view, Alarms: d.outbox, Silences: d.outbox, Outlooks: d.advisor, Logger: d.log,
	})
	if err != nil {
		return err
	}
	d.hooks = twilio.NewHooks(twilio.HooksOptions{
		Receipts: d.outbox, Logger: d.options.Logger,
		Keys:    keys.New(keys.Options{Links: d.links, Acker: d.engine, Journal: d.outbox, Logger: d.options.Logger}),
		Replies: replies.New(replies.Options{Acker: d.engine, Silencer: d.outbox, Journal: d.outbox, Directories: d.outbox, Logger: d.options.Logger}),
	})
	d.hooks.Set(s.Server.ExternalURL, receivers.Signers(s))
	return nil
}

// buildCollectors builds what reads.
func (d *Daemon) buildCollectors(s *config.Snapshot) (err error) {
	d.runner, err = collector.NewRunner(collector.Options{Sink: d.fanOut, Gone: d.state.Gone, Registerer: d.registry, Logger: d.options.Logger})
	if err != nil {
		return err
	}
	d.onClose(d.endUnused)
	d.sources = sources.New(d.options.Logger, d.limits)
	if d.descriptors.limit > 0 {
		d.sources.Bound(d.descriptors.ofSources(), d.memory)
	}
	set, err := d.sources.Prepare(s, d.accounts.Open())
	if err != nil {
		return err
	}
	d.history.SetFleet(s.FleetInstances())
	d.lastDay.SetFleet(s.FleetInstances())
	d.runner.Update(d.sources.Swap(set))
	return nil
}
