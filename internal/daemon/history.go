package daemon

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
)

// historyStore is the store of readings, or what stands in for it.
type historyStore interface {
	SetFleet(instances []*fleet.Instance)
	Append(readings []*fleet.Reading)
	Statistics(ctx context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error)
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
	Handler() http.Handler
	Run(ctx context.Context) error
	Close() error
}

// noHistory stands in for a history that could not be opened. Alarms do not
// need one: what is damaged must not keep anybody from being told.
type noHistory struct {
	why error
}

func (noHistory) SetFleet([]*fleet.Instance) {}
func (noHistory) Append([]*fleet.Reading)    {}
func (noHistory) Close() error               { return nil }

// Run waits for the end.
func (noHistory) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Statistics says why there are none.
func (n noHistory) Statistics(context.Context, string, time.Time, time.Time, time.Duration) ([]fleet.Series, error) {
	return nil, fmt.Errorf("the history could not be opened when Brimwatch was started: %w", n.why)
}

// EachUsage says the same.
func (n noHistory) EachUsage(context.Context, []string, fleet.MetricSet, time.Time, time.Time, func(string, fleet.Metric, statistics.Samples)) error {
	return fmt.Errorf("the history could not be opened when Brimwatch was started: %w", n.why)
}

// Handler says the same to programs.
func (n noHistory) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the history could not be opened when Brimwatch was started: "+n.why.Error(), http.StatusServiceUnavailable)
	})
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
	d.log.Error("the history cannot be opened; alarms work without it", "error", err)
	return noHistory{err}, nil
}

func (d *Daemon) openStore(s *config.Snapshot) (*statistics.Store, error) {
	o := statistics.Options{
		Dir: filepath.Join(s.Storage.Dir, "history"), Retention: s.Storage.Retention,
		Version: d.options.Version, Logger: d.options.Logger, Registerer: d.registry,
		// It is asked after every reload, about the configuration of that moment.
		Lifecycle: func(in *fleet.Instance, now time.Time) fleet.Lifecycle { return d.board.lifecycle(in, now) },
		Courses:   func(id string) (time.Time, iter.Seq2[*fleet.Instance, *fleet.Course]) { return d.board.inForce(id) },
	}
	for i := range s.Storage.RemoteWrite {
		w := &s.Storage.RemoteWrite[i]
		tlsConfig, err := tlsConfigOf(w.TLS)
		if err != nil {
			return nil, fmt.Errorf("tls of remote_write %s: %w", display(w.URL), err)
		}
		o.RemoteWrite = append(o.RemoteWrite, remotewrite.Endpoint{
			URL: w.URL, Username: w.Username, Password: w.Password.Reveal(), Bearer: w.Bearer.Reveal(), TLS: tlsConfig,
		})
	}
	return statistics.Open(o)
}
