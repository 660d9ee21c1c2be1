package httpcall_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// roundTripper is a transport that does not trace.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func get(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatalf("build the request: %v", err)
	}
	return r
}

func TestDoDoesNotTrustATransportThatDoesNotTrace(t *testing.T) {
	broken := errors.New("broken")
	_, err := httpcall.Do(roundTripper(func(*http.Request) (*http.Response, error) { return nil, broken }), get(t, "http://127.0.0.1"), time.Minute, 10)
	e, ok := errors.AsType[*httpcall.CallError](err)
	if !ok || !e.Written || !errors.Is(err, broken) {
		t.Errorf("error %#v, want a CallError that may have been written, around the transport's", err)
	}
}

func TestDoEndsByItsOwnTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		began := time.Now()
		_, err := httpcall.Do(hangs, get(t, "http://127.0.0.1"), 7*time.Second, 10)
		if took := time.Since(began); took != 7*time.Second {
			t.Errorf("took %s, want 7s", took)
		}
		if err == nil || err.Error() != "no answer within 7s" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want one that says the timeout and is context.DeadlineExceeded", err)
		}
	})
}

// Twilio is spoken to over HTTP/2, where one connection carries many calls: what
// is lost there is told apart in the same way.
func TestWrittenOverTLS(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(map[bool]string{false: "HTTP/1.1", true: "HTTP/2"}[h2], func(t *testing.T) {
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					t.Errorf("read the body: %v", err)
				}
				switch r.URL.Path {
				case "/cut":
					panic(http.ErrAbortHandler)
				case "/half":
					_, _ = io.WriteString(w, "half")
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler)
				}
				_, _ = io.WriteString(w, r.Proto)
			}))
			srv.EnableHTTP2 = h2
			srv.Config.ErrorLog = log.New(io.Discard, "", 0) // it is the refused handshake below
			srv.StartTLS()
			defer srv.Close()
			trusted := x509.NewCertPool()
			trusted.AddCert(srv.Certificate())
			tr := httpcall.NewTransport(&tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}, false)
			defer tr.CloseIdleConnections()
			post := func(path string) *http.Request {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+path, strings.NewReader("To=wei"))
				if err != nil {
					t.Fatalf("build the request: %v", err)
				}
				return r
			}
			a, err := httpcall.Do(tr, post("/"), time.Minute, 100)
			if err != nil || a.Status != 200 || a.Cut != nil || strings.HasPrefix(string(a.Body), "HTTP/2") != h2 {
				t.Errorf("answer %+v, error %v", a, err)
			}
			_, err = httpcall.Do(tr, post("/cut"), time.Minute, 100)
			if e, ok := errors.AsType[*httpcall.CallError](err); !ok || !e.Written {
				t.Errorf("cut: error %#v, want one that may have been written", err)
			}
			a, err = httpcall.Do(tr, post("/half"), time.Minute, 100)
			if err != nil || a.Cut == nil || errors.Is(a.Cut, httpcall.ErrTooLong) {
				t.Errorf("half: answer %+v, error %v; want a body that was cut", a, err)
			}
			a, err = httpcall.Do(tr, post("/"), time.Minute, 2)
			if err != nil || len(a.Body) != 2 || !errors.Is(a.Cut, httpcall.ErrTooLong) {
				t.Errorf("long: answer %+v, error %v; want two bytes", a, err)
			}
			stranger := httpcall.NewTransport(nil, false)
			defer stranger.CloseIdleConnections()
			_, err = httpcall.Do(stranger, post("/"), time.Minute, 100)
			if e, ok := errors.AsType[*httpcall.CallError](err); !ok || e.Written {
				t.Errorf("a certificate of nobody known: error %#v, want one that was not written", err)
			}
		})
	}
}

// A server that switches protocols leaves a connection that never ends.
func TestSwitchedProtocols(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "tea")
		w.WriteHeader(http.StatusSwitchingProtocols)
	}))
	defer srv.Close()
	tr := httpcall.NewTransport(nil, false)
	defer tr.CloseIdleConnections()
	_, err := httpcall.Do(tr, get(t, srv.URL), time.Minute, 100)
	if e, ok := errors.AsType[*httpcall.CallError](err); !ok || !e.Written {
		t.Errorf("error %#v, want one that may have been written", err)
	}
}

func TestRedirectTarget(t *testing.T) {
	for location, want := range map[string]string{
		"": "nowhere", "http://[": "nowhere", "/login?next=secret": "another path of the same host",
		"//h/x": "h", "https://u:p@h:1/x?y": "https://h:1",
	} {
		if got := httpcall.RedirectTarget(http.Header{"Location": {location}}); got != want {
			t.Errorf("RedirectTarget(%q) = %q, want %q", location, got, want)
		}
	}
}

func TestRetryAfterForms(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	tests := []struct {
		header string
		want   time.Duration
		ok     bool
	}{
		{"", 0, false},
		{" 30 ", 30 * time.Second, true},
		{"3600", time.Hour, true},
		{"3601", time.Hour, true},
		{"99999999999999999999", time.Hour, true},
		{"Sun, 22 Nov 2026 14:00:45 GMT", 45 * time.Second, true},
		{"Sunday, 22-Nov-26 14:00:45 GMT", 45 * time.Second, true}, // RFC 850
		{"Sun Nov 22 14:00:45 2026", 45 * time.Second, true},       // asctime
		{"Sun, 22 Nov 2026 13:00:00 GMT", 0, true},
		{"Sun, 22 Nov 2099 13:00:00 GMT", time.Hour, true},
		{"-1", 0, false},
		{"1e3", 0, false},
		{"１０", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.header, func(t *testing.T) {
			got, ok := httpcall.RetryAfter(http.Header{"Retry-After": {tt.header}}, now)
			if got != tt.want || ok != tt.ok {
				t.Errorf("RetryAfter = %s, %t; want %s, %t", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"1", "0", "Sun, 22 Nov 2026 14:00:45 GMT", "-", "00000000000000000000000000001"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := httpcall.RetryAfter(http.Header{"Retry-After": {s}}, now)
		if d < 0 || d > httpcall.LongestWait || (!ok && d != 0) {
			t.Errorf("RetryAfter(%q) = %s, %t", s, d, ok)
		}
	})
}

func TestOneLine(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "no such user", "no such user"},
		{"line ends", "  a\r\n\tb\n\nc ", "a b c"},
		{"control signs", "a\x1b[31mred\x00", "a [31mred"},
		{"direction overrides", "a\u202eb", "a b"},
		{"cut", strings.Repeat("x", 31), strings.Repeat("x", 30) + "..."},
		{"not cut", strings.Repeat("告", 30), strings.Repeat("告", 30)},
		{"broken UTF-8", "a\xffb", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := httpcall.OneLine(tt.in, 30); got != tt.want {
				t.Errorf("OneLine = %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\r\nb", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = min(max(limit, 0), 1000)
		got := httpcall.OneLine(s, limit)
		if !utf8.ValidString(got) || strings.IndexFunc(got, unicode.IsControl) >= 0 || utf8.RuneCountInString(got) > limit+len("...")+1 {
			t.Errorf("OneLine(%q, %d) = %q", s, limit, got)
		}
	})
}

func TestRefusedAddresses(t *testing.T) {
	tests := []struct {
		addr string
		want bool
	}{
		{"169.254.169.254", true},
		{"169.254.0.1", true},
		{"::ffff:169.254.169.254", true},
		{"fe80::1", true},
		{"fe80::1%eth0", true},
		{"febf::1", true},
		{"fd00:ec2::254", true},
		{"fd20:ce::254", true},
		{"100.100.100.200", true},
		{"127.0.0.1", false},
		{"::1", false},
		{"10.0.0.1", false},
		{"192.168.1.1", false},
		{"100.100.100.201", false},
		{"fd00::1", false},
		{"203.0.113.7", false},
	}
	for _, tt := range tests {
		t.Run(tt.addr, func(t *testing.T) {
			if got := httpcall.Refused(netip.MustParseAddr(tt.addr)); got != tt.want {
				t.Errorf("Refused = %t, want %t", got, tt.want)
			}
		})
	}
}

// The guard is asked about the address that is connected to, not the name.
func TestGuardedTransportDoesNotConnect(t *testing.T) {
	tr := httpcall.NewTransport(nil, true)
	defer tr.CloseIdleConnections()
	for _, address := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fe80::1]:9/", "http://[::ffff:100.100.100.200]/"} {
		_, err := httpcall.Do(tr, get(t, address), time.Minute, 10)
		e, ok := errors.AsType[*httpcall.CallError](err)
		if !ok || e.Written || !strings.Contains(err.Error(), "link-local or metadata") {
			t.Errorf("%s: error %v, want one that refuses the address", address, err)
		}
	}
}
