package emqx

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// rest answers as the REST API of one version does; what it has no answer for is
// not found. An answer that begins with a digit is a status.
func rest(t testing.TB, page string, answers map[string]string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v5/prometheus/stats" {
			say(w, page)
			return
		}
		if name, word, ok := r.BasicAuth(); !ok || name != "key" || word != "secret" {
			t.Errorf("%s was asked for with the login %q, %q", r.URL.Path, name, word)
		}
		answer := answers[r.URL.Path]
		w.Header().Set("Content-Type", "application/json")
		switch {
		case answer == "":
			w.WriteHeader(http.StatusNotFound)
			answer = `{"code":"NOT_FOUND"}`
		case strings.HasPrefix(answer, "403"):
			w.WriteHeader(http.StatusForbidden)
		case strings.HasPrefix(answer, "500"):
			w.WriteHeader(http.StatusInternalServerError)
		}
		say(w, answer)
	}))
	t.Cleanup(s.Close)
	return s
}

// The answers of the REST API were written after EMQX' source, not captured.
func TestLicence(t *testing.T) {
	const withSessions = wholePage // 120 live connections, 150 sessions
	for _, tt := range []struct {
		name        string
		page        string
		licence     string // answer to /license
		current     string // answer to /monitor_current
		nodes       string // answer to /nodes
		connections float64
		limit, tps  float64 // 0: not told
		err         string  // of the REST side
	}{
		{"up to 5.8.4: connections", withSessions, `{"max_connections":500,"type":"official"}`, "", `[{"version":"5.8.4"}]`, 120, 500, 0, ""},
		{"5.8.5 to 5.8.11: sessions, called connections", withSessions, `{"max_connections":500}`, "", `[{"version":"5.8.5"},{"version":"5.8.4"}]`, 150, 500, 0, ""},
		{"a version that is not told", withSessions, `{"max_connections":500}`, "", "", 120, 500, 0, ""},
		{"a fault when the version is asked for", withSessions, `{"max_connections":500}`, "", "500", 120, 0, 0, "/api/v5/nodes: the server has a fault of its own"},
		{"no nodes", withSessions, `{"max_connections":500}`, "", "[]", 120, 500, 0, ""},
		{"from 5.9 on: sessions", withSessions, `{"max_sessions":500,"max_connections":500}`, "", "", 150, 500, 0, ""},
		{"6: messages, too", withSessions, `{"max_sessions":500,"max_connections":500,"max_tps":2000}`, "", "", 150, 500, 2000, ""},
		{"no end of messages", withSessions, `{"max_sessions":500,"max_tps":"infinity"}`, "", "", 150, 500, 0, ""},
		{"no limit", withSessions, `{"max_connections":0}`, "", `[{"version":"5.8.5"}]`, 120, 0, 0, ""},
		{"no limit of sessions", withSessions, `{"max_sessions":0,"max_connections":0}`, "", "", 120, 0, 0, ""},
		{"open source before 5.9", withSessions, "", `{"live_connections":120,"license_quota":0}`, `[{"version":"5.8.5"}]`, 120, 0, 0, ""},
		{"EMQX 5.0, open source", withSessions, "", `{"connections":120}`, "", 120, 0, 0, ""},
		{"no right to see the licence", withSessions, "403", `{"license_quota":500}`, `[{"version":"5.6.1"}]`, 120, 500, 0, ""},
		{"the same, with sessions", withSessions, "403", `{"license_quota":500}`, `[{"version":"5.10.0"}]`, 150, 500, 0, ""},
		{"an expired licence", withSessions, "403", `{"license_quota":"expired"}`, `[{"version":"6.0.0"}]`, 120, 0, 0, ""},
		{"sessions that are not on the page", onePage, `{"max_sessions":500}`, "", "", 60, 500, 0, ""},
		{"neither", withSessions, "", "", "", 120, 0, 0, "/api/v5/monitor_current: there is no page"},
		{"a fault", withSessions, "500", "", "", 120, 0, 0, "/api/v5/license: the server has a fault of its own"},
		{"HTML", withSessions, "<html>", "", "", 120, 0, 0, "not with JSON"},
		{"another form", withSessions, "[1]", "", "", 120, 0, 0, "has not the form that is expected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := rest(t, tt.page, map[string]string{"/api/v5/license": tt.licence, "/api/v5/monitor_current": tt.current, "/api/v5/nodes": tt.nodes})
			c, err := New(Options{URL: s.URL, Username: "key", Password: "secret", Transport: direct()})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			visits := make([]collector.Visit, 2)
			if err := c.Collect(t.Context(), visits); err != nil {
				t.Fatalf("what the licence does is no fault of the page: %v", err)
			}
			for i := range visits {
				connections, _ := visits[i].GaugeOf(fleet.Connections)
				limit, _ := visits[i].LimitOf(fleet.Connections)
				tps, _ := visits[i].LimitOf(fleet.MessageTPS)
				if connections != tt.connections || limit != tt.limit || tps != tt.tps {
					t.Errorf("visit %d: %v of %v connections, %v messages; want %v of %v, %v", i, connections, limit, tps, tt.connections, tt.limit, tt.tps)
				}
			}
			if got := c.LimitsErr(); (got == nil) != (tt.err == "") || got != nil && (!strings.Contains(got.Error(), tt.err) || strings.Contains(got.Error(), "secret")) {
				t.Errorf("LimitsErr: %v, want %q", got, tt.err)
			}
		})
	}
}

func TestCountsSessions(t *testing.T) {
	for version, want := range map[string]bool{
		"5.0.0": false, "5.8.4": false, "5.8.5": true, "5.8.11": true, "5.9.0": true, "5.10.0": true, "6.0.0": true, "4.4.19": false, "10.0.0": true,
		"e5.8.5": true, "v5.8.4": false, "5.8.5-rc.1": true, "5.8": false, "5": false, "6": true, "": false, "six": false, "5.8.x": false,
	} {
		if got := countsSessions(version); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}

// TestLicenceIsAskedSeldom holds what is known between two questions.
func TestLicenceIsAskedSeldom(t *testing.T) {
	asked := 0
	s := rest(t, wholePage, map[string]string{"/api/v5/license": `{"max_sessions":500}`})
	counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/license") {
			asked++
		}
		s.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(counting.Close)
	c, err := New(Options{URL: s.URL, APIURL: counting.URL, Username: "key", Password: "secret", Transport: direct()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for i := range 3 {
		visits := make([]collector.Visit, 1)
		if err := c.Collect(t.Context(), visits); err != nil {
			t.Fatal(err)
		}
		if n, _ := visits[0].GaugeOf(fleet.Connections); n != 150 {
			t.Errorf("visit %d: %v connections, want the 150 sessions", i, n)
		}
		if _, told := visits[0].LimitOf(fleet.Connections); told != (i == 0) {
			t.Errorf("visit %d: the limit is told: %v; an old one would look new", i, told)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times in three visits, want once", asked)
	}
}

// TestLicenceOnThePage takes the limit that later versions show there.
func TestLicenceOnThePage(t *testing.T) {
	for _, tt := range []struct {
		name, url, page    string
		connections, limit float64
		gap                string
	}{
		{"a licence", "", wholePage + "emqx_license_max_sessions 1000\n", 150, 1000, ""},
		{"a licence without a limit", "", wholePage + "emqx_license_max_sessions 0\n", 120, 0, ""},
		{"told by every node", "?mode=all_nodes_unaggregated", eachPage + "emqx_cluster_sessions_count{node=\"a\"} 150\nemqx_cluster_sessions_count{node=\"b\"} 150\n" +
			"emqx_license_max_sessions{node=\"a\"} 1000\nemqx_license_max_sessions{node=\"b\"} 1000\n", 150, 1000, ""},
		{"one node by itself", "?mode=node", onePage + "emqx_cluster_sessions_count 150\nemqx_license_max_sessions 1000\n", 60, 0, ""},
		{"sessions that cannot be read", "", onePage + "emqx_cluster_sessions_count x\nemqx_license_max_sessions 1000\n", 0, 1000, "the licence counts sessions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := rest(t, tt.page, nil)
			v, err := visit(t, Options{URL: s.URL + tt.url})
			if err != nil {
				t.Fatal(err)
			}
			n, _ := v.GaugeOf(fleet.Connections)
			limit, _ := v.LimitOf(fleet.Connections)
			if n != tt.connections || limit != tt.limit {
				t.Errorf("%v of %v, want %v of %v", n, limit, tt.connections, tt.limit)
			}
			if tt.gap != "" && (len(v.Gaps()) == 0 || !strings.Contains(v.Gaps()[0].Reason, tt.gap)) {
				t.Errorf("unknown for %v, want %q", v.Gaps(), tt.gap)
			}
		})
	}
}

// TestWhereTheAPIIs finds the REST API beside the page.
func TestWhereTheAPIIs(t *testing.T) {
	for _, tt := range []struct{ page, api, want string }{
		{"http://emqx:18083", "", "http://emqx:18083/api/v5"},
		{"https://gate/emqx/api/v5/prometheus/stats", "", "https://gate/emqx/api/v5"},
		{"https://gate/figures", "", "https://gate/api/v5"},
		{"https://gate/figures", "http://emqx:18083", "http://emqx:18083/api/v5"},
		{"https://gate/figures", "https://gate/emqx/api/v5", "https://gate/emqx/api/v5"},
	} {
		page, err := complete(tt.page)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := apiOf(tt.api, page); err != nil || got != tt.want {
			t.Errorf("%s, %s: got %s, %v, want %s", tt.page, tt.api, got, err, tt.want)
		}
	}
}

func TestLicenceOptionFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no login", Options{URL: "http://127.0.0.1:18083", APIURL: "http://127.0.0.1:18083"}, "no login"},
		{"one node", Options{URL: "http://127.0.0.1:18083?mode=node", APIURL: "http://127.0.0.1:18083", Username: "key"}, "mode=node"},
		{"not a url", Options{URL: "http://127.0.0.1:18083", APIURL: "hunter2:18083", Username: "key"}, "api_url: url cannot be read"},
		{"a login in it", Options{URL: "http://127.0.0.1:18083", APIURL: "http://a:hunter2@127.0.0.1:18083", Username: "key"}, "api_url: url must not hold"},
		{"a query", Options{URL: "http://127.0.0.1:18083", APIURL: "http://127.0.0.1:18083?x=y", Username: "key"}, "api_url: url has a query"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}

// FuzzLicence reads answers of the REST API, whatever they are.
func FuzzLicence(f *testing.F) {
	for _, seed := range []string{
		`{"max_sessions":500,"max_connections":500,"max_tps":2000}`, `{"max_sessions":null,"max_tps":"infinity"}`,
		`{"license_quota":"expired"}`, `{"max_connections":-1}`, `[{"version":"5.8.5"}]`, `{"max_sessions":1e999}`, `[]`, `{"max_sessions":[{}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := rest(t, wholePage, map[string]string{"/api/v5/license": string(b), "/api/v5/monitor_current": string(b), "/api/v5/nodes": string(b)})
		v, err := visit(t, Options{URL: s.URL, Username: "key", Password: "secret"})
		if err != nil {
			t.Fatalf("the page was harmed: %v", err)
		}
		if n, ok := v.GaugeOf(fleet.Connections); !ok || n != 120 && n != 150 {
			t.Errorf("connections: %v, %v", n, ok)
		}
		if limit, ok := v.LimitOf(fleet.Connections); ok && limit <= 0 {
			t.Errorf("a limit of %v", limit)
		}
	})
}

// TestOneLogin keeps the licence from being asked for without one.
func TestOneLogin(t *testing.T) {
	s := broker(t)
	c, err := New(Options{URL: s.URL, Transport: direct()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if c.site != nil || c.LimitsErr() != nil {
		t.Error("the licence is asked for without a login")
	}
	c, err = New(Options{URL: s.URL + "?mode=node", Username: collectortest.Username, Password: "x", Transport: direct()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if c.site != nil {
		t.Error("the licence of the cluster is asked for beside the figures of one node")
	}
}
