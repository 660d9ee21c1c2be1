package exposition

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestErrors puts everything a server may do wrong into words with a way out.
func TestErrors(t *testing.T) {
	head := func(lines string) string { return "HTTP/1.1 200 OK\r\n" + lines + "\r\n\r\n" }
	status := func(s string, more ...string) string {
		return "HTTP/1.1 " + s + "\r\nContent-Length: 0\r\n" + strings.Join(more, "") + "\r\n"
	}
	login := Options{Username: "monitor", Password: "battery staple"}
	for _, tt := range []struct {
		name   string
		o      Options
		answer string
		want   []string
	}{
		{"a login is missing", Options{}, status("401 Unauthorized"), []string{"wants a login", "401", "set username and password_file"}},
		{"a login is wrong", login, status("401 Unauthorized"), []string{"refuses the login", "401", "wrong user name, password or token"}},
		{"a right is missing", login, status("403 Forbidden"), []string{"403", "more rights"}},
		{"a path is wrong", Options{}, status("404 Not Found"), []string{"404", "is the path of the url right"}},
		{"a page is gone", Options{}, status("410 Gone"), []string{"410", "is the path of the url right"}},
		{"too often", Options{}, status("429 Too Many Requests"), []string{"429", "longer interval"}},
		{"not understood", Options{}, status("400 Bad Request"), []string{"400", "https://"}},
		{"a fault", Options{}, status("500 Internal Server Error"), []string{"status 500, Internal Server Error", "see its log"}},
		{"overloaded", Options{}, status("503 Service Unavailable"), []string{"status 503, Service Unavailable"}},
		{"a status nobody knows", Options{}, status("599 Eek"), []string{"status 599"}},
		{"another status", Options{}, status("204 No Content"), []string{"status 204"}},
		{"another protocol", Options{}, status("101 Switching Protocols"), []string{"status 101"}},
		{"a redirect", Options{}, status("301 Moved Permanently", "Location: https://monitor:secret@other.example:9443/m?token=secret\r\n"),
			[]string{"301", "redirects", "to https://other.example:9443/m,", "put the right address into url"}},
		{"a redirect within", Options{}, status("302 Found", "Location: /login?back=x\r\n"), []string{"302", "/login,"}},
		{"a redirect to nowhere", Options{}, status("302 Found"), []string{"an address that cannot be read"}},
		{"a proxy's login", Options{}, status("407 Proxy Authentication Required"), []string{"407", "environment variable"}},
		{"HTML by its type", Options{}, head("Content-Type: text/html; charset=utf-8\r\nContent-Length: 0"), []string{"web page (HTML)", "login page"}},
		{"HTML by itself", Options{}, ok("\n <!DOCTYPE html>\n<html><body>Log in</body></html>\n"), []string{"web page (HTML)"}},
		{"JSON by its type", Options{}, head("Content-Type: application/json\r\nContent-Length: 0"), []string{"application/json", "is the path of the url right"}},
		{"JSON by itself", Options{}, ok("{\"status\":\"UP\",\n \"groups\":[]}\n"), []string{"not a page of metrics", "is the path of the url right"}},
		{"protobuf", Options{}, head("Content-Type: application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily\r\nContent-Length: 0"), []string{"protobuf", "turn its text format on"}},
		{"a broken type", Options{}, head("Content-Type: image/png; x\r\nContent-Length: 0"), []string{"image/png"}},
		{"words", Options{}, ok("it works!\n"), []string{"not a page of metrics"}},
		{"nothing", Options{}, ok(""), []string{"the answer is empty"}},
		{"comments", Options{}, ok("# nothing yet\n"), []string{"holds no metrics"}},
		{"a strange packing", Options{}, head("Content-Encoding: br\r\nContent-Length: 0"), []string{"compressed", "(br)"}},
		{"TLS", Options{}, "\x15\x03\x01\x00\x02\x02\x16", []string{"not HTTP/1", "https://"}},
		{"another protocol's greeting", Options{}, "220 mail.example ESMTP\r\n", []string{`"220 mail.example`, "wrong port"}},
		{"a bad status line", Options{}, "HTTP/1.1 abc\r\n\r\n", []string{"not HTTP/1"}},
		{"two lengths", Options{}, head("Content-Length: 5\r\nContent-Length: 6"), []string{"not HTTP/1"}},
		{"a name in a line of the head", Options{}, head("no colon"), []string{"not HTTP/1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveRaw(t, once(tt.answer))
			o := tt.o
			o.URL = s.url + "?token=hunter2"
			said := collectortest.Fails(t, build(t, o), tt.want...)
			if !strings.HasPrefix(said, s.url+": ") {
				t.Errorf("the error does not begin with the address: %s", said)
			}
			for _, secret := range []string{"hunter2", "secret", "battery", "monitor"} {
				if strings.Contains(said, secret) {
					t.Errorf("the error tells a secret: %s", said)
				}
			}
		})
	}
}

// TestRefused visits a port where nothing listens.
func TestRefused(t *testing.T) {
	addr := server.FreeAddr(t)
	c := build(t, Options{URL: "http://" + addr + "/metrics"})
	collectortest.Fails(t, c, "connection refused", "nothing listens there")
}

// TestOptionFaults refuses what cannot work before anything is asked.
func TestOptionFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"not a url", Options{URL: "http://a b/"}, "url cannot be read"},
		{"no scheme", Options{URL: "127.0.0.1:9100"}, "url cannot be read"},
		{"no scheme, a name", Options{URL: "localhost:9100/metrics"}, "http:// or https://"},
		{"another scheme", Options{URL: "mqtt://hunter2.example"}, "http:// or https://"},
		{"a login in it", Options{URL: "http://monitor:hunter2@127.0.0.1/"}, "must not hold a user name or password"},
		{"no host", Options{URL: "http:///metrics"}, "names no host"},
		{"a port only", Options{URL: "http://:9100/metrics"}, "names no host"},
		{"port 0", Options{URL: "http://127.0.0.1:0/"}, "impossible port"},
		{"a large port", Options{URL: "http://127.0.0.1:65536/"}, "impossible port"},
		{"a fragment", Options{URL: "http://127.0.0.1/#x"}, "fragment"},
		{"two logins", Options{URL: "http://127.0.0.1/", Username: "a", Bearer: "hunter2"}, "not both"},
		{"a password alone", Options{URL: "http://127.0.0.1/", Password: "hunter2"}, "needs a username"},
		{"a colon in the username", Options{URL: "http://127.0.0.1/", Username: "a:b"}, "colon"},
		{"a line break in the token", Options{URL: "http://127.0.0.1/", Bearer: "hunter2\n"}, "bearer token holds"},
		{"a line break in the password", Options{URL: "http://127.0.0.1/", Username: "a", Password: "hunter2\r\nX: y"}, "control character"},
		{"TLS without https", Options{URL: "http://127.0.0.1/", TLS: testTLS()}, "not https://"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Mapping = shopMapping()
			_, err := New(tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want it to say %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

// packed returns a page as gzip.
func packed(t testing.TB, page string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, page); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGzip unpacks pages, also where they were not asked for: some servers pack
// whatever they are asked.
func TestGzip(t *testing.T) {
	whole := packed(t, shopPage)
	answer := func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	t.Run("whole", func(t *testing.T) {
		s := serveRaw(t, answers(answer(whole)))
		c := build(t, Options{URL: s.url})
		for range 3 {
			wantShop(t, c)
		}
		if n, _ := s.state(); n != 1 {
			t.Errorf("%d connections, want 1", n)
		}
	})
	t.Run("until the connection ends", func(t *testing.T) {
		s := serveRaw(t, once("HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n"+packed(t, strings.TrimSpace(shopPage))))
		wantShop(t, build(t, Options{URL: s.url}))
	})
	broken := []byte(whole)
	broken[len(broken)-6] ^= 0xff // of the checksum
	for _, tt := range []struct{ name, body, want string }{
		{"not gzip", "shop_clients 12\n", "cannot be unpacked"},
		{"torn", whole[:len(whole)-10], "the page was cut off"},
		{"torn before its length", "", "the page was cut off"},
		{"a wrong checksum", string(broken), "cannot be unpacked"},
		{"a bomb", packed(t, shopPage+strings.Repeat("filler 1\n", 2*httpget.MaxPage/9)), "larger than 16 MiB"},
		{"a bomb of one line", packed(t, "shop_clients{x=\""+strings.Repeat("y", 8<<20)), "longer than 1 MiB"},
		{"an empty page", packed(t, ""), "the answer is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveRaw(t, answers(answer(tt.body)))
			c := build(t, Options{URL: s.url})
			collectortest.Fails(t, c, tt.want)
			collectortest.Fails(t, c, tt.want) // with the same unpacker
		})
	}
}

// TestGzipThatUnpacksToNothing holds the cap for the packed bytes, too.
func TestGzipThatUnpacksToNothing(t *testing.T) {
	empty := packed(t, "")
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		block := []byte(strings.Repeat(empty, 4096))
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	collectortest.Fails(t, build(t, Options{URL: s.URL}), "the compressed page is larger")
}

// TestProxy goes through the proxy that the environment names, and around it
// where the environment says so.
func TestProxy(t *testing.T) {
	var asked []string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		if r.Header.Get("Proxy-Authorization") != "Basic dTpw" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		say(w, shopPage)
	})
	const target = "http://shop.invalid:9100/metrics?x=y"
	addr := proxy.Listener.Addr().String()
	wantShop(t, build(t, Options{URL: target, Transport: through(t, "http://u:p@"+addr)}))
	if len(asked) != 1 || asked[0] != target {
		t.Errorf("the proxy was asked for %q", asked)
	}
	collectortest.Fails(t, build(t, Options{URL: target, Transport: through(t, "http://"+addr)}), "the proxy wants a login")

	said := collectortest.Fails(t, build(t, Options{URL: "https://shop.invalid/metrics", Transport: through(t, "http://u:p@"+addr)}), "through the proxy that the environment names")
	if strings.Contains(said, "u:p") {
		t.Errorf("the error tells a secret: %s", said)
	}
	proxy.Close()
	collectortest.Fails(t, build(t, Options{URL: target, Transport: through(t, "http://u:p@"+addr)}), "through the proxy that the environment names", "connection refused")
}

// TestAllVisits tells all instances of a source the same figures.
func TestAllVisits(t *testing.T) {
	s := serveRaw(t, answers(ok(shopPage)))
	c := build(t, Options{URL: s.url})
	visits := make([]collector.Visit, 3)
	if err := c.Collect(t.Context(), visits); err != nil {
		t.Fatal(err)
	}
	for i := range visits {
		if n, ok := visits[i].GaugeOf(shopMapping()[0].Metric); !ok || n != 12 {
			t.Errorf("visit %d: %v, %v", i, n, ok)
		}
	}
}
