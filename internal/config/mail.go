package config

import (
	"net"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
)

// SMTP is the mail server through which e-mail goes out.
type SMTP struct {
	Host     string
	Port     int
	Security string // starttls, tls or none
	From     string // address
	FromName string // "" is none
	Username string // "" is nobody
	Password Secret
	Hello    string // "" is the name of this machine
	Timeout  time.Duration
	TLS      TLS
}

// The ways in which a connection to a mail server is secured.
const (
	startTLS = "starttls"
	wholeTLS = "tls"
	noTLS    = "none"
)

// resolveSMTP reads the mail server; nil when there is none.
func (d *decoder) resolveSMTP(doc *smtpDoc) *SMTP {
	if doc.node == nil {
		return nil
	}
	out := &SMTP{Host: doc.Host, Security: doc.Security, Username: doc.Username, Hello: doc.Hello, Timeout: doc.Timeout.or(25 * time.Second)}
	d.checkMailHost(doc)
	switch doc.Security {
	case "":
		out.Security = startTLS
	case startTLS, wholeTLS, noTLS:
	default:
		d.fault(d.under(doc.place, "security"), "a connection is secured by starttls, tls or none, not by %q", clip(doc.Security))
	}
	out.Port = map[string]int{startTLS: 587, wholeTLS: 465, noTLS: 25}[out.Security]
	if doc.Port != nil {
		out.Port = *doc.Port
		if *doc.Port < 1 || *doc.Port > 65535 {
			d.fault(d.under(doc.place, "port"), "a port lies between 1 and 65535")
		}
	}
	out.From, out.FromName = d.sender(doc)
	out.TLS = d.resolveTLS(&doc.TLS, out.Security != noTLS)
	out.Password = d.secretOf(doc.place, "password", doc.Password, doc.PasswordFile, doc.PasswordEnv)
	d.checkMailLogin(doc, out)
	if !plainHello(doc.Hello) {
		d.fault(d.under(doc.place, "hello"), "a host name is wanted here, such as monitor.example.com")
	}
	if out.Timeout < 5*time.Second || out.Timeout > 30*time.Second {
		d.fault(d.find(doc.place, "timeout"), "to hand over a mail may take 5s to 30s")
	}
	return out
}

// checkMailHost makes sure that the host is one, and nothing more.
func (d *decoder) checkMailHost(doc *smtpDoc) {
	at := d.under(doc.place, "host")
	_, ipv6 := netip.ParseAddr(doc.Host)
	switch {
	case doc.Host == "":
		d.fault(doc.place, "host is missing")
	case strings.Contains(doc.Host, "/"):
		d.fault(at, "a host name is wanted here, such as smtp.example.com, not a URL")
	case strings.Contains(doc.Host, ":") && ipv6 != nil:
		d.fault(at, "the port does not belong into the host; give it as port")
	case !plainHello(doc.Host):
		d.fault(at, "a host name is wanted here, such as smtp.example.com")
	}
}

// plainHello tells whether a name may stand in a line of SMTP.
func plainHello(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}

// sender reads from whom mail comes.
func (d *decoder) sender(doc *smtpDoc) (address, name string) {
	if doc.From == "" {
		d.fault(doc.place, "from is missing: the address that mail comes from")
		return "", ""
	}
	at := d.under(doc.place, "from")
	parsed, err := mail.ParseAddress(doc.From)
	if err != nil || !plainAddress(parsed.Address) {
		d.fault(at, `an address is wanted here, such as brimwatch@example.com or "Brimwatch <brimwatch@example.com>"`)
		return "", ""
	}
	d.plain(at, parsed.Name)
	return parsed.Address, parsed.Name
}

// plainAddress tells whether every mail server takes an address: it is written in ASCII, and
// has a domain.
func plainAddress(address string) bool {
	at := strings.LastIndex(address, "@")
	return at > 0 && at < len(address)-1 && len(address) <= 254 &&
		!strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[],;:\"`, r) })
}

// checkMailLogin makes sure that a password goes nowhere in the clear.
func (d *decoder) checkMailLogin(doc *smtpDoc, s *SMTP) {
	given := doc.Password+doc.PasswordFile+doc.PasswordEnv != ""
	if strings.ContainsFunc(doc.Username, unicode.IsControl) {
		d.fault(d.under(doc.place, "username"), "the username has line breaks or other control characters in it")
	}
	switch {
	case given && doc.Username == "":
		d.fault(doc.place, "a password is given without a username")
	case !given && doc.Username != "":
		d.fault(doc.place, "password_file is missing for %s", clip(doc.Username))
	}
	if s.Security != noTLS || doc.Host == "" || isLoopback(doc.Host) {
		return
	}
	if doc.Username != "" {
		d.fault(d.under(doc.place, "security"), "the password would go over the network in the clear; use starttls or tls")
		return
	}
	d.warn(d.under(doc.place, "security"), "mail goes to %s unencrypted: who is on the way can read and change it", clip(doc.Host))
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// mailAddress reads the address of a contact; "" when it has none.
func (d *decoder) mailAddress(c *contactDoc) string {
	if c.Email == "" {
		return ""
	}
	if parsed, err := mail.ParseAddress(c.Email); err != nil || parsed.Address != c.Email || !plainAddress(c.Email) {
		d.fault(d.find(c.place, "email"), "an e-mail address is wanted here, such as li@example.com, without a name; a domain with other signs is written in its ASCII form (xn--…)")
	}
	return c.Email
}

// checkAddresses makes sure that a contact can be told by something, and points at what
// concerns text messages alone and is given without a phone.
func (d *decoder) checkAddresses(c *contactDoc) {
	switch {
	case c.Phone == "" && c.Email == "":
		d.fault(c.place, "phone is missing, or email: give one of them, or both")
	case c.Phone != "" && !d.forms.phone.MatchString(c.Phone):
		d.fault(d.find(c.place, "phone"), "a telephone number with + and country is wanted here, such as \"+8613800138000\", without blanks")
	case c.Phone == "" && c.DailyTest.set:
		d.fault(d.find(c.place, "daily_test"), "a daily test is a text message, and this contact has no phone")
	case c.Phone == "" && c.QuietHours != nil && c.QuietHours.node != nil:
		d.warn(c.QuietHours.place, "quiet hours hold text messages, and this contact has no phone: e-mail is sent at all hours; mute_times hold it")
	}
}

// resolveMails reads to whom a list of a receiver sends e-mail, each of whom can be sent to
// and is named once in the receiver.
func (d *decoder) resolveMails(l *list, out *Receiver, s *Snapshot, contacts map[string]*contactDoc) {
	for j, name := range l.Email {
		at := d.nth(d.under(l.place, "email"), j)
		c := contacts[name]
		switch {
		case slices.Contains(out.Email, name):
			d.fault(at, "%q is named twice", clip(name))
			continue
		case c == nil:
			d.fault(at, "there is no contact %q%s", clip(name), suggest(name, keysOf(contacts)))
		case c.Email == "":
			d.fault(at, "%s has no email; give the contact one, or name it under sms", clip(name))
		case s.SMTP == nil:
			d.fault(at, "e-mail needs a mail server: give smtp a host and a from")
		}
		out.Email = append(out.Email, name)
		out.turn(mailTurn(name), l.turn)
	}
}

// mailTurn is the key of Receiver.Turns of a contact that gets e-mail.
func mailTurn(contact string) string { return "email/" + contact }

// TurnOfMail is which of the ways of a receiver sends e-mail to a contact; 0 is the first, or
// the only one.
func (r *Receiver) TurnOfMail(contact string) int { return r.Turns[mailTurn(contact)] }

// warnUnusedSMTP points at a mail server through which nobody is told.
func (d *decoder) warnUnusedSMTP(doc *document, s *Snapshot) {
	if s.SMTP != nil && len(s.Receivers) > 0 && !slices.ContainsFunc(s.Receivers, func(r Receiver) bool { return len(r.Email) > 0 }) {
		d.warn(doc.SMTP.place, "no receiver sends e-mail, so this mail server is not used: name contacts under email of a receiver")
	}
}

// MailedBy lists the contacts that get e-mail by a receiver.
func (s *Snapshot) MailedBy(r *Receiver) []*Contact {
	var out []*Contact
	for _, name := range r.Email {
		for i := range s.Contacts {
			if s.Contacts[i].Name == name {
				out = append(out, &s.Contacts[i])
			}
		}
	}
	return out
}
