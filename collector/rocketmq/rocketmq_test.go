package rocketmq

import (
	"math"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve shows a page at /metrics; a gateway in front may ask for a login.
func serve(t testing.TB, page string) *collectortest.Site {
	t.Helper()
	return collectortest.Serve(t, map[string]collectortest.Answer{"/metrics": collectortest.Page(page)})
}

// read reads a page and returns what it told.
func read(t testing.TB, page string, span Span) *collector.Visit {
	t.Helper()
	return collectortest.MustVisit(t, collectortest.Build(t, New, Options{
		URL: serve(t, page).URL, ExporterTPS: span, Transport: exposition.NewTransportThrough(nil),
	}))
}

func TestConformance(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		span       Span
		expect     []collectortest.Figure
	}{
		{"a broker", collectortest.Testdata(t, "broker.prom"), Unsaid, []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 4510, Max: 4510},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 8015, Max: 8015},
		}},
		{"the older exporter", collectortest.Testdata(t, "exporter.prom"), Minute, []collectortest.Figure{
			{Metric: fleet.SendTPS, Min: 15, Max: 15},
			{Metric: fleet.ReceiveTPS, Min: 30, Max: 30},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Run(t, collectortest.Suite{
				Serve: func(t testing.TB, password string) string {
					return serve(t, tt.page).Require(collectortest.Password(password)).Addr()
				},
				New: func(t testing.TB, addr, password string) collector.Collector {
					t.Helper()
					return collectortest.Make(t, New, Options{
						URL: "http://" + addr, Username: collectortest.Username, Password: password, ExporterTPS: tt.span,
						Transport: exposition.NewTransportThrough(nil),
					})
				},
				Expect: tt.expect,
			})
		})
	}
}

// totals are what a broker tells; -1 is unknown.
type totals struct{ in, out float64 }

func totalsOf(v *collector.Visit) totals {
	got := totals{-1, -1}
	if n, _, ok := v.CounterOf(fleet.SendTPS); ok {
		got.in = n
	}
	if n, _, ok := v.CounterOf(fleet.ReceiveTPS); ok {
		got.out = n
	}
	return got
}

func TestBroker(t *testing.T) {
	whole := collectortest.Testdata(t, "broker.prom")
	delta := strings.ReplaceAll(whole, `node_type="broker"`, `node_type="broker",aggregation="delta"`)
	const permission = "rocketmq_broker_permission{node_id=\"broker-a\"} 6\n"
	for _, tt := range []struct {
		name, page string
		want       totals
		why        string // of the messages in
	}{
		{"traffic, without what is RocketMQ's own", whole, totals{4510, 8015}, ""},
		{"differences instead of totals", delta, totals{-1, -1}, "metricsInDelta=false"},
		{"differences, and no messages yet", "rocketmq_broker_permission{aggregation=\"delta\"} 6\n", totals{-1, -1}, "metricsInDelta=false"},
		{"nothing has passed", permission, totals{-1, -1}, "none has passed"},
		{"nothing was delivered", permission + "rocketmq_messages_in_total{is_system=\"false\"} 7\n", totals{7, 0}, ""},
		{"its own traffic only", permission + "rocketmq_messages_in_total{is_system=\"true\"} 7\n", totals{0, 0}, ""},
		{"more series than it can tell apart", permission + "rocketmq_messages_in_total{is_system=\"false\"} 7\nrocketmq_messages_in_total{otel_metric_overflow=\"true\"} 5\n", totals{12, 0}, ""},
		{"a line that cannot be read", "rocketmq_messages_in_total{is_system=\"false\"} 7\nrocketmq_messages_in_total{is_system=\"false\",topic=\"b\"} x\n", totals{-1, 0}, "cannot be read"},
		{"not a number", "rocketmq_messages_in_total NaN\n", totals{-1, 0}, "is no figure"},
		{"a proxy", "rocketmq_proxy_up{node_id=\"p\"} 1\n", totals{-1, -1}, "RocketMQ proxy"},
		{"another server", "nanomq_messages_received 5\n", totals{-1, -1}, "is it a page of RocketMQ"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := read(t, tt.page, Second)
			if got := totalsOf(v); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if why := collectortest.GapOf(v, fleet.SendTPS); !strings.Contains(why, tt.why) || (why == "") != (tt.why == "") {
				t.Errorf("the reason is %q, want %q", why, tt.why)
			}
			for m, word := range map[fleet.Metric]string{fleet.Connections: "once for each of its groups", fleet.Subscriptions: "no subscriptions"} {
				if _, told := v.GaugeOf(m); told || !strings.Contains(collectortest.GapOf(v, m), word) {
					t.Errorf("%v: told %v, %q", m, told, collectortest.GapOf(v, m))
				}
			}
		})
	}
}

func TestExporter(t *testing.T) {
	page := collectortest.Testdata(t, "exporter.prom")
	for _, tt := range []struct {
		name, page string
		span       Span
		in, out    float64 // -1: unknown
		why        string
	}{
		{"not said", page, Unsaid, -1, -1, "exporter_tps"},
		{"a second", page, Second, 900, 1800, ""},
		{"a minute", page, Minute, 15, 30, ""},
		{"nothing delivered is told", "rocketmq_broker_tps 60\n", Minute, 1, -1, "no series rocketmq_broker_qps"},
		{"not a number", "rocketmq_broker_tps 60\nrocketmq_broker_qps NaN\n", Minute, 1, -1, "is no figure"},
		{"beside a broker's own", page + collectortest.Testdata(t, "broker.prom"), Minute, -1, -1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := read(t, tt.page, tt.span)
			for m, want := range map[fleet.Metric]float64{fleet.SendTPS: tt.in, fleet.ReceiveTPS: tt.out} {
				got, told := v.GaugeOf(m)
				if !told {
					got = -1
				}
				if math.Abs(got-want) > 1e-9 {
					t.Errorf("%v: %v, want %v", m, got, want)
				}
			}
			if why := collectortest.GapOf(v, fleet.ReceiveTPS); !strings.Contains(why, tt.why) {
				t.Errorf("the reason is %q, want %q", why, tt.why)
			}
		})
	}
	if got := totalsOf(read(t, page+collectortest.Testdata(t, "broker.prom"), Minute)); got != (totals{4510, 8015}) {
		t.Errorf("beside the exporter's, the broker's own totals are %+v", got)
	}
}

// TestPublishedPage reads the example of the exporter's documentation.
func TestPublishedPage(t *testing.T) {
	page := collectortest.Published(t, "rocketmq", "from-exporter-readme", "metrics.prom")
	for span, want := range map[Span]float64{Second: 14, Minute: 14.0 / 60} {
		v := read(t, page, span)
		if n, _ := v.GaugeOf(fleet.SendTPS); math.Abs(n-want) > 1e-9 {
			t.Errorf("messages a %s: %v, want %v", span, n, want)
		}
	}
	if v := read(t, page, Unsaid); collectortest.GapOf(v, fleet.SendTPS) != unsaidSpan {
		t.Errorf("not said: %v", v.Gaps())
	}
}

func TestOptionFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"a login in it", Options{URL: "http://a:hunter2@127.0.0.1:5557"}, "must not hold a user name or password"},
		{"another span", Options{URL: "http://127.0.0.1:5557", ExporterTPS: "hour"}, `exporter_tps is "hour"; it is second or minute`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}
