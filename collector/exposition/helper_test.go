package exposition

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// shopMapping reads two series of shopPage.
func shopMapping() []Metric {
	return []Metric{
		{Metric: fleet.Connections, Series: "shop_clients"},
		{Metric: fleet.SendTPS, Series: "shop_orders_total", Counter: true},
	}
}

const shopPage = "# TYPE shop_clients gauge\nshop_clients 12\nshop_orders_total 1027\n"

// build makes a Collector that is closed with the test. Its Transport knows no proxy.
func build(t testing.TB, o Options) *Collector {
	t.Helper()
	if o.Mapping == nil {
		o.Mapping = shopMapping()
	}
	if o.Transport == nil {
		o.Transport = direct()
	}
	return collectortest.Build(t, New, o)
}

// direct returns a Transport that goes without a proxy, whatever the environment says.
func direct() *Transport {
	return NewTransportThrough(nil)
}

// wantShop visits and wants the figures of shopPage.
func wantShop(t testing.TB, c collector.Collector) {
	t.Helper()
	v, err := collectortest.Visit(t, c)
	if err != nil {
		t.Fatalf("visit: %v", err)
	}
	if n, ok := v.GaugeOf(fleet.Connections); !ok || n != 12 {
		t.Errorf("connections: %v, %v, want 12 (%v)", n, ok, v.Gaps())
	}
	if n, at, ok := v.CounterOf(fleet.SendTPS); !ok || n != 1027 || at.IsZero() {
		t.Errorf("send_tps: %v, %v, want 1027 (%v)", n, ok, v.Gaps())
	}
}

// serve starts an HTTP server and returns its URL.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// say writes text as an answer.
func say(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) }

// raw is a server that speaks by a script, connection by connection.
type raw struct {
	*collectortest.Scripted
	url string

	mu    sync.Mutex
	asked []string // first lines of requests
}

// talk serves connection n, counted from 0. It returns when it is over, which
// closes the connection.
type talk func(r *raw, n int, conn net.Conn)

// serveRaw starts a server that speaks by a script.
func serveRaw(t testing.TB, do talk) *raw {
	t.Helper()
	r := &raw{}
	r.Scripted = collectortest.Script(t, func(p collectortest.Peer) { do(r, p.N, p.Conn) })
	r.url = "http://" + r.Addr + "/metrics"
	return r
}

// request reads one request; false when there is none.
func (r *raw) request(in *bufio.Reader) bool {
	q, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, q.Method+" "+q.RequestURI)
	return true
}

// state returns how many connections and requests there were.
func (r *raw) state() (accepted, asked int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Accepted(), len(r.asked)
}

// answers returns a talk that answers every request with the same bytes.
func answers(text string) talk {
	return func(r *raw, _ int, conn net.Conn) {
		in := bufio.NewReader(conn)
		for r.request(in) {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	}
}

// once returns a talk that answers one request and hangs up.
func once(text string) talk {
	return func(r *raw, _ int, conn net.Conn) {
		if r.request(bufio.NewReader(conn)) {
			_, _ = io.WriteString(conn, text)
		}
	}
}

// ok returns a whole answer with a length.
func ok(page string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(page), page)
}

// through returns a Transport that takes one proxy for everything.
func through(t testing.TB, proxy string) *Transport {
	t.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return NewTransportThrough(u)
}
