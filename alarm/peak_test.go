package alarm

import (
	"testing"
	"time"
)

// TestTheEndTellsTheEpisode: an end knows the highest share of its episode, since when
// usage was at the threshold, and whether another threshold is why it is over.
func TestTheEndTellsTheEpisode(t *testing.T) {
	for _, tt := range []struct {
		name    string
		seen    []seen
		lowest  Level // what the lowest level is from the last observation but one on; the zero one is no change
		peak    float64
		since   int
		changed ThresholdChange
	}{
		{name: "the highest is in between", seen: []seen{{0, 75}, {60, 75}, {120, 88}, {180, 77}, {240, 10}, {300, 10}}, peak: 88},
		{name: "the highest is the last level", seen: []seen{{10, 75}, {70, 95}, {130, 95}, {200, 10}, {260, 10}}, peak: 95, since: 10},
		{name: "without data it stays", seen: []seen{{0, 75}, {60, 79}, {120, -1}, {180, 71}, {240, 10}, {300, 10}}, peak: 79},
		{
			name: "the threshold was raised", seen: []seen{{0, 75}, {60, 75}, {120, 72}, {180, 72}}, lowest: Level{Warning, 0.8, 0.75}, peak: 75,
			changed: ThresholdChange{From: 0.7, To: 0.8},
		},
		{name: "the threshold was raised, and usage has fallen besides", seen: []seen{{0, 75}, {60, 75}, {120, 20}, {180, 20}}, lowest: Level{Warning, 0.8, 0.75}, peak: 75},
		{name: "the threshold is lower now", seen: []seen{{0, 75}, {60, 75}, {120, 20}, {180, 20}}, lowest: Level{Warning, 0.5, 0.45}, peak: 75},
	} {
		rule := warnCritical()
		var s State
		var last Event
		for i, o := range tt.seen {
			if i == len(tt.seen)-2 && tt.lowest.Threshold > 0 {
				rule.Levels = append([]Level{tt.lowest}, rule.Levels[1:]...)
			}
			var events []Event
			if s, events = Step(rule, s, o.observation()); len(events) > 0 {
				last = events[len(events)-1]
			}
		}
		if last.Kind != Cleared || last.Peak != tt.peak || last.PeakOf != 100 || last.Changed != tt.changed {
			t.Errorf("%s: %s, peak %v of %v, changed %v", tt.name, last.Kind, last.Peak, last.PeakOf, last.Changed)
		}
		if want := start().Add(time.Duration(tt.since) * time.Second); !last.Since.Equal(want) {
			t.Errorf("%s: since %s, want %s", tt.name, last.Since, want)
		}
		if !s.Zero() {
			t.Errorf("%s: the state after the end is %+v", tt.name, s)
		}
	}
}
