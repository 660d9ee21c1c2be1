package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestSetAlarms(t *testing.T) {
	path := files(t, "brimwatch.yml", "include: [fleet/a.yml]\nreceivers: [{name: r, webhooks: [{url: \"http://h/x\"}]}]\n",
		"fleet/a.yml", `# the fleet
instances:
  # orders
  - id: a # ours
    product: mqtt
    source: {type: mosquitto, url: "mqtt://h"}
    alarms: {connections: {threshold: 80%}}
  - id: b
    product: mqtt
`)
	s := mustLoad(t, path)
	off := false
	err := SetAlarms(s, "a", map[fleet.Metric]alarm.Setting{
		fleet.Connections: {Threshold: "85"}, fleet.Subscriptions: {Threshold: "60%", Enabled: &off},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(path), "fleet", "a.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# the fleet", "# orders", "# ours", "threshold: 85%", "subscriptions: {threshold: 60%, enabled: false}", "- id: b"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	in := mustLoad(t, path).Instances[0]
	if r := in.Rules[fleet.Connections]; r.Levels[0].Threshold != 0.85 {
		t.Errorf("rule %+v", r)
	}
	if in.Rules[fleet.Subscriptions] != nil {
		t.Error("the alarm is not off")
	}

	before := text
	err = SetAlarms(s, "a", map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "0.7"}})
	var faults Faults
	if !errors.As(err, &faults) || !strings.Contains(err.Error(), "70%") {
		t.Errorf("a bad threshold: %v", err)
	}
	if err := SetAlarms(s, "zz", nil); !errors.Is(err, ErrNoInstance) {
		t.Errorf("an unknown instance: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != string(before) {
		t.Errorf("a refused change was written: %v", err)
	}
}

func TestSetAlarmsRefusesWhatDoesNotLoad(t *testing.T) {
	path := files(t, "brimwatch.yml", `instances:
  - {id: a, product: mqtt, source: {type: mosquitto, url: "mqtt://h"}, alarms: {connections: {threshold: 80%, clear: 75%}}}
`)
	s := mustLoad(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = SetAlarms(s, "a", map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "70%"}})
	if err == nil || !strings.Contains(err.Error(), "clear threshold") {
		t.Errorf("a threshold below the clear threshold: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v\n%s", err, after)
	}
}
