package daemon

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/config"
)

// watchesOf says what the alarm engine is to judge.
func watchesOf(s *config.Snapshot) []alarm.Watch {
	out := make([]alarm.Watch, len(s.Instances))
	for i := range s.Instances {
		in := &s.Instances[i]
		out[i] = alarm.Watch{Instance: in.Instance, Rules: in.Rules, NoData: in.NoData}
		if in.Source != nil {
			out[i].Every = in.Source.Interval
		}
	}
	return out
}

// fleetRule says how the silence of most of the fleet is judged.
func fleetRule(s *config.Snapshot) *alarm.Rule {
	if len(s.NoData.Rule.Levels) == 0 {
		return nil
	}
	r := s.NoData.Rule
	return &r
}
