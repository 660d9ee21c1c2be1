// Package floor measures what reading the pages of a simulated fleet costs with
// as little work as possible: a daemon cannot be cheaper than that.
package floor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The clients and what they do with a page.
const (
	HTTP = "http" // net/http with kept connections
	Raw  = "raw"  // a fixed request on a kept connection

	Discard = "discard" // read it
	Pick    = "pick"    // scan it for the four series of the model, and stop there
	Parse   = "parse"   // turn every line into a number
)

const (
	workers = 16
	batch   = 50 * time.Millisecond // pages that are due are started this often
	timeout = 10 * time.Second      // of one page
)

// Options says what is measured.
type Options struct {
	Instances int
	Port      int
	Interval  time.Duration // each page is read this often, spread evenly
	Rounds    int           // measured; one more goes first, to open the connections
	Client    string
	Work      string
}

func (o Options) check() error {
	var errs []error
	if o.Instances < 1 || o.Rounds < 1 || o.Interval <= 0 {
		errs = append(errs, errors.New("instances, rounds and interval must be above 0"))
	}
	if o.Client != HTTP && o.Client != Raw {
		errs = append(errs, fmt.Errorf("there is no client %q: it is http or raw", o.Client))
	}
	if o.Work != Discard && o.Work != Pick && o.Work != Parse {
		errs = append(errs, fmt.Errorf("there is no work %q: it is discard, pick or parse", o.Work))
	}
	return errors.Join(errs...)
}

// Result is what it cost. Cores are CPU seconds a wall second.
type Result struct {
	Client         string  `json:"client"`
	Work           string  `json:"work"`
	Instances      int     `json:"n"`
	Cores          float64 `json:"cpu_per_wall"`
	UserCores      float64 `json:"user"`
	SystemCores    float64 `json:"sys"`
	MicrosPerFetch float64 `json:"us_per_fetch"` // of CPU
	Failures       int64   `json:"fails"`
	BytesPerFetch  float64 `json:"bytes_per_fetch"`
	ValuesPerFetch float64 `json:"values_per_fetch"`
	PeakMB         float64 `json:"rss_mb"` // peak resident memory, 10^6 bytes
	MicrosP50      int64   `json:"lat_us_p50"`
	MicrosP99      int64   `json:"lat_us_p99"`
	FirstFailure   string  `json:"first_failure,omitempty"`
}

// fetcher reads the page of instance n and hands its body on, which is only good
// until the call returns. One instance is never read twice at a time.
type fetcher interface {
	fetch(ctx context.Context, n int, body func([]byte)) error
	close()
}

// Measure reads the whole fleet round by round and returns what it cost this
// process. A page that cannot be read is counted; only a context that ends early
// or a wrong option is an error.
func Measure(ctx context.Context, o Options) (Result, error) {
	if err := o.check(); err != nil {
		return Result{}, err
	}
	var f fetcher
	if o.Client == Raw {
		f = newRawClient(o.Instances, o.Port)
	} else {
		f = newHTTPClient(o.Instances, o.Port)
	}
	defer f.close()
	m := &measurement{opts: o, fetcher: f}
	if err := m.rounds(ctx, 1); err != nil {
		return Result{}, err
	}
	m.reset()
	before, err := usage()
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	if err := m.rounds(ctx, o.Rounds); err != nil {
		return Result{}, err
	}
	wall := time.Since(began)
	after, err := usage()
	if err != nil {
		return Result{}, err
	}
	return m.result(before, after, wall), nil
}

// measurement counts what the workers do.
type measurement struct {
	opts    Options
	fetcher fetcher

	bytes, values, failures atomic.Int64

	mu    sync.Mutex
	took  []time.Duration
	first error
}

func (m *measurement) reset() {
	m.bytes.Store(0)
	m.values.Store(0)
	m.failures.Store(0)
	m.took, m.first = make([]time.Duration, 0, m.opts.Instances*m.opts.Rounds), nil
}

// rounds reads all pages a number of times, each round spread over the interval,
// and returns when the last page is read.
func (m *measurement) rounds(ctx context.Context, rounds int) error {
	due := make(chan int, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for n := range due {
				m.fetch(ctx, n)
			}
		})
	}
	err := m.schedule(ctx, rounds, due)
	close(due)
	wg.Wait()
	return err
}

// schedule hands out what is due until all rounds are over.
func (m *measurement) schedule(ctx context.Context, rounds int, due chan<- int) error {
	tick := time.NewTicker(min(batch, m.opts.Interval))
	defer tick.Stop()
	began := time.Now()
	total := rounds * m.opts.Instances
	for next := 0; ; {
		share := float64(time.Since(began)) / float64(m.opts.Interval)
		for until := min(total, int(share*float64(m.opts.Instances))); next < until; next++ {
			select {
			case due <- next % m.opts.Instances:
			case <-ctx.Done():
				return fmt.Errorf("measure the floor: %w", context.Cause(ctx))
			}
		}
		if next == total {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("measure the floor: %w", context.Cause(ctx))
		}
	}
}

func (m *measurement) fetch(ctx context.Context, n int) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	began := time.Now()
	err := m.fetcher.fetch(ctx, n, func(body []byte) {
		m.bytes.Add(int64(len(body)))
		m.values.Add(int64(work(m.opts.Work, body)))
	})
	took := time.Since(began)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.took = append(m.took, took)
	if err != nil {
		m.failures.Add(1)
		if m.first == nil {
			m.first = err
		}
	}
}

func (m *measurement) result(before, after cost, wall time.Duration) Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	slices.Sort(m.took)
	user, system := after.user-before.user, after.system-before.system
	fetches := float64(len(m.took))
	r := Result{
		Client: m.opts.Client, Work: m.opts.Work, Instances: m.opts.Instances,
		Cores: (user + system).Seconds() / wall.Seconds(), UserCores: user.Seconds() / wall.Seconds(), SystemCores: system.Seconds() / wall.Seconds(),
		MicrosPerFetch: (user + system).Seconds() / fetches * 1e6,
		Failures:       m.failures.Load(),
		BytesPerFetch:  float64(m.bytes.Load()) / fetches, ValuesPerFetch: float64(m.values.Load()) / fetches,
		PeakMB:    float64(after.peakBytes) / 1e6,
		MicrosP50: m.took[len(m.took)/2].Microseconds(), MicrosP99: m.took[len(m.took)*99/100].Microseconds(),
	}
	if m.first != nil {
		r.FirstFailure = m.first.Error()
	}
	return r
}

// cost is what this process has used so far.
type cost struct {
	user, system time.Duration
	peakBytes    int64
}
