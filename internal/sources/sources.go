// Package sources turns configured sources into Collectors. A reload builds only
// those whose source changed: the others go on with their connections.
package sources

import (
	"log/slog"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Clouds finds what asks an account of a cloud; nil when there is no such account.
type Clouds interface {
	Cloud(account string) *aliyun.Account
}

// LimitStore remembers the limits of an instance from before the start.
type LimitStore interface {
	Before(id string) ([fleet.NumMetrics]fleet.Limit, bool)
}

// Sources keeps the Collectors that run, with the plan each was built from. It is
// used by one goroutine at a time.
type Sources struct {
	log    *slog.Logger
	open   map[string]built      // by name of the source
	pages  *exposition.Transport // shared by all Collectors that read pages
	limits func(id string) ([fleet.NumMetrics]fleet.Limit, bool)
	build  func(planned) (collector.Collector, error)
	budget *budget // nil: there is no bound
}

// built is a Collector with the plan it was built from.
type built struct {
	from      planned
	collector collector.Collector
}

// Set is the Collectors that Prepare built or took over. Nothing of it runs before
// Swap.
type Set struct {
	open map[string]built
	list []collector.Source
}

// List lists the sources of the set, for a Runner.
func (set Set) List() []collector.Source { return set.list }

// New returns Sources of which none is open. limits may be nil: no limit is
// remembered.
func New(log *slog.Logger, limits LimitStore) *Sources {
	s := &Sources{log: log, open: map[string]built{}, pages: exposition.NewTransport()}
	if limits != nil {
		s.limits = limits.Before
	}
	s.build = s.newCollector
	return s
}

// Prepare builds the Collectors of a configuration, and takes over those whose
// source did not change. When some cannot be built, the error is config.Faults that name
// them all, those built are closed, and nothing has changed.
func (s *Sources) Prepare(snapshot *config.Snapshot, clouds Clouds) (_ Set, err error) {
	set := Set{open: make(map[string]built, len(snapshot.Instances))}
	defer func() {
		if err != nil {
			s.Discard(set)
		}
	}()
	reasons := make(map[string]string) // why sources cannot be built, by their first instance
	for _, p := range plan(snapshot, clouds) {
		b, same := s.open[p.name]
		if !same || !sameSource(&b.from, &p) {
			b = built{from: p}
			if b.collector, err = s.build(p); err != nil {
				reasons[p.instances[0].ID] = err.Error()
				continue
			}
			if s.budget != nil {
				b.collector = s.budget.bound(b.collector, &p)
			}
		}
		set.open[p.name] = b
		set.list = append(set.list, collector.Source{
			Name: p.name, Instances: p.instances, Collector: b.collector,
			Interval: p.from.Interval, Timeout: p.from.Timeout, LimitOrigin: p.origin(), LimitsBefore: s.limits,
		})
	}
	if len(reasons) > 0 {
		return set, snapshot.SourceFaults(reasons)
	}
	return set, nil
}

// Swap puts a prepared set into force, and lists its sources for the Runner, which
// closes the Collectors of those that are gone.
func (s *Sources) Swap(set Set) []collector.Source {
	s.open = set.open
	if s.budget != nil {
		s.budget.planFor(set)
	}
	return set.list
}

// Open lists the Collectors in force, by the names of their sources.
func (s *Sources) Open() map[string]collector.Collector {
	out := make(map[string]collector.Collector, len(s.open))
	for name, b := range s.open {
		out[name] = b.collector
	}
	return out
}

// Discard closes the Collectors that were built for a set that is not taken.
func (s *Sources) Discard(set Set) {
	for name, b := range set.open {
		if old, ok := s.open[name]; ok && old.collector == b.collector {
			continue
		}
		if err := b.collector.Close(); err != nil {
			s.log.Warn("collector could not be closed", "source", name, "error", err)
		}
	}
}
