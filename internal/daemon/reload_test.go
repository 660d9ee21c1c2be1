package daemon

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

const twoBrokers = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
# The fleet.
instances:
  - {id: a, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1", username: u, password_file: pw}} # the first
  - {id: b, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}}
receivers: [{name: oncall, webhooks: [{url: "http://127.0.0.1:1/x"}]}]
`

const (
	thirdBroker      = "receivers:"
	thirdBrokerAdded = "  - {id: c, product: redis}\nreceivers:"
)

func secrets() map[string]string { return map[string]string{"pw": "first\n"} }

func ids(d *Daemon) (out []string) {
	for _, st := range d.view.Standings() {
		out = append(out, st.Instance.ID)
	}
	return out
}

func TestReloadNamesWhatChanged(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	change, err := d.Reload(t.Context())
	if err != nil || !change.Nothing() {
		t.Fatalf("a reload without a change: %v, %v", change, err)
	}
	edit(t, path, thirdBroker, thirdBrokerAdded)
	edit(t, path, "id: b,", "id: bb,")
	change, err = d.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Change{Added: []string{"bb", "c"}, Removed: []string{"b"}, Warnings: change.Warnings}, change); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, want := change.String(), "instances added: bb, c; instances removed: b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"a", "bb", "c"}, ids(d)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, ok := d.view.Standing("b"); ok {
		t.Error("b is still watched")
	}
}

func TestWarningsDoNotFloodTheLog(t *testing.T) {
	for _, tt := range []struct{ warnings, lines int }{{0, 0}, {1, 1}, {20, 20}, {21, 21}, {30000, 21}} {
		var out bytes.Buffer
		s := &config.Snapshot{}
		for i := range tt.warnings {
			s.Warnings = append(s.Warnings, config.Fault{Reason: fmt.Sprintf("warning %d", i)})
		}
		logWarnings(slog.New(slog.NewTextHandler(&out, nil)), s)
		if lines := strings.Count(out.String(), "\n"); lines != tt.lines {
			t.Errorf("%d warnings are %d lines, want %d", tt.warnings, lines, tt.lines)
		}
		if left := fmt.Sprintf("more=%d", tt.warnings-20); tt.warnings > 20 && !strings.Contains(out.String(), left) {
			t.Errorf("%d warnings: %q is missing", tt.warnings, left)
		}
	}
}

// What waits for a restart is told until it is in force, and no longer.
func TestReloadTellsWhatWaitsForARestart(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	for _, step := range []struct {
		name, from, to string
		want           []string
	}{
		{"changed", "retention: 1d", "retention: 2d", []string{"storage"}},
		{"something else is changed", "id: b,", "id: bb,", []string{"storage"}},
		{"changed back", "retention: 2d", "retention: 1d", nil},
	} {
		edit(t, path, step.from, step.to)
		change, err := d.Reload(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, change.NeedsRestart); diff != "" {
			t.Errorf("%s: in force after a restart (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestBadFileLeavesEverything(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	const successful = "brimwatch_config_last_reload_successful"
	const at = "brimwatch_config_last_reload_success_timestamp_seconds"
	if got := gauge(t, d, successful); got != 1 {
		t.Errorf("after the start %s is %v", successful, got)
	}
	since := gauge(t, d, at)
	snapshot, directory, open := d.state.Configuration(), d.directory, d.sources.Open()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"a fault":               strings.Replace(string(good), "product: mqtt", "product: mqqt", 1),
		"no YAML":               "instances: [",
		"nothing":               "",
		"half of what was sent": string(good[:len(good)/2]),
	} {
		rewrite(t, path, bad)
		if change, err := d.Reload(t.Context()); err == nil || !change.Nothing() {
			t.Errorf("%s: %v, %v", name, change, err)
		}
		if got := gauge(t, d, successful); got != 0 {
			t.Errorf("%s: %s is %v", name, successful, got)
		}
		if got := gauge(t, d, at); got != since {
			t.Errorf("%s: %s went from %v to %v", name, at, since, got)
		}
		if d.state.Configuration() != snapshot || d.directory != directory {
			t.Errorf("%s: another configuration is in force", name)
		}
		sameCollectors(t, open, d.sources.Open(), "a", "b")
	}
	rewrite(t, path, string(good))
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := gauge(t, d, successful); got != 1 {
		t.Errorf("after a good one %s is %v", successful, got)
	}
	if got := gauge(t, d, at); got < since {
		t.Errorf("after a good one %s went from %v to %v", at, since, got)
	}
}

// sameCollectors makes sure that sources went on with the Collector they had.
func sameCollectors(t *testing.T, before, after map[string]collector.Collector, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if after[id] == nil || after[id] != before[id] {
			t.Errorf("%s has another collector", id)
		}
	}
}

func TestUnchangedSourcesKeepTheirCollector(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	before := d.sources.Open()
	for _, c := range []struct{ what, from, to string }{
		{"another instance comes", thirdBroker, thirdBrokerAdded},
		{"the interval", "storage:", "collect: {interval: 30s, timeout: 9s}\nstorage:"},
		{"the name and the capacity", "id: a, product: mqtt, capacity: {connections: 10}", "id: a, product: mqtt, name: A, capacity: {connections: 20}"},
		{"the receivers", "/x", "/y"},
	} {
		edit(t, path, c.from, c.to)
		change, err := d.Reload(t.Context())
		if err != nil || change.Nothing() {
			t.Fatalf("%s: %v, %v", c.what, change, err)
		}
		sameCollectors(t, before, d.sources.Open(), "a", "b")
	}
	edit(t, path, `url: "mqtt://127.0.0.1:1"}`, `url: "mqtt://127.0.0.1:2"}`)
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameCollectors(t, before, d.sources.Open(), "a")
	if d.sources.Open()["b"] == before["b"] {
		t.Error("b has another URL and still its old collector")
	}
}

func TestChangedSecretMakesANewCollector(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	before := d.sources.Open()
	rewrite(t, filepath.Join(filepath.Dir(path), "pw"), "second\n")
	change, err := d.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a"}, change.Changed); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if d.sources.Open()["a"] == before["a"] {
		t.Error("a goes on with the old password")
	}
	sameCollectors(t, before, d.sources.Open(), "b")
}

func TestSetAlarmsIsWrittenAndInForce(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	on, off := true, false
	if err := (control{d}).SetAlarms(t.Context(), "a", map[fleet.Metric]alarm.Setting{
		fleet.Connections: {Threshold: "85%", Enabled: &on},
	}); err != nil {
		t.Fatal(err)
	}
	if st, _ := d.view.Standing("a"); st.Levels.Lowest(fleet.Connections) != 0.85 {
		t.Errorf("the threshold in force is %v", st.Levels.Lowest(fleet.Connections))
	}
	if st, _ := d.view.Standing("b"); st.Levels.Lowest(fleet.Connections) != 0.7 {
		t.Errorf("the threshold of another instance is %v", st.Levels.Lowest(fleet.Connections))
	}
	if err := (control{d}).SetAlarms(t.Context(), "a", map[fleet.Metric]alarm.Setting{fleet.Connections: {Enabled: &off}}); err != nil {
		t.Fatal(err)
	}
	if st, _ := d.view.Standing("a"); st.Levels.Lowest(fleet.Connections) != 0 {
		t.Errorf("switched off, and the threshold in force is %v", st.Levels.Lowest(fleet.Connections))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"threshold: 85%", "enabled: false", "# The fleet.", "# the first"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
}

func TestSetAlarmsThatIsRefusedChangesNothing(t *testing.T) {
	path := writeConfig(t, twoBrokers, secrets())
	d := judging(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	snapshot := d.state.Configuration()
	for name, c := range map[string]struct{ id, threshold string }{
		"below zero":  {"a", "-5%"},
		"no share":    {"a", "many"},
		"no instance": {"nobody", "80%"},
	} {
		if err := (control{d}).SetAlarms(t.Context(), c.id, map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: c.threshold}}); err == nil {
			t.Errorf("%s was taken", name)
		}
		after, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) || d.state.Configuration() != snapshot {
			t.Errorf("%s changed something", name)
		}
	}
}
