package config

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

const dialogFile = `# ours
instances:
  - id: a
    product: mqtt
    source: {type: mosquitto, url: "mqtt://h"}

  - {id: b, product: mqtt, source: {type: mosquitto, url: "mqtt://h"}, notify: [r], alarms: {connections: {clear: 50%}, subscriptions: {enabled: false}}}
receivers:
  - {name: r, webhooks: [{url: "http://h/x"}]}
  - {name: "s, or: t", webhooks: [{url: "http://h/y"}]}
alarms: {notify: [r], capacity: {levels: [{severity: critical, threshold: 90%}]}}
`

// TestEditNotify: the receivers are written, in block and flow style, and nothing else changes.
func TestEditNotify(t *testing.T) {
	for _, tt := range []struct{ id, want string }{
		{"a", strings.Replace(dialogFile, "url: \"mqtt://h\"}\n\n", "url: \"mqtt://h\"}\n    notify: [r, 's, or: t']\n\n", 1)},
		{"b", strings.Replace(dialogFile, "notify: [r], alarms: {connections", "notify: [r, 's, or: t'], alarms: {connections", 1)},
	} {
		t.Run(tt.id, func(t *testing.T) {
			path := files(t, "brimwatch.yml", dialogFile)
			if err := EditAlarms(mustLoad(t, path), tt.id, AlarmEdit{Notify: []string{"r", "s, or: t"}}); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, tt.want)
			}
			if names := mustLoad(t, path).Find(tt.id).Notify; len(names) != 2 {
				t.Errorf("told are %v", names)
			}
		})
	}
}

// TestWithAgreesWithTheFile: the rule that a setting makes is the one that is in force when it has
// been written.
func TestWithAgreesWithTheFile(t *testing.T) {
	on := true
	for name, tt := range map[string]struct {
		id  string
		m   fleet.Metric
		set alarm.Setting
	}{
		"a threshold":             {"a", fleet.Connections, alarm.Setting{Threshold: "80%"}},
		"small":                   {"a", fleet.Connections, alarm.Setting{Threshold: "6"}},
		"with its clear mark":     {"a", fleet.Connections, alarm.Setting{Threshold: "80%", Clear: "40%"}},
		"a duration":              {"a", fleet.Connections, alarm.Setting{For: "1h30m"}},
		"beside a clear mark":     {"b", fleet.Connections, alarm.Setting{Threshold: "80%"}},
		"it follows again":        {"b", fleet.Connections, alarm.Setting{Threshold: "75%", Clear: alarm.Follows}},
		"of one that was off":     {"b", fleet.Subscriptions, alarm.Setting{Threshold: "60%", Enabled: &on}},
		"as it was before":        {"b", fleet.Subscriptions, alarm.Setting{Enabled: &on}},
		"more than the capacity?": {"a", fleet.Subscriptions, alarm.Setting{Threshold: "85%", For: "0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := files(t, "brimwatch.yml", dialogFile)
			s := mustLoad(t, path)
			want, err := s.Find(tt.id).With(tt.m, tt.set)
			if err != nil {
				t.Fatal(err)
			}
			if err := SetAlarms(s, tt.id, map[fleet.Metric]alarm.Setting{tt.m: tt.set}); err != nil {
				t.Fatal(err)
			}
			got := mustLoad(t, path).Find(tt.id).Rules[tt.m]
			if got == nil || got.For != want.For || len(got.Levels) != len(want.Levels) {
				t.Fatalf("%+v, want %+v", got, want)
			}
			for i := range got.Levels {
				if got.Levels[i] != want.Levels[i] {
					t.Errorf("level %d is %+v, want %+v", i, got.Levels[i], want.Levels[i])
				}
			}
		})
	}
}

func TestWithSaysWhatIsWrong(t *testing.T) {
	in := mustLoad(t, files(t, "brimwatch.yml", dialogFile)).Find("b")
	for says, set := range map[string]alarm.Setting{
		"write 80% if that is what you mean":                                  {Threshold: "0.8"},
		"a threshold lies above 0%":                                           {Threshold: "0%", Clear: "0%"},
		"the clear threshold (80%) must lie below its threshold (70%)":        {Clear: "80"},
		"the clear threshold (50%) must lie below its threshold (40%)":        {Threshold: "40"},
		"it lies at or above the level critical at 90%":                       {Threshold: "95%"},
		`a length of time is wanted here, such as 30s, 5m, 2h or 7d, not "x"`: {For: "x"},
		"a share is wanted here":                                              {Clear: "<b>"},
	} {
		if _, err := in.With(fleet.Connections, set); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if r := in.Rule(fleet.Subscriptions); in.Rules[fleet.Subscriptions] != nil || r == nil || r.Levels[0].Threshold != 0.7 || r.For != time.Minute {
		t.Errorf("the rule of an alarm that is off is %+v", r)
	}
}

// TestThresholdAboveTheCapacity is warned of, wherever it stands.
func TestThresholdAboveTheCapacity(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", strings.Replace(strings.Replace(dialogFile, "clear: 50%", "threshold: 120%", 1), "threshold: 90%", "threshold: 130%", 1)))
	var said []string
	for i := range s.Warnings {
		if w := s.Warnings[i].Error(); strings.Contains(w, "more than the capacity") {
			said = append(said, w)
		}
	}
	if len(said) != 2 || !strings.Contains(said[0]+said[1], "instances[1].alarms.connections.threshold: 120% is more than the capacity: nobody is told before usage exceeds it") ||
		!strings.Contains(said[0]+said[1], "alarms.capacity.levels[0].threshold: 130%") {
		t.Errorf("%q", said)
	}
}
