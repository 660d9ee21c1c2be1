package state

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// levelsOf lists the levels of each instance, by its place. Thousands of instances
// share a few rules, and so a few levels.
func levelsOf(s *config.Snapshot) []*fleet.Levels {
	made := make(map[[fleet.NumMetrics]*alarm.Rule]*fleet.Levels)
	out := make([]*fleet.Levels, len(s.Instances))
	for i := range s.Instances {
		rules := s.Instances[i].Rules
		levels, ok := made[rules]
		if !ok {
			levels = levelsOfRules(rules)
			made[rules] = levels
		}
		out[i] = levels
	}
	return out
}

func levelsOfRules(rules [fleet.NumMetrics]*alarm.Rule) *fleet.Levels {
	out := &fleet.Levels{}
	for m, rule := range rules {
		if rule == nil {
			continue
		}
		for _, l := range rule.Levels {
			out[m] = append(out[m], fleet.Level{Severity: string(l.Severity), Threshold: l.Threshold, Clear: l.Clear})
		}
	}
	return out
}
