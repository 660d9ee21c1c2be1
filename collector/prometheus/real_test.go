package prometheus

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// target is an exporter with known figures: 1000 messages a second, clients of a
// limit of 100, and a figure that was measured 100 s before it was started.
type target struct {
	addr string
	dead atomic.Bool
}

func newTarget(t testing.TB, clients int) *target {
	t.Helper()
	began := time.Now()
	x := &target{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if x.dead.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintf(w, "app_messages_total %f\n", time.Since(began).Seconds()*1000)
		fmt.Fprintf(w, "app_clients{kind=\"a\"} %d\napp_clients{kind=\"b\"} 2\napp_clients_max 100\napp_zero 0\n", clients-2)
		fmt.Fprintf(w, "app_old 7 %d\n", began.Add(-100*time.Second).UnixMilli())
	}))
	t.Cleanup(srv.Close)
	x.addr = srv.Listener.Addr().String()
	return x
}

// kind is one kind of server that is really run.
type kind struct {
	name  string
	start func(t testing.TB, targets ...string) *server.Server
	nan   string // what it makes of 0/0
	error string // its words for an unclosed parenthesis
}

func kinds() []kind {
	return []kind{
		{"prometheus", server.Prometheus, "gives NaN", "refused: 1:16: parse error: unclosed left parenthesis"},
		{"victoria-metrics", server.VictoriaMetrics, "returned nothing", "refused: argList: unexpected token"},
	}
}

// knows collects until the connections are want.
func knows(t testing.TB, c *Collector, want float64) *collector.Visit {
	t.Helper()
	var last *collector.Visit
	server.Eventually(t, fmt.Sprintf("connections to be %v", want), func() bool {
		last = collectortest.MustVisit(t, c)
		got, ok := last.GaugeOf(fleet.Connections)
		return ok && got == want
	})
	return last
}

// says collects until the connections are unknown for a reason.
func says(t testing.TB, c *Collector, why string) {
	t.Helper()
	server.Eventually(t, "connections to be unknown: "+why, func() bool {
		v := collectortest.MustVisit(t, c)
		_, known := v.GaugeOf(fleet.Connections)
		return !known && strings.Contains(collectortest.GapOf(v, fleet.Connections), why)
	})
}

// TestKnownLoad reads what two exporters really do, with a tolerance of 5 % for
// rates, which the server makes from what it scraped.
func TestKnownLoad(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			a, b := newTarget(t, 30), newTarget(t, 12)
			srv := k.start(t, a.addr, b.addr)
			c := build(t, Options{URL: "http://" + srv.Addr, Queries: []Query{
				{Metric: fleet.Connections, Usage: "sum(app_clients)", Limit: "sum(app_clients_max)"},
				{Metric: fleet.SendTPS, Usage: "sum(rate(app_messages_total[10s]))"},
				{Metric: fleet.Subscriptions, Usage: "scalar(sum(app_clients))", Limit: "sum(app_zero)"},
				{Metric: fleet.MemoryBytes, Usage: "min(count_over_time(app_messages_total[10s]))"}, // how full the window is
			}})
			knows(t, c, 42)
			var v *collector.Visit
			server.Eventually(t, "a full window of samples", func() bool {
				v = collectortest.MustVisit(t, c)
				samples, _ := v.GaugeOf(fleet.MemoryBytes)
				return samples >= 10
			})
			if n, _ := v.GaugeOf(fleet.SendTPS); n < 1900 || n > 2100 {
				t.Errorf("%v messages a second, want 2000", n)
			}
			if n, _ := v.LimitOf(fleet.Connections); n != 200 {
				t.Errorf("limit %v, want 200", n)
			}
			if n, _ := v.GaugeOf(fleet.Subscriptions); n != 42 {
				t.Errorf("a scalar: %v, want 42", n)
			}
			if n, ok := v.LimitOf(fleet.Subscriptions); ok {
				t.Errorf("a limit of %v was made of zero", n)
			}
		})
	}
}

// TestQueries asks what gives no figure.
func TestQueries(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			srv := k.start(t, newTarget(t, 30).addr)
			ask := func(usage string) *Collector {
				return build(t, Options{URL: "http://" + srv.Addr, Queries: connections(usage, "")})
			}
			knows(t, ask("sum(app_clients)"), 30)
			for _, tt := range []struct{ name, usage, want string }{
				{"nothing", "no_such_metric", "returned nothing"},
				{"several", "app_clients", "returned 2 series"},
				{"NaN", "0/sum(app_zero)", k.nan},
				{"an infinity", "sum(app_clients)/sum(app_zero)", "divide by zero"},
				{"below zero", "sum(app_zero) - 1", "below zero"},
				{"a range", "app_clients[20s]", "leave the [range] out"},
				{"broken", "sum(app_clients", k.error},
			} {
				t.Run(tt.name, func(t *testing.T) {
					v := collectortest.MustVisit(t, ask(tt.usage))
					if why := collectortest.GapOf(v, fleet.Connections); !strings.Contains(why, tt.want) {
						t.Errorf("reason %q, want %q", why, tt.want)
					}
				})
			}
		})
	}
}

// TestFigureOf100SecondsAgo asks for a sample that the exporter dates back.
func TestFigureOf100SecondsAgo(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			srv := k.start(t, newTarget(t, 30).addr)
			ask := func(usage string, staleness time.Duration) *Collector {
				return build(t, Options{URL: "http://" + srv.Addr, Queries: connections(usage, ""), Staleness: staleness})
			}
			says(t, ask("sum(app_old)", time.Minute), "longer than 1m0s")
			knows(t, ask("sum(app_old)", 200*time.Second), 7)
			says(t, ask("app_old + on() sum(app_clients)", time.Minute), "longer than 1m0s")
		})
	}
}

// TestDeadTargets lets targets die. Both servers notice at their next scrape and
// take the series away, so that the figure of one target is unknown; a sum over
// several is too low, unless its query looks at up.
func TestDeadTargets(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			a, b := newTarget(t, 30), newTarget(t, 12)
			srv := k.start(t, a.addr, b.addr)
			ask := func(usage string) *Collector {
				return build(t, Options{URL: "http://" + srv.Addr, Queries: connections(usage, "")})
			}
			plain, guarded := ask("sum(app_clients)"), ask(`sum(app_clients) unless on() (up{job="test"} == 0)`)
			knows(t, plain, 42)
			knows(t, guarded, 42)
			b.dead.Store(true)
			knows(t, plain, 30)
			says(t, guarded, "returned nothing")
			a.dead.Store(true)
			says(t, plain, "returned nothing")
			a.dead.Store(false)
			b.dead.Store(false)
			knows(t, guarded, 42)
		})
	}
}

// TestLatencyOffset shows that a figure of VictoriaMetrics is as fresh as it has
// it: by default it looks half a minute back.
func TestLatencyOffset(t *testing.T) {
	t.Parallel()
	srv := server.VictoriaMetrics(t)
	began := time.Now()
	post(t, "http://"+srv.Addr+"/api/v1/import/prometheus", fmt.Sprintf("app_clients 5 %d\n", began.UnixMilli()))
	knows(t, build(t, Options{URL: "http://" + srv.Addr, Queries: connections("sum(app_clients)", "")}), 5)
	shown := get(t, "http://"+srv.Addr+"/api/v1/query?query=sum(app_clients)")
	if time.Since(began) < 25*time.Second && !strings.Contains(shown, `"result":[]`) {
		t.Errorf("without nocache, a sample of this moment is shown: %s", shown)
	}
}

// TestRestart reads on when the server is back.
func TestRestart(t *testing.T) {
	t.Parallel()
	srv := server.Prometheus(t, newTarget(t, 30).addr)
	c := build(t, Options{URL: "http://" + srv.Addr, Queries: connections("sum(app_clients)", "")})
	knows(t, c, 30)
	srv.Stop()
	v, err := collectortest.Visit(t, c)
	if err == nil || !strings.Contains(err.Error(), "connection refused") || !v.Blank() {
		t.Errorf("stopped: %v", err)
	}
	srv.Start()
	knows(t, c, 30)
}
