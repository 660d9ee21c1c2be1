package daemon

import (
	"fmt"
	"log/slog"
	"reflect"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/emqx"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/mosquitto"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/fleet"
)

// sources keeps the Collectors that run, with what each was built from, so that
// a reload builds only those that changed. Its methods are called under the
// reload lock.
type sources struct {
	log   *slog.Logger
	open  map[string]built      // by instance ID
	pages *exposition.Transport // shared by all that read pages
	build func(*config.Source) (collector.Collector, error)
}

// built is a Collector with the configuration it was built from.
type built struct {
	from      config.Source
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
func (s *sources) prepare(snapshot *config.Snapshot) (_ sourceSet, err error) {
	set := sourceSet{open: make(map[string]built, len(snapshot.Instances))}
	defer func() {
		if err != nil {
			s.discard(set)
		}
	}()
	for i := range snapshot.Instances {
		in := &snapshot.Instances[i]
		if in.Source == nil {
			continue
		}
		b, same := s.open[in.ID]
		if !same || !sameSource(b.from, *in.Source) {
			b = built{from: *in.Source}
			if b.collector, err = s.build(in.Source); err != nil {
				return set, fmt.Errorf("source of instance %s: %w", in.ID, err)
			}
		}
		set.open[in.ID] = b
		set.list = append(set.list, collector.Source{
			Name: in.ID, Instances: []*fleet.Instance{in.Instance}, Collector: b.collector,
			Interval: in.Source.Interval, Timeout: in.Source.Timeout,
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
	for id, b := range set.open {
		if old, ok := s.open[id]; ok && old.collector == b.collector {
			continue
		}
		if err := b.collector.Close(); err != nil {
			s.log.Warn("collector could not be closed", "instance_id", id, "error", err)
		}
	}
}

// sameSource tells whether a Collector built from a may go on under b. When it
// is read, and how long that may take, is not the Collector's business.
func sameSource(a, b config.Source) bool {
	a.Interval, b.Interval = 0, 0
	a.Timeout, b.Timeout = 0, 0
	return reflect.DeepEqual(a, b)
}

// newCollector makes the Collector of one source.
func (s *sources) newCollector(c *config.Source) (collector.Collector, error) {
	tlsConfig, err := tlsConfigOf(c.TLS)
	if err != nil {
		return nil, err
	}
	switch c.Type {
	case "mosquitto":
		return mosquitto.New(mosquitto.Options{
			URL: c.URL, Username: c.Username, Password: c.Password.Reveal(), TLS: tlsConfig, Logger: s.log,
		})
	case "emqx":
		return emqx.New(emqx.Options{
			URL: c.URL, Username: c.Username, Password: c.Password.Reveal(), Bearer: c.Bearer.Reveal(), TLS: tlsConfig, Transport: s.pages,
		})
	case "exposition":
		return exposition.New(exposition.Options{
			URL: c.URL, Username: c.Username, Password: c.Password.Reveal(), Bearer: c.Bearer.Reveal(), TLS: tlsConfig,
			Mapping: mappingOf(c.Mapping), Transport: s.pages,
		})
	}
	return nil, fmt.Errorf("type %q is not known", c.Type)
}

// mappingOf hands a mapping over to the Collector of exposition pages.
func mappingOf(ms []config.Mapping) []exposition.Metric {
	out := make([]exposition.Metric, len(ms))
	for i, m := range ms {
		out[i] = exposition.Metric{Metric: m.Metric, Series: m.Series, Match: matchesOf(m.Match), Counter: m.Counter, Max: m.Aggregate == "max"}
		if l := m.Limit; l != nil {
			out[i].Limit = &exposition.Limit{Series: l.Series, Match: matchesOf(l.Match), Max: l.Aggregate == "max"}
		}
	}
	return out
}

func matchesOf(ms []config.Match) []exposition.Match {
	out := make([]exposition.Match, len(ms))
	for i, m := range ms {
		out[i] = exposition.Match(m)
	}
	return out
}
