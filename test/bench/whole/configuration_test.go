package whole

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// TestConfigurationIsWhatTheProductReads loads it as the daemon does.
func TestConfigurationIsWhatTheProductReads(t *testing.T) {
	p := Plan{Instances: 1203, Page: "full", Interval: 15 * time.Second, Dir: t.TempDir()}
	now := time.Now()
	file, err := writeConfiguration(p, "127.0.0.1:9999", 19700, now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Warnings) > 0 {
		t.Errorf("%d warnings, the first: %s", len(s.Warnings), s.Warnings[0])
	}
	if len(s.Instances) != 1203 || s.Server.Listen != "127.0.0.1:9999" || s.Collect.Interval != 15*time.Second || s.Storage.Dir != dataDir(p) {
		t.Errorf("%d instances, %+v, %+v, %+v", len(s.Instances), s.Server, s.Collect, s.Storage)
	}
	if len(s.Receivers) != 1 || len(s.Receivers[0].Webhooks) != 1 || s.Receivers[0].Webhooks[0].URL.Reveal() != "http://127.0.0.1:19700/hook" {
		t.Errorf("receivers: %+v", s.Receivers)
	}
	for i := range s.Instances {
		if in := &s.Instances[i]; in.ID == "259" {
			checkInstance(t, in, now)
			return
		}
	}
	t.Error("instance 259 is missing")
}

func checkInstance(t *testing.T, in *config.Instance, now time.Time) {
	t.Helper()
	if in.Source == nil || in.Source.URL != "http://127.16.1.3:19700/i/259/metrics" || len(in.Source.Mapping) != simulated.NumMetrics {
		t.Fatalf("source: %+v", in.Source)
	}
	series := make(map[fleet.Metric]config.Mapping)
	for _, m := range in.Source.Mapping {
		series[m.Metric] = m
	}
	for _, m := range simulated.Metrics() {
		metric, ok := fleet.ParseMetric(metricName(m))
		if !ok {
			t.Fatalf("the product has no metric %q", metricName(m))
		}
		if got := series[metric]; got.Series != m.Series() || got.Counter != m.Counter() {
			t.Errorf("%s is read from %+v", metric, got)
		}
		if limit := in.Limit(nil, metric); limit.Value != simulated.Capacity(259, m) {
			t.Errorf("the capacity of %s is %+v", metric, limit)
		}
		rule := in.Rules[metric]
		if rule == nil || len(rule.Levels) != 1 || rule.Levels[0].Threshold != 0.7 || rule.For != 0 || rule.ClearFor != 0 {
			t.Errorf("the rule of %s is %+v", metric, rule)
		}
	}
	if limit := in.Limit(nil, fleet.MessageTPS); limit.Known() {
		t.Errorf("message_tps has the capacity %+v, so that alarms nobody expects may come", limit)
	}
	if !in.Term.Expires.After(now.AddDate(4, 0, 0)) {
		t.Errorf("expires %v", in.Term.Expires)
	}
}

func TestConfigurationIsSplit(t *testing.T) {
	p := Plan{Instances: 1001, Interval: time.Second, Dir: t.TempDir()}
	if _, err := writeConfiguration(p, "127.0.0.1:1", 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(p.Dir, "fleet", "*.yml"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files: %v, %v", files, err)
	}
	for i, want := range []int{500, 500, 1} {
		b, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(b), "- id: "); got != want {
			t.Errorf("%s has %d instances, not %d", files[i], got, want)
		}
	}
}
