package httpget

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// tape is a connection to a server that says one thing, whatever it is asked.
type tape struct {
	net.Conn // never used: what is called is below
	says     io.Reader
}

func (c *tape) Read(b []byte) (int, error)  { return c.says.Read(b) }
func (c *tape) Write(b []byte) (int, error) { return len(b), nil }
func (c *tape) Close() error                { return nil }
func (c *tape) SetDeadline(time.Time) error { return nil }

// FuzzAnswer lets a server say anything: the visit ends, with a page or with an
// error that is fit for people.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "H", whole("a 1\n"), whole(""), whole("<html>"), whole("{}"),
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshop_clients 12\n\r\n0\r\n\r\n",
		"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: //monitor:hunter2@x/\r\n\r\n",
		"HTTP/1.1 401 \xff\r\nContent-Type: a/\x00b;\r\n\r\n", "HTTP/1.1 408 x\r\nConnection: close\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	shared := NewTransportThrough(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		// Port 0 takes no connection, so that a second try ends at once.
		c := build(t, Options{URL: "http://127.0.0.1/", Username: "monitor", Password: "hunter2", Transport: shared})
		lean, isLean := c.way.(*client)
		if !isLean {
			t.Fatal("not the lean client")
		}
		lean.conn, lean.address = &tape{says: bytes.NewReader(b)}, "127.0.0.1:0"
		_, err := c.Get(t.Context(), func(b *Body) error {
			if _, err := io.Copy(io.Discard, b); err != nil {
				return ExplainBody(err)
			}
			return nil
		})
		if err == nil {
			return
		}
		said := err.Error()
		if said == "" || len(said) > 400 || !utf8.ValidString(said) || strings.ContainsFunc(said, unicode.IsControl) {
			t.Errorf("the error is not fit for people: %q", said)
		}
		if strings.Contains(said, "hunter2") && !bytes.Contains(b, []byte("hunter2")) {
			t.Errorf("the error tells a secret: %q", said)
		}
	})
}
