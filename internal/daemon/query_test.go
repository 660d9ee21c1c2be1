package daemon

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestDataSourceWithASignIn asks as Grafana's data source does, with and without
// the password that web_config_file wants.
func TestDataSourceWithASignIn(t *testing.T) {
	const users = "basic_auth_users: {grafana: $2b$04$CmxxO0d2wsOOm/AzfovtxOESkQzFdkSzxRK4nGayP7a7qHWfY2TFO}\n" // hunter2
	path := writeConfig(t, strings.Replace(calendarOnly, "server: {", "server: {web_config_file: DIR/web.yml, ", 1), map[string]string{"web.yml": users})
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(method, path, body, password string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Address().String()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if password != "" {
			r.SetBasicAuth("grafana", password)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	for _, c := range []struct {
		method, path, body, password string
		status                       int
	}{
		{http.MethodPost, "/prometheus/api/v1/query", "query=1%2B1", "hunter2", http.StatusOK},
		{http.MethodGet, "/prometheus/api/v1/status/buildinfo", "", "hunter2", http.StatusOK},
		{http.MethodGet, "/prometheus/api/v1/labels", "", "hunter2", http.StatusOK},
		{http.MethodGet, "/prometheus/api/v1/metadata", "", "hunter2", http.StatusOK},
		{http.MethodPost, "/prometheus/api/v1/query", "query=1%2B1", "", http.StatusUnauthorized},
		{http.MethodPost, "/prometheus/api/v1/query", "query=1%2B1", "wrong", http.StatusUnauthorized},
		{http.MethodGet, "/prometheus/api/v1/labels", "", "", http.StatusUnauthorized},
	} {
		status, text := ask(c.method, c.path, c.body, c.password)
		if status != c.status {
			t.Errorf("%s with password %q: %d %s, want %d", c.path, c.password, status, text, c.status)
		}
		if c.status == http.StatusOK && !json.Valid([]byte(text)) {
			t.Errorf("%s: no JSON: %s", c.path, text)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestRequestsAreMeasured: each route has a name in the metric, and no request
// makes one up.
func TestRequestsAreMeasured(t *testing.T) {
	d := judging(t, writeConfig(t, calendarOnly, nil))
	for _, path := range []string{"/", "/nowhere/at/all", "/api/v1/instances", "/api/v1/x", "/metrics", "/-/healthy", "/prometheus/api/v1/labels", "/prometheus/api/v1/query", "/sms", "/c/forged.png"} {
		_ = get(t, d, path)
	}
	_ = ask(t, d, httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "http://127.0.0.1/a/b/c", http.NoBody))
	all, err := d.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]uint64)
	for _, f := range all {
		if f.GetName() != "brimwatch_http_request_duration_seconds" {
			continue
		}
		for _, m := range f.GetMetric() {
			counts[m.GetLabel()[1].GetValue()] += m.GetHistogram().GetSampleCount()
		}
	}
	for name, n := range map[string]uint64{"pages": 4, "api": 2, "metrics": 1, "health": 1, "prometheus": 2, "receipts": 0, "replies": 0, "keys": 0, "pictures": 1, "mcp": 0} {
		if counts[name] != n {
			t.Errorf("%d requests are counted at %s, want %d", counts[name], name, n)
		}
		delete(counts, name)
	}
	if len(counts) > 0 {
		t.Errorf("further names: %v", counts)
	}
}
