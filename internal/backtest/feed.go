package backtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// feed makes readings of the history, stretch by stretch, in order of time.
type feed struct {
	history   Recordings
	metrics   fleet.MetricSet // that any instance is judged by
	instances []*recorded
	byID      map[string]*recorded
	ids       []string

	at, to      time.Time // at is where the next stretch begins
	length      time.Duration
	mostSamples int

	slab []fleet.Reading // room for readings
	out  []*fleet.Reading
}

// recorded is what was recorded of one instance in a stretch.
type recorded struct {
	id         string
	configured time.Duration // how often it is read
	every      time.Duration // how often it was recorded
	answers    []list        // of each edition that it had
	usage      []list
	capacity   []list
	limits     [fleet.NumMetrics]fleet.Limit // newest
	ever       bool
}

// list is one series.
type list struct {
	metric  fleet.Metric
	samples []sample
	next    int
}

type sample struct {
	ms int64
	v  float64
}

const (
	// mostSamples is how many samples a stretch has at most, some 16 bytes each.
	mostSamples = 4_000_000
	// A stretch is as long as memory allows, within these bounds.
	shortest = 10 * time.Minute
	longest  = 24 * time.Hour
)

func newFeed(o *Options) *feed {
	f := &feed{history: o.History, byID: make(map[string]*recorded), at: o.From.Truncate(time.Millisecond), to: o.To, mostSamples: cmp.Or(o.mostSamples, mostSamples)}
	only := chosen(o)
	perHour := 0.0
	for i := range o.Snapshot.Instances {
		in := &o.Snapshot.Instances[i]
		if !only[in.ID] {
			continue
		}
		one := &recorded{id: in.ID, configured: in.Source.Interval, every: in.Source.Interval}
		f.instances, f.ids, f.byID[in.ID] = append(f.instances, one), append(f.ids, in.ID), one
		for m, rule := range in.Rules {
			if rule != nil && (o.Metric == "" || metricName(m) == o.Metric) {
				f.metrics = f.metrics.With(fleet.Metric(m))
			}
		}
		perHour += float64(time.Hour) / float64(max(in.Source.Interval, time.Second))
	}
	perHour *= float64(f.metrics.Len() + 1)
	f.length = bounded(time.Duration(float64(f.mostSamples) / max(perHour, 1) * float64(time.Hour)))
	return f
}

func metricName(m int) string { return fleet.Metric(m).String() }

func bounded(d time.Duration) time.Duration { return min(max(d, shortest), longest) }

// done tells whether there is nothing more to read.
func (f *feed) done() bool { return !f.at.Before(f.to) }

// read reads the next stretch.
func (f *feed) read(ctx context.Context) error {
	from, to := f.at, f.at.Add(f.length)
	if to.After(f.to) {
		to = f.to
	}
	for _, in := range f.instances {
		in.answers, in.usage, in.capacity = emptied(in.answers), emptied(in.usage), emptied(in.capacity)
	}
	count := 0
	err := f.history.EachAnswer(ctx, f.ids, from, to, func(id string, samples statistics.Samples) {
		in := f.byID[id]
		in.answers = taken(in.answers, 0, samples, &count)
	})
	if err == nil {
		err = f.history.EachUsage(ctx, f.ids, f.metrics, from, to, func(id string, m fleet.Metric, samples statistics.Samples) {
			in := f.byID[id]
			in.usage = taken(in.usage, m, samples, &count)
		})
	}
	if err == nil {
		err = f.history.EachCapacity(ctx, f.ids, f.metrics, from, to, func(id string, m fleet.Metric, samples statistics.Samples) {
			in := f.byID[id]
			in.capacity = taken(in.capacity, m, samples, &count)
		})
	}
	if err != nil {
		return fmt.Errorf("read what was recorded: %w", err)
	}
	for _, in := range f.instances {
		in.measure()
	}
	f.at = to
	grow := 2.0
	if count > 0 {
		grow = min(grow, float64(f.mostSamples)/float64(count))
	}
	f.length = bounded(time.Duration(float64(f.length) * grow))
	return nil
}

// emptied keeps the room of lists for the next stretch.
func emptied(lists []list) []list { return lists[:0] }

// taken puts a series behind lists, into the room that is there.
func taken(lists []list, m fleet.Metric, samples statistics.Samples, count *int) []list {
	n := len(lists)
	if n < cap(lists) {
		lists = lists[:n+1]
	} else {
		lists = append(lists, list{})
	}
	l := &lists[n]
	l.metric, l.samples, l.next = m, l.samples[:0], 0
	for ms, v, ok := samples(); ok; ms, v, ok = samples() {
		l.samples = append(l.samples, sample{ms, v})
	}
	*count += len(l.samples)
	return lists
}

// measure works out how often an instance was recorded: the distance that half of its samples
// do not exceed.
func (in *recorded) measure() {
	longestList := &list{}
	for _, lists := range [][]list{in.answers, in.usage} {
		for i := range lists {
			if len(lists[i].samples) > len(longestList.samples) {
				longestList = &lists[i]
			}
		}
	}
	const fewest, most = 5, 500
	s := longestList.samples
	if len(s) == 0 {
		return
	}
	in.ever = true
	if len(s) < fewest {
		return
	}
	s = s[:min(len(s), most)]
	apart := make([]int64, len(s)-1)
	for i := range apart {
		apart[i] = s[i+1].ms - s[i].ms
	}
	slices.Sort(apart)
	in.every = max(in.configured, (time.Duration(apart[len(apart)/2]) * time.Millisecond).Round(time.Second))
}

func (in *recorded) empty() bool { return len(in.answers) == 0 && len(in.usage) == 0 }

// intervals are how often instances were recorded.
func (f *feed) intervals() map[string]time.Duration {
	out := make(map[string]time.Duration, len(f.instances))
	for _, in := range f.instances {
		out[in.id] = in.every
	}
	return out
}

// recorded is how many instances anything was recorded of.
func (f *feed) recorded() int {
	n := 0
	for _, in := range f.instances {
		if in.ever {
			n++
		}
	}
	return n
}

// rhythm says how long the readings of one window are judged together, a third of the shortest
// distance between two of one instance, and for how long none of any instance may come unless
// Brimwatch was down.
func (f *feed) rhythm() (window, patience time.Duration) {
	const least, most = time.Second, 20 * time.Second
	every := time.Duration(0)
	for _, in := range f.instances {
		if !in.empty() && (every == 0 || in.every < every) {
			every = in.every
		}
	}
	window = min(max((every/3).Truncate(time.Second), least), most)
	const rounds, slack = 3, 10 * time.Second // as long as the engine waits for one instance
	return window, rounds*every + slack
}

// next returns the readings of the next window that has some, in order of time, and when it
// ends; false at the end of the stretch. The slice is the caller's until the next call.
func (f *feed) next(window time.Duration) (readings []*fleet.Reading, ends time.Time, some bool) {
	first := never
	for _, in := range f.instances {
		first = min(first, in.nextAt())
	}
	if first == never {
		return nil, ends, false
	}
	step := window.Milliseconds()
	limit := (first/step + 1) * step
	f.out = f.out[:0]
	for _, in := range f.instances {
		for at := in.nextAt(); at < limit; at = in.nextAt() {
			f.out = append(f.out, in.reading(f.room(), at))
		}
	}
	slices.SortStableFunc(f.out, func(a, b *fleet.Reading) int { return a.At.Compare(b.At) })
	return f.out, time.UnixMilli(limit).UTC(), true
}

// room is room for a reading. They are made some at a time.
func (f *feed) room() *fleet.Reading {
	const together = 64
	if len(f.slab) == 0 {
		f.slab = make([]fleet.Reading, together)
	}
	r := &f.slab[0]
	f.slab = f.slab[1:]
	return r
}

// never is later than any sample.
const never = int64(1) << 62

// nextAt is when the next reading was.
func (in *recorded) nextAt() int64 {
	at := never
	for i := range in.answers {
		at = min(at, in.answers[i].nextAt())
	}
	for i := range in.usage {
		at = min(at, in.usage[i].nextAt())
	}
	return at
}

func (l *list) nextAt() int64 {
	if l.next == len(l.samples) {
		return never
	}
	return l.samples[l.next].ms
}

// reading makes the reading of a moment.
func (in *recorded) reading(r *fleet.Reading, at int64) *fleet.Reading {
	r.Instance, r.At = in.id, time.UnixMilli(at).UTC()
	for i := range in.capacity {
		l := &in.capacity[i]
		for l.nextAt() <= at {
			in.limits[l.metric] = fleet.Limit{Value: l.samples[l.next].v, At: l.samples[l.next].ms / 1000, Origin: fleet.OriginServer}
			l.next++
		}
		if in.limits[l.metric].Known() {
			in.limits[l.metric].At = at / 1000 // it was in force
		}
	}
	r.Limits = in.limits
	for i := range in.usage {
		l := &in.usage[i]
		for ; l.nextAt() == at; l.next++ {
			r.Known, r.Usage[l.metric], r.Up = r.Known.With(l.metric), l.samples[l.next].v, true
		}
	}
	for i := range in.answers {
		l := &in.answers[i]
		for ; l.nextAt() == at; l.next++ {
			r.Up = r.Up || l.samples[l.next].v > 0
		}
	}
	if !r.Up {
		r.Reason = "the source did not answer"
	}
	return r
}
