package vernemq

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve is a VerneMQ with these two pages, and an API key unless it is empty,
// which the status needs not.
func serve(t testing.TB, page, status, key, secret string) *collectortest.Site {
	t.Helper()
	answers := map[string]collectortest.Answer{"/metrics": collectortest.Page(page)}
	if status != "" {
		answers["/status.json"] = collectortest.JSON(status)
	}
	return collectortest.Serve(t, answers).Require(collectortest.Login{Username: key, Password: secret, Open: []string{"/status.json"}})
}

func build(t testing.TB, o Options) *Collector {
	t.Helper()
	o.Transport = exposition.NewTransportThrough(nil)
	return collectortest.Build(t, New, o)
}

func TestConformance(t *testing.T) {
	api := "http://127.0.0.1:1" // of the server that was started last, beside the suite's front
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			s := serve(t, collectortest.Testdata(t, "v2.prom"), collectortest.Testdata(t, "status.json"), collectortest.Username, password)
			api = s.URL
			return s.Addr()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{
				URL: "http://" + addr, APIURL: api, Username: collectortest.Username, Password: password,
				Transport: exposition.NewTransportThrough(nil),
			})
		},
		Instances: 2,
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 100001, Max: 100001},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 200002, Max: 200002},
			{Metric: fleet.Connections, Min: 200, Max: 200, Limit: 10500},
			{Metric: fleet.Subscriptions, Min: 431, Max: 431},
		},
	})
}

// figures are what a page tells; -1 is unknown.
type figures struct{ in, out, connections, subscriptions float64 }

func figuresOf(v *collector.Visit) figures {
	return figures{
		in: collectortest.TotalOf(v, fleet.SendTPS), out: collectortest.TotalOf(v, fleet.ReceiveTPS),
		connections: collectortest.GaugeOf(v, fleet.Connections), subscriptions: collectortest.GaugeOf(v, fleet.Subscriptions),
	}
}

func TestPages(t *testing.T) {
	second := collectortest.Testdata(t, "v2.prom")
	for _, tt := range []struct {
		name, prefix, page string
		want               figures
	}{
		{"VerneMQ 2", "", second, figures{100001, 200002, 200, 431}},
		{"VerneMQ 2 without a prefix", "", strings.ReplaceAll(second, "vernemq_", ""), figures{100001, 200002, 200, 431}},
		{"a prefix of one's own", "mq_", strings.ReplaceAll(second, "vernemq_", "mq_"), figures{100001, 200002, 200, 431}},
		{"another prefix than configured", "mq_", second, figures{-1, -1, -1, -1}},
		{"VerneMQ 1.10, no line break at the end", "", collectortest.Testdata(t, "v1.10.prom"), figures{42, 61, 12, 16}},
		{"VerneMQ 1.10 with a prefix", "", "vernemq_socket_open 9\nvernemq_socket_close 2\n", figures{-1, -1, 7, -1}},
		{"more closed than opened", "", "socket_open 2\nsocket_close 9\n", figures{-1, -1, -1, -1}},
		{"opened, not closed", "", "socket_open 2\n", figures{-1, -1, -1, -1}},
		{"no connections", "", "total_active_connections 0\nsocket_open 2\nsocket_close 1\n", figures{-1, -1, 0, -1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := collectortest.MustVisit(t, build(t, Options{URL: serve(t, tt.page, "", "", "").URL, Prefix: tt.prefix}))
			if got := figuresOf(v); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			told := [...]float64{tt.want.in, tt.want.out, tt.want.connections, tt.want.subscriptions}
			for i, m := range [...]fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Connections, fleet.Subscriptions} {
				if told[i] < 0 && !explained(v, m) {
					t.Errorf("%v is unknown without a reason", m)
				}
			}
		})
	}
}

func explained(v *collector.Visit, m fleet.Metric) bool {
	for _, g := range v.Gaps() {
		if g.Metric == m && g.Reason != "" {
			return true
		}
	}
	return false
}

func TestLimits(t *testing.T) {
	one := func(listeners string) string { return `[{"n1":{"listeners":[` + listeners + `]},"n2":{}}]` }
	for _, tt := range []struct {
		name, status string
		want         float64
		err          string
	}{
		{"all that is running and speaks MQTT, of this node", collectortest.Testdata(t, "status.json"), 10500, ""},
		{"TLS and WebSocket", one(`{"type":"mqtts","status":"running","max_conns":5},{"type":"mqttwss","status":"running","max_conns":6}`), 11, ""},
		{"a listener without end", one(`{"type":"mqtt","status":"running","max_conns":"infinity"},{"type":"mqtts","status":"running","max_conns":5}`), 0, ""},
		{"a limit that is missing", one(`{"type":"mqtt","status":"running"}`), 0, ""},
		{"no listener", one(""), 0, ""},
		{"an empty status", "[]", 0, "has not the form"},
		{"no node", "[{}]", 0, "has not the form"},
		{"an object", `{"n1":{}}`, 0, "has not the form"},
		{"a node that is a word", `[{"n1":"down"}]`, 0, "has not the form"},
		{"a list in a list", `[[1]]`, 0, "has not the form"},
		{"not there", "", 0, "/status.json: there is no page"},
		{"HTML", "<html>", 0, "not with JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, Options{URL: serve(t, collectortest.Testdata(t, "v2.prom"), tt.status, "", "").URL})
			v := collectortest.MustVisit(t, c)
			if got, _ := v.LimitOf(fleet.Connections); got != tt.want {
				t.Errorf("limit %v, want %v", got, tt.want)
			}
			if n, _ := v.GaugeOf(fleet.Connections); n != 200 {
				t.Errorf("%v connections, want 200: what the status does is no fault of the page", n)
			}
			if err := c.LimitsErr(); (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("LimitsErr: %v, want %q", err, tt.err)
			}
			if _, told := collectortest.MustVisit(t, c).LimitOf(fleet.Connections); told {
				t.Error("the limit is told again without having been asked for: an old one would look new")
			}
		})
	}
}

// TestStatusHangs reads the page although the status never comes.
func TestStatusHangs(t *testing.T) {
	page := serve(t, collectortest.Testdata(t, "v2.prom"), "", "", "")
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(api.Close)
	c := build(t, Options{URL: page.URL, APIURL: api.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); err != nil {
		t.Fatalf("Collect: %v", err)
	}
	if n, _ := visits[0].GaugeOf(fleet.Connections); n != 200 || ctx.Err() != nil {
		t.Errorf("%v connections, want 200; the time of the visit: %v", n, ctx.Err())
	}
	if c.LimitsErr() == nil {
		t.Error("LimitsErr does not tell that the status is missing")
	}
}

func TestErrors(t *testing.T) {
	s := serve(t, collectortest.Testdata(t, "v2.prom"), "", "key", "")
	for _, tt := range []struct {
		name string
		o    Options
		want string // "": no error
	}{
		{"the key", Options{URL: s.URL, Username: "key"}, ""},
		{"no key", Options{URL: s.URL}, "wants a login"},
		{"another key", Options{URL: s.URL, Username: "hunter2"}, "refuses the login"},
		{"another path", Options{URL: s.URL + "/figures", Username: "key"}, "is the path of the url right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, tt.o)
			if tt.want == "" {
				collectortest.MustVisit(t, c)
				return
			}
			collectortest.Fails(t, c, tt.want)
		})
	}
}

func TestOptionFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"a login in it", Options{URL: "http://a:hunter2@127.0.0.1:8888"}, "must not hold a user name or password"},
		{"MQTT", Options{URL: "mqtt://127.0.0.1:1883"}, "http:// or https://"},
		{"a prefix with a space", Options{URL: "http://127.0.0.1:8888", Prefix: " x"}, "space at an end"},
		{"another scheme for the status", Options{URL: "http://127.0.0.1:8888", APIURL: "ftp://hunter2"}, "api_url: url must begin with"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}

func TestAggregate(t *testing.T) {
	for _, m := range fleet.Metrics() {
		if got := Aggregate(m); got != (m == fleet.Subscriptions) {
			t.Errorf("%v: %v", m, got)
		}
	}
}

// FuzzLimit reads a status, whatever it is.
func FuzzLimit(f *testing.F) {
	f.Add([]byte(collectortest.Testdata(f, "status.json")))
	for _, seed := range []string{`[{"n":{"listeners":[{"type":"mqtt","status":"running","max_conns":"infinity"}]}}]`, `[{"n":null}]`, `[{`, `[{"n":{"listeners":null}}]`, `[null]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		limit, err := limitOf(b)
		if err != nil && limit != 0 || limit < 0 {
			t.Errorf("limit %v with %v", limit, err)
		}
	})
}
