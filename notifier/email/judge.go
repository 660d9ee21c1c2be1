package email

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector/neterror"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// greylisted is how long to leave a server alone that asks to come again later. Those that
// do so to everybody they do not know yet let nobody in before some minutes have passed.
const greylisted = time.Minute

// server is where mail goes out.
func (c *Channel) server() string { return net.JoinHostPort(c.opts.Host, strconv.Itoa(c.opts.Port)) }

// judge gives a conversation that failed its meaning.
func (c *Channel) judge(err error, to *notifier.Recipient) error {
	at := connecting
	if e, ok := errors.AsType[*stageError](err); ok {
		at = e.at
	}
	reply, said := errors.AsType[*textproto.Error](err)
	if !said {
		return c.judgeBroken(at, err, to)
	}
	out := &shownError{fmt.Sprintf("send mail through %s: %s: %s", c.server(), refusedAt(at), c.plain(strconv.Itoa(reply.Code)+" "+reply.Msg, to)), err}
	if way := wayOut(at, reply, to); way != "" {
		out.text += "; " + way
	}
	return marked(at, reply, out)
}

// marked says of a reply what may be done.
func marked(at stage, reply *textproto.Error, err error) error {
	code := reply.Code
	switch {
	case at == ending && (code < 400 || code > 599):
		return notifier.Unknown(err) // no answer that SMTP knows at this place
	case aboutCredentials(at, code):
		return notifier.AboutCredentials(err)
	case at < recipient: // what stands in the way here stands in the way of all mail, and can be mended
		return err
	case code == 421: // the server goes down
		return err
	case code >= 400 && code < 500:
		return notifier.After(err, greylisted)
	case at == recipient, aboutMailbox(reply):
		return notifier.Permanent(notifier.AboutRecipient(err))
	}
	return notifier.Permanent(err)
}

// aboutCredentials tells whether a reply says that we must sign in, or have not.
func aboutCredentials(at stage, code int) bool {
	switch code {
	case 530, 534, 535, 538:
		return at < writing
	}
	return at == login && code >= 500
}

// aboutMailbox tells whether a reply is about the address or the mailbox of the recipient,
// by its enhanced code (RFC 3463): 5.1.x and 5.2.x.
func aboutMailbox(reply *textproto.Error) bool {
	enhanced, _, _ := strings.Cut(reply.Msg, " ")
	return reply.Code >= 500 && (strings.HasPrefix(enhanced, "5.1.") || strings.HasPrefix(enhanced, "5.2."))
}

// refusedAt says what a server refused.
func refusedAt(at stage) string {
	switch at {
	case greeting, connecting:
		return "the server does not talk to us"
	case hello:
		return "the server does not take our greeting"
	case securing:
		return "the server does not begin TLS"
	case login:
		return "the server does not let us sign in"
	case sender:
		return "the server takes no mail from our sender"
	case recipient:
		return "the server takes no mail for the recipient"
	case data, writing, ending:
	}
	return "the server does not take the mail"
}

// wayOut says what a person can do.
func wayOut(at stage, reply *textproto.Error, to *notifier.Recipient) string {
	switch {
	case aboutCredentials(at, reply.Code):
		return "check smtp.username and its password"
	case at == hello:
		return "give smtp.hello a name that it takes"
	case at == sender && reply.Code >= 500:
		return "check smtp.from"
	case at == recipient && reply.Code >= 500 && strings.HasPrefix(reply.Msg, "5.7."):
		return "it does not pass mail on for us: check smtp.username, or ask whoever runs the server"
	case at > recipient && reply.Code >= 500 && strings.HasPrefix(reply.Msg, "5.7."):
		return "its rules refuse this mail: ask whoever runs the server to let " + to.Display + " have it"
	case (at == recipient || aboutMailbox(reply)) && reply.Code >= 500:
		return "correct the email of " + to.Display
	}
	return ""
}

// judgeBroken gives a conversation its meaning that ended without a reply.
func (c *Channel) judgeBroken(at stage, err error, to *notifier.Recipient) error {
	why := c.plain(err.Error(), to)
	switch words := neterror.Words(err); {
	case errors.Is(err, errNoStartTLS):
		why = "the server does not offer STARTTLS, and nothing is sent in the clear; use security: tls, or another port"
	case expired(err):
		why = "the certificate of the server has expired, or is not valid yet; whoever runs it must renew it: " + why
	case neterror.NotTLS(err):
		why = "the server does not speak TLS at this port; use security: starttls, or another port"
	case words != "":
		why = words
	}
	out := &shownError{fmt.Sprintf("send mail through %s: %s", c.server(), why), err}
	if errors.Is(err, errNoUTF8) {
		out.text += "; give " + to.Display + " an address in ASCII, or take a server that knows SMTPUTF8"
		return notifier.Permanent(notifier.AboutRecipient(out))
	}
	if at == ending {
		out.text += "; it may have arrived, and is sent again as a possible repeat"
		return notifier.Unknown(out)
	}
	return out
}

// expired tells whether an error says that a certificate is out of date.
func expired(err error) bool {
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok && invalid.Reason == x509.Expired
}

// plain makes what a server says fit to be shown: one line, without what is secret, and
// with the recipient under the name that people know.
func (c *Channel) plain(said string, to *notifier.Recipient) string {
	var pairs []string
	user, password := c.opts.Username, c.opts.Password
	for _, secret := range []string{
		base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)), base64.StdEncoding.EncodeToString([]byte(password)), password,
	} {
		if len(password) >= 4 {
			pairs = append(pairs, secret, "<secret>")
		}
	}
	if to.Address != "" {
		pairs = append(pairs, "<"+to.Address+">", to.Display, to.Address, to.Display)
	}
	return httpcall.OneLine(strings.NewReplacer(pairs...).Replace(said), 300)
}

// shownError is an error with another text.
type shownError struct {
	text string
	err  error
}

func (s *shownError) Error() string { return s.text }
func (s *shownError) Unwrap() error { return s.err }
