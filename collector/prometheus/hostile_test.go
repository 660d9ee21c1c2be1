package prometheus

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const secret = "hunter2"

// TestBadServers meets servers that do not answer as they should.
func TestBadServers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		secure bool
		answer http.HandlerFunc
		want   string
	}{
		{"wrong password", false, status(401, "", ""), "refuses the login (status 401)"},
		{"missing right", false, status(403, "", ""), "needs more rights"},
		{"no such path", false, status(404, "", "404 page not found"), "no page at this address"},
		{"asked too often", false, status(429, "7", `{"status":"error","error":"too many"}`), "wants to be left alone until"},
		{"a fault", false, status(500, "", `{"status":"error","error":"panic"}`), "fault of its own"},
		{"overloaded", false, status(503, "30", ""), "wants to be left alone until"},
		{"400 that is not the API's", false, status(400, "", "Client sent an HTTP request to an HTTPS server."), "is https:// meant"},
		{"422 of another API", false, status(422, "", `{"message":"unprocessable"}`), "not that of Prometheus' query API"},
		{"400 with a figure", false, status(400, "", one("7").body), "not that of Prometheus' query API"},
		{"a web page", false, status(200, "", "<!DOCTYPE html><title>Login</title>"), "web page (HTML)"},
		{"an empty body", false, status(200, "", ""), "empty"},
		{"half an answer", false, half, "cut off"},
		{"a huge body", false, huge, "larger than 16 MiB"},
		{"redirects", false, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/api", http.StatusFound)
		}, "redirects (status 302) to http://elsewhere.example/api"},
		{"an unknown authority", true, status(200, "", one("7").body), "authority that is not known here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(tt.answer)
			if tt.secure {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			c := build(t, Options{URL: server.URL, Username: "monitor", Password: secret, Queries: connections("sum(a)", "")})
			v, err := collectortest.Visit(t, c)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !v.Blank() {
				t.Fatalf("%v, want it to say %q", err, tt.want)
			}
			if text := err.Error(); strings.Contains(text, secret) || strings.ContainsAny(text, "\r\n") || len(text) > 400 {
				t.Errorf("not fit for people: %q", text)
			}
		})
	}
}

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
	body := one("7").body
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = io.WriteString(w, body[:len(body)-20])
}

func huge(w http.ResponseWriter, _ *http.Request) {
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range 17 {
		if _, err := w.Write(spaces); err != nil {
			return
		}
	}
}

// TestLeftInTheMiddle ends the visit while half a body has come.
func TestLeftInTheMiddle(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"status":`)
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	c := build(t, Options{URL: server.URL, Queries: connections("sum(a)", "")})
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); !errors.Is(err, context.Canceled) || !visits[0].Blank() {
		t.Errorf("%v", err)
	}
}

// TestNothingBeforeAll tells nothing when a later query cannot be asked.
func TestNothingBeforeAll(t *testing.T) {
	url := script{"a": one("1"), "b": {status: 500}}.serve(t)
	v, err := collectortest.Visit(t, build(t, Options{URL: url, Queries: []Query{
		{Metric: fleet.Connections, Usage: "a"}, {Metric: fleet.Subscriptions, Usage: "b"},
	}}))
	if err == nil || !v.Blank() {
		t.Errorf("%v, and %v", err, v)
	}
}

// TestOneRefused tells the other metrics when one query is refused.
func TestOneRefused(t *testing.T) {
	url := script{"a": {422, `{"status":"error","error":"no"}`}, "b": one("3")}.serve(t)
	v := collectortest.MustVisit(t, build(t, Options{URL: url, Queries: []Query{
		{Metric: fleet.Connections, Usage: "a"}, {Metric: fleet.Subscriptions, Usage: "b"},
	}}))
	if n, ok := v.GaugeOf(fleet.Subscriptions); !ok || n != 3 || !strings.Contains(collectortest.GapOf(v, fleet.Connections), "refused: no") {
		t.Errorf("%v, %v, %q", n, ok, collectortest.GapOf(v, fleet.Connections))
	}
}

func TestOptions(t *testing.T) {
	good := connections("sum(a)", "")
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{Queries: good}, "url is missing"},
		{"a login in the url", Options{URL: "http://monitor:hunter2@prom:9090", Queries: good}, "must not hold a user name or password"},
		{"another scheme", Options{URL: "redis://hunter2:9090", Queries: good}, "http:// or https://"},
		{"the path of the API", Options{URL: "http://prom:9090/api/v1/query", Queries: good}, "must end before /api/v1"},
		{"a query in the url", Options{URL: "http://prom:9090/?token=hunter2", Queries: good}, "which does not belong there"},
		{"two logins", Options{URL: "http://prom:9090", Username: "a", Bearer: secret, Queries: good}, "not both"},
		{"no queries", Options{URL: "http://prom:9090"}, "queries are missing"},
		{"a metric twice", Options{URL: "http://prom:9090", Queries: slices.Concat(good, good)}, "name connections twice"},
		{"no usage", Options{URL: "http://prom:9090", Queries: connections("  ", "b")}, "usage query of connections is empty"},
		{"no such metric", Options{URL: "http://prom:9090", Queries: []Query{{Metric: 99, Usage: "a"}}}, "does not exist"},
		{"a long query", Options{URL: "http://prom:9090", Queries: connections(strings.Repeat("a", 1<<17), "")}, "longer than 64 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Transport = httpget.NewTransportThrough(nil)
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}
