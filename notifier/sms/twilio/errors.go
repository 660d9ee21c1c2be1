package twilio

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

const (
	// mendAfter is how long a refusal waits that a person has to mend: the
	// notice is not lost, and the account is not hammered with bad credentials.
	mendAfter = 5 * time.Minute
	// queueAfter is how long a full queue at Twilio is left alone.
	queueAfter = 2 * time.Minute
	// busyAfter is the wait after "too many requests" without a Retry-After.
	busyAfter = 10 * time.Second
	// refusals is how often a message is tried that Twilio refuses with a code
	// that is not in our list. A refused message costs nothing, and its code may
	// be a new one for something a person can mend; but it also keeps later
	// notices from its recipient.
	refusals = 6
)

// judge gives the error of a send its meaning for the outbox. The HTTP status
// decides; the code, which Twilio splits and adds to as it likes, chooses the
// words and tells what is wrong with one recipient from what is wrong with the
// account.
func (a *account) judge(err error, m notifier.Message, k kind) error {
	said := a.scrubbed(err, m.Recipient)
	if e, ok := errors.AsType[*apiError](err); ok {
		return judgeAnswer(e, said, m, k)
	}
	if f, ok := errors.AsType[*httpcall.CallError](err); ok && !f.Written {
		return fmt.Errorf("reach Twilio: %w", said)
	}
	// No answer, or a success whose body broke off or is not a message.
	return notifier.Unknown(fmt.Errorf("%s: %w", k.perhaps(), said))
}

// kind is what text messages and calls do not share in a refusal.
type kind struct {
	noun string // message, call
	// aboutRecipient explains a refusal that is about one recipient, with the way out; "" when
	// the code is about something else.
	aboutRecipient func(code int, who string) string
	// full explains a refusal that passes when less is under way, and fault one that the text
	// is to blame for; "" when the code is about something else.
	full, fault func(code int) string
}

// perhaps begins the text of an unknown outcome.
func (k kind) perhaps() string {
	return "the " + k.noun + " may have been accepted by Twilio and is looked up before it is sent again"
}

// judgeAnswer gives an answer its meaning; said is its text as it may be shown.
func judgeAnswer(e *apiError, said error, m notifier.Message, k kind) error {
	wait, asked := httpcall.RetryAfter(e.header, time.Now())
	later := func(why string, d time.Duration) error {
		if asked {
			d = wait
		}
		return notifier.After(fmt.Errorf("%s: %w", why, said), d)
	}
	never := func(why string) error { return notifier.Permanent(fmt.Errorf("%s: %w", why, said)) }
	switch s := e.Status; {
	case s >= 500:
		err := fmt.Errorf("%s: %w", k.perhaps(), said)
		if asked {
			err = notifier.After(err, wait)
		}
		return notifier.Unknown(err)
	case s == http.StatusTooManyRequests:
		return later("asked too often, so Twilio did not take the "+k.noun, busyAfter)
	case s < 400:
		return later("the address of Twilio redirects to "+httpcall.RedirectTarget(e.header)+
			", which is not followed; correct base_url, or what stands between here and Twilio", mendAfter)
	case s == http.StatusRequestTimeout || s == http.StatusTooEarly:
		err := fmt.Errorf("not taken by Twilio: %w", said)
		if asked {
			return notifier.After(err, wait)
		}
		return err
	}
	if why := k.aboutRecipient(e.Code, m.Recipient.Display); why != "" {
		err := notifier.Permanent(notifier.AboutRecipient(fmt.Errorf("%s: %w", why, said)))
		if aboutPair(e.Code) {
			err = notifier.AboutPair(err)
		}
		return err
	}
	if why := aboutAccount(e); why != "" {
		return later(why, mendAfter)
	}
	if why := k.full(e.Code); why != "" {
		return later(why, queueAfter)
	}
	if why := k.fault(e.Code); why != "" {
		return never(why)
	}
	if m.Attempt >= refusals {
		return never(fmt.Sprintf("refused by Twilio %d times", m.Attempt))
	}
	return later("refused by Twilio", mendAfter)
}

// ofMessages is what is particular to text messages.
func (c *Channel) ofMessages() kind {
	return kind{
		noun: "message", aboutRecipient: c.aboutRecipient,
		full: func(code int) string {
			if code == 21611 || code == 30001 {
				return "the queue of this sender is full at Twilio; a messaging service with more senders helps"
			}
			return ""
		},
		fault: func(code int) string {
			if code == 21602 || code == 21617 {
				return "the text is empty or longer than the 1,600 signs Twilio takes, which is a fault of Brimwatch"
			}
			return ""
		},
	}
}

// aboutRecipient explains a refusal that is about this one recipient, with the
// way out; "" when the code is about something else.
func (c *Channel) aboutRecipient(code int, who string) string {
	switch code {
	case 21211, 21217:
		return "the number of " + who + " is not a phone number; correct phone of this contact"
	case 21614, 21635:
		return "the number of " + who + " cannot receive text messages; give this contact a mobile number"
	case 21408:
		return "text messages to the country of " + who + " are switched off for the account; switch it on in the Twilio console under Messaging, Settings, Geo permissions"
	case 21610:
		to := c.opts.From
		if to == "" {
			to = "the number the messages came from"
		}
		return who + " unsubscribed (texted STOP); ask them to text START to " + to
	case 21612:
		return "Twilio cannot connect this sender with the number of " + who + "; use another sender for this country"
	case 21608:
		return "this is a trial account, and the number of " + who + " is not verified; verify it in the Twilio console, or upgrade the account"
	case 30004, 30005, 30006:
		return "text messages do not reach " + who + ": " + deliveryFault(code)
	}
	return ""
}

// aboutPair tells whether a refusal is about this account or sender with this recipient, so
// that another provider may reach them. Who texted STOP is not texted by another one.
func aboutPair(code int) bool {
	return code == 21408 || code == 21608 || code == 21612 || code == 30004
}

// aboutAccount explains a refusal that is about the account or the sender, so
// that the same notice goes out once somebody mended it; "" when it is about
// something else.
func aboutAccount(e *apiError) string {
	switch e.Code {
	case 20003:
		return "Twilio refused the credentials; check account_sid with auth_token or the API key, and that the account is not suspended"
	case 20404:
		return "Twilio knows no such account; check account_sid and messaging_service_sid"
	case 21603, 21606, 21210, 21212, 21213, 21659, 21660, 21661:
		return "Twilio does not let this account send from this sender; check from"
	case 21701, 21703, 21705:
		return "the messaging service is unknown or has no sender; check messaging_service_sid"
	case 30002:
		return "the Twilio account is suspended"
	case 30034:
		return "the sender lacks its A2P 10DLC registration; register it in the Twilio console"
	case 30453:
		return "Twilio's protection against SMS pumping blocks this; allow it in the Twilio console"
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "Twilio refused the credentials; check account_sid with auth_token or the API key, and that the account is not suspended"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "Twilio knows no such address; check account_sid and base_url"
	case http.StatusProxyAuthRequired:
		return "a proxy on the way to Twilio asks for credentials"
	}
	return ""
}

// scrubbed is an error as it may be shown: Twilio repeats the number, and what
// stands before it may repeat anything it was sent. It is shortened last: half a
// secret would no longer be recognized.
func (a *account) scrubbed(err error, r notifier.Recipient) error {
	return &shownError{httpcall.OneLine(a.hide(err.Error(), r), 300), err}
}

// hide takes a recipient's number and the credentials out of a text.
func (a *account) hide(text string, r notifier.Recipient) string {
	basic := base64.StdEncoding.EncodeToString([]byte(a.keySID + ":" + a.keySecret))
	var pairs []string
	for _, p := range [][2]string{
		{basic, "<secret>"},
		{a.token, "<secret>"},
		{a.keySecret, "<secret>"},
		{a.sid, "<account_sid>"},
		{r.Address, r.Display},
		{strings.TrimPrefix(r.Address, "+"), r.Display},
	} {
		if len(p[0]) >= 4 { // a shorter one would tear words apart
			pairs = append(pairs, p[0], p[1])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// shownError is an error with another text.
type shownError struct {
	text string
	err  error
}

func (s *shownError) Error() string { return s.text }
func (s *shownError) Unwrap() error { return s.err }
