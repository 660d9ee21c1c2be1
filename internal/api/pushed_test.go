package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/brimwatch/brimwatch/internal/push"
	testserver "github.com/brimwatch/brimwatch/test/server"
)

// TestPushedToVictoriaMetrics sends the page of /metrics to a real VictoriaMetrics,
// which must hold every series of it, with its value.
func TestPushedToVictoriaMetrics(t *testing.T) {
	addr := testserver.FreeAddr(t)
	db := testserver.Start(t, testserver.Program{
		Binary: "victoria-metrics", Package: "victoria-metrics", Addr: addr,
		Args: []string{"-storageDataPath", filepath.Join(t.TempDir(), "vm"), "-httpListenAddr", addr, "-httpAuth.username=wei", "-httpAuth.password=hush"},
	})
	f := newFakes()
	calls := prometheus.NewCounter(prometheus.CounterOpts{Name: "brimwatch_test_calls_total", Help: "One of Brimwatch's own."})
	calls.Add(7)
	f.registry.MustRegister(calls)
	page := f.exposition(t)
	var text bytes.Buffer
	page.WriteMetrics(t.Context(), &text)
	want := seriesOf(t, &text)

	p, err := push.New(push.Options{Write: page.WriteMetrics, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	place := push.Endpoint{URL: "http://" + db.Addr + "/api/v1/import/prometheus", Interval: time.Second, Username: "wei", Password: "wrong"}
	p.Set([]push.Endpoint{place})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	testserver.Eventually(t, "a remark on the wrong password", func() bool {
		remarks := p.Remarks()
		return len(remarks) == 1 && strings.HasSuffix(remarks[0], ": it answered 401 Unauthorized.")
	})
	place.Password = "hush"
	p.Set([]push.Endpoint{place})
	var got map[string]float64
	testserver.Eventually(t, "the last series of the page", func() bool {
		ask := func(path string) []byte { return fetchAs(t, "http://"+db.Addr+path, "wei", "hush") }
		ask("/internal/force_flush") // what came is searchable at once
		got = exported(t, ask("/api/v1/export?"+url.Values{"match[]": {`{__name__=~"brimwatch_.+"}`}}.Encode()))
		return len(got) >= len(want)
	})
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if v, ok := got[key]; !ok || math.Abs(v-want[key]) > 1e-9*math.Abs(want[key]) {
			t.Errorf("%s is %v there (%v), want %v", key, v, ok, want[key])
		}
	}
	if len(got) != len(want) || len(want) < 20 {
		t.Errorf("%d series are there, want %d", len(got), len(want))
	}
	testserver.Eventually(t, "no remark", func() bool { return len(p.Remarks()) == 0 })
}

// seriesOf reads a page; label values that are empty are as good as none.
func seriesOf(t *testing.T, page io.Reader) map[string]float64 {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(page)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]float64)
	for name, family := range families {
		for _, m := range family.GetMetric() {
			labels := map[string]string{"__name__": name}
			for _, l := range m.GetLabel() {
				if l.GetValue() != "" {
					labels[l.GetName()] = l.GetValue()
				}
			}
			out[fmt.Sprint(labels)] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return out
}

// exported reads what VictoriaMetrics exports: the first value of each series.
func exported(t *testing.T, lines []byte) map[string]float64 {
	t.Helper()
	out := make(map[string]float64)
	for line := range bytes.Lines(lines) {
		var one struct {
			Metric map[string]string
			Values []float64
		}
		if err := json.Unmarshal(line, &one); err != nil || len(one.Values) == 0 {
			t.Fatalf("%s: %v", line, err)
		}
		out[fmt.Sprint(one.Metric)] = one.Values[0]
	}
	return out
}

// fetchAs reads a page as somebody.
func fetchAs(t *testing.T, address, user, password string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, password)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	return body
}
