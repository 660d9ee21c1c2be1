package exposition

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// serveLogged serves a page to those who log in.
func serveLogged(t testing.TB, page, password string) string {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if name, word, ok := r.BasicAuth(); !ok || name != collectortest.Username || word != password {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		say(w, page)
	})
	return s.Listener.Addr().String()
}

func TestConformance(t *testing.T) {
	for name, page := range map[string]string{
		"a page with its length": shopPage + "shop_clients_max 5000\n",
		"a page in chunks":       shopPage + "shop_clients_max 5000\n" + strings.Repeat("filler{label=\"value\"} 1\n", 8000),
	} {
		t.Run(name, func(t *testing.T) {
			mapping := shopMapping()
			mapping[0].Limit = &Limit{Series: "shop_clients_max"}
			collectortest.Run(t, collectortest.Suite{
				Serve: func(t testing.TB, password string) string { return serveLogged(t, page, password) },
				New: func(t testing.TB, addr, password string) collector.Collector {
					t.Helper()
					return collectortest.Make(t, New, Options{
						URL: "http://" + addr + "/metrics", Mapping: mapping, Transport: direct(),
						Username: collectortest.Username, Password: password,
					})
				},
				Instances: 2,
				Expect: []collectortest.Figure{
					{Metric: fleet.Connections, Min: 12, Max: 12, Limit: 5000},
					{Metric: fleet.SendTPS, Counter: true, Min: 1027, Max: 1027},
				},
			})
		})
	}
}

// TestConformanceThroughProxy holds the way through net/http to the same promises.
func TestConformanceThroughProxy(t *testing.T) {
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			// The suite stands between the Collector and this proxy, which is all it can see.
			inner := httptest.NewUnstartedServer(nil)
			inner.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Host != "shop.invalid:9100" {
					http.Error(w, "not a request to a proxy", http.StatusBadRequest)
					return
				}
				if name, word, ok := r.BasicAuth(); !ok || name != collectortest.Username || word != password {
					http.Error(w, "who are you", http.StatusUnauthorized)
					return
				}
				say(w, shopPage)
			})
			inner.Start()
			t.Cleanup(inner.Close)
			return inner.Listener.Addr().String()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{
				URL: "http://shop.invalid:9100/metrics", Mapping: shopMapping(), Transport: through(t, "http://"+addr),
				Username: collectortest.Username, Password: password,
			})
		},
		Expect: []collectortest.Figure{
			{Metric: fleet.Connections, Min: 12, Max: 12},
			{Metric: fleet.SendTPS, Counter: true, Min: 1027, Max: 1027},
		},
	})
}
