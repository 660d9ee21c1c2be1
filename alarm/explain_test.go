package alarm

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTimers(t *testing.T) {
	start := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	at := func(d time.Duration) int64 { return milli(start.Add(d)) }
	rule := &Rule{
		Levels: []Level{{Severity: Warning, Threshold: 0.7, Clear: 0.65}, {Severity: Critical, Threshold: 0.9, Clear: 0.85}},
		For:    time.Minute, ClearFor: 2 * time.Minute, Repeat: 24 * time.Hour, Flapping: Flapping{Raises: 3, Within: time.Hour},
	}
	now := start.Add(30 * time.Second)
	for _, tt := range []struct {
		name  string
		state State
		want  []Timer
	}{
		{"quiet", State{}, nil},
		{
			"above the first threshold", State{Above: [MaxLevels]int64{at(0)}},
			[]Timer{{Kind: TimerRaise, Severity: Warning, Bound: 0.7, Since: start, Due: start.Add(time.Minute)}},
		},
		{
			"raised, on its way up, not acknowledged", State{Level: 1, Severity: Warning, Above: [MaxLevels]int64{at(-time.Hour), at(0)}, RaisedAt: at(-time.Hour), NotifiedAt: at(-time.Hour)},
			[]Timer{
				{Kind: TimerRaise, Severity: Critical, Bound: 0.9, Since: start, Due: start.Add(time.Minute)},
				{Kind: TimerRemind, Severity: Warning, Since: start.Add(-time.Hour), Due: start.Add(23 * time.Hour)},
			},
		},
		{
			"raised, on its way down, acknowledged", State{Level: 1, Severity: Warning, Below: [MaxLevels]int64{at(0)}, RaisedAt: at(-time.Hour), NotifiedAt: at(-time.Hour), AckedAt: at(0)},
			[]Timer{{Kind: TimerClear, Severity: Warning, Bound: 0.65, Since: start, Due: start.Add(2 * time.Minute)}},
		},
		{
			"no data: its timers stand still, reminders go on",
			State{Level: 1, Severity: Warning, Below: [MaxLevels]int64{at(0)}, RaisedAt: at(-time.Hour), NotifiedAt: at(-time.Hour), LostAt: at(20 * time.Second)},
			[]Timer{
				{Kind: TimerRemind, Severity: Warning, Since: start.Add(-time.Hour), Due: start.Add(23 * time.Hour)},
				{Kind: TimerClear, Severity: Warning, Bound: 0.65, Since: start, Left: 100 * time.Second},
			},
		},
		{
			"it flaps", State{Flap: FlapState{At: at(-time.Hour), MovedAt: at(0)}, NotifiedAt: at(0), Severity: Warning},
			[]Timer{
				{Kind: TimerStill, Severity: Warning, Since: start, Due: start.Add(time.Hour)},
				{Kind: TimerRemind, Severity: Warning, Since: start, Due: start.Add(time.Hour)},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, timers(rule, &tt.state, now)); d != "" {
				t.Error(d)
			}
		})
	}
}
