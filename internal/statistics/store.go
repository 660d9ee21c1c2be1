// Package statistics is the history of the fleet: an embedded Prometheus
// database of what was read, facts about what seldom changes, a query API that
// answers as Prometheus does, and copies sent to other databases by remote
// write.
//
// A Store never blocks who hands it readings, and never stands in the way of
// alarming: its buffers are bounded, a full disk or a damaged file costs history
// and nothing else, and what is lost is counted. Append, SetFleet, Statistics
// and the handler may be called from any goroutine.
package statistics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/memory"
	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/promapi"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
)

// Options say where the history is kept and what surrounds it.
type Options struct {
	Dir       string        // made when it is not there
	Retention time.Duration // how long samples and facts are kept; 0 is 400 days

	// Lifecycle tells where an instance stands at a moment. It is called for the
	// whole fleet once a minute and after each SetFleet; nil leaves the lifecycle
	// state out of the history.
	Lifecycle func(*fleet.Instance, time.Time) fleet.Lifecycle

	// Courses tells the calendars that are in force; it is called with each query
	// that asks for their moments. Nil leaves the moments out.
	Courses derived.Courses

	// Gatherer is asked for Brimwatch's own metrics, and Figures for the fleet's
	// families that do not come with readings, every 15 seconds while Run runs. Nil
	// leaves them out of the history. They may block.
	Gatherer prometheus.Gatherer
	Figures  Figures

	// RemoteWrite lists the endpoints that get a copy of the history.
	RemoteWrite []remotewrite.Endpoint
	// Complete returns a time through which all readings have been handed to Append; nil
	// is always now. Nothing later than that is sent, as it might not be all.
	Complete func() time.Time

	// Version is Brimwatch's own, for the user agent and status/buildinfo.
	Version string

	// MaxReadings is how many readings may wait to be stored, MaxSamples how many
	// samples one query may hold in memory at once, MaxQueries how many queries
	// run side by side. 0 takes the defaults: 100,000, fifty million, and 4. Samples
	// are fewer where memory is short: all queries together get half of it.
	MaxReadings, MaxSamples, MaxQueries int

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

const (
	defaultRetention   = 400 * 24 * time.Hour
	defaultMaxReadings = 100_000
	defaultMaxSamples  = 50_000_000
	defaultMaxQueries  = 4
)

func (o *Options) fill() error {
	if o.Dir == "" {
		return errors.New("open history: no directory given")
	}
	if o.Retention < 0 || o.MaxReadings < 0 || o.MaxSamples < 0 || o.MaxQueries < 0 {
		return errors.New("open history: retention and bounds must not be negative")
	}
	if o.Retention == 0 {
		o.Retention = defaultRetention
	}
	if o.MaxReadings == 0 {
		o.MaxReadings = defaultMaxReadings
	}
	if o.MaxSamples == 0 {
		o.MaxSamples = defaultMaxSamples
	}
	if o.MaxQueries == 0 {
		o.MaxQueries = defaultMaxQueries
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = o.Logger.With("component", "history")
	o.boundSamples(memory.Available())
	return nil
}

// Store is the history.
type Store struct {
	opts    Options
	log     *slog.Logger
	lock    *dirLock
	db      *tsdb.DB
	facts   *facts.Store
	query   *derived.Queryable
	engine  *promql.Engine
	api     *promapi.API
	metrics *metrics
	remotes []*remotewrite.Writer

	// appender starts a batch; tests put a failing one in its place.
	appender func() storage.Appender

	// mu guards what callers hand over; nothing slow is done under it.
	mu      sync.Mutex
	buffer  []*fleet.Reading
	fleet   []*fleet.Instance
	changed bool // fleet has not been taken over yet
	closed  bool
	ended   bool // Run has stored the last
	// gathered is the figures that wait to be stored.
	gathered  []*figures
	gathering gathering

	wake chan struct{} // has room for one

	// committing guards what the committer works with: everything below.
	committing sync.Mutex
	spare      []*fleet.Reading // the buffer that is not being filled
	instances  map[string]*instance
	failing    bool // the last batch could not be stored
	refusing   bool // readings are being refused for their time
	repeating  bool // readings are of times that were recorded before
	factsErr   bool // the facts could not be written
	lastSync   time.Time
	lastSlow   time.Time
	count      atomic.Int64        // of instances, for the metrics
	sampled    map[string]*sampled // by what their labels are written as
	round      int                 // of figures
	key        []byte              // room to write labels

	newest newest
}

// Open opens the history in opts.Dir. A damaged part of it is repaired or moved
// aside with an error in the log; Open fails when the directory is in use by
// another process, cannot be written, or the disk is full.
func Open(opts Options) (*Store, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opts.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("make directory of the history: %w", err)
	}
	lock, err := lockDir(opts.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		opts:      opts,
		log:       opts.Logger,
		lock:      lock,
		wake:      make(chan struct{}, 1),
		instances: make(map[string]*instance),
		sampled:   make(map[string]*sampled),
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *Store) open() error {
	var err error
	if s.db, err = openDatabase(s.opts); err != nil {
		return err
	}
	s.appender = func() storage.Appender { return s.db.Appender(context.Background()) } // it does not look at its context
	s.facts, err = facts.Open(facts.Options{
		Dir: filepath.Clean(s.opts.Dir), Retention: s.opts.Retention, Logger: s.log,
	})
	if err != nil {
		return fmt.Errorf("open history: %w", err)
	}
	s.query = &derived.Queryable{DB: s.db, Chunks: s.db, Facts: s.facts, Courses: s.opts.Courses, Newest: s.newest.at}
	s.engine = newEngine(s.opts)
	s.api = newAPI(s)
	if err := s.openRemotes(); err != nil {
		return fmt.Errorf("open history: %w", err)
	}
	s.metrics, err = newMetrics(s)
	return err
}

// Append hands readings over to be stored. It never blocks and keeps the
// pointers; when the buffer is full the readings are dropped and counted.
func (s *Store) Append(readings []*fleet.Reading) {
	s.mu.Lock()
	room := s.opts.MaxReadings - len(s.buffer)
	reason := dropBufferFull
	if s.closed {
		room, reason = 0, dropClosed
	}
	taken := min(room, len(readings))
	s.buffer = append(s.buffer, readings[:taken]...)
	s.mu.Unlock()
	if left := len(readings) - taken; left > 0 {
		s.metrics.dropped.WithLabelValues(reason).Add(float64(left))
	}
	s.poke()
}

// SetFleet says which instances there are, and replaces what was said before.
// The series of those that are gone end; an instance with another edition or
// product begins new ones. It never blocks; the list must not be changed
// afterwards.
func (s *Store) SetFleet(instances []*fleet.Instance) {
	s.mu.Lock()
	s.fleet, s.changed = instances, true
	s.mu.Unlock()
	s.poke()
}

func (s *Store) poke() {
	select {
	case s.wake <- struct{}{}:
	default: // the committer has been woken already
	}
}

// Flush stores what has been handed over up to now, and returns when queries
// see it. Errors of the disk are in the log and the metrics.
func (s *Store) Flush() { s.commit(time.Now()) }

// Close stores what is left and closes the files. Run must have returned; Append
// may still be called and counts what it is given as dropped.
func (s *Store) Close() error {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	s.mu.Unlock()
	if already {
		return nil
	}
	s.commit(time.Now())
	s.metrics.unregister()
	return s.release()
}

// release closes what has been opened so far.
func (s *Store) release() error {
	var errs []error
	if s.facts != nil {
		errs = append(errs, s.facts.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Close())
	}
	if err := errors.Join(append(errs, s.lock.release())...); err != nil {
		return fmt.Errorf("close history: %w", err)
	}
	return nil
}
