package emqx

import (
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The pages of a cluster of two nodes: of the node that is asked, of both, and
// of each by itself. EMQX writes empty HELP lines, too.
const (
	onePage = `# TYPE emqx_connections_count gauge
# HELP emqx_connections_count
emqx_connections_count 70
# TYPE emqx_connections_max gauge
# HELP emqx_connections_max
emqx_connections_max 900
# TYPE emqx_live_connections_count gauge
# HELP emqx_live_connections_count
emqx_live_connections_count 60
# TYPE emqx_live_connections_max gauge
# HELP emqx_live_connections_max
emqx_live_connections_max 800
# TYPE emqx_subscriptions_count gauge
# HELP emqx_subscriptions_count
emqx_subscriptions_count 40
# TYPE emqx_subscriptions_shared_count gauge
# HELP emqx_subscriptions_shared_count
emqx_subscriptions_shared_count 7
# TYPE emqx_mria_lag gauge
# HELP emqx_mria_lag
emqx_mria_lag{shard="emqx_shared_sub_shard"} NaN
# TYPE emqx_messages_received counter
# HELP emqx_messages_received
emqx_messages_received 1000
# TYPE emqx_messages_sent counter
# HELP emqx_messages_sent
emqx_messages_sent 2000
`
	wholePage = `# TYPE emqx_connections_count gauge
emqx_connections_count 140
# TYPE emqx_live_connections_count gauge
emqx_live_connections_count 120
# TYPE emqx_live_connections_max gauge
emqx_live_connections_max 800
# TYPE emqx_subscriptions_count gauge
emqx_subscriptions_count 80
# TYPE emqx_cluster_sessions_count gauge
emqx_cluster_sessions_count 150
# TYPE emqx_messages_received counter
emqx_messages_received 2000
# TYPE emqx_messages_sent counter
emqx_messages_sent 4000
`
	eachPage = `emqx_live_connections_count{node="emqx@127.0.0.1"} 60
emqx_live_connections_count{node="emqx@127.0.0.2"} 61
emqx_subscriptions_count{node="emqx@127.0.0.1"} 40
emqx_subscriptions_count{node="emqx@127.0.0.2"} 41
emqx_messages_received{node="emqx@127.0.0.1"} 1000
emqx_messages_received{node="emqx@127.0.0.2"} 1001
emqx_messages_sent{node="emqx@127.0.0.1"} 2000
emqx_messages_sent{node="emqx@127.0.0.2"} 2001
`
)

// statsPath is where EMQX has its page.
const statsPath = "/api/v5/prometheus/stats"

// broker answers as EMQX does.
func broker(t testing.TB) *collectortest.Site {
	t.Helper()
	return collectortest.Serve(t, map[string]collectortest.Answer{
		statsPath:                                  collectortest.Page(onePage),
		statsPath + "?mode=all_nodes_aggregated":   collectortest.Page(wholePage),
		statsPath + "?mode=all_nodes_unaggregated": collectortest.Page(eachPage),
		"/api/v5/license":                          collectortest.JSON(`{"customer":"Foo","max_sessions":1000,"max_connections":1000,"max_tps":"infinity","type":"official"}`),
	})
}

// login asks for a key as EMQX does.
func login(password string) collectortest.Login {
	l := collectortest.Password(password)
	l.Refusal = collectortest.JSON(`{"code":"BAD_API_KEY_OR_SECRET","message":"Check api_key/api_secret"}`)
	return l
}

// direct returns a Transport that goes without a proxy, whatever the environment says.
func direct() *exposition.Transport { return exposition.NewTransportThrough(nil) }

func say(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

// visit builds a Collector and collects once.
func visit(t testing.TB, o Options) (*collector.Visit, error) {
	t.Helper()
	o.Transport = direct()
	return collectortest.Visit(t, collectortest.Build(t, New, o))
}

// served reads a page that a server shows whatever it is asked.
func served(t testing.TB, page string) *collector.Visit {
	t.Helper()
	s := collectortest.Serve(t, map[string]collectortest.Answer{"": {Body: page}})
	v, err := visit(t, Options{URL: s.URL})
	if err != nil {
		t.Fatalf("visit: %v", err)
	}
	return v
}

func TestConformance(t *testing.T) {
	api := "http://127.0.0.1:1" // of the broker that was started last, beside the suite's front
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			s := broker(t).Require(login(password))
			api = s.URL
			return s.Addr()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{URL: "http://" + addr, APIURL: api, Username: collectortest.Username, Password: password, Transport: direct()})
		},
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 2000, Max: 2000},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 4000, Max: 4000},
			{Metric: fleet.Connections, Min: 150, Max: 150, Limit: 1000},
			{Metric: fleet.Subscriptions, Min: 80, Max: 80},
		},
	})
}

// TestModes reads the figures of the whole cluster unless the URL says otherwise.
func TestModes(t *testing.T) {
	s := broker(t)
	for _, tt := range []struct {
		name, suffix          string
		connections, received float64
	}{
		{"the whole cluster", "", 120, 2000},
		{"with the path", "/api/v5/prometheus/stats", 120, 2000},
		{"one node", "/api/v5/prometheus/stats?mode=node", 60, 1000},
		{"each node, summed here", "?mode=all_nodes_unaggregated", 121, 2001},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := visit(t, Options{URL: s.URL + tt.suffix})
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := v.GaugeOf(fleet.Connections); n != tt.connections {
				t.Errorf("connections: %v, want %v", n, tt.connections)
			}
			if n, _, _ := v.CounterOf(fleet.SendTPS); n != tt.received {
				t.Errorf("received: %v, want %v", n, tt.received)
			}
			if limit, ok := v.LimitOf(fleet.Connections); ok {
				t.Errorf("a limit of %v was made of a high-water mark", limit)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	const page, mode = "/api/v5/prometheus/stats", "?mode=all_nodes_aggregated"
	for _, tt := range []struct{ name, url, want string }{
		{"host and port", "http://emqx:18083", "http://emqx:18083" + page + mode},
		{"a slash", "http://emqx:18083/", "http://emqx:18083" + page + mode},
		{"https", "https://emqx:18084", "https://emqx:18084" + page + mode},
		{"the page", "http://emqx:18083" + page, "http://emqx:18083" + page + mode},
		{"behind a gateway", "https://gate/emqx/stats", "https://gate/emqx/stats" + mode},
		{"a query", "http://emqx:18083?x=%20y", "http://emqx:18083" + page + "?x=%20y&mode=all_nodes_aggregated"},
		{"a mode", "http://emqx:18083?mode=node", "http://emqx:18083" + page + "?mode=node"},
		{"an escaped path", "http://gate/a%2Fb", "http://gate/a%2Fb" + mode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := complete(tt.url)
			if err != nil || got.String() != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	t.Run("EMQX 5.0 knows no live connections", func(t *testing.T) {
		v := served(t, "emqx_connections_count 70\nemqx_connections_max 900\n")
		if n, ok := v.GaugeOf(fleet.Connections); !ok || n != 70 {
			t.Errorf("connections: %v, %v", n, ok)
		}
	})
	t.Run("a licence is the limit", func(t *testing.T) {
		v := served(t, onePage+"emqx_license_max_sessions 1000\n")
		if n, _ := v.LimitOf(fleet.Connections); n != 1000 {
			t.Errorf("limit: %v, want 1000", n)
		}
	})
	t.Run("a licence of each node is that of the cluster", func(t *testing.T) {
		v := served(t, eachPage+"emqx_license_max_sessions{node=\"a\"} 1000\nemqx_license_max_sessions{node=\"b\"} 1000\n")
		if n, _ := v.LimitOf(fleet.Connections); n != 1000 {
			t.Errorf("limit: %v, want 1000", n)
		}
	})
	t.Run("a licence without a limit", func(t *testing.T) {
		v := served(t, onePage+"emqx_license_max_sessions 0\n")
		if n, ok := v.LimitOf(fleet.Connections); ok {
			t.Errorf("limit: %v, want none", n)
		}
	})
	t.Run("what is not there is unknown", func(t *testing.T) {
		v := served(t, "emqx_vm_run_queue 1\n")
		want := map[fleet.Metric]string{
			fleet.SendTPS:       "the page has no series emqx_messages_received",
			fleet.ReceiveTPS:    "the page has no series emqx_messages_sent",
			fleet.Connections:   "the page has none of the series emqx_live_connections_count, emqx_connections_count",
			fleet.Subscriptions: "the page has no series emqx_subscriptions_count",
		}
		if len(v.Gaps()) != len(want) {
			t.Errorf("%d reasons, want %d", len(v.Gaps()), len(want))
		}
		for _, g := range v.Gaps() {
			if g.Reason != want[g.Metric] {
				t.Errorf("%v: %q, want %q", g.Metric, g.Reason, want[g.Metric])
			}
		}
	})
}

// TestErrors names the way out in the words of the page's reader.
func TestErrors(t *testing.T) {
	s := broker(t).Require(login("secret"))
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no login", Options{URL: s.URL}, "wants a login"},
		{"a wrong secret", Options{URL: s.URL, Username: collectortest.Username, Password: "other"}, "refuses the login"},
		{"a wrong path", Options{URL: s.URL + "/metrics", Username: collectortest.Username, Password: "secret"}, "is the path of the url right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := visit(t, tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !v.Blank() {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestOptionFaults(t *testing.T) {
	for _, tt := range []struct{ name, url, want string }{
		{"no url", "", "url is missing"},
		{"no scheme", "127.0.0.1:18083", "url cannot be read"},
		{"no scheme, a name", "hunter2:18083", "url cannot be read"},
		{"a login in it", "http://monitor:hunter2@127.0.0.1:18083", "must not hold a user name or password"},
		{"MQTT", "mqtt://hunter2:1883", "http:// or https://"},
		{"a broken query", "http://127.0.0.1:18083?x=%zz", "query of url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, Options{URL: tt.url}, tt.want)
		})
	}
}

// TestPublishedPage reads a page of a real, idle EMQX that others published.
func TestPublishedPage(t *testing.T) {
	page := collectortest.Published(t, "emqx", "from-datadog-extras", "metrics.prom")
	v := served(t, page)
	for _, m := range []fleet.Metric{fleet.Connections, fleet.Subscriptions} {
		if n, ok := v.GaugeOf(m); !ok || n != 0 {
			t.Errorf("%v: %v, %v, want 0", m, n, ok)
		}
	}
	for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS} {
		if n, _, ok := v.CounterOf(m); !ok || n != 0 {
			t.Errorf("%v: %v, %v, want 0", m, n, ok)
		}
	}
	if len(v.Gaps()) != 0 {
		t.Errorf("unknown: %v", v.Gaps())
	}
}
