package prometheus

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// build makes a Collector that is closed with the test.
func build(t testing.TB, o Options) *Collector {
	t.Helper()
	if o.Transport == nil {
		o.Transport = httpget.NewTransportThrough(nil)
	}
	c, err := New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

// visit collects once.
func visit(t testing.TB, c *Collector) (*collector.Visit, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	err := c.Collect(ctx, visits)
	return &visits[0], err
}

// visited collects once from a server that can be asked.
func visited(t testing.TB, c *Collector) *collector.Visit {
	t.Helper()
	v, err := visit(t, c)
	if err != nil {
		t.Fatalf("Collect: %v", err)
	}
	return v
}

// reason returns why a metric is unknown.
func reason(v *collector.Visit, m fleet.Metric) string {
	for _, g := range v.Gaps() {
		if g.Metric == m {
			return g.Reason
		}
	}
	return ""
}

// script is a server that gives prepared answers: what is asked for, and status
// and body. Queries of ages that are not in it get no series.
type script map[string]reply

type reply struct {
	status int // 0 is 200
	body   string
}

const nothing = `{"status":"success","data":{"resultType":"vector","result":[]}}`

func (s script) serve(t testing.TB) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.PostFormValue("query")
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/query" {
			t.Errorf("asked by %s for %s", r.Method, r.URL)
		}
		a, ok := s[query]
		if !ok && strings.Contains(query, numberLabel) {
			a, ok = reply{body: nothing}, true
		}
		if !ok {
			t.Errorf("unexpected query %s", query)
		}
		w.Header().Set("Content-Type", "application/json")
		if a.status != 0 {
			w.WriteHeader(a.status)
		}
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// one is the answer of one series without labels.
func one(value string) reply {
	return reply{body: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795313399.855,"` + value + `"]}]}}`}
}

// connections asks for one metric.
func connections(usage, limit string) []Query {
	return []Query{{Metric: fleet.Connections, Usage: usage, Limit: limit}}
}
