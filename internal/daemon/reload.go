package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/keys"
	"github.com/brimwatch/brimwatch/internal/mailchart"
	"github.com/brimwatch/brimwatch/internal/pictures"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/notifier"
)

// Reload loads the configuration anew and puts it into force. It is the one
// path for file changes, SIGHUP and HTTP. All that can fail is done first; when
// anything does, nothing has changed, and the error says why. The answer says
// what changed.
func (d *Daemon) Reload(ctx context.Context) (config.Change, error) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	change, err := d.reload(ctx)
	if err != nil {
		d.metrics.refused()
		d.metrics.reloads.WithLabelValues("refused").Inc()
		d.log.Error("configuration refused; the old one stays in force", "error", err)
		return config.Change{}, err
	}
	d.metrics.loaded(time.Now())
	d.metrics.reloads.WithLabelValues("taken").Inc()
	d.log.Info("configuration loaded", "changed", change.String())
	return change, nil
}

func (d *Daemon) reload(ctx context.Context) (config.Change, error) {
	before := d.state.Configuration()
	next, open, err := d.accounts.Load(d.options.ConfigFile)
	if err != nil {
		return config.Change{}, err
	}
	change := config.Diff(before, next)
	change.NeedsRestart = config.NeedsRestart(d.initial, next)
	directory, err := d.newDirectory(next)
	if err != nil {
		d.accounts.Discard(open)
		return config.Change{}, err
	}
	set, err := d.sources.Prepare(next, open)
	if err != nil {
		d.accounts.Discard(open)
		return config.Change{}, err
	}
	// From here on nothing fails but the engine's first commit, which it makes up
	// for at the next reading.
	logWarnings(d.log, next)
	d.gate.Set(accessRules(next))
	d.pusher.Set(endpointsOf(next))
	d.heart.Set(targetOf(next))
	d.setDirectory(directory)
	nudge(d.channels.reloaded)
	d.hooks.Set(next.Server.ExternalURL, receivers.Signers(next))
	now := time.Now()
	d.state.Set(next, d.ledger.Join(next.AccountList(), now), now)
	d.history.SetFleet(next.FleetInstances())
	d.lastDay.SetFleet(next.FleetInstances())
	if err := d.engine.SetWatches(ctx, next.Watches(), next.FleetRule()); err != nil {
		d.log.Error("alarms were not judged at once under the new configuration", "error", err)
	}
	if err := d.engine.SetCalendar(ctx, d.state.Calendar()); err != nil {
		d.log.Error("the calendar was not judged at once under the new configuration", "error", err)
	}
	d.outbox.Reloaded() // only now: nobody is told of what is over by this reload
	d.runner.Update(d.sources.Swap(set))
	d.accounts.Swap(open)
	return change, nil
}

// logWarnings logs the first warnings of a configuration: ten thousand instances
// may have one each, at every reload.
func logWarnings(log *slog.Logger, s *config.Snapshot) {
	const most = 20
	for _, w := range s.Warnings[:min(most, len(s.Warnings))] {
		log.Warn("configuration", "warning", w.Error())
	}
	if more := len(s.Warnings) - most; more > 0 {
		log.Warn("configuration: there are more warnings; brimwatch check lists all", "more", more)
	}
}

// newDirectory builds the directory of a configuration. Its mails and chats have charts
// of what was recorded, and its calls ask for a key.
func (d *Daemon) newDirectory(s *config.Snapshot) (*notifier.Directory, error) {
	directory, err := receivers.Directory(s, d.options.Version)
	if err != nil {
		return nil, err
	}
	receivers.TakeKeys(directory, keys.Tokens(d.links, time.Now))
	receivers.Link(directory, d.links, s.Server.ExternalURL, pictures.Of)
	receivers.Draw(directory, d.drawer().Draw)
	return directory, nil
}

// drawer draws charts of what was recorded.
func (d *Daemon) drawer() *mailchart.Drawer {
	return mailchart.New(func() mailchart.History { return d.recorded })
}

// setDirectory puts a new directory into force and lets go of the connections
// that the channels of the old one keep.
func (d *Daemon) setDirectory(next *notifier.Directory) {
	d.outbox.UseDirectory(next)
	for t := range d.directory.Targets() {
		for _, r := range t.Routes() {
			if c, ok := r.Channel.(interface{ CloseIdleConnections() }); ok {
				c.CloseIdleConnections()
			}
		}
	}
	d.directory = next
}

// watch reloads when files change or somebody asks. It ends with an error when the
// files cannot be watched any more.
func (d *Daemon) watch(ctx context.Context, asked <-chan struct{}) error {
	changed := make(chan struct{}, 1)
	files := newParts()
	files.start("the watcher of files", func(ctx context.Context) error {
		return config.Watch(ctx, config.WatchOptions{
			Path:   d.options.ConfigFile,
			Known:  d.state.Configuration(),
			Notify: func() { nudge(changed) },
			Logger: d.options.Logger,
		})
	})
	for {
		select {
		case <-ctx.Done():
			return files.stop()
		case err := <-files.failed:
			return errors.Join(err, files.stop())
		case <-changed:
		case <-d.found:
		case <-asked:
		}
		// What went wrong is logged and counted there.
		_, _ = d.Reload(ctx)
	}
}

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
