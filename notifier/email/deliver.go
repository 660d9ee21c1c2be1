package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// stage is how far the conversation with the server got.
type stage uint8

const (
	connecting stage = iota
	greeting         // the server's first line
	hello            // EHLO
	securing         // STARTTLS, or TLS from the beginning
	login            // AUTH
	sender           // MAIL FROM
	recipient        // RCPT TO
	data             // DATA
	writing          // the mail itself
	ending           // the dot that ends it, and the answer to that
)

// stageError is where a conversation ended, and why.
type stageError struct {
	at  stage
	err error
}

func (e *stageError) Error() string { return e.err.Error() }
func (e *stageError) Unwrap() error { return e.err }

// errNoStartTLS says that a server does not offer what is wanted of it.
var errNoStartTLS = errors.New("the server does not offer STARTTLS")

// errNoUTF8 says that a server knows no addresses like that of the recipient (RFC 6531).
var errNoUTF8 = errors.New("the server takes no addresses with other signs than ASCII (it does not offer SMTPUTF8)")

func plainASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

// deliver hands one mail to the server. It returns what the server said to the end of it.
// The error is a *stageError.
func (c *Channel) deliver(ctx context.Context, to string, mail []byte) (said string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, timeoutError{c.opts.Timeout})
	defer cancel()
	at := connecting
	defer func() {
		if err != nil {
			err = &stageError{at, plainEnd(ctx, err)}
		}
	}()
	wire, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(c.opts.Host, strconv.Itoa(c.opts.Port)))
	if err != nil {
		return "", err
	}
	// Whatever ends the context ends what is read from or written to the connection.
	defer context.AfterFunc(ctx, func() { _ = wire.SetDeadline(time.Unix(1, 0)) })()
	defer func() { _ = wire.Close() }() // what counts was said by then
	var conn net.Conn = &bounded{Conn: wire, left: maxSaid}
	if c.opts.Security == WholeTLS {
		at = securing
		secured := tls.Client(conn, c.tlsConfig())
		if err := secured.HandshakeContext(ctx); err != nil {
			return "", err
		}
		conn = secured
	}
	at = greeting
	client, err := smtp.NewClient(conn, c.opts.Host)
	if err != nil {
		return "", err
	}
	return c.converse(client, &at, to, mail)
}

// converse speaks with a server that has greeted us.
func (c *Channel) converse(client *smtp.Client, at *stage, to string, mail []byte) (said string, err error) {
	*at = hello
	if err := client.Hello(c.opts.Hello); err != nil {
		return "", err
	}
	if c.opts.Security == StartTLS {
		*at = securing
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return "", errNoStartTLS
		}
		if err := client.StartTLS(c.tlsConfig()); err != nil {
			return "", err
		}
	}
	if c.opts.Username != "" {
		*at = login
		if err := c.signIn(client); err != nil {
			return "", err
		}
	}
	*at = sender
	if err := client.Mail("<" + c.opts.From + ">"); err != nil {
		return "", err
	}
	*at = recipient
	if offered, _ := client.Extension("SMTPUTF8"); !offered && !plainASCII(to) {
		return "", errNoUTF8
	}
	if err := client.Rcpt("<" + to + ">"); err != nil {
		return "", err
	}
	*at = data
	w, err := client.Data()
	if err != nil {
		return "", err
	}
	*at = writing
	if _, err := w.Write(mail); err != nil {
		return "", err
	}
	*at = ending
	if err := w.Close(); err != nil {
		return "", err
	}
	if closer, ok := w.(*smtp.DataCloser); ok {
		said = closer.ServerResponse()
	}
	_ = client.Text.PrintfLine("QUIT") // the mail is taken: nobody waits for the answer
	return said, nil
}

// signIn says who we are, by the best way that the server offers.
func (c *Channel) signIn(client *smtp.Client) error {
	offered, ways := client.Extension("AUTH")
	if !offered {
		return errors.New("the server asks nobody to sign in (it does not offer AUTH)")
	}
	by := strings.Fields(strings.ToUpper(ways))
	for _, way := range []struct {
		name string
		auth smtp.Auth
	}{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(c.opts.Username, c.opts.Password)},
		{"PLAIN", smtp.PlainAuth("", c.opts.Username, c.opts.Password, c.opts.Host, false)},
		{"LOGIN", smtp.LoginAuth(c.opts.Username, c.opts.Password, c.opts.Host, false)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(c.opts.Username, c.opts.Password)},
	} {
		for _, name := range by {
			if name == way.name {
				return client.Auth(way.auth)
			}
		}
	}
	return fmt.Errorf("the server offers no way to sign in that is known here: %s", strings.Join(by, ", "))
}

func (c *Channel) tlsConfig() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.opts.TLS != nil {
		config = c.opts.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = c.opts.Host
	}
	return config
}

// maxSaid is how much a server may say in one conversation.
const maxSaid = 1 << 20

// bounded is a connection from which no more than so many bytes are read: a line without
// an end ends all the same.
type bounded struct {
	net.Conn
	left int
}

// Read reads until the bound.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

var errTooLong = errors.New("the server says more than any mail server has to say")

// timeoutError is the cause of a conversation that its own timeout ended.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string   { return fmt.Sprintf("it was not done within %s", e.after) }
func (e timeoutError) Is(t error) bool { return t == context.DeadlineExceeded }

// plainEnd is why a conversation ended: the end of its context where that was the reason.
func plainEnd(ctx context.Context, err error) error {
	if _, said := errors.AsType[*textproto.Error](err); said || ctx.Err() == nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("the server ended the connection: %w", err)
		}
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, ctx.Err()) {
		return cause
	}
	return ctx.Err()
}
