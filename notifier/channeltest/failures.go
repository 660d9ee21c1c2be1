package channeltest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// refused is a far side where nobody listens.
func (s Subject) refused(t *testing.T) {
	const nobody = "http://127.0.0.1:1" // the port of a service that no system has any more
	err := s.channel(t, nobody).want(t.Context(), s.Message, Later, "a refused connection")
	if err != nil && !strings.Contains(err.Error(), "refused") {
		t.Errorf("the error does not say that the connection was refused: %v", err)
	}
}

// readRequest reads a whole request from a connection.
func readRequest(t *testing.T, conn net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		t.Errorf("read the request: %v", err)
		return
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		t.Errorf("read the request's body: %v", err)
	}
}

func (s Subject) cutAfterRequest(t *testing.T) {
	address := listen(t, func(conn net.Conn) { readRequest(t, conn) })
	_ = s.channel(t, "http://"+address).want(t.Context(), s.Message, s.Lost, "a connection cut after the request")
}

func (s Subject) notHTTP(t *testing.T) {
	for _, answer := range []string{"SSH-2.0-OpenSSH_9.9\r\n", "HTTP/1.1 banana\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: no\r\n\r\n"} {
		address := listen(t, func(conn net.Conn) {
			readRequest(t, conn)
			_, _ = io.WriteString(conn, answer)
		})
		_ = s.channel(t, "http://"+address).want(t.Context(), s.Message, s.Lost, "an answer that is not HTTP")
	}
}

// cutBody takes the message and breaks off within the body of its answer.
func (s Subject) cutBody(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		rec := &half{ResponseWriter: w}
		s.Accept(rec)
		rec.write()
		panic(http.ErrAbortHandler)
	})
	_ = s.channel(t, srv.URL).want(t.Context(), s.Message, s.CutBody, "an accepting answer whose body breaks off")
}

// half keeps a body back, to write its first half under the length of all of it.
type half struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (h *half) WriteHeader(status int) { h.status = status }

func (h *half) Write(b []byte) (int, error) {
	h.body = append(h.body, b...)
	return len(b), nil
}

func (h *half) write() {
	h.body = append(h.body, "  "...) // so that an empty body has something to lose
	h.Header().Set("Content-Length", strconv.Itoa(len(h.body)))
	if h.status != 0 {
		h.ResponseWriter.WriteHeader(h.status)
	}
	_, _ = h.ResponseWriter.Write(h.body[:len(h.body)/2])
	_ = http.NewResponseController(h.ResponseWriter).Flush() // the abort is what counts
}

// endedConnecting ends the context while TLS is being agreed upon with a far
// side that says nothing: nothing of the request was written.
func (s Subject) endedConnecting(t *testing.T) {
	ends(t, func(t *testing.T, ctx context.Context, end func(), cause error) {
		address := listen(t, func(conn net.Conn) { //nolint:contextcheck // the far side outlives the call under test
			if _, err := conn.Read(make([]byte, 1)); err != nil { // the client's hello
				t.Errorf("read from the connection: %v", err)
			}
			end()
			_, _ = io.Copy(io.Discard, conn) // until the other side closes
		})
		err := s.channel(t, "https://"+address).want(ctx, s.Message, Later, "a context that ends while connecting")
		if !errors.Is(err, cause) {
			t.Errorf("error %v does not wrap %v", err, cause)
		}
	})
}

// endedAfter ends the context when the far side has read the request.
func (s Subject) endedAfter(t *testing.T) {
	ends(t, func(t *testing.T, ctx context.Context, end func(), cause error) {
		address := listen(t, func(conn net.Conn) { //nolint:contextcheck // the far side outlives the call under test
			readRequest(t, conn)
			end()
			_, _ = io.Copy(io.Discard, conn)
		})
		err := s.channel(t, "http://"+address).want(ctx, s.Message, s.Lost, "a context that ends after the request")
		if !errors.Is(err, cause) {
			t.Errorf("error %v does not wrap %v", err, cause)
		}
	})
}
