package access

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// newGate builds a gate that answers with who came in.
func newGate(t *testing.T, o Options, r Rules) (*Gate, http.Handler) {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Registerer = prometheus.NewRegistry()
	g, err := NewGate(o, r)
	if err != nil {
		t.Fatal(err)
	}
	return g, g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, signedIn := Who(r)
		if signedIn {
			name += ", signed in"
		}
		_, _ = io.WriteString(w, "in: "+name)
	}))
}

// ask sends a request that arrives at an address of ours.
func ask(h http.Handler, method, path, host, arrived string, header ...string) *httptest.ResponseRecorder {
	local := &net.TCPAddr{IP: net.ParseIP(arrived), Port: 9740}
	r := httptest.NewRequestWithContext(context.WithValue(context.Background(), http.LocalAddrContextKey, local), method, path, nil)
	r.Host = host
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestRebinding: a page that has its own name lead to us is of the same site as
// we, for the browser; only the name gives it away.
func TestRebinding(t *testing.T) {
	var log strings.Builder
	g, h := newGate(t, Options{Listen: "127.0.0.1:9740", Logger: slog.New(slog.NewTextHandler(&log, nil))}, Rules{})
	for _, path := range []string{"/", "/metrics", "/prometheus/api/v1/query", "/hooks/twilio/inbound", "/alarms/K7Q2/ack", "/static/brimwatch.js"} {
		w := ask(h, http.MethodPost, path, "evil.test:9740", "127.0.0.1", "Origin", "http://evil.test:9740", "Sec-Fetch-Site", "same-origin")
		const want = `this request came by the name "evil.test:9740", and Brimwatch does not answer to it; if people reach it by that name, add it to server.hosts in the configuration: hosts: ["evil.test"]`
		if w.Code != http.StatusMisdirectedRequest || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/api/v1/silences", "/-/reload", "/-/healthy"} {
		w := ask(h, http.MethodPost, path, "evil.test", "127.0.0.1")
		if w.Code != http.StatusMisdirectedRequest || w.Header().Get("Content-Type") != "application/json" || !strings.HasPrefix(w.Body.String(), `{"error":"this request came by the name \"evil.test\"`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if got := testutil.ToFloat64(g.refused.WithLabelValues(wrongHost)); got != 9 {
		t.Errorf("%v refusals are counted, want 9", got)
	}
	if n := strings.Count(log.String(), "request refused"); n != 3 {
		t.Errorf("%d refusals are logged, want the first 3:\n%s", n, &log)
	}
}

// TestHostThatIsNoName: what cannot be a name is not proposed for the
// configuration, and does not tear the sentence apart.
func TestHostThatIsNoName(t *testing.T) {
	_, h := newGate(t, Options{Listen: "127.0.0.1:9740"}, Rules{})
	for host, want := range map[string]string{
		"evil.test\u202e":         `this request came by the name "evil.test\u202e", and Brimwatch does not answer to it`,
		strings.Repeat("a", 4000): `this request came by the name "` + strings.Repeat("a", 80) + `", and Brimwatch does not answer to it; if people reach it by that name, add it to server.hosts in the configuration: hosts: ["` + strings.Repeat("a", 80) + `"]`,
		"[::1":                    `this request came by the name "[::1", and Brimwatch does not answer to it`,
	} {
		if w := ask(h, http.MethodGet, "/", host, "127.0.0.1"); w.Code != http.StatusMisdirectedRequest || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
	}
}

// TestSetTakesEffect: server.hosts and server.open need no restart.
func TestSetTakesEffect(t *testing.T) {
	g, h := newGate(t, Options{Listen: "0.0.0.0:9740"}, Rules{Open: true})
	status := func(host string) int { return ask(h, http.MethodGet, "/", host, "10.0.0.5").Code }
	if got := status("brim.lan"); got != http.StatusMisdirectedRequest {
		t.Fatalf("before: %d", got)
	}
	g.Set(Rules{Open: true, Hosts: []string{"brim.lan"}, ExternalURL: "https://brim.example"})
	if a, b := status("brim.lan"), status("brim.example"); a != http.StatusOK || b != http.StatusOK {
		t.Errorf("with it in server.hosts and server.external_url: %d and %d", a, b)
	}
	g.Set(Rules{Open: true})
	if got := status("brim.lan"); got != http.StatusMisdirectedRequest {
		t.Errorf("taken out again: %d", got)
	}
	g.Set(Rules{Hosts: []string{"brim.lan"}})
	if got := status("brim.lan"); got != http.StatusForbidden {
		t.Errorf("without open: %d", got)
	}
}

// TestNobodySignsIn: without a sign-in, only what arrives at a loopback address is
// answered.
func TestNobodySignsIn(t *testing.T) {
	g, h := newGate(t, Options{Listen: "0.0.0.0:9740"}, Rules{})
	for _, arrived := range []string{"127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"} {
		if w := ask(h, http.MethodGet, "/", "localhost", arrived); w.Code != http.StatusOK {
			t.Errorf("arrived at %s: %d %s", arrived, w.Code, w.Body)
		}
	}
	for _, arrived := range []string{"10.0.0.5", "2001:db8::5"} {
		w := ask(h, http.MethodGet, "/api/v1/instances", "localhost", arrived, "Authorization", "Basic d2VpOnB3")
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "server.open") {
			t.Errorf("arrived at %s: %d %s", arrived, w.Code, w.Body)
		}
	}
	if got := testutil.ToFloat64(g.refused.WithLabelValues(noSignIn)); got != 2 {
		t.Errorf("%v refusals are counted, want 2", got)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
	if w.Code != http.StatusForbidden {
		t.Errorf("arrived nobody knows where: %d", w.Code)
	}
}

// TestWithoutHost speaks HTTP/1.0, as some load balancers do to see whether we live.
func TestWithoutHost(t *testing.T) {
	_, h := newGate(t, Options{Listen: "127.0.0.1:0"}, Rules{})
	srv := httptest.NewServer(h)
	defer srv.Close()
	for request, want := range map[string]string{
		"GET /-/healthy HTTP/1.0\r\n\r\n":                                                         "HTTP/1.0 200 OK",
		"GET /-/healthy HTTP/1.0\r\nHost: evil.test\r\n\r\n":                                      "HTTP/1.0 421 Misdirected Request",
		"GET /-/healthy HTTP/1.1\r\nHost: " + srv.Listener.Addr().String() + "\r\n\r\n":           "HTTP/1.1 200 OK",
		"GET http://evil.test/-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": "HTTP/1.1 421 Misdirected Request",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, len(want))
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != want {
			t.Errorf("%q is answered %q, %v; want %q", request, answer, err, want)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}
