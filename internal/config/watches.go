package config

import "github.com/brimwatch/brimwatch/alarm"

// Watches lists what the alarm engine is to judge.
func (s *Snapshot) Watches() []alarm.Watch {
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

// FleetRule is the rule for the silence of most of the fleet; nil when it is
// switched off.
func (s *Snapshot) FleetRule() *alarm.Rule {
	if len(s.NoData.Rule.Levels) == 0 {
		return nil
	}
	r := s.NoData.Rule
	return &r
}
