package promapi

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// moment is when the captures were made.
const moment = int64(1795313399)

// database holds what Prometheus held when the captures were made.
func database(t testing.TB) storage.Queryable {
	t.Helper()
	db, err := tsdb.Open(t.TempDir(), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	app := db.Appender(t.Context())
	put := func(at int64, v float64, pairs ...string) {
		t.Helper()
		if _, err := app.Append(0, labels.FromStrings(pairs...), at, v); err != nil {
			t.Fatal(err)
		}
	}
	for i := range int64(4) {
		for _, one := range []struct {
			broker, host string
			first        int64
		}{{"a", "127.0.0.1:29101", 1795313382403}, {"b", "127.0.0.1:29102", 1795313381283}} {
			at := one.first + i*5000
			put(at, 25, "__name__", "mq_connections", "broker", one.broker, "instance", one.host, "job", "mq")
			put(at, 0, "__name__", "mq_connections_limit", "broker", one.broker, "instance", one.host, "job", "mq")
		}
	}
	put(moment*1000, 1, "__name__", "up", "instance", "127.0.0.1:29101", "job", "mq")
	put(moment*1000, 1, "__name__", "up", "instance", "127.0.0.1:29102", "job", "mq")
	put(moment*1000, 0, "__name__", "up", "instance", "127.0.0.1:29103", "job", "mq")
	put(moment*1000, 1e-7, "__name__", "odd", "text", "a \"b\"\\\n\u4e2d<&>")
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	return db
}

func engine(t testing.TB) *promql.Engine {
	t.Helper()
	return engineFor(t, 300)
}

func engineFor(t testing.TB, samples int) *promql.Engine {
	t.Helper()
	e := promql.NewEngine(promql.EngineOpts{
		MaxSamples: samples, Timeout: time.Minute, EnableAtModifier: true, EnableNegativeOffset: true, Parser: NewParser(),
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
	})
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func handler(t testing.TB, q storage.Queryable, log io.Writer) http.Handler {
	t.Helper()
	return New(options(t, q, log))
}

func options(t testing.TB, q storage.Queryable, log io.Writer) Options {
	t.Helper()
	return Options{
		Prefix: "/prometheus", Engine: engine(t), Queryable: q, Version: "1.2.3", Logger: slog.New(slog.NewTextHandler(log, nil)),
		Timeout: time.Minute, MaxSamples: 300, SubqueryStep: time.Minute,
		MaxRunning: 2, MaxWaiting: 2, Patience: 30 * time.Second, MaxAnswer: 1 << 20,
	}
}

func get(t testing.TB, h http.Handler, path string, form ...string) *httptest.ResponseRecorder {
	t.Helper()
	return call(t, h, http.MethodGet, path, form...)
}

func call(t testing.TB, h http.Handler, method, path string, form ...string) *httptest.ResponseRecorder {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request(t, method, path, values))
	return w
}

func request(t testing.TB, method, path string, form url.Values) *http.Request {
	t.Helper()
	target, body := "/prometheus/api/v1/"+path, io.Reader(http.NoBody)
	if method == http.MethodGet {
		target += "?" + form.Encode()
	} else {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// TestAsPrometheus asks what Prometheus 2.42.0 was asked, of the same data, and
// wants the same bytes.
func TestAsPrometheus(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	for file, ask := range map[string][2]string{
		"empty":        {"no_such_metric", "1795313399"},
		"matrix":       {"mq_connections[20s]", "1795313399.896"},
		"scalar":       {"scalar(sum(mq_connections))", "1795313399.889"},
		"up":           {"up", "1795313399.903"},
		"vector-gauge": {"mq_connections", "1795313399.867"},
		"vector-inf":   {"sum(mq_connections)/sum(mq_connections_limit)", "1795313399.873"},
		"vector-nan":   {"0/sum(mq_connections_limit)", "1795313399.878"},
		"error-parse":  {"rate(mq_connections", "1795313399"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(file+" by "+method, func(t *testing.T) {
				w := call(t, h, method, "query", "query", ask[0], "time", ask[1])
				want, status := capture(t, file)
				if w.Code != status {
					t.Errorf("status %d, want %d", w.Code, status)
				}
				if diff := cmp.Diff(want, w.Body.String()); diff != "" {
					t.Errorf("(-Prometheus +Brimwatch)\n%s", diff)
				}
				if got := w.Header().Get("Content-Type"); got != "application/json" {
					t.Errorf("content type %q", got)
				}
			})
		}
	}
}

// capture reads a capture: the body of a success, or a body and a status.
func capture(t testing.TB, name string) (string, int) {
	t.Helper()
	dir := filepath.Join("testdata", "prometheus-2.42.0")
	data, err := os.ReadFile(filepath.Join(dir, name+".json"))
	if err == nil {
		return strings.TrimSpace(string(data)), http.StatusOK
	}
	data, err = os.ReadFile(filepath.Join(dir, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	body, rest, found := strings.Cut(string(data), "\nHTTP ")
	var status int
	if _, err := fmt.Sscan(rest, &status); err != nil || !found {
		t.Fatalf("capture %s has no status: %v", name, err)
	}
	return strings.TrimSpace(body), status
}

// TestAnswers holds every kind of answer against a golden file: status, then
// body.
func TestAnswers(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	const at, from, to = "1795313399", "1795313380", "1795313400"
	for _, c := range []struct {
		name string
		path string
		form []string
	}{
		{"query string", "query", []string{"query", `"a b"`, "time", at}},
		{"query plain number", "query", []string{"query", "1+1", "time", at}},
		{"query rfc3339", "query", []string{"query", "vector(1)", "time", "2026-11-22T02:49:59.5Z"}},
		{"query very large and very small", "query", []string{"query", `vector(1e21) or label_replace(odd, "x", "$1", "text", "(.*)")`, "time", at}},
		{"query negative infinity", "query", []string{"query", "vector(-Inf)", "time", at}},
		{"query limit", "query", []string{"query", "mq_connections", "time", at, "limit", "1"}},
		{"query info", "query", []string{"query", "rate(mq_connections[20s])", "time", at}},
		{"query warning", "query", []string{"query", "quantile(2, mq_connections)", "time", at}},
		{"query lookback", "query", []string{"query", "mq_connections", "time", at, "lookback_delta", "1s"}},
		{"query bad lookback", "query", []string{"query", "1", "lookback_delta", "x"}},
		{"query bad time", "query", []string{"query", "1", "time", "yesterday"}},
		{"query time beyond all", "query", []string{"query", "1", "time", "1e300"}},
		{"query bad timeout", "query", []string{"query", "1", "timeout", "soon"}},
		{"query timeout", "query", []string{"query", "1", "timeout", "0.000000001"}},
		{"query bad limit", "query", []string{"query", "1", "limit", "-1"}},
		{"query missing", "query", nil},
		{"query too many samples", "query_range", []string{"query", "mq_connections", "start", from, "end", to, "step", "0.05"}},
		{"query duplicate series", "query", []string{"query", `label_replace(mq_connections, "broker", "x", "", "") * on() group_left up`, "time", at}},
		{"range", "query_range", []string{"query", "mq_connections", "start", from, "end", to, "step", "5"}},
		{"range step as duration", "query_range", []string{"query", "vector(time())", "start", from, "end", "1795313381", "step", "500ms"}},
		{"range nothing", "query_range", []string{"query", "no_such_metric", "start", from, "end", to, "step", "5"}},
		{"range scalar", "query_range", []string{"query", "1", "start", from, "end", "1795313381", "step", "1"}},
		{"range limit", "query_range", []string{"query", "up", "start", at, "end", at, "step", "1", "limit", "2"}},
		{"range too fine", "query_range", []string{"query", "up", "start", "0", "end", "11001", "step", "1"}},
		{"range of matrix", "query_range", []string{"query", "up[5m]", "start", from, "end", to, "step", "5"}},
		{"range backwards", "query_range", []string{"query", "up", "start", to, "end", from, "step", "5"}},
		{"range no step", "query_range", []string{"query", "up", "start", from, "end", to}},
		{"range zero step", "query_range", []string{"query", "up", "start", from, "end", to, "step", "0"}},
		{"range no start", "query_range", []string{"query", "up", "end", to, "step", "5"}},
		{"range endless step", "query_range", []string{"query", "up", "start", from, "end", to, "step", "1e300"}},
		{"series", "series", []string{"match[]", "up"}},
		{"series two", "series", []string{"match[]", "up", "match[]", `{job="mq",broker="a"}`}},
		{"series limit", "series", []string{"match[]", "up", "limit", "1"}},
		{"series none", "series", []string{"match[]", "no_such_metric"}},
		{"series outside", "series", []string{"match[]", "up", "start", "1", "end", "2"}},
		{"series without match", "series", nil},
		{"series of everything", "series", []string{"match[]", `{job=~".*"}`}},
		{"series bad match", "series", []string{"match[]", `{`}},
		{"labels", "labels", nil},
		{"labels matched", "labels", []string{"match[]", "up"}},
		{"labels bad start", "labels", []string{"start", "x"}},
		{"labels limit", "labels", []string{"limit", "1"}},
		{"values", "label/broker/values", nil},
		{"values matched", "label/instance/values", []string{"match[]", "mq_connections", "match[]", "mq_connections_limit"}},
		{"values none", "label/nowhere/values", nil},
		{"values of escaped name", "label/U__broker/values", nil},
		{"values of no name", "label/%ff/values", nil},
		{"metadata limit of none", "metadata", []string{"limit", "0"}},
		{"metadata bad limit", "metadata", []string{"limit", "x"}},
		{"metadata bad limit per metric", "metadata", []string{"limit_per_metric", "x"}},
		{"metadata of one", "metadata", []string{"metric", "brimwatch_instance_up"}},
		{"rules", "rules", nil},
		{"alerts", "alerts", nil},
		{"exemplars", "query_exemplars", []string{"query", "up"}},
		{"elsewhere", "targets", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := get(t, h, c.path, c.form...)
			if !json.Valid(w.Body.Bytes()) {
				t.Errorf("not JSON: %s", w.Body)
			}
			got := fmt.Sprintf("%d\n%s\n", w.Code, w.Body)
			golden.Equal(t, filepath.Join("answers", strings.ReplaceAll(c.name, " ", "-")+".txt"), []byte(got))
		})
	}
}

func TestStatsWhenAskedFor(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	var out struct {
		Data struct {
			Stats struct {
				Samples struct{ TotalQueryableSamples int }
			}
		}
	}
	if err := json.Unmarshal(get(t, h, "query", "query", "up", "time", "1795313399", "stats", "true").Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if out.Data.Stats.Samples.TotalQueryableSamples != 3 {
		t.Errorf("stats: %+v", out)
	}
}

// TestBuildInfo holds the version that clients see against the library's.
func TestBuildInfo(t *testing.T) {
	var out struct {
		Status string
		Data   map[string]string
	}
	w := get(t, handler(t, database(t), io.Discard), "status/buildinfo")
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join("..", "..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`github\.com/prometheus/prometheus v0\.(\d)(\d\d)\.(\d+)`).FindStringSubmatch(string(mod))
	if m == nil {
		t.Fatal("go.mod does not name Prometheus")
	}
	if want := fmt.Sprintf("%s.%s.%s", m[1], m[2], m[3]); out.Data["version"] != want || out.Data["revision"] != "brimwatch 1.2.3" {
		t.Errorf("buildinfo %v, want version %s", out.Data, want)
	}
}

// broken fails or panics in the ways that a storage can.
type broken struct {
	storage.Queryable
	err   error
	panic any
}

func (b broken) Querier(int64, int64) (storage.Querier, error) {
	if b.panic != nil {
		panic(b.panic)
	}
	return nil, b.err
}

func TestBrokenStorage(t *testing.T) {
	for _, c := range []struct {
		name   string
		q      broken
		path   string
		status int
		kind   string
	}{
		{"query", broken{err: errors.New("disk on fire")}, "query", 422, "execution"},
		{"labels", broken{err: errors.New("disk on fire")}, "labels", 422, "execution"},
		{"canceled", broken{err: context.Canceled}, "labels", 499, "canceled"},
		{"late", broken{err: context.DeadlineExceeded}, "labels", 503, "timeout"},
		{"panic in a query", broken{panic: "boom"}, "query", 500, "internal"},
		{"panic in labels", broken{panic: "boom"}, "labels", 500, "internal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			w := get(t, handler(t, c.q, &log), c.path, "query", "up")
			var out struct{ Status, ErrorType, Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || out.ErrorType != c.kind || out.Status != "error" || out.Error == "" {
				t.Errorf("%d %+v, want %d %s", w.Code, out, c.status, c.kind)
			}
			if c.q.panic != nil && !strings.Contains(log.String(), "boom") {
				t.Errorf("the log does not have the panic: %s", log.String())
			}
		})
	}
}

func TestMethodsAndSizes(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	if w := call(t, h, http.MethodDelete, "series"); w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusNotFound {
		t.Errorf("DELETE series: %d", w.Code)
	}
	if w := call(t, h, http.MethodPost, "query", "query", strings.Repeat(" ", formBytes)+"1"); w.Code != http.StatusBadRequest {
		t.Errorf("a form of more than a mebibyte: %d", w.Code)
	}
}

func TestCompressedForWhoAccepts(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/prometheus/api/v1/query_range?query=vector(1)&start=0&end=250&step=1", http.NoBody)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers %v, body %s", w.Header(), w.Body)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || !json.Valid(body) {
		t.Errorf("%v: %s", err, body)
	}
}

func FuzzParams(f *testing.F) {
	for _, s := range []string{"1", "-1.5", "NaN", "Inf", "1e309", "5m", "2026-11-22T00:00:00Z", "-0", "0x1p-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := parseTime(s); err == nil && (at.UnixMilli() > maxTime || at.UnixMilli() < minTime) {
			t.Errorf("%q became %v", s, at)
		}
		_, _ = parseDuration(s) // must not panic
	})
}
