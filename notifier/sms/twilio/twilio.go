// Package twilio sends text messages through Twilio's Programmable Messaging
// API (2010-04-01), and makes telephone calls by its Calls API (Caller): both are
// one account, with the same refusals and callbacks. It sends once, finds out whether a message in doubt was
// accepted, asks what became of one, and checks the callbacks Twilio makes.
//
// Twilio has no idempotency key for sending, so a request that may have been
// read and got no clear answer is notifier.Unknown: look it up with Find before
// sending again.
//
// Of twilio-go only the packages client and rest/api/v2010 are used, with a
// client.BaseClient of our own (api.go); it reads no TWILIO_ variable from the
// environment.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Options say which account sends, and as whom.
type Options struct {
	AccountSID string // AC and 32 hex digits
	// AuthToken signs in as the account. An API key is better, because keys can
	// be revoked one by one; where both are given the key is used.
	AuthToken    string
	APIKeySID    string
	APIKeySecret string
	// From is the sender: a number in E.164, a short code, or a name of at most
	// 11 letters, digits and spaces. It may be empty when MessagingServiceSID
	// (MG and 32 hex digits) names a pool of senders.
	From                string
	MessagingServiceSID string
	BaseURL             string        // "" is https://api.twilio.com
	Validity            time.Duration // how long Twilio may hold a message back, 1s to 10h; 0 is 15 minutes
	StatusCallback      string        // where Twilio posts what became of a message; "" is nowhere
	Timeout             time.Duration // of one request; 0 is 10 seconds
	Transport           http.RoundTripper
}

// Channel sends through one Twilio account. It is safe for use from several
// goroutines.
type Channel struct {
	*account

	opts Options
}

// New checks the options, all at once, and returns the channel. It does not
// call Twilio.
func New(o Options) (*Channel, error) {
	if o.Validity == 0 {
		o.Validity = 15 * time.Minute
	}
	a, faults := newAccount(access{o.AccountSID, o.AuthToken, o.APIKeySID, o.APIKeySecret, o.BaseURL, o.Timeout, o.Transport})
	if err := errors.Join(append(o.check(), faults...)...); err != nil {
		return nil, err
	}
	return &Channel{account: a, opts: o}, nil
}

func (o Options) check() []error {
	faults := o.checkSender()
	if o.Validity < time.Second || o.Validity > 10*time.Hour {
		faults = append(faults, fmt.Errorf("validity: %s is outside of 1s to 10h", o.Validity))
	}
	if o.StatusCallback != "" && !isWebAddress(o.StatusCallback) {
		faults = append(faults, errors.New("status_callback: must be an http or https address that Twilio can reach"))
	}
	return faults
}

// checkSender looks at who sends.
func (o Options) checkSender() (faults []error) {
	if o.From == "" && o.MessagingServiceSID == "" {
		faults = append(faults, errors.New("from: missing; give from, or messaging_service_sid"))
	}
	if o.From != "" && !isSender(o.From) {
		faults = append(faults, fmt.Errorf("from: %q is neither a number like +15005550006, a short code, nor a name of at most 11 letters, digits and spaces", o.From))
	}
	if o.MessagingServiceSID != "" && !isSID(o.MessagingServiceSID, "MG") {
		faults = append(faults, errors.New("messaging_service_sid: must be MG and 32 hex digits"))
	}
	return faults
}

// isWebAddress tells whether s is an http or https address with a host.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// isSID tells whether s is a Twilio identifier: two letters and 32 hex digits.
func isSID(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if hex, ok := strings.CutPrefix(s, p); ok && len(hex) == 32 && strings.Trim(hex, "0123456789abcdefABCDEF") == "" {
			return true
		}
	}
	return false
}

// isSender tells whether s can be a sender: E.164, a short code, or an
// alphanumeric name with at least one letter.
func isSender(s string) bool {
	if number, ok := strings.CutPrefix(s, "+"); ok {
		return len(number) >= 7 && len(number) <= 15 && strings.Trim(number, "0123456789") == "" && number[0] != '0'
	}
	letters := strings.Trim(s, "0123456789 ") != ""
	if !letters {
		return len(s) >= 3 && len(s) <= 8 && !strings.Contains(s, " ")
	}
	return len(s) <= 11 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") == ""
}

// Bundle returns how many notices fit into one message: one text speaks for all that
// somebody may be told at once.
func (c *Channel) Bundle() int { return 20_000 }

// Send hands the text of a message to Twilio. The receipt holds the message's SID.
//
// A message that is sent again because its first attempt is in doubt says so,
// where that does not make it longer by a segment.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if m.Text == "" {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("the text message to %s has no text, which is a fault of Brimwatch", m.Recipient.Display))
	}
	p := &openapi.CreateMessageParams{}
	p.SetTo(m.Recipient.Address)
	p.SetBody(sms.Repeat(m.Text, m.InDoubt))
	p.SetValidityPeriod(int(c.opts.Validity / time.Second))
	if c.opts.From != "" {
		p.SetFrom(c.opts.From)
	}
	if c.opts.MessagingServiceSID != "" {
		p.SetMessagingServiceSid(c.opts.MessagingServiceSID)
	}
	if c.opts.StatusCallback != "" {
		p.SetStatusCallback(c.opts.StatusCallback)
	}
	msg, err := c.service(ctx).CreateMessage(p)
	if err != nil {
		return notifier.Receipt{}, c.judge(err, m, c.ofMessages())
	}
	if msg.Sid == nil || *msg.Sid == "" {
		return notifier.Receipt{}, notifier.Unknown(fmt.Errorf("%s: its answer holds no message SID", c.ofMessages().perhaps()))
	}
	return c.receipt(msg), nil
}
