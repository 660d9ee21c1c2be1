package rabbitmq

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

// secret must not be in any message.
const secret = "hunter2"

// mischief is a server that does something wrong.
type mischief struct {
	name  string
	serve http.HandlerFunc
	want  string // what the page's reader is told
	api   string // what is told of the management API; "" is the same
}

func mischiefs() []mischief {
	status := func(code int, header, value, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set(header, value)
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	said := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		}
	}
	return []mischief{
		{"a wrong password", status(401, "WWW-Authenticate", `Basic realm="RabbitMQ Management"`, `{"error":"not_authorized","reason":"Login failed"}`), "refuses the login (status 401)", ""},
		{"a login page in front", status(401, "X", "", `<html>`), "refuses the login (status 401)", ""},
		{"a missing right", status(401, "X", "", `{"error":"not_authorised","reason":"Not monitor user"}`), "refuses the login (status 401)", "Not monitor user): give it the tag monitoring"},
		{"a forbidden page", status(403, "X", "", `{}`), "needs more rights", ""},
		{"asked too often", status(429, "Retry-After", "30", ``), "wants to be left alone until", ""},
		{"a fault", status(500, "X", "", `{"error":"hunter2"}`), "status 500", ""},
		{"a redirect", status(302, "Location", "http://elsewhere.example.com/?token=hunter2", ``), "redirects (status 302) to http://elsewhere.example.com/, which is not followed", ""},
		{"HTML", said("text/html", "<html><body>hunter2</body></html>"), "web page (HTML)", ""},
		{"HTML that does not say so", said("", "<html><body>hunter2</body></html>"), "(HTML)", ""},
		{"nothing", said("", ""), "answer is empty", ""},
		{"16 MiB", func(w http.ResponseWriter, _ *http.Request) {
			line := []byte(strings.Repeat("#", 1023) + "\n")
			for range 16<<10 + 1 {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}, "larger than 16 MiB", ""},
		{"something else", said("text/plain", "hunter2"), "not a page of metrics", "is not JSON"},
	}
}

// TestMischiefOfThePage is an error in plain words.
func TestMischiefOfThePage(t *testing.T) {
	for _, tt := range mischiefs() {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(tt.serve)
			t.Cleanup(s.Close)
			c := build(t, Options{URL: s.URL, ManagementURL: s.URL, Username: "monitor", Password: secret})
			visits := make([]collector.Visit, 1)
			err := c.Collect(t.Context(), visits)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
			if !visits[0].Blank() {
				t.Error("the visit was filled in")
			}
		})
	}
}

// TestMischiefOfManagement leaves the figures of the page alone.
func TestMischiefOfManagement(t *testing.T) {
	for _, tt := range mischiefs() {
		if tt.api == "" {
			tt.api = tt.want
		}
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(tt.serve)
			t.Cleanup(s.Close)
			b := serve(t, page(mqttLogins))
			c := build(t, Options{URL: b.URL, ManagementURL: s.URL, Username: "monitor", Password: secret})
			v := collectortest.MustVisit(t, c)
			if collectortest.TotalOf(v, fleet.SendTPS) != 1500 || collectortest.TotalOf(v, fleet.ReceiveTPS) != 2700 || collectortest.GaugeOf(v, fleet.Connections) != 12 {
				t.Errorf("totals %v and %v, %v connections; want those of the page", collectortest.TotalOf(v, fleet.SendTPS), collectortest.TotalOf(v, fleet.ReceiveTPS), collectortest.GaugeOf(v, fleet.Connections))
			}
			if got := limitOf(v); got != 0 {
				t.Errorf("a limit of %v was told", got)
			}
			why := collectortest.GapOf(v, fleet.Subscriptions)
			if collectortest.GaugeOf(v, fleet.Subscriptions) != collectortest.Unknown || !strings.Contains(why, tt.api) || strings.Contains(why, secret) || strings.Contains(why, "\n") {
				t.Errorf("subscriptions %v because of %q, want %q", collectortest.GaugeOf(v, fleet.Subscriptions), why, tt.api)
			}
			if err := c.LimitsErr(); err == nil || err.Error() != why {
				t.Errorf("limits could not be read: %v; want the same words", err)
			}
		})
	}
}

// TestMissingRights tells which right is missing.
func TestMissingRights(t *testing.T) {
	for _, tt := range []struct{ name, path, reason, want string }{
		{"no tag at all", nodesPath, "Not management user", "/api/nodes: this user may not read it (RabbitMQ says: Not management user): give it the tag monitoring"},
		{"the tag management", nodesPath, "Not monitor user", "give it the tag monitoring (rabbitmqctl set_user_tags"},
		{"no permission in the virtual host", bindingsPath, "User not authorised to access virtual host", "/api/exchanges/%2F/amq.topic/bindings/source: this user has no permission in that virtual host: give it one"},
		{"without a reason", nodesPath, "", "refuses the login (status 401)"},
		{"a very long reason", nodesPath, "user " + strings.Repeat("x", 5000), "xxx…): give it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := serve(t, page(mqttLogins))
			b.set(tt.path, http.StatusUnauthorized, `{"error":"not_authorised","reason":"`+tt.reason+`"}`)
			v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL, Username: "monitor", Password: secret}))
			if why := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(why, tt.want) || len(why) > 400 {
				t.Errorf("subscriptions are unknown because of %q, want %q", why, tt.want)
			}
		})
	}
	b := serve(t, page(mqttLogins))
	b.set(nodesPath, http.StatusUnauthorized, "")
	v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL}))
	if why := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(why, "wants a login (status 401)") {
		t.Errorf("without a login: %q", why)
	}
}

// TestNothingIsTakenForNone refuses answers that look like empty lists.
func TestNothingIsTakenForNone(t *testing.T) {
	for _, path := range []string{nodesPath, vhostsPath, limitsPath, bindingsPath, consumersPath} {
		for _, body := range []string{`null`, `{}`, `"[]"`, `[{}]`, `[null]`, `[[]]`, `[1]`, `{"items":[]}`, `[`} {
			b := serve(t, page(mqttLogins, amqpLogins))
			b.set(path, 0, body)
			v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL}))
			if got, why := collectortest.GaugeOf(v, fleet.Subscriptions), collectortest.GapOf(v, fleet.Subscriptions); got != collectortest.Unknown || why == "" {
				t.Errorf("%s answers %s: %v subscriptions (%s)", path, body, got, why)
			}
		}
	}
	b := serve(t, page(mqttLogins))
	b.set(vhostsPath, 0, `[]`)
	v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL}))
	if why := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(why, "sees none") {
		t.Errorf("no virtual hosts: %q", why)
	}
}

// TestManagementFallsSilent does not take the page's time.
func TestManagementFallsSilent(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `[{"running":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	b := serve(t, page(mqttLogins))
	c := build(t, Options{URL: b.URL, ManagementURL: s.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); err != nil || collectortest.GaugeOf(&visits[0], fleet.Connections) != 12 {
		t.Errorf("%v, %v connections; want those of the page", err, collectortest.GaugeOf(&visits[0], fleet.Connections))
	}
	if ctx.Err() != nil {
		t.Error("the management API took all the time of the visit")
	}
	if c.LimitsErr() == nil {
		t.Error("nothing says that the management API fell silent")
	}
}

// TestTLS reads a page without TLS beside a management API with it, and the other
// way round, and refuses certificates that nobody knows.
func TestTLS(t *testing.T) {
	b := serve(t, page(mqttLogins))
	b.set(bindingsPath, 0, bindings(20))
	s := httptest.NewTLSServer(b)
	t.Cleanup(s.Close)
	known := s.Client().Transport.(*http.Transport).TLSClientConfig //nolint:errcheck // httptest's
	trusting := &tls.Config{RootCAs: known.RootCAs, MinVersion: tls.VersionTLS12}
	for _, o := range []Options{
		{URL: b.URL, ManagementURL: s.URL, TLS: trusting},
		{URL: s.URL, ManagementURL: b.URL, TLS: trusting},
		{URL: s.URL, ManagementURL: s.URL, TLS: trusting},
	} {
		if got := collectortest.GaugeOf(collectortest.MustVisit(t, build(t, o)), fleet.Subscriptions); got != 20 {
			t.Errorf("%s beside %s: %v subscriptions, want 20", o.URL, o.ManagementURL, got)
		}
	}
	v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: s.URL}))
	if why := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(why, "authority that is not known here") {
		t.Errorf("an unknown authority of the management API: %q", why)
	}
	for _, o := range []Options{{URL: s.URL}, {URL: "https://" + b.Listener.Addr().String()}, {URL: "http://" + s.Listener.Addr().String()}} {
		o.Transport = exposition.NewTransportThrough(nil)
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Collect(t.Context(), make([]collector.Visit, 1)); err == nil {
			t.Errorf("%s: TLS that does not fit is no error", o.URL)
		}
		_ = c.Close()
	}
}
