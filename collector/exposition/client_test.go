package exposition

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
)

// TestAnswers reads a page in every form that HTTP/1 has for it, twice over; and
// keeps the connection when that is possible.
func TestAnswers(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
	chunked := head + "Transfer-Encoding: chunked\r\n\r\n"
	for i := 0; i < len(shopPage); i += 10 {
		part := shopPage[i:min(i+10, len(shopPage))]
		chunked += fmt.Sprintf("%x;ext=1\r\n%s\r\n", len(part), part)
	}
	for _, tt := range []struct {
		name string
		do   talk
		kept bool
	}{
		{"with a length", answers(ok(shopPage)), true},
		{"in chunks", answers(chunked + "0\r\n\r\n"), true},
		{"in chunks, with a trailer", answers(chunked + "0\r\nX-Sum: 1\r\n\r\n"), true},
		{"without a type", answers(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(shopPage), shopPage)), true},
		{"after an interim answer", answers("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok(shopPage)), true},
		{"the server says it closes", answers(strings.Replace(ok(shopPage), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)), false},
		{"until the connection ends", once(head + "\r\n" + shopPage), false},
		{"HTTP/1.0", once("HTTP/1.0 200 OK\r\n\r\n" + shopPage), false},
		{"HTTP/1.0 that keeps", answers(strings.Replace(strings.Replace(ok(shopPage), "1.1", "1.0", 1), "\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n", 1)), true},
		{"bytes that nobody asked for", answers(ok(shopPage) + "HTTP/1.1 200 OK\r\n"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveRaw(t, tt.do)
			c := build(t, Options{URL: s.url})
			for range 3 {
				wantShop(t, c)
			}
			want := 3
			if tt.kept {
				want = 1
			}
			if n, _ := s.state(); n != want {
				t.Errorf("%d connections for 3 visits, want %d", n, want)
			}
		})
	}
}

// TestStale closes a kept connection while it is idle: the visit after is told
// nothing of it.
func TestStale(t *testing.T) {
	for name, last := range map[string]string{
		"without a word":  "",
		"with status 408": "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, once(ok(shopPage)+last))
			c := build(t, Options{URL: s.url})
			for range 3 {
				wantShop(t, c)
			}
			if n, asked := s.state(); n != 3 || asked != 3 {
				t.Errorf("%d connections and %d requests, want 3 and 3", n, asked)
			}
		})
	}
}

// TestStaleOnSecondRequest closes a kept connection when it is asked again: by
// the end of the connection, before a byte of an answer.
func TestStaleOnSecondRequest(t *testing.T) {
	s := serveRaw(t, func(r *raw, _ int, conn net.Conn) {
		in := bufio.NewReader(conn)
		if r.request(in) {
			_, _ = io.WriteString(conn, ok(shopPage))
			r.request(in)
		}
	})
	c := build(t, Options{URL: s.url})
	wantShop(t, c)
	wantShop(t, c)
	if n, asked := s.state(); n != 2 || asked != 3 {
		t.Errorf("%d connections and %d requests, want 2 and 3", n, asked)
	}
}

// TestNoSecondTry asks once only when an answer has begun, and when the
// connection is new: what fails there is news.
func TestNoSecondTry(t *testing.T) {
	t.Run("an answer has begun", func(t *testing.T) {
		s := serveRaw(t, func(r *raw, n int, conn net.Conn) {
			in := bufio.NewReader(conn)
			if r.request(in) {
				_, _ = io.WriteString(conn, ok(shopPage))
			}
			if n == 0 && r.request(in) {
				_, _ = io.WriteString(conn, "H")
			}
		})
		c := build(t, Options{URL: s.url})
		wantShop(t, c)
		collectortest.Fails(t, c, "cut off within the answer")
		if n, asked := s.state(); n != 1 || asked != 2 {
			t.Errorf("%d connections and %d requests, want 1 and 2", n, asked)
		}
		wantShop(t, c)
	})
	t.Run("a new connection", func(t *testing.T) {
		s := serveRaw(t, once(""))
		c := build(t, Options{URL: s.url})
		collectortest.Fails(t, c, "closed the connection without an answer", "https://")
		if n, asked := s.state(); n != 1 || asked != 1 {
			t.Errorf("%d connections and %d requests, want 1 and 1", n, asked)
		}
	})
	t.Run("the fresh connection fails, too", func(t *testing.T) {
		s := serveRaw(t, func(r *raw, n int, conn net.Conn) {
			if r.request(bufio.NewReader(conn)) && n == 0 {
				_, _ = io.WriteString(conn, ok(shopPage))
			}
		})
		c := build(t, Options{URL: s.url})
		wantShop(t, c)
		collectortest.Fails(t, c, "closed the connection without an answer")
		if n, _ := s.state(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
	})
}

// TestTruncated cuts pages off: half a page is an error and tells nothing.
func TestTruncated(t *testing.T) {
	const torn = "shop_clients 12\nshop_orders_total 10"
	for _, tt := range []struct{ name, answer, want string }{
		{"before its length", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + shopPage, "the page was cut off"},
		{"at the end of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshop_clients 12\n\r\n", "the page was cut off"},
		{"within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshop_clients 12\n", "the page was cut off"},
		{"within the size of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshop_clients 12\n\r\n1", "the page was cut off"},
		{"a chunk of nonsense", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "could not be read to its end"},
		{"within a line, length unknown", "HTTP/1.1 200 OK\r\n\r\n" + torn, "ends within a line"},
		{"within the head", "HTTP/1.1 200 OK\r\nContent-Le", "cut off within the answer"},
		{"right behind the head", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "the page was cut off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveRaw(t, once(tt.answer))
			collectortest.Fails(t, build(t, Options{URL: s.url}), tt.want)
		})
	}
}

// TestCaps sends more than is read.
func TestCaps(t *testing.T) {
	flood := func(start, unit string) talk {
		return func(r *raw, _ int, conn net.Conn) {
			if !r.request(bufio.NewReader(conn)) {
				return
			}
			_, err := io.WriteString(conn, start)
			for block := strings.Repeat(unit, 1+(64<<10)/len(unit)); err == nil; {
				_, err = io.WriteString(conn, block)
			}
		}
	}
	const head = "HTTP/1.1 200 OK\r\n\r\n"
	for _, tt := range []struct {
		name string
		do   talk
		want string
	}{
		{"a page without end", flood(head, "shop_clients 12\n"), "larger than 16 MiB"},
		{"a line without end", flood(head+"shop_clients{x=\"", "y"), "a line of the page is longer than 1 MiB"},
		{"a page that says it is too large", once("HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n"), "more than the 16 MiB that are read"},
		{"a head without end", flood("HTTP/1.1 200 OK\r\n", "X-Filler: y\r\n"), "the head of the answer is longer than 256 KiB"},
		{"a line of the head without end", flood("HTTP/1.1 200 OK\r\nX: ", "y"), "the head of the answer is longer than 256 KiB"},
		{"interim answers without end", flood("", "HTTP/1.1 100 Continue\r\n\r\n"), "again and again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveRaw(t, tt.do)
			collectortest.Fails(t, build(t, Options{URL: s.url}), tt.want)
		})
	}
}

// TestLargePage reads the largest page that is read.
func TestLargePage(t *testing.T) {
	rest := strings.Repeat("filler 1\n", httpget.MaxPage/9)
	page := shopPage + rest[:httpget.MaxPage-len(shopPage)-1] + "\n"
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { say(w, page) })
	wantShop(t, build(t, Options{URL: s.URL}))
}

// TestEnded ends visits by their context, at each point where they can wait.
func TestEnded(t *testing.T) {
	for _, tt := range []struct {
		name string
		sent string // before the server falls silent
		want string
	}{
		{"before the answer", "", "wait for the answer"},
		{"within the head", "HTTP/1.1 200 OK\r\n", "read the head of the answer"},
		{"within the page", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + shopPage, "read the page"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := serveRaw(t, func(r *raw, _ int, conn net.Conn) {
				in := bufio.NewReader(conn)
				if r.request(in) {
					_, _ = io.WriteString(conn, tt.sent)
					cancel()
					_, _ = io.Copy(io.Discard, in) // until the Collector hangs up
				}
			})
			c := build(t, Options{URL: s.url})
			visits := make([]collector.Visit, 1)
			err := c.Collect(ctx, visits)
			if !errors.Is(err, context.Canceled) || !visits[0].Blank() {
				t.Fatalf("got %v", err)
			}
			// How much of what was sent has arrived is for the network to say.
			if tt.sent == "" && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error %q does not say %q", err, tt.want)
			}
		})
	}
}

// TestConnectionIsKeptAfterRefusals asks again on the same connection after an
// answer that was of no use.
func TestConnectionIsKeptAfterRefusals(t *testing.T) {
	for name, answer := range map[string]string{
		"a status":   "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy",
		"a web page": "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<html>\n",
		"no body":    "HTTP/1.1 304 Not Modified\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, func(r *raw, _ int, conn net.Conn) {
				in := bufio.NewReader(conn)
				if r.request(in) {
					_, _ = io.WriteString(conn, answer)
				}
				for r.request(in) {
					_, _ = io.WriteString(conn, ok(shopPage))
				}
			})
			c := build(t, Options{URL: s.url})
			collectortest.Fails(t, c)
			wantShop(t, c)
			if n, _ := s.state(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

// TestLongRefusal does not read on for ever to keep a connection.
func TestLongRefusal(t *testing.T) {
	s := serveRaw(t, func(r *raw, n int, conn net.Conn) {
		in := bufio.NewReader(conn)
		for r.request(in) {
			text := ok(shopPage)
			if n == 0 {
				text = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 300000)
			}
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	})
	c := build(t, Options{URL: s.url})
	collectortest.Fails(t, c, "status 500")
	wantShop(t, c)
	if n, _ := s.state(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}
