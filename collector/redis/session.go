package redis

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/collector/neterror"
)

// session is one connection to a server. It has no goroutine of its own: it is
// written to and read from within a visit.
type session struct {
	net.Conn
	r        *bufio.Reader
	loggedIn bool
	// executed is how many commands of ours the server has counted on this
	// connection. Refused ones (NOPERM and the like) it does not count.
	executed uint64
	// heard tells whether anything was answered since the last ask.
	heard bool
}

// open connects to a server, up to TLS. Nothing is said yet.
func open(ctx context.Context, a address, config *tls.Config) (*session, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, a.network, a.where)
	if err != nil {
		return nil, explain(ctx, err, connecting, a)
	}
	if a.tls {
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // of no use any more, whatever Close says
			return nil, refusedTLS(ctx, err, a)
		}
		conn = secured
	}
	s := &session{Conn: conn}
	s.r = bufio.NewReaderSize(heedful{s}, bufferSize)
	return s, nil
}

// heedful notes that something was answered.
type heedful struct{ s *session }

// Read implements io.Reader.
func (h heedful) Read(b []byte) (int, error) {
	n, err := h.s.Read(b)
	h.s.heard = h.s.heard || n > 0
	return n, err
}

// ask sends commands. A server that refuses us says so at once and hangs up, and
// then writing fails before its words were read: the next reply tells more than
// an error of ask.
func (s *session) ask(commands ...[]string) error {
	s.heard = false
	var out []byte
	for _, words := range commands {
		out = append(out, '*')
		out = strconv.AppendInt(out, int64(len(words)), 10)
		out = append(out, "\r\n"...)
		for _, word := range words {
			out = append(out, '$')
			out = strconv.AppendInt(out, int64(len(word)), 10)
			out = append(out, "\r\n"...)
			out = append(out, word...)
			out = append(out, "\r\n"...)
		}
	}
	_, err := s.Write(out)
	if err == nil || !neterror.HungUp(err) {
		return err
	}
	if _, _, said := readHead(s.r); said != nil && !neterror.HungUp(said) {
		return said
	}
	return err
}

// end closes the connection. That the far side was faster is no error.
func (s *session) end() error {
	if err := s.Close(); err != nil && !neterror.HungUp(err) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return nil
}

// listenTime is how long refusesAll waits for the server to hang up.
const listenTime = 500 * time.Millisecond

// refusedTLS explains why TLS did not come about. At its maxclients, a server
// closes a connection before TLS has begun, and so without a word. A connection
// on which nothing is said tells that from a server that disliked what it was
// sent: the latter waits.
func refusedTLS(ctx context.Context, err error, a address) error {
	if neterror.HungUp(err) && refusesAll(ctx, a) {
		return fullError("the server closes new connections at once, as Redis does with TLS at its maxclients")
	}
	return explain(ctx, err, securing, a)
}

// refusesAll opens a connection, says nothing, and tells whether the server
// hangs up by itself without a word.
func refusesAll(ctx context.Context, a address) bool {
	ctx, cancel := context.WithTimeout(ctx, listenTime)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, a.network, a.where)
	if err != nil {
		return false
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var one [1]byte
	n, err := conn.Read(one[:])
	_ = conn.Close() // of no use any more, whatever Close says
	return n == 0 && neterror.HungUp(err)
}
