package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/voice"
)

// CallerOptions say which account calls, and from which number.
type CallerOptions struct {
	AccountSID   string // as of Options
	AuthToken    string
	APIKeySID    string
	APIKeySecret string
	From         string // the number that is shown, in E.164: one of the account, or verified for it
	BaseURL      string // "" is https://api.twilio.com
	// StatusCallback is where Twilio posts how a call ended; "" is nowhere.
	StatusCallback string
	// KeyAddress is where Twilio posts the key that somebody presses; "" is nowhere.
	KeyAddress string
	Timeout    time.Duration // of one request; 0 is 10 seconds
	Transport  http.RoundTripper
}

// Token signs what a key acknowledges, and by whom; "" is nothing.
type Token func(m notifier.Message) string

// Caller makes telephone calls through one Twilio account. It is safe for use from several
// goroutines.
type Caller struct {
	*account

	opts  CallerOptions
	token Token
}

// ringFor is how long a telephone rings, in seconds: less than most voicemails wait.
const ringFor = 40

// NewCaller checks the options, all at once, and returns the channel. It does not call Twilio.
func NewCaller(o CallerOptions) (*Caller, error) {
	a, faults := newAccount(access{o.AccountSID, o.AuthToken, o.APIKeySID, o.APIKeySecret, o.BaseURL, o.Timeout, o.Transport})
	if !strings.HasPrefix(o.From, "+") || !isSender(o.From) {
		faults = append(faults, fmt.Errorf("from: %q is not a number like +15005550006", o.From))
	}
	for _, of := range []struct{ key, address string }{{"status_callback", o.StatusCallback}, {"key_address", o.KeyAddress}} {
		if of.address != "" && !isWebAddress(of.address) {
			faults = append(faults, errors.New(of.key+": must be an http or https address that Twilio can reach"))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Caller{account: a, opts: o}, nil
}

// TakeKeys lets calls ask for a key, and has their tokens made. Before it, and without a
// KeyAddress, they do not. It is called before the first call.
func (c *Caller) TakeKeys(token Token) { c.token = token }

// Bundle returns of how many notices one call tells: the gravest is read, and the others are
// counted. A key acknowledges all of them, and more do not fit into its address.
func (c *Caller) Bundle() int { return 100 }

// Pace returns how many calls one number gets: who is on the telephone takes no other call.
func (c *Caller) Pace() notifier.Pace {
	return notifier.Pace{Messages: 1, Within: time.Minute, Taken: true}
}

// Send lets Twilio call, and say the text of the gravest notice twice. The receipt holds the
// SID of the call; whether somebody takes it is told by Track.
func (c *Caller) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	said, err := script(m, c.action(m))
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("call %s: %w", m.Recipient.Display, err))
	}
	p := &openapi.CreateCallParams{}
	p.SetTo(m.Recipient.Address).SetFrom(c.opts.From).SetTwiml(said).SetTimeout(ringFor).SetMachineDetection("Enable")
	if c.opts.StatusCallback != "" {
		p.SetStatusCallback(c.opts.StatusCallback)
	}
	call, err := c.service(ctx).CreateCall(p)
	if err != nil {
		return notifier.Receipt{}, c.judge(err, m, c.ofCalls())
	}
	if call.Sid == nil || *call.Sid == "" {
		return notifier.Receipt{}, notifier.Unknown(fmt.Errorf("%s: its answer holds no call SID", c.ofCalls().perhaps()))
	}
	return callReceipt(call), nil
}

// action is the address that a key is posted to; "" where no key can be taken.
func (c *Caller) action(m notifier.Message) string {
	if c.opts.KeyAddress == "" || c.token == nil {
		return ""
	}
	token := c.token(m)
	if token == "" {
		return ""
	}
	return c.opts.KeyAddress + "?" + url.Values{keyLanguage: {voice.Language(voice.Text(&m)).String()}, keyToken: {token}}.Encode()
}

// callSkew is how long before its first attempt a call may have been created: for moments in
// whole seconds, and for clocks that do not run evenly. Calls to one number are further apart
// (Pace), so it is no other call.
const callSkew = 5 * time.Second

// Find looks for a call at Twilio: any from our number to the recipient since the first
// attempt, by Twilio's clock. Calls to a number go out one at a time, so it is that one.
func (c *Caller) Find(ctx context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	p := &openapi.ListCallParams{}
	p.SetTo(m.Recipient.Address).SetFrom(c.opts.From).SetPageSize(pageSize)
	call := c.call(ctx)
	page, err := call.service().PageCall(p, "", "")
	if err != nil {
		return notifier.Receipt{}, false, fmt.Errorf("look the call up at Twilio: %w", c.judgeLookup(err, m.Recipient, "calls"))
	}
	if page.Calls == nil {
		return notifier.Receipt{}, false, errors.New("look the call up at Twilio: the answer holds no list of calls")
	}
	since := began(call.date, m.Age).Add(skew - callSkew)
	for i := range page.Calls {
		made := &page.Calls[i]
		at, err := mail.ParseDate(text(made.DateCreated))
		if err == nil && !at.Before(since) && text(made.Direction) == "outbound-api" {
			return callReceipt(made), true, nil
		}
	}
	return notifier.Receipt{}, false, nil
}

// Track asks Twilio what became of a call.
func (c *Caller) Track(ctx context.Context, providerID string) (notifier.Receipt, error) {
	if !isSID(providerID, "CA") {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("%q is not the SID of a Twilio call", httpcall.OneLine(providerID, 40)))
	}
	call, err := c.service(ctx).FetchCall(providerID, &openapi.FetchCallParams{})
	if err != nil {
		return notifier.Receipt{}, fmt.Errorf("ask Twilio about call %s: %w", providerID, c.judgeLookup(err, notifier.Recipient{}, "calls"))
	}
	if text(call.Sid) != providerID {
		return notifier.Receipt{}, fmt.Errorf("ask Twilio about call %s: the answer is about another one", providerID)
	}
	return callReceipt(call), nil
}

// callReceipt reads a call resource.
func callReceipt(call *openapi.ApiV2010Call) notifier.Receipt {
	r := makeCallReceipt(text(call.Sid), text(call.Status), text(call.AnsweredBy))
	r.Price = price(call.PriceUnit, call.Price)
	return r
}

// makeCallReceipt says how far a call got. Who did not take it is called once more, since that
// may pass, and no other provider would do better.
func makeCallReceipt(sid, status, answeredBy string) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says " + httpcall.OneLine(status, 40)}
	if isSID(sid, "CA") {
		r.ProviderID = sid
	}
	missed := func(why string) {
		r.Status, r.Detail, r.Again, r.AboutRecipient = notifier.Failed, why, true, true
	}
	switch status {
	case "completed":
		if by := answeredBy; strings.HasPrefix(by, "machine") || by == "fax" {
			missed("an answering machine took the call")
			break
		}
		r.Status = notifier.Delivered
	case "busy":
		missed("the line was busy, or the call was declined")
	case "no-answer":
		missed("nobody took the call")
	case "failed":
		r.Status, r.Detail = notifier.Failed, "Twilio could not put the call through; is the number right, and may the account call it?"
	case "canceled":
		r.Status, r.Detail = notifier.Failed, "the call was canceled at Twilio"
	}
	return r
}

// ofCalls is what is particular to calls in a refusal.
func (c *Caller) ofCalls() kind {
	return kind{
		noun: "call", aboutRecipient: aboutCalled,
		full: func(code int) string {
			if code == 10004 {
				return "the account has as many calls under way as Twilio lets it have"
			}
			return ""
		},
		fault: func(int) string { return "" },
	}
}

// aboutCalled explains a refusal of a call that is about this one recipient, with the way out;
// "" when the code is about something else.
func aboutCalled(code int, who string) string {
	switch code {
	case 21201, 21211, 21217:
		return "the number of " + who + " is not a phone number; correct phone of this contact"
	case 21214:
		return "the number of " + who + " cannot be reached by telephone; correct phone of this contact"
	case 21203, 21215, 21227, 13227:
		return "calls to the country of " + who + " are switched off for the account; switch them on in the Twilio console under Voice, Settings, Geo permissions"
	case 21202, 21216:
		return "Twilio does not let this account call the number of " + who
	case 21219, 21608:
		return "this is a trial account, and the number of " + who + " is not verified; verify it in the Twilio console, or upgrade the account"
	}
	return ""
}
