package hivemq

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// extension is a page of HiveMQ's Prometheus extension.
func extension(t testing.TB) string { return collectortest.Testdata(t, "extension.prom") }

// serve shows a page at /metrics.
func serve(t testing.TB, page string) *collectortest.Site {
	t.Helper()
	return collectortest.Serve(t, map[string]collectortest.Answer{"/metrics": collectortest.Page(page)})
}

func build(t testing.TB, o Options) *exposition.Collector {
	t.Helper()
	o.Transport = exposition.NewTransportThrough(nil)
	return collectortest.Build(t, New, o)
}

// read reads a page and returns what it told.
func read(t testing.TB, page string) *collector.Visit {
	t.Helper()
	return collectortest.MustVisit(t, build(t, Options{URL: serve(t, page).URL}))
}

func TestConformance(t *testing.T) {
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			return serve(t, extension(t)).Require(collectortest.Password(password)).Addr()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{URL: "http://" + addr, Username: collectortest.Username, Password: password, Transport: exposition.NewTransportThrough(nil)})
		},
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 120000, Max: 120000},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 240000, Max: 240000},
			{Metric: fleet.Connections, Min: 310, Max: 310},
			{Metric: fleet.Subscriptions, Min: 620, Max: 620},
		},
	})
}

// TestMeters takes the totals of meters where the page has no counters.
func TestMeters(t *testing.T) {
	v := read(t, strings.ReplaceAll(extension(t), "_publish_count", "_other"))
	in, _, _ := v.CounterOf(fleet.SendTPS)
	out, _, _ := v.CounterOf(fleet.ReceiveTPS)
	if in != 120001 || out != 240001 {
		t.Errorf("in %v, out %v, want those of the meters", in, out)
	}
}

// TestAbsent keeps what is not there apart from zero.
func TestAbsent(t *testing.T) {
	v := read(t, "com_hivemq_system_system_cpu_load 0.42\ncom_hivemq_networking_connections_current 0.0\n")
	if n, ok := v.GaugeOf(fleet.Connections); !ok || n != 0 {
		t.Errorf("connections %v, %v, want 0", n, ok)
	}
	for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions} {
		found := false
		for _, g := range v.Gaps() {
			found = found || g.Metric == m && strings.Contains(g.Reason, "com_hivemq_")
		}
		if _, gauge := v.GaugeOf(m); gauge || !found {
			t.Errorf("%v is not unknown with a reason: %v", m, v.Gaps())
		}
	}
}

// TestPublishedPage reads the hand-made page that others published.
func TestPublishedPage(t *testing.T) {
	page := collectortest.Published(t, "hivemq", "from-datadog-core", "metrics.prom")
	v := read(t, page)
	if n, _, ok := v.CounterOf(fleet.SendTPS); !ok || n != 1234 {
		t.Errorf("in %v, %v, want a total of 1234, whatever TYPE says", n, ok)
	}
	if len(v.Gaps()) != 3 {
		t.Errorf("unknown: %v, want all but the messages in", v.Gaps())
	}
}

func TestOptionFaults(t *testing.T) {
	for _, tt := range []struct{ name, url, want string }{
		{"no url", "", "url is missing"},
		{"no scheme", "hunter2:9399", "url cannot be read"},
		{"a login in it", "http://a:hunter2@127.0.0.1:9399", "must not hold a user name or password"},
	} {
		collectortest.Refused(t, New, Options{URL: tt.url}, tt.want)
	}
}
