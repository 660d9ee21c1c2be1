package nats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

const secret = "hunter2"

const (
	somePage = `{"server_id":"a","now":"2026-11-22T02:01:39Z","start":"2026-11-22T02:00:00Z","connections":2,"max_connections":10,"in_msgs":5,"out_msgs":6}`
	someList = `{"total":2,"connections":[{"subscriptions":1},{"subscriptions":2}]}`
)

func status(code int, retryAfter, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// half announces a whole answer and hangs up within it.
func half(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(len(somePage)))
	_, _ = io.WriteString(w, somePage[:len(somePage)/2])
}

func huge(w http.ResponseWriter, _ *http.Request) {
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range 17 {
		if _, err := w.Write(spaces); err != nil {
			return
		}
	}
}

func elsewhere(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://elsewhere.example/varz", http.StatusFound)
}

// bad lists servers that do not answer as they should.
func bad() []struct {
	name   string
	answer http.HandlerFunc
	want   string
} {
	return []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"wrong password", status(401, "", ""), "refuses the login (status 401)"},
		{"missing right", status(403, "", ""), "needs more rights"},
		{"no such path", status(404, "", "404 page not found"), "no page at this address"},
		{"asked too often", status(429, "7", ""), "wants to be left alone until"},
		{"a fault", status(500, "", ""), "fault of its own"},
		{"a web page", status(200, "", "<!DOCTYPE html><title>Login</title>"), "web page (HTML)"},
		{"an empty body", status(200, "", ""), "empty"},
		{"half an answer", half, "cut off"},
		{"a huge body", huge, "larger than 16 MiB"},
		{"redirects", elsewhere, "redirects (status 302) to http://elsewhere.example/varz"},
	}
}

// TestBadServers meets them at the first page: nothing is told.
func TestBadServers(t *testing.T) {
	cases := append(bad(), struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{"another JSON", status(200, "", `{"clients":7}`), "not that of a NATS server's /varz"})
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.answer)
			defer server.Close()
			v, err := collectortest.Visit(t, build(t, Options{URL: server.URL, Username: "monitor", Password: secret}))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !v.Blank() {
				t.Fatalf("%v, want it to say %q", err, tt.want)
			}
			if text := err.Error(); strings.Contains(text, secret) || strings.ContainsAny(text, "\r\n") || len(text) > 400 {
				t.Errorf("not fit for people: %q", text)
			}
		})
	}
}

// TestBadList meets them at the second page: all but the subscriptions is told.
func TestBadList(t *testing.T) {
	cases := append(bad(), []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"ends early", status(200, "", `{"total":2,"connections":[]}`), "ends before all of them were told"},
		{"never goes on", status(200, "", `{"total":4,"connections":[{"subscriptions":1},{"subscriptions":2}]}`), "does not go on where it is asked to"},
		{"no subscriptions", status(200, "", `{"total":1,"connections":[{"cid":4}]}`), "tells no subscriptions"},
		{"below zero", status(200, "", `{"total":1,"connections":[{"subscriptions":-4}]}`), "tells no subscriptions"},
	}...)
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/varz" {
					_, _ = io.WriteString(w, somePage)
					return
				}
				tt.answer(w, r)
			}))
			defer server.Close()
			v := collectortest.MustVisit(t, build(t, Options{URL: server.URL, Username: "monitor", Password: secret}))
			if why := collectortest.GapOf(v, fleet.Subscriptions); collectortest.GaugeOf(v, fleet.Subscriptions) != -1 || !strings.Contains(why, tt.want) || strings.Contains(why, secret) {
				t.Errorf("%q, want it to say %q", why, tt.want)
			}
			if collectortest.GaugeOf(v, fleet.Connections) != 2 || collectortest.TotalOf(v, fleet.SendTPS) != 5 || collectortest.TotalOf(v, fleet.ReceiveTPS) != 6 {
				t.Errorf("the others: %v, %v, %v", collectortest.GaugeOf(v, fleet.Connections), collectortest.TotalOf(v, fleet.SendTPS), collectortest.TotalOf(v, fleet.ReceiveTPS))
			}
		})
	}
}

// TestSecure meets a certificate of an unknown authority.
func TestSecure(t *testing.T) {
	server := httptest.NewUnstartedServer(status(200, "", somePage))
	server.StartTLS()
	defer server.Close()
	v, err := collectortest.Visit(t, build(t, Options{URL: server.URL}))
	if err == nil || !strings.Contains(err.Error(), "authority that is not known here") || !v.Blank() {
		t.Errorf("%v", err)
	}
}

// TestLeftInTheMiddle ends the visit while half of the list has come.
func TestLeftInTheMiddle(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/varz" {
			_, _ = io.WriteString(w, somePage)
			return
		}
		_, _ = io.WriteString(w, someList[:20])
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	c := build(t, Options{URL: server.URL})
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); err != nil || !strings.Contains(collectortest.GapOf(&visits[0], fleet.Subscriptions), "in time") {
		t.Errorf("%v, %q", err, collectortest.GapOf(&visits[0], fleet.Subscriptions))
	}
	if err := c.Collect(ctx, visits); !errors.Is(err, context.Canceled) {
		t.Errorf("a ctx that has ended: %v", err)
	}
}

// TestVersions takes what a version tells, and leaves unknown what it does not.
func TestVersions(t *testing.T) {
	const head = `{"server_id":"a","now":"2026-11-22T02:01:39Z","connections":2,`
	for _, tt := range []struct {
		name, page string
		in, out    float64 // -1 is unknown
		reason     string  // of in, or of out where in is known
	}{
		{"old and alone", head + `"in_msgs":5,"out_msgs":6}`, 5, 6, ""},
		{"old with empty blocks", head + `"in_msgs":5,"out_msgs":6,"cluster":{},"gateway":{},"leaf":{},"mqtt":{}}`, 5, 6, ""},
		{"new", head + `"in_msgs":50,"out_msgs":60,"in_client_msgs":5,"out_client_msgs":6}`, 5, 6, ""},
		{"new with others", head + `"in_msgs":50,"out_msgs":60,"in_client_msgs":5,"out_client_msgs":6,"routes":2,"cluster":{"cluster_port":6222}}`, 5, 6, ""},
		{"old with routes", head + `"in_msgs":5,"out_msgs":6,"routes":2}`, -1, -1, withOthers},
		{"old in a cluster without routes at the moment", head + `"in_msgs":5,"out_msgs":6,"cluster":{"name":"c","cluster_port":6222}}`, -1, -1, withOthers},
		{"old with leaf nodes", head + `"in_msgs":5,"out_msgs":6,"leafnodes":1}`, -1, -1, withOthers},
		{"old, a leaf node", head + `"in_msgs":5,"out_msgs":6,"leaf":{"remotes":[{}]}}`, -1, -1, withOthers},
		{"old with a gateway", head + `"in_msgs":5,"out_msgs":6,"gateway":{"name":"g"}}`, -1, -1, withOthers},
		{"MQTT", head + `"in_client_msgs":5,"out_client_msgs":6,"mqtt":{"port":1883}}`, 5, -1, mqttIsOn},
		{"no messages", head + `"x":1}`, -1, -1, noMessages},
		{"below zero", head + `"in_msgs":-5,"out_msgs":6}`, -1, 6, "below zero"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := collectortest.MustVisit(t, build(t, Options{URL: pages{"/varz": tt.page, "/connz": someList}.serve(t)}))
			if in, out := collectortest.TotalOf(v, fleet.SendTPS), collectortest.TotalOf(v, fleet.ReceiveTPS); in != tt.in || out != tt.out {
				t.Errorf("in %v, out %v, want %v and %v", in, out, tt.in, tt.out)
			}
			why := collectortest.GapOf(v, fleet.SendTPS)
			if tt.in >= 0 {
				why = collectortest.GapOf(v, fleet.ReceiveTPS)
			}
			if !strings.Contains(why, tt.reason) {
				t.Errorf("reason %q, want %q", why, tt.reason)
			}
		})
	}
	t.Run("no connections, no limit, no clock", func(t *testing.T) {
		v := collectortest.MustVisit(t, build(t, Options{URL: pages{"/varz": `{"server_id":"a","in_msgs":5,"max_connections":-1}`, "/connz": someList}.serve(t)}))
		if _, clock, ok := v.CounterOf(fleet.SendTPS); !ok || clock.IsZero() {
			t.Errorf("clock %v, %v", clock, ok)
		}
		if _, ok := v.LimitOf(fleet.Connections); ok || collectortest.GapOf(v, fleet.Connections) != noConnections {
			t.Errorf("a limit was told, or %q", collectortest.GapOf(v, fleet.Connections))
		}
	})
	t.Run("too many connections to count", func(t *testing.T) {
		v := collectortest.MustVisit(t, build(t, Options{URL: pages{"/varz": `{"server_id":"a","connections":65537}`}.serve(t)}))
		if why := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(why, "not counted beyond 65536 connections") {
			t.Errorf("%q", why)
		}
	})
}

// TestTooManyPages leaves a list that grows while it is read.
func TestTooManyPages(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/varz" {
			_, _ = io.WriteString(w, somePage)
			return
		}
		asked++
		fmt.Fprintf(w, `{"total":%d,"offset":%s,"connections":[{"subscriptions":1}]}`, asked+2, r.URL.Query().Get("offset"))
	}))
	defer server.Close()
	v := collectortest.MustVisit(t, build(t, Options{URL: server.URL}))
	if why := collectortest.GapOf(v, fleet.Subscriptions); asked != maxPages || !strings.Contains(why, "more than 64 pages") {
		t.Errorf("asked for %d pages: %q", asked, why)
	}
}

func TestDue(t *testing.T) {
	began := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	counted := began.Add(time.Hour)
	few, many := 10.0, 2000.0
	for _, tt := range []struct {
		name        string
		every       time.Duration
		connections *float64
		failed      bool
		restarted   bool
		after       time.Duration
		want        bool
	}{
		{"few, by default", 0, &few, false, false, 0, true},
		{"many, by default", 0, &many, false, false, 15 * time.Second, false},
		{"many, after a minute", 0, &many, false, false, time.Minute, true},
		{"many, a little early", 0, &many, false, false, time.Minute - 10*time.Millisecond, true},
		{"nobody knows how many", 0, nil, false, false, 15 * time.Second, false},
		{"few, as told", 5 * time.Minute, &few, false, false, 4 * time.Minute, false},
		{"few, as told, in time", 5 * time.Minute, &few, false, false, 5 * time.Minute, true},
		{"few, failed", 5 * time.Minute, &few, true, false, 0, true},
		{"many, failed", 5 * time.Minute, &many, true, false, time.Minute, false},
		{"restarted", 5 * time.Minute, &many, false, true, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			y := tally{every: tt.every}
			v := varz{Start: began, Connections: tt.connections}
			if !y.due(&v, counted) {
				t.Error("the first count is not due")
			}
			f := finding{value: 1}
			if tt.failed {
				f = finding{reason: "no"}
			}
			y.take(&v, counted, f)
			if tt.restarted {
				v.Start = began.Add(time.Millisecond)
			}
			if got := y.due(&v, counted.Add(tt.after)); got != tt.want {
				t.Errorf("due: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"a login in the url", Options{URL: "http://monitor:hunter2@nats:8222"}, "must not hold a user name or password"},
		{"the clients' port", Options{URL: "nats://hunter2:4222"}, "http:// or https://"},
		{"two logins", Options{URL: "http://nats:8222", Username: "a", Bearer: secret}, "not both"},
		{"below zero", Options{URL: "http://nats:8222", SubscriptionsEvery: -time.Second}, "below zero"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}
