package emqx

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/internal/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serving answers with a page and hands on what was asked for.
func serving(t testing.TB, page string) (url string, asked <-chan string) {
	t.Helper()
	requests := make(chan string, 16)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests <- r.RequestURI
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

// visited reads an EMQX once.
func visited(t testing.TB, o Options) *collector.Visit {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); err != nil {
		t.Fatalf("Collect: %v", err)
	}
	return &visits[0]
}

func TestWhatIsAsked(t *testing.T) {
	for _, tt := range []struct{ name, added, want string }{
		{"nothing but the host", "", "/api/v5/prometheus/stats?mode=all_nodes_aggregated"},
		{"a slash", "/", "/api/v5/prometheus/stats?mode=all_nodes_aggregated"},
		{"a path", "/emqx/stats", "/emqx/stats?mode=all_nodes_aggregated"},
		{"a mode", "/?mode=node", "/api/v5/prometheus/stats?mode=node"},
		{"a mode without a path", "?mode=node", "/api/v5/prometheus/stats?mode=node"},
		{"another query", "/?x=1%202", "/api/v5/prometheus/stats?x=1%202&mode=all_nodes_aggregated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, asked := serving(t, "emqx_messages_sent 1\n")
			visited(t, Options{URL: url + tt.added})
			if got := <-asked; got != tt.want {
				t.Errorf("asked for %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	const secret = "p4ssw0rd"
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"not a url", Options{URL: "http://u:" + secret + "@h:x y/"}, "cannot be read"},
		{"no scheme", Options{URL: "emqx:18083"}, "cannot be read"},
		{"credentials in the url", Options{URL: "http://u:" + secret + "@h/"}, "username and password_file"},
		{"a query that is none", Options{URL: "http://h/?%zz=" + secret}, "query"},
		{"key without a name", Options{URL: "http://h/", Password: secret}, "username"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%v does not say %q", err, tt.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	const totals = "emqx_messages_received 100\nemqx_messages_sent 200\nemqx_subscriptions_count 30\n"
	for _, tt := range []struct {
		name, page         string
		connections, limit float64 // -1 is unknown
	}{
		{"live connections", totals + "emqx_connections_count 9\nemqx_live_connections_count 5\n", 5, 0},
		{"in the other order", totals + "emqx_live_connections_count 5\nemqx_connections_count 9\n", 5, 0},
		{"none of them alive", totals + "emqx_connections_count 9\nemqx_live_connections_count 0\n", 0, 0},
		{"EMQX 5.0 has no live ones", totals + "emqx_connections_count 9\n", 9, 0},
		{"high-water marks are no limits", totals + "emqx_live_connections_count 5\nemqx_live_connections_max 7\nemqx_connections_max 8\n", 5, 0},
		{"a licence", totals + "emqx_live_connections_count 5\nemqx_license_max_sessions 1000\n", 5, 1000},
		{"a licence that every node tells", totals + "emqx_live_connections_count 5\nemqx_license_max_sessions{node=\"a\"} 1000\nemqx_license_max_sessions{node=\"b\"} 1000\n", 5, 1000},
		{"a licence without a limit", totals + "emqx_live_connections_count 5\nemqx_license_max_sessions 0\n", 5, 0},
		{"nodes apart are summed", totals + "emqx_live_connections_count{node=\"a\"} 5\nemqx_live_connections_count{node=\"b\"} 6\n", 11, 0},
		{"not a number", totals + "emqx_connections_count 9\nemqx_live_connections_count NaN\n", -1, 0},
		{"another gauge is not a number", totals + "emqx_live_connections_count 5\nemqx_mria_lag NaN\n", 5, 0},
		{"none", totals, -1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, _ := serving(t, tt.page)
			v := visited(t, Options{URL: url})
			if total, _, ok := v.CounterOf(fleet.SendTPS); !ok || total != 100 {
				t.Errorf("send: %v, %v", total, ok)
			}
			if total, _, ok := v.CounterOf(fleet.ReceiveTPS); !ok || total != 200 {
				t.Errorf("receive: %v, %v", total, ok)
			}
			if n, ok := v.GaugeOf(fleet.Subscriptions); !ok || n != 30 {
				t.Errorf("subscriptions: %v, %v", n, ok)
			}
			n, ok := v.GaugeOf(fleet.Connections)
			if !ok {
				n = -1
			}
			limit, _ := v.LimitOf(fleet.Connections)
			if n != tt.connections || limit != tt.limit {
				t.Errorf("connections %v of %v, want %v of %v; gaps %v", n, limit, tt.connections, tt.limit, v.Gaps())
			}
			if told := len(v.Gaps()) == 0; told != (tt.connections >= 0) {
				t.Errorf("gaps: %v", v.Gaps())
			}
		})
	}
}

// TestPublishedPage reads the page of an idle EMQX 5 that others published.
func TestPublishedPage(t *testing.T) {
	root := os.Getenv("BRIMWATCH_CONTRACTS")
	if root == "" {
		t.Skip("left out, because BRIMWATCH_CONTRACTS is not set")
	}
	page, err := os.ReadFile(filepath.Join(root, "captures", "emqx", "from-datadog-extras", "metrics.prom"))
	if err != nil {
		t.Fatal(err)
	}
	url, _ := serving(t, string(page))
	v := visited(t, Options{URL: url})
	for _, m := range []fleet.Metric{fleet.Connections, fleet.Subscriptions} {
		if n, ok := v.GaugeOf(m); !ok || n != 0 {
			t.Errorf("%v: %v, %v", m, n, ok)
		}
	}
	for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS} {
		if total, _, ok := v.CounterOf(m); !ok || total != 0 {
			t.Errorf("%v: %v, %v", m, total, ok)
		}
	}
	if len(v.Gaps()) != 0 {
		t.Errorf("gaps: %v", v.Gaps())
	}
}

func TestConformance(t *testing.T) {
	const page = "emqx_messages_received 1027\nemqx_messages_sent 2043\nemqx_live_connections_count 512\n" +
		"emqx_subscriptions_count 3081\nemqx_license_max_sessions 5000\n"
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if key, word, ok := r.BasicAuth(); !ok || key != collectortest.Username || word != password {
					http.Error(w, `{"code":"BAD_API_KEY_OR_SECRET"}`, http.StatusUnauthorized)
					return
				}
				w.Header().Set("Content-Type", "text/plain")
				_, _ = w.Write([]byte(page))
			}))
			t.Cleanup(s.Close)
			return strings.TrimPrefix(s.URL, "http://")
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			c, err := New(Options{URL: "http://" + addr, Username: collectortest.Username, Password: password})
			if err != nil {
				t.Fatalf("New: %v", err)
			}
			return c
		},
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 1027, Max: 1027},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 2043, Max: 2043},
			{Metric: fleet.Connections, Min: 512, Max: 512, Limit: 5000},
			{Metric: fleet.Subscriptions, Min: 3081, Max: 3081},
		},
	})
}
