package daemon

import (
	"fmt"
	"log/slog"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/internal/config"
)

// sources keeps the Collectors that run, with what each was built from, so that
// a reload builds only those that changed. Its methods are called under the
// reload lock.
type sources struct {
	log   *slog.Logger
	open  map[string]built                   // by name of the source
	pages *exposition.Transport              // shared by all that read pages
	told  func(id string) (toldLimits, bool) // before the start; may be nil
	build func(plannedSource) (collector.Collector, error)
}

// built is a Collector with what it was built from.
type built struct {
	from      plannedSource
	collector collector.Collector
}

// sourceSet is what prepare built: nothing of it runs before swap.
type sourceSet struct {
	open map[string]built
	list []collector.Source
}

func newSources(log *slog.Logger) *sources {
	s := &sources{log: log, open: map[string]built{}, pages: exposition.NewTransport()}
	s.build = s.newCollector
	return s
}

// prepare builds the Collectors of a configuration, taking over those whose
// source did not change. When one cannot be built, those built so far are
// closed and nothing has changed.
func (s *sources) prepare(snapshot *config.Snapshot, accounts cloudSet) (_ sourceSet, err error) {
	set := sourceSet{open: make(map[string]built, len(snapshot.Instances))}
	defer func() {
		if err != nil {
			s.discard(set)
		}
	}()
	for _, p := range planSources(snapshot, accounts) {
		b, same := s.open[p.name]
		if !same || !sameSource(&b.from, &p) {
			b = built{from: p}
			if b.collector, err = s.build(p); err != nil {
				return set, fmt.Errorf("source of %s: %w", p.said(), err)
			}
		}
		set.open[p.name] = b
		set.list = append(set.list, collector.Source{
			Name: p.name, Instances: p.instances, Collector: b.collector,
			Interval: p.from.Interval, Timeout: p.from.Timeout, LimitOrigin: p.origin(), Told: s.told,
		})
	}
	return set, nil
}

// swap makes a prepared set the one that runs. The Runner closes what it no
// longer names.
func (s *sources) swap(set sourceSet) []collector.Source {
	s.open = set.open
	return set.list
}

// discard closes what was built for a set that is not taken.
func (s *sources) discard(set sourceSet) {
	for name, b := range set.open {
		if old, ok := s.open[name]; ok && old.collector == b.collector {
			continue
		}
		if err := b.collector.Close(); err != nil {
			s.log.Warn("collector could not be closed", "source", name, "error", err)
		}
	}
}
