// Package advisor reads the history in the background, and says which edition would
// fit each instance and when its metrics will be full.
package advisor

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

const (
	// adviseEvery is how often the history is asked what is new in it.
	adviseEvery = time.Hour
	// adviseShard is how many instances one query is about: enough that a large
	// fleet takes few of them, and so few that the answer takes little memory.
	adviseShard = 250
	// adviseRest is how long the advisor rests after a query, in times of what that
	// took: a month of a large fleet is minutes of work, and nobody waits for it.
	adviseRest = 3
	// adviseOverlap is how far back today is read again: readings are stored a
	// little after the time they bear.
	adviseOverlap = 5 * time.Minute
	// adviseDays is how much of the history is read the first time.
	adviseDays = 30
)

// History is the store of readings. EachUsage calls visit for every series in the
// range [from, to).
type History interface {
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
}

// Fleet tells how the fleet stands now. It must not wait.
type Fleet interface {
	// Case gathers what advice about an instance needs, but for its usage, with its
	// newest reading; false when there is no such instance.
	Case(id string) (advice.Input, *fleet.Reading, bool)
	// Watched lists the instances with the metrics that have a capacity.
	Watched() []advice.Watched
}

// Advisor says which edition would fit each instance, and when its metrics will be
// full. Once an hour it reads from the history what is new, and keeps of each day
// what counts. It works advice out when somebody asks, under the configuration and
// the newest reading of that moment. Its methods may be called from any goroutine
// and wait for nothing.
type Advisor struct {
	history History
	fleet   Fleet
	log     *slog.Logger
	now     func() time.Time

	// Used by Refresh alone.
	read   map[string]*recorded
	values []float64

	mu     sync.RWMutex
	summed map[string][]summary // by ID, for who asks
}

// recorded is what was read of one instance.
type recorded struct {
	metrics fleet.MetricSet // that are looked at
	records [fleet.NumMetrics]*advice.Record
	through time.Time // everything before was read; zero is nothing
	trends  [fleet.NumMetrics]advice.Trend
	settled int32 // the day that trends are of: today's readings do not change them
}

// summary is what one metric's record comes to.
type summary struct {
	metric fleet.Metric
	usage  advice.Usage
	trend  advice.Trend
}

// New returns an Advisor that knows no history before Run.
func New(history History, f Fleet, log *slog.Logger) *Advisor {
	return &Advisor{
		history: history, fleet: f, log: log.With("component", "advisor"), now: time.Now,
		read: make(map[string]*recorded), summed: make(map[string][]summary),
	}
}

// Run keeps up with the history until ctx ends.
func (a *Advisor) Run(ctx context.Context) error {
	tick := time.NewTicker(adviseEvery)
	defer tick.Stop()
	failing := false
	for {
		err := a.Refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			a.log.Error("the history could not be read for advice; what was known stays, and it is tried again in an hour", "error", err)
		case err == nil && failing:
			a.log.Info("the history is read for advice again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Refresh reads what is new of all instances, some at a time. Run calls it; only one call is
// under way at a time.
func (a *Advisor) Refresh(ctx context.Context) error {
	now := a.now()
	var watched []string
	present := make(map[string]bool)
	for _, w := range a.fleet.Watched() {
		present[w.ID] = true
		r := a.read[w.ID]
		if r == nil || w.Metrics&^r.metrics != 0 {
			// A metric that has a capacity only now is read from its beginning.
			r = &recorded{metrics: w.Metrics}
			a.read[w.ID] = r
		}
		if r.through.After(now) {
			r.through = advice.DayStart(advice.DayNumber(now)) // the clock was set back
		}
		if w.Metrics != 0 {
			watched = append(watched, w.ID)
		}
	}
	for ids := range slices.Chunk(watched, adviseShard) {
		began := time.Now()
		if err := a.readShard(ctx, ids, now); err != nil {
			return err
		}
		a.publish(ids, now)
		if err := rest(ctx, adviseRest*time.Since(began)); err != nil {
			return err
		}
	}
	a.forget(present)
	return nil
}

// rest waits, and returns why not when ctx ends before.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// readShard reads what is new of some instances: each day that is over as a
// whole, and of today what has come since.
func (a *Advisor) readShard(ctx context.Context, ids []string, now time.Time) error {
	today := advice.DayNumber(now)
	first := today
	var metrics fleet.MetricSet
	for _, id := range ids {
		first = min(first, a.read[id].next(today))
		metrics |= a.read[id].metrics
	}
	for number := first; number < today; number++ {
		pending := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return a.read[id].next(today) > number })
		if err := a.readDay(ctx, pending, metrics, number); err != nil {
			return err
		}
		for _, id := range pending {
			a.read[id].through = advice.DayStart(number + 1)
		}
	}
	return a.readToday(ctx, ids, metrics, today, now)
}

// next is the first day that has not been read to its end.
func (r *recorded) next(today int32) int32 {
	if r.through.IsZero() {
		return today - adviseDays
	}
	return max(advice.DayNumber(r.through), today-adviseDays)
}

// record returns the record of a metric; nil for one that is not looked at.
func (r *recorded) record(m fleet.Metric) *advice.Record {
	if r == nil || !r.metrics.Has(m) {
		return nil
	}
	if r.records[m] == nil {
		r.records[m] = &advice.Record{}
	}
	return r.records[m]
}

// readDay reads a day that is over.
func (a *Advisor) readDay(ctx context.Context, ids []string, metrics fleet.MetricSet, number int32) error {
	return a.history.EachUsage(ctx, ids, metrics, advice.DayStart(number), advice.DayStart(number+1), func(id string, m fleet.Metric, samples statistics.Samples) {
		record := a.read[id].record(m)
		if record == nil {
			return
		}
		values, hours := a.values[:0], uint32(0)
		for ms, v, ok := samples(); ok; ms, v, ok = samples() {
			if usable(v) {
				values, hours = append(values, v), hours|hourBit(ms)
			}
		}
		a.values = values
		record.Keep(number, values, hours)
	})
}

// readToday reads what has come of today since the last time.
func (a *Advisor) readToday(ctx context.Context, ids []string, metrics fleet.MetricSet, today int32, now time.Time) error {
	from := now
	for _, id := range ids {
		if t := a.read[id].through; t.Before(from) {
			from = t
		}
	}
	if begin := advice.DayStart(today); from.Add(-adviseOverlap).Before(begin) {
		from = begin
	} else {
		from = from.Add(-adviseOverlap)
	}
	err := a.history.EachUsage(ctx, ids, metrics, from, now, func(id string, m fleet.Metric, samples statistics.Samples) {
		record := a.read[id].record(m)
		if record == nil {
			return
		}
		peak, hours := 0.0, uint32(0)
		for ms, v, ok := samples(); ok; ms, v, ok = samples() {
			if usable(v) {
				peak, hours = max(peak, v), hours|hourBit(ms)
			}
		}
		if hours != 0 {
			record.Touch(today, peak, hours)
		}
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		a.read[id].through = now
	}
	return nil
}

func usable(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }

// hourBit has the bit of the hour of the day.
func hourBit(ms int64) uint32 { return 1 << (ms / time.Hour.Milliseconds() % 24) }

// publish sums up what is known of some instances, for who asks.
func (a *Advisor) publish(ids []string, now time.Time) {
	today := advice.DayNumber(now)
	fresh := make(map[string][]summary, len(ids))
	for _, id := range ids {
		r := a.read[id]
		out := make([]summary, 0, r.metrics.Len())
		settle := r.settled != today
		r.settled = today
		for m := range fleet.Metric(fleet.NumMetrics) {
			record := r.records[m]
			if record == nil {
				continue
			}
			if settle {
				record.Forget(today)
				r.trends[m] = advice.FitTrend(record.Peaks(now), advice.DayStart(today))
			}
			out = append(out, summary{metric: m, usage: record.Usage(now), trend: r.trends[m]})
		}
		fresh[id] = out
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, s := range fresh {
		a.summed[id] = s
	}
}

// forget drops what is known of instances that are gone.
func (a *Advisor) forget(present map[string]bool) {
	for id := range a.read {
		if !present[id] {
			delete(a.read, id)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range a.summed {
		if !present[id] {
			delete(a.summed, id)
		}
	}
}
