package api

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/prometheus/model/labels"

	testserver "github.com/brimwatch/brimwatch/test/server"
)

// TestScrapedByPrometheus lets a real Prometheus scrape the page. It asks for
// OpenMetrics, and must hold every series of the page with its value.
func TestScrapedByPrometheus(t *testing.T) {
	f := withEverything()
	h := f.handler(t)
	var answered atomic.Value
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		answered.Store(w.Header().Get("Content-Type"))
	}))
	t.Cleanup(srv.Close)
	db := testserver.Prometheus(t, strings.TrimPrefix(srv.URL, "http://"))

	want := seriesIn(t, scrapeAs(t, f, "/metrics", askOpenMetrics, isOpenMetrics), isOpenMetrics)
	var got map[string]float64
	testserver.Eventually(t, "the last series of the page", func() bool {
		got = held(t, db, `{job="test",__name__=~"brimwatch_.+"}`)
		return len(got) >= len(want)
	})
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if v, ok := got[key]; !ok || math.Abs(v-want[key]) > 1e-9*math.Abs(want[key]) {
			t.Errorf("%s is %v there (%v), want %v", key, v, ok, want[key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d series are there, want %d", len(got), len(want))
	}
	if answered.Load() != isOpenMetrics {
		t.Errorf("Prometheus was answered in %v", answered.Load())
	}
}

// held returns the newest value of each series that Prometheus holds, without the
// labels that it gave them.
func held(t *testing.T, db *testserver.Server, query string) map[string]float64 {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	body := fetchAs(t, "http://"+db.Addr+"/api/v1/query?"+url.Values{"query": {query}}.Encode(), "", "")
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	out := make(map[string]float64)
	for _, r := range answer.Data.Result {
		delete(r.Metric, "job")
		delete(r.Metric, "instance")
		text, _ := r.Value[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[labels.FromMap(r.Metric).String()] = v
	}
	return out
}

// TestPromtoolCheckMetrics lets Prometheus' own tool look at the page, the metrics of
// the process among it.
func TestPromtoolCheckMetrics(t *testing.T) {
	f := withEverything()
	f.registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	cmd := exec.CommandContext(t.Context(), testserver.Find(t, "promtool", "prometheus"), "check", "metrics")
	cmd.Stdin = strings.NewReader(scrape(t, f))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}
