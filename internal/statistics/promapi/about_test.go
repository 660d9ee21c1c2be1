package promapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// TestMetadata: every family of the fleet and every own metric is told of.
func TestMetadata(t *testing.T) {
	reg := prometheus.NewRegistry()
	reg.MustRegister(
		prometheus.NewCounter(prometheus.CounterOpts{Name: "brimwatch_a_total", Help: "A count."}),
		prometheus.NewHistogram(prometheus.HistogramOpts{Name: "brimwatch_b_seconds", Help: "A \"time\"."}),
	)
	opts := options(t, database(t), io.Discard)
	opts.Gatherer = reg
	h := New(opts)
	ask := func(form ...string) map[string][]about {
		t.Helper()
		var out struct{ Data map[string][]about }
		if err := json.Unmarshal(get(t, h, "metadata", form...).Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out.Data
	}
	want := map[string][]about{
		"brimwatch_a_total":   {{Type: "counter", Help: "A count."}},
		"brimwatch_b_seconds": {{Type: "histogram", Help: "A \"time\"."}},
	}
	for _, f := range series.Families() {
		want[f.Name] = []about{{Type: "gauge", Help: f.Help, Unit: f.Unit}}
	}
	if diff := cmp.Diff(want, ask()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := ask("limit", "2"); len(got) != 2 || got["brimwatch_a_total"] == nil {
		t.Errorf("two: %v", got)
	}
	if diff := cmp.Diff(map[string][]about{"brimwatch_a_total": want["brimwatch_a_total"]}, ask("metric", "brimwatch_a_total", "limit_per_metric", "1")); diff != "" {
		t.Errorf("one (-want +got)\n%s", diff)
	}
	if got := ask("metric", "nowhere"); len(got) != 0 {
		t.Errorf("one that is not: %v", got)
	}

	reg.MustRegister(brokenCollector{})
	if w := get(t, h, "metadata"); w.Code != http.StatusInternalServerError {
		t.Errorf("metrics that cannot be read: %d %s", w.Code, w.Body)
	}
}

// brokenCollector cannot be read.
type brokenCollector struct{}

func (brokenCollector) Describe(chan<- *prometheus.Desc) {}

func (brokenCollector) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.NewInvalidMetric(prometheus.NewDesc("x", "x", nil, nil), errors.New("broken"))
}
