package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestStatisticsAreReadFromQueryURL has charts, API and advice read from another database,
// and that one go away: they say so in plain words, without the password in its URL, and
// the own history goes on being written and asked.
func TestStatisticsAreReadFromQueryURL(t *testing.T) {
	at := time.Now().Add(-time.Hour).Truncate(time.Minute)
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.FormValue("query")
		asked = append(asked, query)
		kind, result := "matrix", ""
		switch {
		case strings.HasPrefix(query, "count_over_time"):
			kind, result = "vector", `{"metric":{},"value":[1700000040,"2"]}`
		case strings.HasPrefix(query, "max_over_time"):
			result = `{"metric":{"instance_id":"a","metric":"connections"},"values":[[` + r.FormValue("start") + `,"4321"]]}`
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"success","data":{"resultType":"` + kind + `","result":[` + result + `]}}`))
	}))
	t.Cleanup(srv.Close)
	path := writeConfig(t, `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", query_url: {url: "`+srv.URL+`/prom?token=hunter2", username: u, password: hunter2}}
instances:
  - {id: a, product: mqtt, capacity: {connections: 5000}, source: {type: mosquitto, url: "mqtt://127.0.0.1"}}
`, nil)
	d := judging(t, path)
	api := "/api/v1/instances/a/statistics?from=" + at.UTC().Format(time.RFC3339) + "&to=" + at.Add(10*time.Minute).UTC().Format(time.RFC3339) + "&step=60"
	if w := get(t, d, api); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "4321") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := d.advisor.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	if last := asked[len(asked)-1]; !strings.HasPrefix(last, `brimwatch_instance_usage{instance_id=~"a",metric=~"connections"}[`) {
		t.Errorf("advice asked %s", last)
	}

	srv.Close()
	shown := srv.URL + "/prom does not answer: "
	w := get(t, d, api)
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "the history could not be read: "+shown) || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = get(t, d, "/instances/a?tab=statistics&last=1h")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "The history could not be read: "+shown) || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := d.advisor.Refresh(t.Context()); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("advice: %v", err)
	}
	if w := get(t, d, "/prometheus/api/v1/query?query=1"); w.Code != http.StatusOK {
		t.Errorf("the own history: %d %s", w.Code, w.Body)
	}
}
