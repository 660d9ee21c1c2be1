// Package email sends notices as e-mail through a mail server (SMTP, RFC 5321): plain text
// and HTML, in the language and the time zone of its recipient, threaded by episode.
//
// A Channel sends once. Nothing is sent in the clear where the connection is to be secured.
// Whether a mail was taken over cannot be looked up: one that may have been is sent again under
// the same Message-ID, and says that it may be a repeat.
package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html/template"
	"os"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// Security is how the connection to the mail server is secured.
type Security string

// The ways.
const (
	StartTLS Security = "starttls" // it must be offered
	WholeTLS Security = "tls"      // from the first byte
	NoTLS    Security = "none"
)

// Options say through which server mail goes, from whom, and how it is written.
type Options struct {
	Host     string
	Port     int
	Security Security
	TLS      *tls.Config // nil is the system's own
	Username string      // "" signs in as nobody
	Password string
	From     string // address
	FromName string // "" is Brimwatch
	Hello    string // "" is the name of this machine
	Timeout  time.Duration
	Language words.Language
	Zone     *time.Location // nil is UTC
	// ExternalURL is where people find the page of all alarms; "" where they do not.
	ExternalURL string
	Version     string      // of Brimwatch
	Links       card.Linker // nil knows the page of the instance only
	Draw        Draw        // nil: mails have no chart
}

// Chart is a picture of how the metric of an alarm has developed.
type Chart struct {
	PNG           []byte
	Width, Height int    // as it is shown, in pixels
	Caption       string // what it shows, in words
}

// Draw draws the chart of a notice; false is that there is nothing to draw.
type Draw func(ctx context.Context, n *notifier.Notice, l words.Language, zone *time.Location) (Chart, bool)

// Channel sends mail to one person, in one language. It is safe for use from several
// goroutines, and keeps no connection.
type Channel struct {
	opts Options
	page *template.Template
	now  func() time.Time
}

// bundle is how many notices go into one mail.
const bundle = 500

// New checks the options, all at once, and returns the channel. It does not call the
// server.
func New(o Options) (*Channel, error) {
	var faults []error
	if o.Host == "" || strings.ContainsAny(o.Host, " \r\n/") {
		faults = append(faults, errors.New("host: the name of a mail server is wanted"))
	}
	if o.Port < 1 || o.Port > 65535 {
		faults = append(faults, errors.New("port: it lies between 1 and 65535"))
	}
	switch o.Security {
	case StartTLS, WholeTLS, NoTLS:
	default:
		faults = append(faults, fmt.Errorf("security: starttls, tls or none, not %q", string(o.Security)))
	}
	if domainOf(o.From) == "" || strings.ContainsAny(o.From, "<> \r\n") {
		faults = append(faults, errors.New("from: an address is wanted"))
	}
	if (o.Username == "") != (o.Password == "") {
		faults = append(faults, errors.New("username and password go together"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = 25 * time.Second
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.FromName == "" {
		o.FromName = "Brimwatch"
	}
	if o.Hello == "" {
		o.Hello = machine()
	}
	page, err := newPage()
	if err != nil {
		return nil, err
	}
	return &Channel{opts: o, page: page, now: time.Now}, nil
}

// SetDraw has mails show charts. It is called before the first one is sent.
func (c *Channel) SetDraw(draw Draw) { c.opts.Draw = draw }

// SetLinks gives the cards of mails links. It is called before the first one is sent.
func (c *Channel) SetLinks(l card.Linker) { c.opts.Links = l }

// machine is the name by which this machine greets a mail server.
func machine() string {
	name, err := os.Hostname()
	if err != nil || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "localhost"
	}
	return name
}

// Bundle returns how many notices fit into one mail.
func (c *Channel) Bundle() int { return bundle }

// Pace keeps a storm from filling a mailbox, and from what mail servers take for abuse.
func (c *Channel) Pace() notifier.Pace { return notifier.Pace{Messages: 10, Within: time.Minute} }

// Send sends a message as one mail, with all its notices.
//
// The outcomes go by the stage and the reply of the server (RFC 5321, 4.2.1). What fails
// before the end of the mail was sent certainly did not arrive: it is tried again later, and
// when the server names a mailbox that it does not have, never. What is said to the end of the
// mail decides; when nothing is said to it, nobody knows.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if len(m.Notices) == 0 {
		return notifier.Receipt{}, notifier.Permanent(errors.New("send mail: the message has no notices"))
	}
	if domainOf(m.Recipient.Address) == "" || strings.ContainsAny(m.Recipient.Address, "<> \r\n") {
		return notifier.Receipt{}, notifier.Permanent(notifier.AboutRecipient(fmt.Errorf("send mail: %s has no address that mail could be sent to", m.Recipient.Display)))
	}
	if err := ctx.Err(); err != nil {
		return notifier.Receipt{}, fmt.Errorf("send mail through %s: %w", c.server(), err)
	}
	mail, err := c.compose(ctx, &m)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("write the mail: %w", err))
	}
	said, err := c.deliver(ctx, m.Recipient.Address, mail)
	if err != nil {
		return notifier.Receipt{}, c.judge(err, &m.Recipient)
	}
	return notifier.Receipt{Status: notifier.Accepted, Detail: c.plain(said, &m.Recipient)}, nil
}

// domainOf is the domain of an address; "" when it has none.
func domainOf(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 1 {
		return ""
	}
	return address[at+1:]
}

// CloseIdleConnections does nothing: no connection is kept.
func (c *Channel) CloseIdleConnections() {}
