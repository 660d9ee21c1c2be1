package dashboards_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/test/server"
)

// TestVictoriaMetrics: its query language is not quite Prometheus'. Every query is
// understood there, too, and has something to show of the small fleet.
func TestVictoriaMetrics(t *testing.T) {
	s := server.VictoriaMetrics(t)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	var now time.Time // by its own clock
	ask := func(method, path string, params url.Values, body io.Reader) (int, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr+path+"?"+params.Encode(), body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		defer func() { _ = resp.Body.Close() }()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if now, err = http.ParseTime(resp.Header.Get("Date")); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return resp.StatusCode, answer
	}

	ask(http.MethodGet, "/health", nil, nil)
	o := anHour()
	o.To = now.Truncate(time.Minute).Add(-time.Minute) // it holds the newest half minute back
	o.From = o.To.Add(-time.Hour)
	page, series := samples(t, o.From)
	if code, answer := ask(http.MethodPost, "/api/v1/import/prometheus", nil, strings.NewReader(page)); code >= 300 {
		t.Fatalf("import: status %d: %s", code, answer)
	}
	if code, answer := ask(http.MethodGet, "/internal/force_flush", nil, nil); code != http.StatusOK { // or it takes seconds to find them
		t.Fatalf("flush: status %d: %s", code, answer)
	}
	server.Eventually(t, "all series can be found", func() bool {
		_, answer := ask(http.MethodGet, "/api/v1/query", url.Values{"query": {`count({__name__=~".+"})`}, "time": {unix(o.To)}}, nil)
		return strings.Contains(string(answer), `"`+strconv.Itoa(series)+`"`)
	})
	for _, q := range queries(t, o) {
		path, params := "/api/v1/query_range", url.Values{
			"query": {q.Expr}, "start": {unix(o.From)}, "end": {unix(o.To)}, "step": {strconv.Itoa(int(q.Step/time.Second)) + "s"},
		}
		if q.Instant {
			path, params = "/api/v1/query", url.Values{"query": {q.Expr}, "time": {unix(o.To)}}
		}
		code, answer := ask(http.MethodGet, path, params, nil)
		var got struct {
			Data struct{ Result []json.RawMessage }
		}
		if err := json.Unmarshal(answer, &got); err != nil || code != http.StatusOK {
			t.Errorf("%v: status %d: %s\n%s", q, code, answer, q.Expr)
			continue
		}
		if len(got.Data.Result) == 0 && q.Name != "Brimwatch does not answer" {
			t.Errorf("%v: nothing\n%s", q, q.Expr)
		}
	}
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// samples writes the small fleet as a page with times, from a beginning on. Values that are
// moments move with it.
func samples(t *testing.T, from time.Time) (page string, series int) {
	t.Helper()
	text, err := os.ReadFile("testdata/fleet.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	lines := regexp.MustCompile(`(?m)^  (\S+\{.*\}) ([0-9.e+-]+?)(?:\+([0-9.]+))?x240$`).FindAllStringSubmatch(string(text), -1)
	for _, m := range lines {
		first, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		each := 0.0
		if m[3] != "" {
			if each, err = strconv.ParseFloat(m[3], 64); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(m[1], "_timestamp_seconds") || strings.HasPrefix(m[1], "process_start_time_seconds") {
			first += float64(from.Unix())
		}
		for i := range 241 {
			fmt.Fprintf(&b, "%s %g %d\n", strings.Replace(m[1], "{}", "", 1), first+float64(i)*each, from.Add(time.Duration(i)*15*time.Second).UnixMilli())
		}
	}
	return b.String(), len(lines)
}
