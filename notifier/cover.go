package notifier

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Cover tells which instances silences cover: those about which some alarm would
// have its notices held. It is made once for many instances, and nobody writes to
// it afterwards.
type Cover struct {
	silences [][]matcher // of each, what the labels of an instance must be
}

// matcher is one label and the value it must have.
type matcher struct {
	name, value string
}

// CoverOf returns what the silences in force at the moment now cover.
func CoverOf(silences []Silence, now time.Time) Cover {
	var c Cover
	for i := range silences {
		if s := &silences[i]; s.InForce(now) {
			if needs, some := s.needs(); some {
				c.silences = append(c.silences, needs)
			}
		}
	}
	return c
}

// Instance tells whether a silence covers an instance.
func (c Cover) Instance(in *fleet.Instance) bool {
	for _, needs := range c.silences {
		if !slices.ContainsFunc(needs, func(m matcher) bool { return instanceLabel(in, m.name) != m.value }) {
			return true
		}
	}
	return false
}

// needs returns what the labels of an instance must be for the silence to match some
// alert about it; false when there is no such alert, whatever the instance.
func (s *Silence) needs() ([]matcher, bool) {
	var out []matcher
	for name, value := range s.Matchers {
		switch name {
		case labelAlert, labelMetric: // looked at together below
		case labelSeverity:
			if !slices.Contains([]alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical}, alarm.Severity(value)) {
				return nil, false
			}
		default:
			out = append(out, matcher{name, value})
		}
	}
	rules := alarm.InstanceRules()
	if name, given := s.Matchers[labelAlert]; given {
		rules = slices.DeleteFunc(rules, func(r alarm.RuleName) bool { return string(r) != name })
	}
	metric, given := s.Matchers[labelMetric]
	_, known := fleet.ParseMetric(metric)
	switch {
	case len(rules) == 0:
		return nil, false
	case !given, known && slices.ContainsFunc(rules, alarm.RuleName.OfMetric):
		return out, true
	case !slices.ContainsFunc(rules, func(r alarm.RuleName) bool { return !r.OfMetric() }):
		return nil, false
	}
	// Alerts that are about no metric have a label of this name only where an operator
	// put it on the instance.
	return append(out, matcher{labelMetric, metric}), true
}
