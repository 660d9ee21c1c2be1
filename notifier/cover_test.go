package notifier

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// alertsAbout are the labels of every alert that may ever be about an instance.
func alertsAbout(in *fleet.Instance) []map[string]string {
	var out []map[string]string
	for _, severity := range []alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical} {
		for _, rule := range alarm.InstanceRules() {
			metrics := []fleet.Metric{alarm.NoMetric}
			if rule.OfMetric() {
				metrics = fleet.Metrics()
			}
			for _, m := range metrics {
				ev := alarm.Event{Kind: alarm.Raised, Key: alarm.Key{Rule: rule, Instance: in.ID, Metric: m}, Severity: severity, Instance: in}
				out = append(out, Words{Title: func(*fleet.Instance, words.Language) string { return "" }}.alert(&ev).Labels)
			}
		}
	}
	return out
}

// TestCoverIsWhatIsHeld: an instance is covered exactly when a silence would hold a
// notice of some alarm about it.
func TestCoverIsWhatIsHeld(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		word := func(more ...string) *rapid.Generator[string] { return rapid.SampledFrom(append(more, "a", "b")) }
		in := &fleet.Instance{ID: word().Draw(t, "id"), Name: word().Draw(t, "name"), Product: word().Draw(t, "product"), Edition: word("").Draw(t, "edition"),
			Account: word("").Draw(t, "account"),
			Labels:  fleet.SortLabels(rapid.MapOfN(word("metric", "account", "severity", "alertname", "team", "instance_id"), word("connections"), 0, 3).Draw(t, "labels"))}
		value := word("capacity", "forecast", "expiry", "low_balance", "warning", "critical", "connections", "memory_bytes")
		name := rapid.SampledFrom([]string{"instance_id", "instance", "product", "edition", "account", "alertname", "severity", "metric", "team"})
		var silences []Silence
		for range rapid.IntRange(0, 2).Draw(t, "silences") {
			silences = append(silences, Silence{Matchers: rapid.MapOfN(name, value, 0, 3).Draw(t, "matchers"), Until: now.Add(rapid.SampledFrom([]time.Duration{-1, 0, 1}).Draw(t, "until"))})
		}
		want := false
		for _, labels := range alertsAbout(in) {
			for i := range silences {
				want = want || silences[i].Matches(labels, now)
			}
		}
		if got := CoverOf(silences, now).Instance(in); got != want {
			t.Errorf("%+v are said to cover %+v: %v, want %v", silences, in, got, want)
		}
	})
}

func TestCover(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	in := &fleet.Instance{ID: "mqtt-1", Name: "Orders", Product: "mqtt", Account: "acme", Labels: fleet.SortLabels(map[string]string{"env": "test", "metric": "own"})}
	for _, tt := range []struct {
		name     string
		matchers map[string]string
		want     bool
	}{
		{"the instance", map[string]string{"instance_id": "mqtt-1"}, true},
		{"another one", map[string]string{"instance_id": "mqtt-2"}, false},
		{"its account", map[string]string{"account": "acme"}, true},
		{"a label of its own", map[string]string{"env": "test"}, true},
		{"all of it must be equal", map[string]string{"env": "test", "product": "redis"}, false},
		{"one metric of it", map[string]string{"instance_id": "mqtt-1", "metric": "connections"}, true},
		{"one rule and metric of it", map[string]string{"instance_id": "mqtt-1", "metric": "connections", "alertname": "forecast"}, true},
		{"a rule that is about no metric", map[string]string{"metric": "connections", "alertname": "expiry"}, false},
		{"a label that only such alerts show", map[string]string{"metric": "own", "alertname": "expiry"}, true},
		{"a label that alerts about metrics hide", map[string]string{"metric": "own", "alertname": "capacity"}, false},
		{"a rule about accounts", map[string]string{"alertname": "low_balance"}, false},
		{"a rule of another product", map[string]string{"alertname": "HighLoad"}, false},
		{"a severity", map[string]string{"severity": "critical"}, true},
		{"a severity that there is not", map[string]string{"severity": "page"}, false},
		{"nothing", nil, false},
	} {
		silences := []Silence{{Matchers: map[string]string{"instance_id": "x"}, Until: now.Add(time.Hour)}, {Matchers: tt.matchers, Until: now.Add(time.Hour)}}
		if got := CoverOf(silences, now).Instance(in); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if CoverOf(silences, now.Add(time.Hour)).Instance(in) {
			t.Errorf("%s: it covers after its end", tt.name)
		}
	}
}
