// Package verdict gives the answers of SMS providers their meaning for the outbox: what a code
// in a body means, what an HTTP status does, and how either is shown without secrets. Which
// code means what is each provider's.
package verdict

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Kind is what may be done after an answer.
type Kind int

// The kinds of answers that are no success.
const (
	Unheard     Kind = iota // a code that is not known: tried some times, then given up
	Mend                    // somebody has to mend a setting; tried again meanwhile
	Credentials             // the same, about who we are
	Busy                    // called too often
	Flow                    // too many messages to one number, within a window
	Capped                  // a cap that somebody set
	Clock                   // our clock is off
	Number                  // about the number: never
	Pair                    // about the number and this provider: never, and another one may
	Text                    // about this text: never
	Doubt                   // it may have been accepted
)

// Meaning is what a code means, with the way out.
type Meaning struct {
	Kind Kind
	Why  string // "" where the far side's own words have to do
	// After is not before when it is to be tried again; 0 is what the kind says.
	After time.Duration
}

const (
	// mendAfter is how long a refusal waits that a person has to mend: the notice is not
	// lost, and the account is not hammered with bad credentials.
	mendAfter = 5 * time.Minute
	// busyAfter is the wait after a call that came too soon after others.
	busyAfter = 10 * time.Second
	// capAfter is how often is tried whether a cap was raised, or its time is over.
	capAfter = time.Hour
	// refusals is how often a message is tried that is refused with a code nobody knows.
	refusals = 6
)

// Answer is an answer that is no success, as a provider read it.
type Answer struct {
	Far     string // the far side, for people: Alibaba Cloud
	Status  int    // of HTTP
	Header  http.Header
	Code    string // "" when the answer is not the far side's own
	Meaning Meaning
	Off     time.Duration // by how much our clock is ahead, where the far side's was taken over
	// Perhaps begins the text of an unknown outcome; "" is that of a message which is looked up
	// before it is sent again.
	Perhaps string
}

// Of gives the answer to a send its meaning; said is its text as it may be shown.
func (a *Answer) Of(m *notifier.Message, said error) error {
	if a.Status >= http.StatusInternalServerError || a.Meaning.Kind == Doubt && a.Code != "" {
		return a.doubt(said)
	}
	if a.Code == "" {
		return a.ofStatus(said)
	}
	meant := a.Meaning
	switch meant.Kind {
	case Number:
		return notifier.Permanent(notifier.AboutRecipient(fmt.Errorf("%s: %s: %w", m.Recipient.Display, meant.Why, said)))
	case Pair:
		return notifier.AboutPair(notifier.Permanent(notifier.AboutRecipient(fmt.Errorf("%s: %s: %w", m.Recipient.Display, meant.Why, said))))
	case Text:
		return notifier.Permanent(fmt.Errorf("%s: %w", meant.Why, said))
	case Busy:
		return a.later(meant.Why, said, busyAfter)
	case Capped:
		return a.later(meant.Why, said, capAfter)
	case Credentials:
		return notifier.AboutCredentials(a.later(meant.Why, said, mendAfter))
	case Clock:
		if a.Off != 0 {
			return a.later("the clock of this machine is "+Off(a.Off)+"; set it. Until then Brimwatch goes by the far side's", said, time.Second)
		}
		return a.later(meant.Why, said, mendAfter)
	case Mend, Flow:
		return a.later(meant.Why, said, mendAfter)
	case Unheard, Doubt:
	}
	if m.Attempt >= refusals {
		return notifier.Permanent(fmt.Errorf("refused by %s %d times: %w", a.Far, m.Attempt, said))
	}
	return a.later("refused by "+a.Far, said, mendAfter)
}

// ofStatus gives an answer its meaning by its HTTP status.
func (a *Answer) ofStatus(said error) error {
	switch s := a.Status; {
	case s == http.StatusTooManyRequests:
		return a.later("asked too often, so "+a.Far+" did not take the message", said, busyAfter)
	case s < http.StatusBadRequest:
		return a.later("the address of "+a.Far+" redirects to "+httpcall.RedirectTarget(a.Header)+
			", which is not followed; correct base_url, or what stands between here and there", said, mendAfter)
	case s == http.StatusProxyAuthRequired:
		return a.later("the proxy wants a login; put it into the environment variable that names the proxy", said, mendAfter)
	case s == http.StatusRequestTimeout || s == http.StatusTooEarly:
		return a.later("not taken by "+a.Far, said, busyAfter)
	}
	return a.later("not taken, by something that is not "+a.Far+"; correct base_url, or what stands between here and there", said, mendAfter)
}

// later is not before a moment: that which the far side asks for, or which the meaning has.
func (a *Answer) later(why string, said error, d time.Duration) error {
	if a.Meaning.After > 0 {
		d = a.Meaning.After
	}
	if wait, asked := httpcall.RetryAfter(a.Header, time.Now()); asked {
		d = wait
	}
	if why != "" {
		said = fmt.Errorf("%s: %w", why, said)
	}
	return notifier.After(said, d)
}

// doubt is an answer after which nobody knows whether the message was accepted.
func (a *Answer) doubt(said error) error {
	err := fmt.Errorf("%s: %w", a.perhaps(), said)
	if wait, asked := httpcall.RetryAfter(a.Header, time.Now()); asked {
		err = notifier.After(err, wait)
	}
	return notifier.Unknown(err)
}

// perhaps begins the text of an unknown outcome.
func (a *Answer) perhaps() string {
	if a.Perhaps != "" {
		return a.Perhaps
	}
	return "the message may have been accepted by " + a.Far + " and is looked up before it is sent again"
}

// NoAnswer gives an error of a send its meaning for which there is no answer of the far side.
func (a *Answer) NoAnswer(err, said error) error {
	if f, ok := errors.AsType[*httpcall.CallError](err); ok && !f.Written {
		return fmt.Errorf("reach %s: %w", a.Far, said)
	}
	// No answer, or a success whose body broke off or is somebody else's.
	return notifier.Unknown(fmt.Errorf("%s: %w", a.perhaps(), said))
}

// OfLookup gives the answer to a look-up its meaning. Nothing was sent by it, so nothing is
// unknown. A refusal that will be the same next time is undecidable.
func (a *Answer) OfLookup(said error, grant string) error {
	meant := a.Meaning
	switch {
	case a.Code == "" && a.Status >= 400 && a.Status < 500 && !passes(a.Status):
		return notifier.Undecidable(fmt.Errorf("asking %s about messages is refused: %w", a.Far, said))
	case a.Code == "":
	case meant.Kind == Clock && a.Off != 0:
		return notifier.After(fmt.Errorf("the clock of this machine is %s; set it: %w", Off(a.Off), said), time.Second)
	case meant.Kind == Credentials:
		return notifier.Undecidable(fmt.Errorf("%s does not let these keys read what was sent; %s: %w", a.Far, grant, said))
	case meant.Kind == Unheard, meant.Kind == Number, meant.Kind == Pair, meant.Kind == Text:
		return notifier.Undecidable(fmt.Errorf("%s refuses to be asked about messages: %w", a.Far, said))
	case meant.Why != "":
		said = fmt.Errorf("%s: %w", meant.Why, said)
	}
	if wait, asked := httpcall.RetryAfter(a.Header, time.Now()); asked {
		return notifier.After(said, wait)
	}
	return said
}

// passes tells whether a refusal may pass by itself.
func passes(status int) bool {
	switch status {
	case http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

// Off says how far a clock is off: "2m0s ahead".
func Off(d time.Duration) string {
	if d < 0 {
		return (-d).String() + " behind"
	}
	return d.String() + " ahead"
}

// GarbledError is a success whose body is not what the far side writes.
type GarbledError struct {
	Far    string
	Status int
	Cut    error // why the body broke off, if it did
}

// Error says what was wrong with the body.
func (e *GarbledError) Error() string {
	if e.Cut != nil {
		return fmt.Sprintf("HTTP %s, and then the answer broke off: %v", httpcall.StatusLine(e.Status), e.Cut)
	}
	return "HTTP " + httpcall.StatusLine(e.Status) + " with an answer that is not what " + e.Far + " writes, so something between here and there may have answered instead"
}

// Unwrap returns why the body broke off, if it did.
func (e *GarbledError) Unwrap() error { return e.Cut }

// Shown is an error as it may be shown: an answer may repeat anything it was sent. Each
// second text stands for the first one. It is shortened last: half a secret would no longer
// be recognized.
func Shown(err error, instead ...[2]string) error {
	var pairs []string
	for _, p := range instead {
		if len(p[0]) >= 4 { // a shorter one would tear words apart
			pairs = append(pairs, p[0], p[1])
		}
	}
	return &shown{httpcall.OneLine(strings.NewReplacer(pairs...).Replace(err.Error()), 200), err}
}

// shown is an error with another text.
type shown struct {
	text string
	err  error
}

func (s *shown) Error() string { return s.text }
func (s *shown) Unwrap() error { return s.err }
