package backtest

import (
	"context"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/internal/statistics/promread"
)

// History is what was recorded.
type History interface {
	Recordings
	Close() error
}

// Recordings are what was recorded: usage, whether sources answered, and capacities. Each visits
// the series that have samples from from, included, to to, in no order.
type Recordings interface {
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
	EachAnswer(ctx context.Context, ids []string, from, to time.Time, visit func(id string, samples statistics.Samples)) error
	EachCapacity(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
}

// OpenHistory opens the history that a configuration reads from: its own, which a daemon may
// be writing to, or the database of storage.query_url.
func OpenHistory(ctx context.Context, s *config.Snapshot, version string) (History, error) {
	if s.Storage.Query != nil {
		return promread.Open(s.Storage.Query, version)
	}
	return statistics.OpenArchive(ctx, filepath.Join(s.Storage.Dir, "history"))
}
