package statistics

import (
	"slices"
	"sync"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// newest remembers the two newest readings of each instance, so that a query about
// this moment reads nothing of the database. Two, because a query's moment may be a
// little before the newest.
type newest struct {
	mu    sync.RWMutex
	since int64        // when remembering began; what was before is in the database alone
	ended int64        // when an instance left last; before that there was more
	rows  []*newestRow // in the order of the labels of their series
}

// newestRow is what is remembered of one instance.
type newestRow struct {
	id     *series.Identity
	last   derived.Figures // T is 0 before the first
	before derived.Figures // the one before
}

// set says which instances there are from now on, and whether others left.
func (n *newest) set(instances map[string]*instance, left bool, now int64) {
	rows := make([]*newestRow, 0, len(instances))
	of := make(map[*newestRow]labels.Labels, len(instances))
	for _, in := range instances {
		rows = append(rows, &in.newest)
		of[&in.newest] = in.subject.ID.Labels(series.Dimension{})
	}
	slices.SortFunc(rows, func(a, b *newestRow) int { return labels.Compare(of[a], of[b]) })
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rows = rows
	if n.since == 0 {
		n.since = now
	}
	if left {
		n.ended = now
	}
}

// put notes a reading that is stored.
func (n *newest) put(row *newestRow, t int64, r *fleet.Reading, known fleet.MetricSet, capacity *fleet.Amounts) {
	n.mu.Lock()
	defer n.mu.Unlock()
	row.before = row.last
	row.last = derived.Figures{T: t, Known: known, Usage: r.Usage, Capacity: *capacity}
}

// at implements derived.Newest.
func (n *newest) at(t int64, visit func(*series.Identity, *derived.Figures)) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.since == 0 || t < n.since+lookback.Milliseconds() || t < n.ended {
		return false
	}
	for _, row := range n.rows {
		if row.before.T > t {
			return false
		}
	}
	for _, row := range n.rows {
		switch {
		case row.last.T != 0 && row.last.T <= t:
			visit(row.id, &row.last)
		case row.before.T != 0:
			visit(row.id, &row.before)
		}
	}
	return true
}
