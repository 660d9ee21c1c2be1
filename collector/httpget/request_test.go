package httpget

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// whole returns a whole answer with a length.
func whole(page string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(page), page)
}

// build makes a Getter that is closed with the test. Its Transport knows no proxy.
func build(t testing.TB, o Options) *Getter {
	t.Helper()
	if o.Transport == nil {
		o.Transport = NewTransportThrough(nil)
	}
	g, err := New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(g.Close)
	return g
}

// TestRequest looks at what is asked for, byte by byte.
func TestRequest(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want []string // lines
		not  string
	}{
		{"plain", Options{URL: "http://127.0.0.1:9100/metrics"},
			[]string{"GET /metrics HTTP/1.1", "Host: 127.0.0.1:9100", "Accept: text/plain;version=0.0.4,*/*;q=0.1", "Accept-Encoding: identity", "User-Agent: brimwatch"}, "Authorization"},
		{"JSON", Options{URL: "http://127.0.0.1:9100/v", Want: JSON}, []string{"Accept: application/json"}, ""},
		{"no path", Options{URL: "http://127.0.0.1:9100"}, []string{"GET / HTTP/1.1"}, ""},
		{"query", Options{URL: "http://127.0.0.1:9100/a%2Fb?x=y&z=%20"}, []string{"GET /a%2Fb?x=y&z=%20 HTTP/1.1"}, ""},
		{"IPv6", Options{URL: "http://[::1]/"}, []string{"Host: [::1]"}, ""},
		{"https", Options{URL: "https://127.0.0.1/metrics"}, []string{"Accept-Encoding: gzip", "Host: 127.0.0.1"}, ""},
		{"basic", Options{URL: "http://127.0.0.1/", Username: "Aladdin", Password: "open sesame"},
			[]string{"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, ""}, // RFC 7617, section 2
		{"bearer", Options{URL: "http://127.0.0.1/", Bearer: "mF_9.B5f-4.1JqM"}, []string{"Authorization: Bearer mF_9.B5f-4.1JqM"}, ""}, // RFC 6750, section 2.1
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, ok := build(t, tt.o).way.(*client)
			if !ok {
				t.Fatal("not the lean client")
			}
			got := "\r\n" + string(c.rendered)
			for _, line := range tt.want {
				if !strings.Contains(got, "\r\n"+line+"\r\n") {
					t.Errorf("the request lacks the line %q:\n%s", line, got)
				}
			}
			if tt.not != "" && strings.Contains(got, tt.not) {
				t.Errorf("the request holds %s:\n%s", tt.not, got)
			}
		})
	}
}

// TestInternationalHost leaves host names that are not ASCII to net/http.
func TestInternationalHost(t *testing.T) {
	if _, lean := build(t, Options{URL: "http://bücher.invalid/metrics"}).way.(*client); lean {
		t.Error("the lean client would ask for a host name that DNS does not know")
	}
}

// TestBadProxy does not repeat what the environment says, which may hold a password.
func TestBadProxy(t *testing.T) {
	bad := NewTransport()
	bad.proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("parse http://u:hunter2@[bad") }
	if _, err := New(Options{URL: "http://127.0.0.1/", Transport: bad}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a proxy that cannot be read: %v", err)
	}
}

// TestUnknownHost asks a host name that no resolver may know (RFC 6761, section
// 6.4), by a resolver of the test's own.
func TestUnknownHost(t *testing.T) {
	tr := NewTransportThrough(nil)
	tr.dialer.Resolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "shop.invalid", IsNotFound: true}
	}}
	_, err := build(t, Options{URL: "http://shop.invalid:9100/metrics", Transport: tr}).Get(t.Context(), func(*Body) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "the host name cannot be resolved") || !strings.Contains(err.Error(), "shop.invalid") {
		t.Errorf("got %v", err)
	}
}
