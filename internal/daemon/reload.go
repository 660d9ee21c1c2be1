package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
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
	d.metrics.loaded(d.board.current(), time.Now())
	d.metrics.reloads.WithLabelValues("taken").Inc()
	d.log.Info("configuration loaded", "changed", change.String())
	return change, nil
}

func (d *Daemon) reload(ctx context.Context) (config.Change, error) {
	before := d.board.current()
	next, accounts, err := d.clouds.loadFound(d.options.ConfigFile)
	if err != nil {
		return config.Change{}, err
	}
	change := config.Diff(before, next)
	change.NeedsRestart = config.NeedsRestart(d.initial, next)
	directory, err := newDirectory(next, d.options.Version)
	if err != nil {
		d.clouds.discard(accounts)
		return config.Change{}, err
	}
	d.adviseIn(directory)
	set, err := d.sources.prepare(next, accounts)
	if err != nil {
		d.clouds.discard(accounts)
		return config.Change{}, err
	}
	// From here on nothing fails but the engine's first commit, which it makes up
	// for at the next reading.
	logWarnings(d.log, next)
	d.setDirectory(directory)
	d.board.set(next)
	d.history.SetFleet(instancesOf(next))
	if err := d.engine.SetWatches(ctx, watchesOf(next), fleetRule(next)); err != nil {
		d.log.Error("alarms were not judged at once under the new configuration", "error", err)
	}
	if err := d.engine.SetCalendar(ctx, d.board.calendar()); err != nil {
		d.log.Error("the calendar was not judged at once under the new configuration", "error", err)
	}
	d.runner.Update(d.sources.swap(set))
	d.clouds.swap(accounts)
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

// setDirectory puts a new directory into force and lets go of the connections
// that the channels of the old one keep.
func (d *Daemon) setDirectory(next *notifier.Directory) {
	d.outbox.SetDirectory(next)
	for _, r := range d.directory.Receivers {
		for _, t := range r.Targets {
			if c, ok := t.Channel.(interface{ CloseIdleConnections() }); ok {
				c.CloseIdleConnections()
			}
		}
	}
	d.directory = next
}

// watch reloads when files change or somebody asks.
func (d *Daemon) watch(ctx context.Context, asked <-chan struct{}) error {
	changed := make(chan struct{}, 1)
	files := start(func(ctx context.Context) error {
		return config.Watch(ctx, config.WatchOptions{
			Path:   d.options.ConfigFile,
			Known:  d.board.current(),
			Notify: func() { nudge(changed) },
			Logger: d.options.Logger,
		})
	})
	defer func() {
		if err := files.stop(); err != nil {
			d.log.Error("configuration files are not watched any more", "error", err)
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
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

// check makes sure that a configuration would be taken, channels and collectors
// included. It counts what a daemon has found in the accounts of clouds before.
func check(path, version string) (_ *config.Snapshot, err error) {
	s, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	accounts := newClouds(slog.New(slog.DiscardHandler), nil, keptDir(s), func() {})
	defer func() { err = errors.Join(err, accounts.stop()) }()
	s, set, err := accounts.join(s, path)
	if err != nil {
		return nil, err
	}
	accounts.swap(set)
	if _, err := newDirectory(s, version); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	unused := newSources(slog.New(slog.DiscardHandler))
	built, err := unused.prepare(s, set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	unused.discard(built)
	return s, nil
}

// keptDir is where a daemon keeps what it found; "" when none has run there, so
// that checking leaves nothing behind.
func keptDir(s *config.Snapshot) string {
	if _, err := os.Stat(filepath.Join(s.Storage.Dir, "accounts")); err != nil {
		return ""
	}
	return s.Storage.Dir
}
