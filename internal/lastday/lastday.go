// Package lastday keeps how full every instance was over the last day: the highest utilization of
// each half hour, by metric. The list of instances draws it beside each bar, and a page of a large
// fleet could not read that from the history while somebody waits.
//
// What is kept are percents of a byte each, some 340 bytes for an instance; 10,000 instances have
// them in a few megabytes. Readings are put in as they come. What was read before the start is
// filled in from the history, in the background, once for each instance.
package lastday

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

const (
	half = 30 * time.Minute
	// fillEvery is how often it is looked for instances whose last day has not been filled in.
	fillEvery = 5 * time.Second
	// patience is how many looks an instance is waited for that was not read yet: a reading tells
	// limits that no catalogue has.
	patience = 12
	// together is how many instances one query is about.
	together = 100
	// rest is how long is rested after a query, in times of what that took: nobody waits for it.
	rest = 3
)

// History is what was recorded. EachUsage calls visit for every series in the range [from, to).
type History interface {
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
}

// LastDay keeps the last day of a fleet. It is safe for use from several goroutines.
type LastDay struct {
	history History
	log     *slog.Logger

	mu   sync.RWMutex
	days map[string]*day
}

// New returns a LastDay of no instances.
func New(history History, log *slog.Logger) *LastDay {
	return &LastDay{history: history, log: log.With("component", "last day"), days: make(map[string]*day)}
}

// SetFleet says which instances there are. What is known of those that stay is kept.
func (l *LastDay) SetFleet(instances []*fleet.Instance) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := make(map[string]*day, len(instances))
	for _, in := range instances {
		d := l.days[in.ID]
		if d == nil {
			d = &day{}
		}
		d.instance = in
		next[in.ID] = d
	}
	l.days = next
}

// Put takes readings. Those of instances that are not in the fleet are passed over.
func (l *LastDay) Put(readings []*fleet.Reading) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range readings {
		d := l.days[r.Instance]
		if d == nil {
			continue
		}
		d.last = r
		for _, m := range fleet.Metrics() {
			if u, known := fleet.Utilization(d.instance, r, m); known {
				d.put(m, halfOf(r.At), u)
			}
		}
	}
}

// LastDay tells how full an instance was over the day before now; false when nothing is known of
// it.
func (l *LastDay) LastDay(id string, now time.Time) (out readers.Day, known bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	d := l.days[id]
	if d == nil {
		return out, false
	}
	first := halfOf(now) - readers.Halves + 1
	for m := range out {
		for i := range out[m] {
			out[m][i] = d.at(fleet.Metric(m), first+int64(i))
			known = known || out[m][i] >= 0
		}
	}
	return out, known
}

// Run fills in what was read before the start, until ctx ends.
func (l *LastDay) Run(ctx context.Context) error {
	failing := false
	for pause(ctx, fillEvery) {
		err := l.fill(ctx, time.Now())
		switch {
		case ctx.Err() != nil:
		case err != nil && !failing:
			l.log.Warn("the history could not be read for the small lines in the list of instances; they begin with the start, and it is tried again", "error", err)
		case err == nil && failing:
			l.log.Info("the history is read for the small lines again")
		}
		failing = err != nil
	}
	return nil
}

// fill fills in the instances that have not been.
func (l *LastDay) fill(ctx context.Context, now time.Time) error {
	for ids := range slices.Chunk(l.unfilled(), together) {
		began := time.Now()
		metrics, capacities := l.capacities(ids)
		err := l.history.EachUsage(ctx, ids, metrics, now.Add(-24*time.Hour), now, func(id string, m fleet.Metric, samples statistics.Samples) {
			if capacity := capacities[id][m]; capacity > 0 {
				l.record(id, m, capacity, samples)
			}
		})
		if err != nil {
			return err
		}
		l.filled(ids)
		if !pause(ctx, rest*time.Since(began)) {
			return ctx.Err()
		}
	}
	return nil
}

// unfilled lists the instances whose time has come.
func (l *LastDay) unfilled() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for id, d := range l.days {
		if !d.instance.Watched || d.filled {
			continue
		}
		if d.looks++; d.last != nil || d.looks >= patience {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// capacities are those in force now: usage of an hour ago is held against them.
func (l *LastDay) capacities(ids []string) (metrics fleet.MetricSet, of map[string]fleet.Amounts) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	of = make(map[string]fleet.Amounts, len(ids))
	for _, id := range ids {
		d := l.days[id]
		if d == nil {
			continue
		}
		var amounts fleet.Amounts
		for _, m := range fleet.Metrics() {
			if limit := d.instance.Limit(d.last, m); limit.Known() {
				amounts[m], metrics = limit.Value, metrics.With(m)
			}
		}
		of[id] = amounts
	}
	return metrics, of
}

// record puts in what was recorded of one metric.
func (l *LastDay) record(id string, m fleet.Metric, capacity float64, samples statistics.Samples) {
	highest := make(map[int64]float64, readers.Halves+1)
	for ms, v, ok := samples(); ok; ms, v, ok = samples() {
		at := halfOf(time.UnixMilli(ms))
		highest[at] = max(highest[at], v/capacity)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.days[id]; d != nil {
		for at, u := range highest {
			d.put(m, at, u)
		}
	}
}

func (l *LastDay) filled(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		if d := l.days[id]; d != nil {
			d.filled = true
		}
	}
}

// pause waits, and returns false when ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// halfOf is the number of the half hour in which a moment lies.
func halfOf(t time.Time) int64 { return t.Unix() / int64(half/time.Second) }

// day is the last day of one instance.
type day struct {
	instance *fleet.Instance
	last     *fleet.Reading
	filled   bool
	newest   int64 // the newest half hour of which anything is known
	shares   [fleet.NumMetrics]*[readers.Halves]share
	looks    int // at which it was not filled
}

// share is a utilization in percent.
type share uint8

const (
	most    share = 254 // or more
	unknown share = 255
)

func shareOf(u float64) share { return share(math.Round(min(max(u, 0)*100, float64(most)))) }

// put notes a utilization of a half hour; what is older than a day is passed over.
func (d *day) put(m fleet.Metric, at int64, u float64) {
	if math.IsNaN(u) || at <= d.newest-readers.Halves {
		return
	}
	for ; d.newest < at; d.newest++ {
		if d.newest < at-readers.Halves {
			d.newest = at - readers.Halves
		}
		for _, of := range d.shares {
			if of != nil {
				of[(d.newest+1)%readers.Halves] = unknown
			}
		}
	}
	of := d.shares[m]
	if of == nil {
		of = new([readers.Halves]share)
		for i := range of {
			of[i] = unknown
		}
		d.shares[m] = of
	}
	place := &of[at%readers.Halves]
	if s := shareOf(u); *place == unknown || s > *place {
		*place = s
	}
}

// at is the highest utilization of a half hour; below 0 when nothing is known.
func (d *day) at(m fleet.Metric, at int64) float32 {
	of := d.shares[m]
	if of == nil || at > d.newest || at <= d.newest-readers.Halves || of[at%readers.Halves] == unknown {
		return -1
	}
	return float32(of[at%readers.Halves]) / 100
}
