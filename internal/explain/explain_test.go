package explain

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

const configured = `instances:
  - {id: mqtt-1, product: mqtt, edition: basic, capacity: {connections: 50}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1883"}}
receivers: [{name: oncall, webhooks: [{url: "http://127.0.0.1:1/hook"}]}]
`

// world is a fleet of one instance whose alarms stand as they are told.
type world struct {
	standing fleet.Standing
	alarms   []alarm.Explained
	asked    []alarm.Severity // for whom to tell
}

func (w *world) Standings() []fleet.Standing { return []fleet.Standing{w.standing} }

func (w *world) Standing(id string) (fleet.Standing, bool) {
	return w.standing, id == w.standing.Instance.ID
}

func (w *world) Explain(string, time.Time) []alarm.Explained { return w.alarms }

func (w *world) Preview(_ context.Context, ev *alarm.Event) ([]notifier.Previewed, error) {
	w.asked = append(w.asked, ev.Severity)
	return []notifier.Previewed{{Display: "wei"}}, nil
}

func (w *world) Notices(_ context.Context, f notifier.Filter) ([]notifier.Record, error) {
	return []notifier.Record{{Notice: notifier.Notice{ID: f.Instance}}}, nil
}

func TestExplain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(configured)
	loaded, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		standing: fleet.Standing{Instance: loaded.Instances[0].Instance},
		alarms: []alarm.Explained{
			{Key: alarm.Key{Rule: alarm.Capacity, Metric: fleet.Connections}, Severities: []alarm.Severity{alarm.Warning, alarm.Critical}, State: alarm.State{Severity: alarm.Warning}},
			{Key: alarm.Key{Rule: alarm.Capacity, Metric: fleet.SendTPS}, Off: "the alarm is switched off", Severities: []alarm.Severity{alarm.Warning}},
		},
	}
	x := New(Options{Configuration: func() *config.Snapshot { return loaded }, Found: func() []fleet.Found { return nil }, Fleet: w, Engine: w, Outbox: w})

	got, known, err := x.Explain(t.Context(), "mqtt-1")
	if err != nil || !known {
		t.Fatalf("Explain = %v, %v", known, err)
	}
	if len(got.Remarks) > 0 || len(got.Alarms) != 2 || len(got.Notices) != 1 || got.Notices[0].ID != "mqtt-1" {
		t.Errorf("explained as %+v", got)
	}
	if !slices.Equal(w.asked, []alarm.Severity{alarm.Warning, alarm.Critical}) {
		t.Errorf("asked who is told at %v; want each severity once, and none of an alarm that is off", w.asked)
	}
	if !slices.ContainsFunc(got.Values, func(o config.Origin) bool { return o.Key == "capacity.connections" && o.At.Line == 2 }) {
		t.Errorf("nobody has set the capacity: %v", got.Values)
	}
	if slices.ContainsFunc(got.Values, func(o config.Origin) bool { return strings.HasPrefix(o.Key, "memory_bytes.") }) {
		t.Error("a metric that does not concern the instance has values")
	}

	for _, tt := range []struct{ name, text, want string }{
		{"changed", configured + "# more\n", "have changed since they were loaded"},
		{"faulty", "instances: [", "have faults now"},
		{"without it", "instances: []\n", "do not have this instance any more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			write(tt.text)
			got, _, err := x.Explain(t.Context(), "mqtt-1")
			if err != nil || len(got.Remarks) != 1 || !strings.Contains(got.Remarks[0], tt.want) {
				t.Errorf("remarks %q, %v; want one with %q", got.Remarks, err, tt.want)
			}
		})
	}
	if _, known, err := x.Explain(t.Context(), "nobody"); known || err != nil {
		t.Errorf("Explain(nobody) = %v, %v", known, err)
	}
}
