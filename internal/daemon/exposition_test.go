package daemon

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestExpositionIsOfThisDaemon holds that /metrics shows the thresholds and silences
// in force, that the history is handed the same, and that Prometheus' linter has
// nothing to say, of Brimwatch's own metrics neither.
func TestExpositionIsOfThisDaemon(t *testing.T) {
	d := judging(t, writeConfig(t, twoBrokers, secrets()))
	shown := func() []string {
		page := get(t, d, "/metrics?"+url.Values{"match[]": {`{__name__=~"brimwatch_instance_(threshold_ratio|silenced)|brimwatch_silences"}`}}.Encode()).Body.String()
		return slices.DeleteFunc(strings.Split(strings.TrimSpace(page), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
	}
	before := []string{
		`brimwatch_instance_threshold_ratio{instance_id="a",product="mqtt",metric="connections",severity="warning"} 0.7`,
		`brimwatch_instance_threshold_ratio{instance_id="b",product="mqtt",metric="connections",severity="warning"} 0.7`,
		`brimwatch_silences 0`,
	}
	if got := shown(); !slices.Equal(got, before) {
		t.Errorf("the page shows\n%s", strings.Join(got, "\n"))
	}

	on := true
	if err := (control{d}).SetAlarms(t.Context(), "a", map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "85%", Enabled: &on}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.outbox.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"instance_id": "b", "alertname": "no_data"}, Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	after := []string{
		`brimwatch_instance_threshold_ratio{instance_id="a",product="mqtt",metric="connections",severity="warning"} 0.85`,
		before[1],
		`brimwatch_instance_silenced{instance_id="b",product="mqtt"} 1`,
		`brimwatch_silences 1`,
	}
	if got := shown(); !slices.Equal(got, after) {
		t.Errorf("after a change the page shows\n%s", strings.Join(got, "\n"))
	}
	figures := make(map[string]float64)
	d.families.Figures(t.Context(), time.Now(), func(*series.Family) bool { return true }, func(p *series.Point) { figures[p.Family.Name+"/"+p.Label(series.InstanceID)] = p.Value })
	if figures[series.Threshold+"/a"] != 0.85 || figures[series.Silenced+"/b"] != 1 || figures[series.Silences+"/"] != 1 {
		t.Errorf("the history is handed %v", figures)
	}

	problems, err := promlint.New(get(t, d, "/metrics").Body).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", err, problems)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/metrics", http.NoBody)
	r.Header.Set("Accept", "application/openmetrics-text")
	if page := ask(t, d, r).Body.String(); !strings.HasSuffix(page, "# EOF\n") || !strings.Contains(page, "\nbrimwatch_config_reloads_created{") {
		t.Errorf("in OpenMetrics the page is\n%s", page)
	}
}
