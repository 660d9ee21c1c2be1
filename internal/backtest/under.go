package backtest

import (
	"errors"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/config"
)

// under is a configuration with another threshold (0: its own), and with the alarms of one
// metric alone ("": all). It shares with the configuration what is not changed.
func under(s *config.Snapshot, threshold float64, metric string) *config.Snapshot {
	out := *s
	out.Instances = slices.Clone(s.Instances)
	moved := make(map[*alarm.Rule]*alarm.Rule) // thousands of instances share a few rules
	for i := range out.Instances {
		in := &out.Instances[i]
		for m, rule := range in.Rules {
			if rule == nil {
				continue
			}
			if metric != "" && metricName(m) != metric {
				in.Rules[m] = nil
				continue
			}
			if threshold == 0 {
				continue
			}
			if moved[rule] == nil {
				moved[rule] = raisedAt(rule, threshold)
			}
			in.Rules[m] = moved[rule]
		}
		if metric != "" {
			in.NoData = nil
		}
	}
	return &out
}

// ParseThreshold reads a threshold as a configuration has it.
func ParseThreshold(text string) (float64, error) {
	v, err := alarm.ParseShare(text)
	if err == nil && v == 0 {
		err = errors.New("a threshold lies above 0%")
	}
	return v, err
}

// raisedAt is a rule with another threshold. Its clear threshold follows as it does in a
// configuration that gives none; levels that lie no higher go.
func raisedAt(rule *alarm.Rule, threshold float64) *alarm.Rule {
	const clearBelow = 0.05
	out := *rule
	out.Levels = []alarm.Level{rule.Levels[0]}
	out.Levels[0].Threshold, out.Levels[0].Clear = threshold, max(threshold-clearBelow, threshold/2)
	for _, l := range rule.Levels[1:] {
		if l.Threshold > threshold {
			out.Levels = append(out.Levels, l)
		}
	}
	return &out
}

// withIntervals is a configuration whose instances are read as often as it is said, and no
// more often than it says itself; false when it already says so.
func withIntervals(s *config.Snapshot, every map[string]time.Duration) (*config.Snapshot, bool) {
	out := *s
	out.Instances = slices.Clone(s.Instances)
	changed := false
	for i := range out.Instances {
		in := &out.Instances[i]
		d, known := every[in.ID]
		if !known || in.Source == nil || d == in.Source.Interval {
			continue
		}
		source := *in.Source
		source.Interval = d
		in.Source, changed = &source, true
	}
	return &out, changed
}
