package daemon

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// twoReceivers has two brokers, and two who may be told.
const twoReceivers = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}

# The fleet.
instances:
  - {id: a, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}, alarms: {subscriptions: {enabled: false, threshold: 60%}}} # the first
  - {id: b, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}}
alarms: {notify: [oncall]}
receivers: [{name: oncall, webhooks: [{url: "http://127.0.0.1:1/x"}]}, {name: managers, webhooks: [{url: "http://127.0.0.1:1/y"}]}]
`

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDialogWritesAndPutsIntoForce(t *testing.T) {
	path := writeConfig(t, twoReceivers, nil)
	c := control{judging(t, path)}
	rules, ok := c.AlarmRules("a")
	if want := (readers.AlarmRule{Threshold: 0.6, Clear: 0.55, For: time.Minute}); !ok || rules.Metrics[fleet.Subscriptions].Threshold != want.Threshold || rules.Metrics[fleet.Subscriptions].Enabled {
		t.Errorf("%+v, %t", rules, ok)
	}
	if diff := cmp.Diff([]string{"oncall", "managers"}, rules.Receivers); diff != "" || len(rules.Notify) != 1 {
		t.Errorf("-want +got:\n%s\ntold %v", diff, rules.Notify)
	}
	on := true
	err := c.EditAlarms(t.Context(), "a", rules.Base(), readers.AlarmChange{
		Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "80", Clear: "60%", For: "5m"}, fleet.Subscriptions: {Enabled: &on}}, Notify: []string{"managers"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `  - {id: a, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}, alarms: {subscriptions: {enabled: true, threshold: 60%}, connections: {threshold: 80%, clear: 60%, for: 5m}}, notify: [managers]} # the first
`
	got := text(t, path)
	if !strings.Contains(got, want) || !strings.Contains(got, "\n\n# The fleet.\n") {
		t.Errorf("the file is\n%s", got)
	}
	now, _ := c.AlarmRules("a")
	if diff := cmp.Diff(readers.AlarmRule{Enabled: true, Threshold: 0.8, Clear: 0.6, OwnClear: true, For: 5 * time.Minute}, now.Metrics[fleet.Connections]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := c.EditAlarms(t.Context(), "a", now.Base(), readers.AlarmChange{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Clear: alarm.Follows}}}); err != nil {
		t.Fatal(err)
	}
	if after, _ := c.AlarmRules("a"); after.Metrics[fleet.Connections].Clear != 0.75 || !strings.Contains(text(t, path), "connections: {threshold: 80%, for: 5m}}") {
		t.Errorf("%+v\n%s", after.Metrics[fleet.Connections], text(t, path))
	}
	if now.Notify[0] != "managers" || !now.Metrics[fleet.Subscriptions].Enabled {
		t.Errorf("%+v", now)
	}
}

// TestDialogOfTwo: whoever is second, after the dialog of another or an edit of the file by hand,
// changes nothing and is told what is in force now.
func TestDialogOfTwo(t *testing.T) {
	path := writeConfig(t, twoReceivers, nil)
	c := control{judging(t, path)}
	change := func(threshold string) readers.AlarmChange {
		return readers.AlarmChange{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: threshold}}}
	}
	rules, _ := c.AlarmRules("a")
	if err := c.EditAlarms(t.Context(), "a", rules.Base(), change("80%")); err != nil {
		t.Fatal(err)
	}
	before := text(t, path)
	err := c.EditAlarms(t.Context(), "a", rules.Base(), change("90%"))
	changed, is := errors.AsType[*readers.AlarmsChangedError](err)
	if !is || changed.Now.Metrics[fleet.Connections].Threshold != 0.8 || text(t, path) != before {
		t.Errorf("%v\n%s", err, text(t, path))
	}

	edit(t, path, "threshold: 80%", "threshold: 85%") // by hand, and not loaded yet
	err = c.EditAlarms(t.Context(), "a", changed.Now.Base(), change("90%"))
	changed, is = errors.AsType[*readers.AlarmsChangedError](err)
	if !is || changed.Now.Metrics[fleet.Connections].Threshold != 0.85 || strings.Contains(text(t, path), "90%") {
		t.Errorf("%v\n%s", err, text(t, path))
	}
	edit(t, path, "# The fleet.", "# Our fleet.") // of no alarm
	if err := c.EditAlarms(t.Context(), "a", changed.Now.Base(), change("90%")); err != nil || !strings.Contains(text(t, path), "threshold: 90%") || !strings.Contains(text(t, path), "# Our fleet.") {
		t.Errorf("%v\n%s", err, text(t, path))
	}

	rules, _ = c.AlarmRules("a")
	edit(t, path, "product: mqtt", "produkt: mqtt")
	before = text(t, path)
	if err := c.EditAlarms(t.Context(), "a", rules.Base(), change("50%")); err == nil || !strings.Contains(err.Error(), "were edited, and have faults") || text(t, path) != before {
		t.Errorf("%v\n%s", err, text(t, path))
	}
	if err := c.EditAlarms(t.Context(), "nobody", "", change("50%")); err == nil {
		t.Error("an instance that is not there is changed")
	}
}

func TestDialogRefusesWhatDoesNotLoad(t *testing.T) {
	path := writeConfig(t, twoReceivers, nil)
	c := control{judging(t, path)}
	rules, _ := c.AlarmRules("a")
	before := text(t, path)
	for name, tt := range map[string]struct {
		change readers.AlarmChange
		says   string
	}{
		"a fraction":            {readers.AlarmChange{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "0.8"}}}, "write 80% if that is what you mean"},
		"no length":             {readers.AlarmChange{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {For: "soon"}}}, `a length of time is wanted here, such as 30s, 5m, 2h or 7d, not "soon"`},
		"a clear mark too high": {readers.AlarmChange{Settings: map[fleet.Metric]alarm.Setting{fleet.Connections: {Clear: "75"}}}, "the clear threshold (75%) must lie below its threshold (70%)"},
		"no such receiver":      {readers.AlarmChange{Notify: []string{"nobody"}}, "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.EditAlarms(t.Context(), "a", rules.Base(), tt.change); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v", err)
			}
			if text(t, path) != before {
				t.Errorf("the file was changed:\n%s", text(t, path))
			}
		})
	}
}

// TestPreviewFromTheHistory counts over what was recorded.
func TestPreviewFromTheHistory(t *testing.T) {
	d := judging(t, writeConfig(t, advised, nil))
	recordMonth(t, d, time.Now())
	got, err := control{d}.PreviewAlarms(t.Context(), "rmq-grows", map[fleet.Metric]alarm.Setting{fleet.MessageTPS: {Threshold: "65%"}, fleet.Connections: {Threshold: "0.5"}})
	if err != nil {
		t.Fatal(err)
	}
	// Its peaks of each day grow from 1,000 to 2,800 of 4,000: 65 % are 2,600.
	tps := got.Metrics[fleet.MessageTPS]
	if !tps.Known || tps.Highest != 0.7 || tps.Raised < 3 || tps.Now > tps.Raised || got.Days != 30 || got.Since.IsZero() {
		t.Errorf("%+v", got)
	}
	if fault := got.Metrics[fleet.Connections].Fault; !strings.Contains(fault, "write 50% if that is what you mean") {
		t.Errorf("the fault is %q", fault)
	}
	if _, err := (control{d}).PreviewAlarms(t.Context(), "nobody", nil); !errors.Is(err, config.ErrNoInstance) {
		t.Errorf("%v", err)
	}
}
