package nats

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	o.Transport = httpget.NewTransportThrough(nil)
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
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	err := c.Collect(ctx, visits)
	return &visits[0], err
}

// visited collects once from a server that can be read.
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

func gauge(v *collector.Visit, m fleet.Metric) float64 {
	if n, ok := v.GaugeOf(m); ok {
		return n
	}
	return -1
}

func total(v *collector.Visit, m fleet.Metric) float64 {
	if n, _, ok := v.CounterOf(m); ok {
		return n
	}
	return -1
}

// pages is a server that shows prepared pages by their path.
type pages map[string]string

func (p pages) serve(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := p[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func captured(t testing.TB, version, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", version, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
