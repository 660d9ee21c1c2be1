package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/internal/statistics/promread"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// recordings is where what was recorded is read from: the store of readings, or the
// database of storage.query_url.
type recordings interface {
	Statistics(ctx context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error)
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
	EachAnswer(ctx context.Context, ids []string, from, to time.Time, visit func(id string, samples statistics.Samples)) error
	EachCapacity(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
}

// historyStore is the store of readings, or statistics.Absent.
type historyStore interface {
	recordings
	SetFleet(instances []*fleet.Instance)
	Append(readings []*fleet.Reading)
	Handler() http.Handler
	Run(ctx context.Context) error
	Close() error
}

// openHistory opens the store of readings. When it cannot be opened, and not
// because another process has it, Brimwatch goes on without.
func (d *Daemon) openHistory(s *config.Snapshot) (historyStore, error) {
	store, err := d.openStore(s)
	switch {
	case err == nil:
		return store, nil
	case errors.Is(err, statistics.ErrInUse):
		return nil, err
	}
	d.log.Error("the history cannot be opened; alarms work without it, and nothing is sent by remote write", "error", err)
	return statistics.Absent{Why: err}, nil
}

// openRecordings chooses where what was recorded is read from. The store goes on being
// written either way: remote write reads it, and /prometheus.
func (d *Daemon) openRecordings(s *config.Snapshot) (recordings, error) {
	if s.Storage.Query == nil {
		return d.history, nil
	}
	reader, err := promread.Open(s.Storage.Query, d.options.Version)
	if err != nil {
		return nil, err
	}
	d.onClose(reader.Close)
	return reader, nil
}

func (d *Daemon) openStore(s *config.Snapshot) (*statistics.Store, error) {
	o := statistics.Options{
		Dir: filepath.Join(s.Storage.Dir, "history"), Retention: s.Storage.Retention,
		MaxSamples: s.Storage.QueryMaxSamples,
		Version:    d.options.Version, Logger: d.options.Logger, Registerer: d.registry, Gatherer: d.registry,
		// They are asked after every reload, about the configuration of that moment.
		Lifecycle: d.state.Lifecycle, Courses: d.state.Courses, Figures: d.figures,
		Complete: d.complete,
	}
	for i := range s.Storage.RemoteWrite {
		w := &s.Storage.RemoteWrite[i]
		tlsConfig, err := w.TLS.Load()
		if err != nil {
			return nil, fmt.Errorf("tls of remote_write %s: %w", config.ShownURL(w.URL), err)
		}
		o.RemoteWrite = append(o.RemoteWrite, remotewrite.Endpoint{
			URL: w.URL, Username: w.Username, Password: w.Password.Reveal(), Bearer: w.Bearer.Reveal(), TLS: tlsConfig,
		})
	}
	return statistics.Open(o)
}

// figures hands the figures of the fleet to the history. The history asks while it
// runs, when all that they are read from has been built.
func (d *Daemon) figures(ctx context.Context, now time.Time, wanted func(*series.Family) bool, visit func(*series.Point)) []string {
	return d.families.Figures(ctx, now, wanted, visit)
}
