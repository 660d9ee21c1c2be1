package outbox

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// mostFormer is how many names that left the configuration keep their series.
const mostFormer = 100

// names are the values of a label, receivers or providers, that have series. Those of
// a name that left the configuration stay, since who looks at the past of a counter
// asks for its last value. Of such names the newest mostFormer stay, so that a
// configuration with ever new names fills no memory. It is not for several goroutines.
type names struct {
	label   string
	series  []*prometheus.CounterVec // that have the label
	current map[string]bool          // in the configuration
	former  []string                 // not in it any more; who left first is first
}

// set takes the names that the configuration has.
func (s *names) set(current map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(s.current)) {
		if !current[name] {
			s.former = append(s.former, name)
		}
	}
	s.former = slices.DeleteFunc(s.former, func(name string) bool { return current[name] })
	s.current = current
	s.shorten()
}

// see takes note of a name that is about to get a series. Notices of before may be
// those of a receiver that is gone.
func (s *names) see(name string) {
	if s.current[name] || slices.Contains(s.former, name) {
		return
	}
	s.former = append(s.former, name)
	s.shorten()
}

// shorten removes the series of who left first.
func (s *names) shorten() {
	for len(s.former) > mostFormer {
		for _, vec := range s.series {
			vec.DeletePartialMatch(prometheus.Labels{s.label: s.former[0]})
		}
		s.former = s.former[1:]
	}
}
