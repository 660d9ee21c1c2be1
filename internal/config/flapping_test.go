package config

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestFlapping: what is set for all, and other values for some instances or metrics.
func TestFlapping(t *testing.T) {
	flaps := func(raises int, within time.Duration) alarm.Flapping {
		return alarm.Flapping{Raises: raises, Within: within}
	}
	usual, off := flaps(3, time.Hour), alarm.Flapping{}
	for _, tt := range []struct {
		name, alarms                       string
		connections, memory, noData, fleet alarm.Flapping
	}{
		{"nothing", "{}", usual, usual, usual, usual},
		{"for all", "{flapping: {raises: 2, within: 30m}}", flaps(2, 30*time.Minute), flaps(2, 30*time.Minute), flaps(2, 30*time.Minute), flaps(2, 30*time.Minute)},
		{"off for all", "{flapping: {enabled: false}}", off, off, off, off},
		{"off for an instance", "{overrides: [{match: {instance: a}, flapping: {enabled: false}}]}", off, off, off, usual},
		{"off for another instance", "{overrides: [{match: {instance: b}, flapping: {enabled: false}}]}", usual, usual, usual, usual},
		{"off for one metric", "{overrides: [{match: {metric: connections}, flapping: {enabled: false}}]}", off, usual, usual, usual},
		{"off for all but an instance", "{flapping: {enabled: false, raises: 4}, overrides: [{match: {instance: a}, flapping: {enabled: true, within: 2h}}]}",
			flaps(4, 2*time.Hour), flaps(4, 2*time.Hour), flaps(4, 2*time.Hour), off},
	} {
		text := "receivers: [{name: r, webhooks: [{url: \"http://h/x\"}]}]\nalarms: " + tt.alarms +
			"\ninstances: [{id: a, product: redis, source: {type: mosquitto, url: \"mqtt://h\"}}, {id: b, product: redis}]\n"
		s, err := Load(files(t, "brimwatch.yml", text))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		in := s.Instances[0]
		got := [4]alarm.Flapping{in.Rules[fleet.Connections].Flapping, in.Rules[fleet.MemoryBytes].Flapping, in.NoData.Flapping, s.FleetRule().Flapping}
		if want := [4]alarm.Flapping{tt.connections, tt.memory, tt.noData, tt.fleet}; got != want {
			t.Errorf("%s: %v, want %v", tt.name, got, want)
		}
	}
}

func TestFaultsOfFlapping(t *testing.T) {
	const raises, within = "an alarm flaps by its second to its 4th raise; to tell each one, set enabled: false",
		"give a length of time from 5m to 24h: it is also how often people are told of an alarm that flaps"
	for _, tt := range []struct{ name, text, want string }{
		{"the fewest", "alarms: {flapping: {raises: 2, within: 5m}}", ""},
		{"the most", "alarms: {flapping: {raises: 4, within: 24h}}", ""},
		{"one raise", "alarms: {flapping: {raises: 1}}", "brimwatch.yml:1:29: alarms.flapping.raises: " + raises},
		{"five raises", "alarms: {flapping: {raises: 5}}", "brimwatch.yml:1:29: alarms.flapping.raises: " + raises},
		{"too short", "alarms: {flapping: {within: 299s}}", "brimwatch.yml:1:29: alarms.flapping.within: " + within},
		{"too long", "alarms: {flapping: {within: 1d1s}}", "brimwatch.yml:1:29: alarms.flapping.within: " + within},
		{"an override", "alarms: {overrides: [{flapping: {raises: 1}}]}", "brimwatch.yml:1:42: alarms.overrides[0].flapping.raises: " + raises},
	} {
		got := faultsOf(t, tt.text+"\ninstances:\n  - {id: a, product: mqtt}\n")
		if tt.want == "" && strings.Contains(got, "flapping") || tt.want != "" && got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}
