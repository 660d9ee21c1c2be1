package access

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/exporter-toolkit/web"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/test/server"
)

// passing are the paths that need no sign-in, in these tests.
func passing() []string { return []string{"/a/", "/c/"} }

// serveDoor is serve with paths that pass, as the daemon serves.
func serveDoor(t *testing.T, webConfig string) (addr string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g, h := newGate(t, Options{Listen: l.Addr().String(), WebConfigFile: webConfig, Passing: passing()}, Rules{})
	srv := &http.Server{Handler: h}
	systemd, ended := false, make(chan error, 1)
	go func() {
		ended <- web.Serve(g.Listen(l, srv), srv, &web.FlagConfig{WebListenAddresses: &[]string{}, WebSystemdSocket: &systemd, WebConfigFile: &webConfig}, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String()
}

// send sends a request as it stands, over a connection of its own: no client makes it nicer.
func send(ctx context.Context, addr, lines string) (string, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, strings.ReplaceAll(lines, "\n", "\r\n")+"\r\n\r\n"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

// TestPassing: what stands right below a path that passes is answered without a password, as a
// request of nobody; a name that is not ours is refused there, too; and nothing else passes,
// however it is written.
func TestPassing(t *testing.T) {
	addr := serveDoor(t, write(t, filepath.Join(t.TempDir(), "web.yml"),
		"basic_auth_users: {wei: "+hash+"}\nhttp_server_config: {headers: {X-Frame-Options: deny}}\n"))
	const wei, guess = "d2VpOnB3", "d2VpOmd1ZXNz" // wei:pw, wei:guess
	for _, tt := range []struct {
		line, auth, host string
		status           int
		body             string // "" is not looked at
	}{
		{"GET /a/AbC-_1.x", "", "", 200, "in: "},
		{"HEAD /a/AbC", "", "", 200, ""},
		{"POST /a/AbC", "", "", 200, "in: "},
		{"GET /c/AbC.png?lang=zh", "", "", 200, "in: "},
		{"GET /a/AbC", wei, "", 200, "in: wei, signed in"},
		{"GET /a/AbC", guess, "", 200, "in: "}, // not wei
		{"GET /a/AbC", "%%%", "", 200, "in: "},
		{"GET /a/AbC", "", "evil.test", 421, ""},
		{"GET /a/AbC", wei, "evil.test", 421, ""},
		{"GET /", "", "", 401, ""},
		{"GET /", guess, "", 401, ""},
		{"GET /", wei, "", 200, "in: wei, signed in"},
		{"PUT /a/AbC", "", "", 401, ""},
		{"DELETE /a/AbC", "", "", 401, ""},
		{"CONNECT /a/AbC", "", "", 401, ""},
		{"GET /a/", "", "", 401, ""},
		{"GET /a", "", "", 401, ""},
		{"GET /A/AbC", "", "", 401, ""},
		{"GET //a/AbC", "", "", 401, ""},
		{"GET /a//alarms", "", "", 401, ""},
		{"GET /a/x/alarms", "", "", 401, ""},
		{"GET /a/..", "", "", 401, ""},
		{"GET /a/../alarms", "", "", 401, ""},
		{"GET /a/..%2Falarms", "", "", 401, ""},
		{"GET /a/%2e%2e/alarms", "", "", 401, ""},
		{"GET /a/%41bC", "", "", 401, ""},
		{"GET /a/..;/alarms", "", "", 401, ""},
		{`GET /a/..\alarms`, "", "", 401, ""},
		{"POST /alarms/K7Q2/ack?x=/a/AbC", "", "", 401, ""},
		{"GET /api/v1/alarms", "", "", 401, ""},
	} {
		host := tt.host
		if host == "" {
			host = addr
		}
		lines := tt.line + " HTTP/1.1\nHost: " + host + "\nConnection: close"
		if tt.auth != "" {
			lines += "\nAuthorization: Basic " + tt.auth
		}
		got, err := send(t.Context(), addr, lines)
		_, body, _ := strings.Cut(got, "\r\n\r\n")
		if err != nil || !strings.HasPrefix(got, fmt.Sprint("HTTP/1.1 ", tt.status)) || tt.body != "" && body != tt.body {
			t.Errorf("%s by %q to %s: want %d %q, got %v\n%s", tt.line, tt.auth, host, tt.status, tt.body, err, got)
		}
		if !strings.Contains(got, "X-Frame-Options: deny") {
			t.Errorf("%s lacks the headers of the file:\n%s", tt.line, got)
		}
		if passed := tt.status != http.StatusUnauthorized; passed == strings.Contains(got, "Www-Authenticate") {
			t.Errorf("%s asks for a password, or does not:\n%s", tt.line, got)
		}
	}
}

// TestPassingByTLS: it is the same over TLS and HTTP/2.
func TestPassingByTLS(t *testing.T) {
	ours := server.NewAuthority(t)
	addr := serveDoor(t, write(t, filepath.Join(t.TempDir(), "web.yml"),
		fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s}\nbasic_auth_users: {wei: %s}\n", ours.CertFile, ours.KeyFile, hash)))
	for _, http2 := range []bool{false, true} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ours.Pool}, ForceAttemptHTTP2: http2}
		for path, want := range map[string]int{"/a/AbC": http.StatusOK, "/": http.StatusUnauthorized, "/a/": http.StatusUnauthorized} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+addr+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := (&http.Client{Transport: transport}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != want || (answer.ProtoMajor == 2) != http2 {
				t.Errorf("%s by %s: %d, want %d", path, answer.Proto, answer.StatusCode, want)
			}
		}
		transport.CloseIdleConnections()
	}
}

// TestPassingUnderARate: who bounds requests bounds those that pass, too.
func TestPassingUnderARate(t *testing.T) {
	addr := serveDoor(t, write(t, filepath.Join(t.TempDir(), "web.yml"), "basic_auth_users: {wei: "+hash+"}\nrate_limit: {interval: 1h, burst: 2}\n"))
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		if got, err := visit(t.Context(), "http://"+addr+"/a/AbC", nil, "", ""); err != nil || !strings.HasPrefix(got, strconv.Itoa(want)) {
			t.Errorf("request %d: %q, %v; want %d", i, got, err, want)
		}
	}
}

// TestPassingWithoutPasswords: where nobody can sign in, the paths pass from other machines, and
// nothing else does.
func TestPassingWithoutPasswords(t *testing.T) {
	_, h := newGate(t, Options{Listen: "0.0.0.0:9740", Passing: passing()}, Rules{Hosts: []string{"brim.lan"}})
	for path, want := range map[string]int{"/a/AbC": 200, "/c/AbC.png": 200, "/": 403, "/a/": 403, "/a/x/y": 403, "/alarms": 403} {
		if w := ask(h, http.MethodGet, path, "brim.lan", "10.0.0.5"); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
		if w := ask(h, http.MethodGet, path, "evil.test", "10.0.0.5"); w.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s by another name: %d", path, w.Code)
		}
	}
}

// TestWhatPassesStaysBelow: whatever passes is of one part below its path, which no cleaning of
// paths leads anywhere else.
func TestWhatPassesStaysBelow(t *testing.T) {
	g, _ := newGate(t, Options{Passing: passing()}, Rules{})
	mux := http.NewServeMux()
	for _, p := range passing() {
		mux.HandleFunc(p+"{token}", func(http.ResponseWriter, *http.Request) {})
	}
	piece := rapid.SampledFrom([]string{"/", "a", "c", "/a/", "..", ".", "%2e", "%2F", "alarms", "\\", ";", "AbC", "//", "%00", "?", "#", "api"})
	rapid.Check(t, func(t *rapid.T) {
		target := "/" + strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		r, err := http.NewRequestWithContext(t.Context(), rapid.SampledFrom([]string{"GET", "POST", "HEAD", "PUT"}).Draw(t, "method"), "http://brim.lan"+target, http.NoBody)
		if err != nil || !g.passes(r) {
			return
		}
		if _, pattern := mux.Handler(r); !strings.HasSuffix(pattern, "/{token}") {
			t.Fatalf("%s %s passes, and leads to %q", r.Method, target, pattern)
		}
	})
}

// TestAnswersOfTheGateCount: once a request has come in, what answers it may ask for a sign-in
// of its own.
func TestAnswersOfTheGateCount(t *testing.T) {
	g, _ := newGate(t, Options{Passing: passing()}, Rules{})
	inner := g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "sign in elsewhere", http.StatusUnauthorized)
	}))
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/a/AbC", nil)
	r.Host = "127.0.0.1"
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	g.outer(inner, inner).ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || strings.TrimSpace(w.Body.String()) != "sign in elsewhere" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
