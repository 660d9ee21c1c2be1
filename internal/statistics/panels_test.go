package statistics

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/dashboardtest"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestPanelsOfALargeFleet puts every query of the dashboards to 10,000 instances, over
// 1,440 points, on a machine of 2 GB: none is over a limit.
func TestPanelsOfALargeFleet(t *testing.T) {
	instances := bigFleet(10_000)
	s := open(t, t.TempDir(), func(o *Options) {
		o.Logger, o.MaxSamples = slog.New(slog.DiscardHandler), samplesFor(2<<30, defaultMaxQueries)
		o.Lifecycle = func(*fleet.Instance, time.Time) fleet.Lifecycle { return fleet.Lifecycle{State: fleet.LifecycleActive} }
	})
	s.SetFleet(instances)
	to := time.Now().Truncate(time.Second)
	const rounds = 4
	for n := range rounds {
		s.Append(round(instances, to.Add(time.Duration(n-rounds)*tick), n))
		s.Flush()
	}
	files, err := dashboards.Files(dashboards.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const points = 1440
	queries, err := dashboardtest.Queries(files, dashboardtest.Options{
		From: to.Add(-points * time.Minute), To: to, Points: points, Chosen: map[string]string{"instance": instances[0].ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(queries) < 100 {
		t.Errorf("only %d queries", len(queries))
	}
	for _, q := range queries {
		path, form := "query", url.Values{"query": {q.Expr}, "time": {seconds(to)}}
		if !q.Instant {
			path, form = "query_range", url.Values{"query": {q.Expr}, "start": {seconds(to.Add(-points * time.Minute))}, "end": {seconds(to)}, "step": {"1m"}}
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/prometheus/api/v1/"+path+"?"+form.Encode(), http.NoBody))
		if w.Code != http.StatusOK {
			t.Errorf("%v: %d %.300s\n%s", q, w.Code, w.Body, q.Expr)
		}
	}
}
