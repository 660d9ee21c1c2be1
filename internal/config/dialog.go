package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Find returns the instance with an id; nil when there is none.
func (s *Snapshot) Find(id string) *Instance {
	i, found := slices.BinarySearchFunc(s.Instances, id, func(in Instance, id string) int { return cmp.Compare(in.ID, id) })
	if !found {
		return nil
	}
	return &s.Instances[i]
}

// Rule is the rule of a metric, whether its alarm is on or off; nil where an alarm that is off has
// none that could be judged by.
func (in *Instance) Rule(m fleet.Metric) *alarm.Rule {
	if in.Rules[m] != nil {
		return in.Rules[m]
	}
	return in.Resting[m]
}

// With is the rule that a metric has with a setting, as the file has it when EditAlarms has written
// it: the clear threshold follows the threshold, unless it was given. An error says what is wrong
// with the setting.
func (in *Instance) With(m fleet.Metric, set alarm.Setting) (*alarm.Rule, error) {
	rule := in.Rule(m)
	if rule == nil {
		rule = ruleOf(new(builtinCapacity()))
	}
	out := *rule
	out.Levels = slices.Clone(rule.Levels)
	own := &out.Levels[0]
	if set.Threshold != "" {
		v, err := alarm.ParseShare(set.Threshold)
		if err != nil {
			return nil, err
		}
		own.Threshold = v
		if !in.OwnClear.Has(m) {
			own.Clear = clearOf(v)
		}
	}
	switch set.Clear {
	case "":
	case alarm.Follows:
		own.Clear = clearOf(own.Threshold)
	default:
		v, err := alarm.ParseShare(set.Clear)
		if err != nil {
			return nil, err
		}
		own.Clear = v
	}
	if set.For != "" {
		v, err := holdOf(set.For)
		if err != nil {
			return nil, err
		}
		out.For = v
	}
	return &out, judgeable(&out)
}

// judgeable says why a rule could not be judged by.
func judgeable(r *alarm.Rule) error {
	own := r.Levels[0]
	for i, l := range r.Levels {
		switch {
		case l.Threshold <= 0:
			return errors.New("a threshold lies above 0%")
		case l.Clear >= l.Threshold:
			return fmt.Errorf("the clear threshold (%s) must lie below its threshold (%s)", words.Threshold(l.Clear), words.Threshold(l.Threshold))
		case i > 0 && l.Threshold <= own.Threshold:
			return fmt.Errorf("it lies at or above the level %s at %s; change that in the configuration, too", l.Severity, words.Threshold(l.Threshold))
		}
	}
	return nil
}

// holdOf reads how long a threshold has to be held.
func holdOf(text string) (time.Duration, error) {
	v, err := parseSpan(strings.TrimSpace(text))
	if err != nil {
		return 0, fmt.Errorf("a length of time is wanted here, such as 30s, 5m, 2h or 7d, not %q", clip(text))
	}
	return v, nil
}
