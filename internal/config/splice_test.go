package config

import (
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Setting an alarm changes the one piece that says so, and not a byte else.
func TestSetAlarmsChangesNothingElse(t *testing.T) {
	const set = "connections: {threshold: 85%}"
	tests := []struct{ name, before, after string }{
		{"block style, without alarms",
			"# head\n\n\ninstances:\n\n  - id:   a   # ours\n    product: mqtt\n\n    labels:   {b: 'c}'}  # mine\n\n\n  - id: b\n",
			"# head\n\n\ninstances:\n\n  - id:   a   # ours\n    product: mqtt\n\n    labels:   {b: 'c}'}  # mine\n    alarms: {" + set + "}\n\n\n  - id: b\n"},
		{"block style, at the end of a file without a line break",
			"instances:\n- id: a\n  product: mqtt",
			"instances:\n- id: a\n  product: mqtt\n  alarms: {" + set + "}\n"},
		{"block style, with alarms",
			"instances:\n\n  - id: a\n    alarms:   {subscriptions: {enabled: false}, connections: {threshold: 80%}} # why\n    product: mqtt\n",
			"instances:\n\n  - id: a\n    alarms:   {subscriptions: {enabled: false}, connections: {threshold: 85%}} # why\n    product: mqtt\n"},
		{"flow style, without alarms",
			"instances:\n\n  - {id: a,   name: \"é } \\\" x\"  } # ours\n\n\n  - {id: b}\n",
			"instances:\n\n  - {id: a,   name: \"é } \\\" x\", alarms: {" + set + "}  } # ours\n\n\n  - {id: b}\n"},
		{"flow style, with alarms",
			"instances: [ {id: ü, name: x}, {id: a, alarms: {connections: {threshold: 1%}},   product: mqtt} ]\n\n\n# foot\n",
			"instances: [ {id: ü, name: x}, {id: a, alarms: {connections: {threshold: 85%}},   product: mqtt} ]\n\n\n# foot\n"},
		{"what cannot be spliced is written anew",
			"instances:\n  - id: a\n\n    alarms:\n      # so it is\n      connections:\n        threshold: 80%\n",
			"instances:\n  - id: a\n    alarms:\n      # so it is\n      connections:\n        threshold: 85%\n"},
		{"alarms that are empty",
			"instances:\n  - id: a\n    alarms:\n    product: mqtt\n",
			"instances:\n  - id: a\n    alarms:\n      " + set + "\n    product: mqtt\n"},
		{"a long text at the end",
			"instances:\n  - id: a\n    name: |\n      x\n      y\n",
			"instances:\n  - id: a\n    name: |\n      x\n      y\n    alarms:\n      " + set + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := editAlarms([]byte(tt.before), "a", false, AlarmEdit{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "85%"}}})
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.after {
				t.Errorf("got\n%s\nwant\n%s", got, tt.after)
			}
		})
	}
}

// Whatever a file holds, what is written says the same as the file with the
// setting in it.
func FuzzSetAlarms(f *testing.F) {
	for _, seed := range []string{
		"instances:\n  - id: a\n    product: mqtt\n", "instances: [{id: a}]", "instances:\n- {id: a, alarms: {}}\n- b\n", "instances:\n  - id: a\n    alarms: null\n",
		"instances:\n  - id: a\n    name: 'x\n\n      y'\n", "instances: [{id: a, name: {[}]}", "instances:\n - ? id\n   : a\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		before := map[string]any{}
		if yaml.Unmarshal([]byte(text), &before) != nil {
			return
		}
		got, err := editAlarms([]byte(text), "a", false, AlarmEdit{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "85%"}}})
		if err != nil {
			return
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(got, &doc); err != nil {
			t.Fatalf("%v in\n%s", err, got)
		}
		in := findInstance(doc.Content[0], "a")
		if in == nil || lookup(lookup(lookup(in, "alarms"), "connections"), "threshold").Value != "85%" {
			t.Errorf("the setting is not in\n%s", got)
		}
	})
}
