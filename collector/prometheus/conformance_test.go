package prometheus

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// post and get speak to a server beside the Collector.
func post(t testing.TB, address, body string) {
	t.Helper()
	send(t, http.MethodPost, address, body)
}

func get(t testing.TB, address string) string {
	t.Helper()
	return send(t, http.MethodGet, address, "")
}

func send(t testing.TB, method, address, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s: status %d, %v: %s", address, resp.StatusCode, err, answer)
	}
	return string(answer)
}

// TestConformance reads real servers behind a login.
func TestConformance(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			// One server for all checks, so that they need not wait for its first scrape.
			srv := k.start(t, newTarget(t, 30).addr)
			queries := []Query{
				{Metric: fleet.Connections, Usage: "sum(app_clients)", Limit: "sum(app_clients_max)"},
				{Metric: fleet.SendTPS, Usage: "sum(rate(app_messages_total[10s]))"},
			}
			ready := build(t, Options{URL: "http://" + srv.Addr, Queries: queries})
			server.Eventually(t, "the rate", func() bool {
				_, ok := collectortest.MustVisit(t, ready).GaugeOf(fleet.SendTPS)
				return ok
			})
			collectortest.Run(t, collectortest.Suite{
				Serve: func(t testing.TB, password string) string { return collectortest.Guard(t, srv.Addr, password) },
				New: func(t testing.TB, addr, password string) collector.Collector {
					t.Helper()
					return collectortest.Make(t, New, Options{
						URL: "http://" + addr, Username: collectortest.Username, Password: password, Queries: queries,
						Transport: httpget.NewTransportThrough(nil),
					})
				},
				Expect: []collectortest.Figure{
					{Metric: fleet.Connections, Min: 30, Max: 30, Limit: 100},
					{Metric: fleet.SendTPS, Min: 1, Max: 2000},
				},
			})
		})
	}
}
