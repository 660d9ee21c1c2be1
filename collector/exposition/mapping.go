package exposition

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

// Metric says which series of a page make one metric, and what they are. That
// is never taken from the page's TYPE lines, which are wrong on real servers:
// HiveMQ calls its counters gauges.
type Metric struct {
	Metric fleet.Metric
	// Series is the name of the series. When the page has none that fits, those of
	// Fallback are tried in order; when it has none of them, the metric is unknown.
	Series   string
	Fallback []string
	Match    []Match // conditions that a series of any of these names has to meet, all of them
	Counter  bool    // a running total, of which the Runner makes a rate; else the figure as it stands
	Max      bool    // of several series the largest counts; else their sum
	Limit    *Limit  // where the server's own limit stands; nil: it tells none
}

// Limit says which series of a page make the limit of a metric. They may be
// missing from the page.
type Limit struct {
	Series string
	Match  []Match // all must be met
	Max    bool    // of several series the largest counts; else their sum
}

// Match is one condition on a label. A label that a series does not have
// counts as empty.
type Match struct {
	Name, Value string
	Not         bool // != instead of =
}

// selector selects series of a page and makes one figure of them.
type selector struct {
	name  string
	match []Match
	max   bool
}

// usages returns where the usage of a metric is found: the first that is on the
// page counts.
func (m *Metric) usages() []selector {
	out := []selector{{m.Series, m.Match, m.Max}}
	for _, name := range m.Fallback {
		out = append(out, selector{name, m.Match, m.Max})
	}
	return out
}

// limits returns where the limit of a metric is found.
func (m *Metric) limits() []selector {
	if m.Limit == nil {
		return nil
	}
	return []selector{{m.Limit.Series, m.Limit.Match, m.Limit.Max}}
}

// String returns the selector as PromQL writes it.
func (s selector) String() string {
	if len(s.match) == 0 {
		return s.name
	}
	parts := make([]string, len(s.match))
	for i, m := range s.match {
		op := "="
		if m.Not {
			op = "!="
		}
		parts[i] = m.Name + op + strconv.Quote(m.Value)
	}
	return s.name + "{" + strings.Join(parts, ",") + "}"
}

// cloneMapping returns a copy that shares nothing with mapping.
func cloneMapping(mapping []Metric) []Metric {
	out := slices.Clone(mapping)
	for i := range out {
		m := &out[i]
		m.Fallback, m.Match = slices.Clone(m.Fallback), slices.Clone(m.Match)
		if m.Limit != nil {
			limit := *m.Limit
			limit.Match = slices.Clone(limit.Match)
			m.Limit = &limit
		}
	}
	return out
}

// cloneExtras returns a copy that shares nothing with extras.
func cloneExtras(extras []Extra) []Extra {
	out := slices.Clone(extras)
	for i := range out {
		out[i].Match = slices.Clone(out[i].Match)
	}
	return out
}

// maxWord bounds the names and values of a mapping, in bytes.
const maxWord = 1024

// checkMapping returns the first fault of a mapping.
func checkMapping(mapping []Metric, extras []Extra) error {
	if len(mapping) == 0 && len(extras) == 0 {
		return errors.New("the mapping is empty: name at least one metric with its series")
	}
	var seen fleet.MetricSet
	for i := range mapping {
		m := &mapping[i]
		if int(m.Metric) >= fleet.NumMetrics {
			return fmt.Errorf("mapping: metric number %d is not known", m.Metric)
		}
		if seen.Has(m.Metric) {
			return fmt.Errorf("mapping: %v is given twice", m.Metric)
		}
		seen = seen.With(m.Metric)
		for _, s := range slices.Concat(m.usages(), m.limits()) {
			if err := s.check(); err != nil {
				return fmt.Errorf("mapping: %v: %w", m.Metric, err)
			}
		}
	}
	for _, e := range extras {
		s := e.selector()
		if err := s.check(); err != nil {
			return fmt.Errorf("extra: %w", err)
		}
	}
	return nil
}

func (s *selector) check() error {
	if err := checkWord("the name of a series", s.name); err != nil {
		return err
	}
	for _, m := range s.match {
		if err := checkWord("the name of a label", m.Name); err != nil {
			return fmt.Errorf("series %s: %w", s.name, err)
		}
		if len(m.Value) > maxWord || !utf8.ValidString(m.Value) {
			return fmt.Errorf("series %s: the value for label %s is too long or not UTF-8", s.name, m.Name)
		}
	}
	return nil
}

func checkWord(what, word string) error {
	switch {
	case word == "":
		return fmt.Errorf("%s is empty", what)
	case len(word) > maxWord:
		return fmt.Errorf("%s is longer than %d bytes", what, maxWord)
	case !utf8.ValidString(word):
		return fmt.Errorf("%s is not UTF-8", what)
	case strings.ContainsAny(word, "{}\n\r") || word != strings.TrimSpace(word):
		return fmt.Errorf("%s, %s, holds a brace, a line break or a space at an end; labels go under match", what, strconv.Quote(httpget.Clip(word, 60)))
	}
	return nil
}
