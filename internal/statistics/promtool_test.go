package statistics

import (
	"net/http/httptest"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestPromtool asks the API with Prometheus' own tool.
func TestPromtool(t *testing.T) {
	promtool := server.Find(t, "promtool", "prometheus")
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500), mqttReading("mqtt-1", at.Add(15*time.Second), 100, 650, 3500)})
	s.Flush()
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	url := srv.URL + "/prometheus"
	unix := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	const labels = `edition="basic", instance_id="mqtt-1", metric="message_tps", product="mqtt"`

	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{
			"instant",
			[]string{"instant", "--time=" + unix(at), url, `brimwatch_instance_utilization_ratio{metric="message_tps"}`},
			`brimwatch_instance_utilization_ratio{` + labels + `} => 0.7 @[` + unix(at) + `]`,
		},
		{
			"range",
			[]string{"range", "--start=" + unix(at), "--end=" + unix(at.Add(15*time.Second)), "--step=15s", url, `brimwatch_instance_usage{metric="message_tps"}`},
			"brimwatch_instance_usage{" + labels + "} =>\n700 @[" + unix(at) + "]\n750 @[" + unix(at.Add(15*time.Second)) + "]",
		},
		{
			"series",
			[]string{"series", "--match={metric=\"message_tps\"}", "--start=" + unix(at), "--end=" + unix(at.Add(time.Minute)), url},
			`{__name__="brimwatch_instance_capacity", ` + labels + "}\n" + `{__name__="brimwatch_instance_usage", ` + labels + "}\n" +
				`{__name__="brimwatch_instance_utilization_ratio", ` + labels + "}",
		},
		{"names", []string{"labels", "--start=" + unix(at), "--end=" + unix(at.Add(time.Minute)), url, "__name__"}, "brimwatch_instance_capacity\nbrimwatch_instance_up\nbrimwatch_instance_usage\nbrimwatch_instance_utilization_ratio"},
		{"metrics", []string{"labels", "--start=" + unix(at), "--end=" + unix(at.Add(time.Minute)), url, "metric"}, "connections\nmessage_tps\nreceive_tps\nsend_tps\nsubscriptions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), promtool, append([]string{"query"}, c.args...)...).CombinedOutput()
			if err != nil {
				t.Fatalf("promtool: %v\n%s", err, out)
			}
			got := sortLines(string(out), c.name == "series")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	t.Run("bad query", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), promtool, "query", "instant", url, "rate(").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "bad_data: invalid parameter \"query\"") {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	})
}

// sortLines trims the output and puts its lines in order where promtool has none.
func sortLines(out string, sorted bool) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if sorted {
		slices.Sort(lines)
	}
	return strings.Join(lines, "\n")
}
