package redis

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestExplain puts errors into words, those also that no server makes on demand.
func TestExplain(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	tcp, secure, socket := address{network: "tcp"}, address{network: "tcp", tls: true}, address{network: "unix"}
	for _, tt := range []struct {
		name string
		err  error
		at   stage
		a    address
		want string
	}{
		{"refused", dial(syscall.ECONNREFUSED), connecting, tcp, "connection refused, nothing listens there: "},
		{"no socket", dial(syscall.ENOENT), connecting, socket, "there is no such socket"},
		{"no right to the socket", dial(syscall.EACCES), connecting, socket, "unixsocketperm"},
		{"no name", &net.DNSError{Err: "no such host", Name: "cache"}, connecting, tcp, "cannot be resolved"},
		{"no file descriptor", dial(syscall.EMFILE), connecting, tcp, "LimitNOFILE"},
		{"no way", dial(syscall.EHOSTUNREACH), connecting, tcp, "no way to the host"},
		{"too old a certificate", x509.CertificateInvalidError{Reason: x509.Expired}, securing, secure, "is not valid"},
		{"hung up in TLS", io.EOF, securing, secure, "redis:// is meant"},
		{"hung up", io.EOF, asking, tcp, "rediss:// is meant"},
		{"hung up after TLS", syscall.ECONNRESET, asking, secure, "closed the connection without an answer: connection reset"},
		{"hung up by a socket", syscall.EPIPE, asking, socket, "closed the connection without an answer: broken pipe"},
		{"cut off", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), asking, tcp, "cut off within the answer"},
		{"out of time", os.ErrDeadlineExceeded, asking, tcp, "wait for the answer: context deadline exceeded"},
		{"something else", errors.New("strange\r\nand " + strings.Repeat("é", 300)), connecting, tcp, "connect: strange  and éé"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := explain(t.Context(), tt.err, tt.at, tt.a)
			if !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 300 {
				t.Errorf("%q, want %q", err, tt.want)
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := explain(ended, io.EOF, asking, tcp); !errors.Is(err, context.Canceled) {
		t.Errorf("after ctx has ended: %v", err)
	}
}

// hastily is a connection whose far side has spoken and hung up before anything
// could be written.
type hastily struct {
	net.Conn
	said io.Reader
}

// Write implements io.Writer.
func (h *hastily) Write([]byte) (int, error) { return 0, os.NewSyscallError("write", syscall.EPIPE) }

// Read implements io.Reader.
func (h *hastily) Read(b []byte) (int, error) { return h.said.Read(b) }

// SetDeadline implements net.Conn.
func (h *hastily) SetDeadline(time.Time) error { return nil }

// Close implements net.Conn.
func (h *hastily) Close() error { return nil }

// TestWordsBeforeHangingUp reads what a server said before it hung up, although
// nothing could be sent.
func TestWordsBeforeHangingUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, said, password string
		full                 bool
		want                 string
	}{
		{"full", "-ERR max number of clients reached\r\n", "", true, ""},
		{"full, with a login", "-ERR max number of clients reached\r\n", "s3cret", true, ""},
		{"protected", "-DENIED Redis is running in protected mode\r\n", "", false, "(DENIED)"},
		{"another error, with a login", "-ERR s3cret\r\n", "s3cret", false, "is not shown"},
		{"no Redis", "220 mail.example.com\r\n", "", false, "which is not Redis"},
		{"half a word", "-ERR max", "", false, "closed the connection without an answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: "redis://127.0.0.1:1", Password: tt.password})
			s := &session{Conn: &hastily{said: strings.NewReader(tt.said)}}
			s.r = bufio.NewReaderSize(heedful{s}, bufferSize)
			c.session = s
			v, err := collectortest.Visit(t, c)
			if tt.full != v.IsFull(fleet.Connections) || !tt.full && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%s, error %v; want %q", collectortest.Describe(v), err, tt.want)
			}
		})
	}
}

// TestInfoRefusedTwice is a server that takes neither form of INFO.
func TestInfoRefusedTwice(t *testing.T) {
	t.Parallel()
	s := script(t, replies(map[string]string{"INFO": "-ERR syntax error\r\n"}))
	if _, err := collectortest.Visit(t, build(t, Options{URL: redisURL(s.Addr)})); err == nil || !strings.Contains(err.Error(), "refuses INFO: ERR syntax error") {
		t.Errorf("error %v", err)
	}
}

// TestReadPair reads replies of CONFIG GET.
func TestReadPair(t *testing.T) {
	for _, tt := range []struct {
		name, said, want string
		fails            bool
	}{
		{"a value", "*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n", "10000", false},
		{"none", "*0\r\n", "", false},
		{"an empty value", "*2\r\n$10\r\nmaxclients\r\n$0\r\n\r\n", "", false},
		{"refused", "-NOPERM no\r\n", "", true},
		{"three", "*3\r\n", "", true},
		{"two thousand million", "*2000000000\r\n", "", true},
		{"a long value", "*2\r\n$10\r\nmaxclients\r\n$65\r\n", "", true},
		{"numbers", "*2\r\n:1\r\n:2\r\n", "", true},
		{"cut off", "*2\r\n$10\r\nmaxcl", "", true},
		{"another length", "*2\r\n$3\r\nmaxclients\r\n$5\r\n10000\r\n", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readPair(bufio.NewReader(strings.NewReader(tt.said)), "CONFIG GET")
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("%q, error %v; want %q", got, err, tt.want)
			}
		})
	}
}
