// Package pages is a fleet of exposition pages whose values are set at will, and
// that remembers what was read of them. Each value is shown once only, so that a
// notice tells which it is about.
package pages

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

// Capacity is that of each metric of each instance.
const Capacity = 100_000

// Level is how full a metric is.
type Level int

// The levels: what they begin at is added to a number that is new each time.
const (
	Calm Level = 10_000
	High Level = 80_000 // above the threshold
	Full Level = 95_000 // above that of a critical alarm
)

// most is how many values a level has.
const most = 4_900

// sureAfter is how long one life must have read a value for it to be judged: more
// than one interval, so that it was read at least twice.
const sureAfter = 1500 * time.Millisecond

// Fleet serves the pages. It is safe for use from several goroutines.
type Fleet struct {
	metrics []string

	mu     sync.Mutex
	alarms [][]alarm // by instance and metric
	life   int
	reads  int
	gate   chan struct{} // closed when pages may be read; nil when they may
}

// alarm is one metric of one instance.
type alarm struct {
	level   Level
	set     int // how often it was set
	periods []period
}

// period is what is known of one value.
type period struct {
	ledger.Period
	since time.Time // when the life that read it last read it first
	life  int
	sure  int // the newest life that has surely judged it
}

// New returns a fleet of calm instances.
func New(instances int, metrics ...string) *Fleet {
	f := &Fleet{metrics: metrics, alarms: make([][]alarm, instances)}
	for i := range f.alarms {
		f.alarms[i] = make([]alarm, len(metrics))
		for m := range metrics {
			f.set(i, m, Calm)
		}
	}
	return f
}

// ID is the id and the name of an instance.
func ID(instance int) string { return fmt.Sprintf("i%05d", instance) }

// Series is the name of a metric's series on the page.
func Series(metric string) string { return "chaos_" + metric }

// Metrics are the metrics of each instance.
func (f *Fleet) Metrics() []string { return f.metrics }

// Instances is how many there are.
func (f *Fleet) Instances() int { return len(f.alarms) }

// Set makes a metric of an instance show a new value of a level.
func (f *Fleet) Set(instance, metric int, level Level) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set(instance, metric, level)
}

// SetAll makes the first n metrics of the fleet, instance by instance, show new
// values of a level.
func (f *Fleet) SetAll(n int, level Level) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range n {
		f.set(i/len(f.metrics), i%len(f.metrics), level)
	}
}

func (f *Fleet) set(instance, metric int, level Level) {
	a := &f.alarms[instance][metric]
	a.set++
	a.level = level
	a.periods = append(a.periods, period{Period: ledger.Period{
		Key: f.Key(instance, metric), Raised: level != Calm, Value: int(level) + a.set%most,
	}})
}

// Key names a metric of an instance.
func (f *Fleet) Key(instance, metric int) ledger.Key {
	return ledger.Key{Instance: ID(instance), Metric: f.metrics[metric]}
}

// Life says that a new life of the reading program begins.
func (f *Fleet) Life() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.life++
}

// Read returns when the value that a metric shows was read first; zero is not yet.
func (f *Fleet) Read(instance, metric int) time.Time { return f.newest(instance, metric).First }

// Sure returns when the value must have been judged; zero is not yet.
func (f *Fleet) Sure(instance, metric int) time.Time { return f.newest(instance, metric).Sure }

// SureNow tells whether this life must have judged the value, whatever another did.
func (f *Fleet) SureNow(instance, metric int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.alarms[instance][metric].periods
	return p[len(p)-1].sure == f.life
}

func (f *Fleet) newest(instance, metric int) ledger.Period {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.alarms[instance][metric].periods
	return p[len(p)-1].Period
}

// Level returns what a metric shows.
func (f *Fleet) Level(instance, metric int) Level {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.alarms[instance][metric].level
}

// AllRead tells whether each metric's newest value was read, and when the first and
// the last of those that are raised were.
func (f *Fleet) AllRead() (first, last time.Time, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, metrics := range f.alarms {
		for i := range metrics {
			p := &metrics[i].periods[len(metrics[i].periods)-1]
			if p.First.IsZero() {
				return first, last, false
			}
			if !p.Raised {
				continue
			}
			if first.IsZero() || p.First.Before(first) {
				first = p.First
			}
			if p.First.After(last) {
				last = p.First
			}
		}
	}
	return first, last, true
}

// Reads returns how many pages were read.
func (f *Fleet) Reads() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads
}

// Periods returns what was shown and read.
func (f *Fleet) Periods() []ledger.Period {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []ledger.Period
	for _, metrics := range f.alarms {
		for i := range metrics {
			for _, p := range metrics[i].periods {
				out = append(out, p.Period)
			}
		}
	}
	return out
}

// Hold keeps all that read a page waiting until release is called, so that a whole
// fleet is read at one moment.
func (f *Fleet) Hold() (release func()) {
	gate := make(chan struct{})
	f.mu.Lock()
	f.gate = gate
	f.mu.Unlock()
	return sync.OnceFunc(func() {
		f.mu.Lock()
		f.gate = nil
		f.mu.Unlock()
		close(gate)
	})
}

// ServeHTTP answers GET /i/{n}/metrics.
func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/i/%d/metrics", &n); err != nil || n < 0 || n >= len(f.alarms) {
		http.NotFound(w, r)
		return
	}
	f.mu.Lock()
	gate := f.gate
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-r.Context().Done():
			return
		}
	}
	page, shown := f.page(n)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	if _, err := w.Write(page); err == nil {
		f.wasRead(n, shown, time.Now())
	}
}

// page writes the page of an instance. What it shows is returned by the place of
// each metric's period.
func (f *Fleet) page(n int) (page []byte, shown []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for m := range f.alarms[n] {
		periods := f.alarms[n][m].periods
		page = fmt.Appendf(page, "# TYPE %s gauge\n%[1]s %d\n", Series(f.metrics[m]), periods[len(periods)-1].Value)
		shown = append(shown, len(periods)-1)
	}
	return page, shown
}

// wasRead notes that a page was read.
func (f *Fleet) wasRead(n int, shown []int, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	for m, i := range shown {
		p := &f.alarms[n][m].periods[i]
		if p.First.IsZero() {
			p.First = now
		}
		if p.life != f.life || p.since.IsZero() {
			p.life, p.since = f.life, now
		}
		if now.Sub(p.since) < sureAfter {
			continue
		}
		p.sure = f.life
		if p.Sure.IsZero() {
			p.Sure = now
		}
	}
}
