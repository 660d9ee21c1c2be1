package farside

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

// Stage is where a mail server refuses a mail.
type Stage int

// The stages.
const (
	AtRecipient Stage = iota // RCPT TO
	AtSender                 // MAIL FROM
	AtEnd                    // the end of the mail
)

// MailFate is what becomes of one conversation with the mail server. The zero MailFate lets it
// go well. Refuse answers Code at Stage; AcceptThenFail answers Code to the end of a mail that
// was taken.
type MailFate struct {
	Way   Way
	Wait  time.Duration
	Stage Stage
	Code  int
	Plain bool // STARTTLS is not offered
}

// Mail is a mail server with STARTTLS that remembers what it took.
type Mail struct {
	calm
	cards   *ledger.CardReader
	secured *smtp.Server
	open    *smtp.Server // without STARTTLS
	root    []byte

	mu     sync.Mutex
	choose func() MailFate
	mails  []Letter
	behind int
	under  sync.WaitGroup
	ended  chan struct{}
}

// Letter is a mail that was taken.
type Letter struct {
	At     time.Time
	ID, To string
	ledger.Shown
}

// NewMail returns a mail server. Serve lets it listen.
func NewMail() *Mail {
	m := &Mail{calm: newCalm(), cards: ledger.NewCardReader(), ended: make(chan struct{})}
	pair, root := certificate()
	m.root = root
	m.secured, m.open = m.server(), m.server()
	m.secured.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return m
}

// certificate returns that of the library's test server, which is for 127.0.0.1, and its root
// as PEM.
func certificate() (pair tls.Certificate, root []byte) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return s.TLS.Certificates[0], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

// Root is the certificate by which the server is trusted, as PEM.
func (m *Mail) Root() []byte { return m.root }

func (m *Mail) server() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return m.begin(c) }))
	s.Domain, s.ErrorLog = "chaos.example.com", silent{}
	return s
}

// silent keeps the library from logging that clients went away.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Set chooses what becomes of each conversation from now on; nil lets all go well.
func (m *Mail) Set(choose func() MailFate) {
	m.note(choose == nil)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.choose = choose
}

// Behind counts what is still to be accepted, whoever has gone by then.
func (m *Mail) Behind() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.behind
}

// Listen listens on the loopback until Close.
func (m *Mail) Listen() (port int, err error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("serve mail: %w", err)
	}
	secured, open := newHandedOn(l.Addr()), newHandedOn(l.Addr())
	m.under.Go(func() { _ = m.secured.Serve(secured) }) // it ends when it is closed
	m.under.Go(func() { _ = m.open.Serve(open) })
	m.under.Go(func() {
		defer secured.end()
		defer open.end()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			m.enter(c, secured, open)
		}
	})
	m.under.Go(func() {
		<-m.ended
		_ = l.Close() // it only has to be over
	})
	at, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("serve mail: %s is no address with a port", l.Addr())
	}
	return at.Port, nil
}

// Close ends all conversations.
func (m *Mail) Close() {
	close(m.ended)
	_ = m.secured.Close() // nothing waits for its answers any more
	_ = m.open.Close()
	m.under.Wait()
}

// enter hands a connection to the server that its fate wants.
func (m *Mail) enter(c net.Conn, secured, open *handedOn) {
	m.mu.Lock()
	var f MailFate
	if m.choose != nil {
		f = m.choose()
	}
	m.mu.Unlock()
	fated := &fatedConn{c, f}
	switch {
	case f.Way == CutBefore:
		_ = c.Close() // that is what it is for
	case f.Plain:
		open.hand(fated)
	default:
		secured.hand(fated)
	}
}

// fatedConn is a connection with what becomes of it.
type fatedConn struct {
	net.Conn
	fate MailFate
}

// fateOf finds the fate of a connection, below TLS where there is some.
func fateOf(c net.Conn) MailFate {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if f, ok := c.(*fatedConn); ok {
		return f.fate
	}
	return MailFate{}
}

// handedOn is a listener whose connections another one has accepted.
type handedOn struct {
	at    net.Addr
	conns chan net.Conn
	over  chan struct{}
	once  sync.Once
}

func newHandedOn(at net.Addr) *handedOn {
	return &handedOn{at: at, conns: make(chan net.Conn), over: make(chan struct{})}
}

func (h *handedOn) hand(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.over:
		_ = c.Close() // nobody serves it
	}
}

func (h *handedOn) end() { h.once.Do(func() { close(h.over) }) }

// Accept returns the next connection.
func (h *handedOn) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.over:
		return nil, net.ErrClosed
	}
}

// Close ends it.
func (h *handedOn) Close() error {
	h.end()
	return nil
}

// Addr is where the connections came in.
func (h *handedOn) Addr() net.Addr { return h.at }

// session is one conversation.
type session struct {
	server *Mail
	conn   *smtp.Conn
	to     string
}

func (m *Mail) begin(c *smtp.Conn) (smtp.Session, error) { return &session{server: m, conn: c}, nil }

func (s *session) fate() MailFate { return fateOf(s.conn.Conn()) }

// Reset forgets a mail that was begun.
func (s *session) Reset() { s.to = "" }

// Logout ends the conversation.
func (s *session) Logout() error { return nil }

// Mail takes the sender.
func (s *session) Mail(string, *smtp.MailOptions) error { return s.refused(AtSender) }

// Rcpt takes the recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.refused(AtRecipient)
}

// refused is the reply at a stage at which the mail is refused.
func (s *session) refused(at Stage) error {
	if f := s.fate(); f.Way == Refuse && f.Stage == at {
		return reply(f.Code)
	}
	return nil
}

// reply is a reply with an enhanced code that fits it.
func reply(code int) error {
	e := smtp.EnhancedCode{code / 100, 3, 0}
	text := "a fault of the test"
	switch code {
	case 450, 451:
		e, text = smtp.EnhancedCode{4, 7, 1}, "Greylisted, please try again in 5 minutes"
	case 550:
		e, text = smtp.EnhancedCode{5, 1, 1}, "No such user here"
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: e, Message: text}
}

// errCut is the end of a conversation that was cut.
var errCut = errors.New("the connection was cut")

// Data takes the mail, or lets it go wrong.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	f, m := s.fate(), s.server
	switch f.Way {
	case Well, CutBefore:
		if !m.waited(f.Wait) {
			return errCut
		}
		m.take(raw, s.to)
	case Refuse:
		if err := s.refused(AtEnd); err != nil {
			return err
		}
		m.take(raw, s.to)
	case CutUnaccepted:
		return s.cut()
	case Silent:
		return s.silence()
	case AcceptThenFail:
		m.take(raw, s.to)
		return reply(f.Code)
	case AcceptThenCut:
		m.take(raw, s.to)
		return s.cut()
	case AcceptThenSilence:
		m.take(raw, s.to)
		return s.silence()
	case AcceptLate:
		m.takeLate(raw, s.to, f.Wait)
		return s.silence()
	}
	return nil
}

func (s *session) cut() error {
	_ = s.conn.Conn().Close() // that is what it is for
	return errCut
}

// mostSilence is for how long nothing is said: longer than anybody waits.
const mostSilence = 30 * time.Second

func (s *session) silence() error {
	s.server.waited(mostSilence)
	return s.cut()
}

// waited waits, and tells whether the server still runs.
func (m *Mail) waited(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-m.ended:
		return false
	}
}

// takeLate takes a mail later, whoever has gone by then.
func (m *Mail) takeLate(raw []byte, to string, wait time.Duration) {
	m.mu.Lock()
	m.behind++
	m.mu.Unlock()
	m.under.Go(func() {
		if m.waited(wait) {
			m.take(raw, to)
		}
		m.mu.Lock()
		m.behind--
		m.mu.Unlock()
	})
}

// take keeps a mail.
func (m *Mail) take(raw []byte, to string) {
	l := Letter{At: time.Now(), To: to}
	if msg, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		l.ID = msg.Header.Get("Message-Id")
		l.Shown = m.cards.Read(plainText(msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, l)
}

// plainText finds the text for people without HTML in a mail, or in a part of one.
func plainText(kind, encoding string, body io.Reader) string {
	media, params, err := mime.ParseMediaType(kind)
	switch {
	case err != nil:
		return ""
	case strings.HasPrefix(media, "multipart/"):
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if text := plainText(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); text != "" {
				return text
			}
		}
	case media != "text/plain":
		return ""
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(text)
}

// Letters returns the mails that were taken, oldest first.
func (m *Mail) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Letter(nil), m.mails...)
}

// Arrivals returns what the mails told, oldest first. A second copy has the same Message-ID, by
// which mail programs drop it.
func (m *Mail) Arrivals() []ledger.Arrival {
	var out []ledger.Arrival
	for _, l := range m.Letters() {
		out = append(out, arrivalsOf(l.Shown, ledger.Arrival{At: l.At, Recipient: "email/" + l.To, Message: l.ID})...)
	}
	return out
}
