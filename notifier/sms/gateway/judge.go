package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

const (
	// mendAfter is how long a refusal waits that a person has to mend.
	mendAfter = 5 * time.Minute
	// busyAfter is the wait after "too many requests" without a Retry-After.
	busyAfter = 30 * time.Second
	// laterAfter is the wait of a rule of later that names none.
	laterAfter = 30 * time.Second
	// refusals is how often a message is tried that is refused with a status and no rule
	// says why: it may be a fault that somebody mends, or one of this message.
	refusals = 6
)

// judge gives an answer its meaning. The rules come first, in their fixed order; what
// none of them knows is judged by its status.
func (c *Channel) judge(a *answer, d *contract.Data, m *notifier.Message) (notifier.Receipt, error) {
	if a.OK() && a.Cut != nil && c.readsBody() {
		return notifier.Receipt{}, notifier.Unknown(fmt.Errorf("%s: %s, and then the answer broke off: %w", c.perhaps(), a.said, a.Cut))
	}
	_, accepted := c.contract.Accepted.Fits(a.Answer, d)
	if accepted {
		return c.accepted(a, m), nil
	}
	err := c.refusal(a, d, m)
	switch {
	case err != nil:
	case a.OK() && len(c.contract.Accepted) == 0:
		return c.accepted(a, m), nil
	default:
		err = c.judgeStatus(a, m)
	}
	return notifier.Receipt{}, patient(err, a)
}

// patient lets a message wait for as long as the answer asks for.
func patient(err error, a *answer) error {
	wait, asked := httpcall.RetryAfter(a.Header, time.Now())
	switch {
	case !asked || notifier.IsPermanent(err):
		return err
	case notifier.IsUnknown(err):
		return notifier.Unknown(notifier.After(err, wait))
	}
	return notifier.After(err, wait)
}

// refusal is what a rule says that knows the answer as one that says no; nil when none
// does.
func (c *Channel) refusal(a *answer, d *contract.Data, m *notifier.Message) error {
	name, k := c.opts.Name, c.contract
	if _, fits := k.NumberRefused.Fits(a.Answer, d); fits {
		return notifier.Permanent(notifier.AboutRecipient(fmt.Errorf("%s refuses the number of %s: %s; correct phone of this contact", name, m.Recipient.Display, a.said)))
	}
	if _, fits := k.Refused.Fits(a.Answer, d); fits {
		return notifier.Permanent(fmt.Errorf("%s refuses this message: %s", name, a.said))
	}
	if _, fits := k.AccountRefused.Fits(a.Answer, d); fits {
		return notifier.After(fmt.Errorf("%s does not take messages from this account: %s; mend it there, the message is tried again", name, a.said), mendAfter)
	}
	if after, fits := k.Later.Fits(a.Answer, d); fits {
		return notifier.After(fmt.Errorf("%s did not take the message now: %s", name, a.said), cmp.Or(after, laterAfter))
	}
	return nil
}

// readsBody tells whether anything looks at the body of an answer, so that half of it
// does not do.
func (c *Channel) readsBody() bool {
	k := c.contract
	return k.ID != nil || slices.ContainsFunc([]contract.Rule{k.Accepted, k.NumberRefused, k.Refused, k.AccountRefused, k.Later}, contract.Rule.ReadsBody)
}

func (c *Channel) accepted(a *answer, m *notifier.Message) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: c.opts.Name + " says " + a.said}
	switch {
	case c.contract.ID != nil:
		r.ProviderID = plainID(c.contract.ID.Text(a.Value))
	case c.contract.Receipt != nil: // it is asked for by the message's own id
		r.ProviderID = m.ID
	}
	return r
}

// plainID is an id as it may be kept: one line of a reasonable length, or none.
func plainID(id string) string {
	if len(id) > 200 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return ""
	}
	return id
}

// judgeStatus judges an answer that no rule knows.
func (c *Channel) judgeStatus(a *answer, m *notifier.Message) error {
	name, said := c.opts.Name, a.said
	switch s := a.Status; {
	case s < 300:
		return notifier.Unknown(fmt.Errorf("%s: %s, which fits no rule of this provider; say under accepted, number_refused, refused, account_refused or later what it means", c.perhaps(), said))
	case s < 400:
		return notifier.After(fmt.Errorf("%s redirects to %s, which is not followed: %s; give the provider that url", name, httpcall.RedirectTarget(a.Header), said), mendAfter)
	case s >= 500:
		return notifier.Unknown(fmt.Errorf("%s: %s", c.perhaps(), said))
	case s == http.StatusRequestTimeout || s == http.StatusTooEarly:
		return fmt.Errorf("not taken by %s: %s", name, said)
	case s == http.StatusTooManyRequests:
		return notifier.After(fmt.Errorf("asked too often, so %s did not take the message: %s", name, said), busyAfter)
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return notifier.AboutCredentials(notifier.After(fmt.Errorf("%s refuses the credentials: %s; check the secrets of the provider", name, said), mendAfter))
	case s == http.StatusNotFound || s == http.StatusMethodNotAllowed:
		return notifier.After(fmt.Errorf("%s knows no such address: %s; check url and method of the provider", name, said), mendAfter)
	}
	if m.Attempt >= refusals {
		return notifier.Permanent(fmt.Errorf("refused by %s %d times: %s", name, m.Attempt, said))
	}
	return notifier.After(fmt.Errorf("refused by %s: %s", name, said), mendAfter)
}

// perhaps begins the text of an unknown outcome.
func (c *Channel) perhaps() string {
	if c.contract.LookUp == nil {
		return c.opts.Name + " may have taken the message, and it is sent again as a possible repeat"
	}
	return c.opts.Name + " may have taken the message, and it is looked up before it is sent again"
}

// judgeCall gives a call without an answer its meaning.
func (c *Channel) judgeCall(err error, m *notifier.Message) error {
	if w, ok := errors.AsType[*notWrittenError](err); ok {
		err := fmt.Errorf("the call to %s cannot be written: %w; correct the provider, and run brimwatch check", c.opts.Name, w)
		if m.Attempt >= refusals {
			return notifier.Permanent(err)
		}
		return notifier.After(err, mendAfter)
	}
	if e, ok := errors.AsType[*httpcall.CallError](err); ok && !e.Written {
		return fmt.Errorf("reach %s: %w", c.opts.Name, err)
	}
	return notifier.Unknown(fmt.Errorf("%s: %w", c.perhaps(), err))
}

// saidBy is what an answer says for people: its status, and why.
func (c *Channel) saidBy(a *contract.Answer, hide *strings.Replacer) string {
	out := "HTTP " + httpcall.StatusLine(a.Status)
	why := ""
	if c.contract.Reason != nil && a.IsJSON {
		why = c.contract.Reason.Text(a.Value)
	}
	if why == "" && isText(a) {
		why = string(a.Body)
	}
	if why = httpcall.OneLine(hide.Replace(why), 200); why != "" {
		out += ": " + why
	}
	return out
}

// isText tells whether an answer's body is for people: short text or JSON, and not a page.
func isText(a *contract.Answer) bool {
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	kind = strings.TrimSpace(strings.ToLower(kind))
	switch {
	case strings.HasSuffix(kind, "/json"), strings.HasSuffix(kind, "+json"), kind == "text/plain":
		return true
	case kind == "text/html", strings.HasSuffix(kind, "/xml"):
		return false
	}
	return a.IsJSON
}
