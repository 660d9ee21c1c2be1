package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

const (
	// skew is how long before its first attempt a message may have been created. Both
	// moments are by Twilio's clock, so it only makes up for what was rounded, for
	// machines of Twilio that do not agree, and for a clock of ours that does not run
	// evenly.
	skew = 2 * time.Minute
	// pageSize and maxPages bound a look-up: 1,000 messages to one person since
	// the first attempt are far more than a day of alarms.
	pageSize, maxPages = 100, 10
)

// Find looks for a message at Twilio, among those to its recipient that were
// created since its first attempt. When that was is worked out from the Date of
// Twilio's answer and the age of the message, so it does not matter how our clock
// stands, nor whether somebody set it. Only an answer without a Date goes by our clock.
//
// A message is recognized by its text and the moment it was created. The code of
// the episode alone would not do: raise, reminders and end all hold it. Texts
// are compared by their letters and digits, because a messaging service with
// smart encoding replaces punctuation, and the listed text need only contain
// ours, because a trial account puts a sentence before it. Where message
// redaction is switched on Twilio lists no text, so a message in doubt is not
// found and is sent again: for an alarm a repeat is better than a loss.
//
// The list is not narrowed by sender, which Twilio may have chosen or replaced,
// nor by DateSent, which is by day and empty while a message is queued.
//
// A message that Twilio accepted and could not deliver is found too, as Failed;
// when several match, one that did not fail counts.
func (c *Channel) Find(ctx context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	if essence(m.Text) == "" {
		return notifier.Receipt{}, false, notifier.Undecidable(errors.New("a text message without letters or digits cannot be looked up"))
	}
	s := search{text: essence(m.Text)}
	p := &openapi.ListMessageParams{}
	p.SetTo(m.Recipient.Address).SetPageSize(pageSize)
	call := c.call(ctx)
	service := call.service()
	token, number := "", ""
	for range maxPages {
		page, err := service.PageMessage(p, token, number)
		if err != nil {
			return notifier.Receipt{}, false, fmt.Errorf("look the message up at Twilio: %w", c.judgeLookup(err, m.Recipient, "messages"))
		}
		if page.Messages == nil {
			return notifier.Receipt{}, false, errors.New("look the message up at Twilio: the answer holds no list of messages")
		}
		if s.since.IsZero() {
			s.since = began(call.date, m.Age)
		}
		found, beyond := s.lookThrough(page.Messages)
		if found != nil {
			return c.receipt(found), true, nil
		}
		next := text(page.NextPageUri)
		if next == "" || beyond {
			if s.failed != nil {
				return c.receipt(s.failed), true, nil
			}
			return notifier.Receipt{}, false, nil
		}
		if token, number, err = nextPage(next); err != nil {
			return notifier.Receipt{}, false, err
		}
	}
	return notifier.Receipt{}, false, notifier.Undecidable(fmt.Errorf("look the message up at Twilio: more than %d messages to %s since the first attempt", maxPages*pageSize, m.Recipient.Display))
}

// began is when the first attempt at a message of an age began at the earliest, by the
// clock of who answered at date.
func began(date time.Time, age time.Duration) time.Time {
	if date.IsZero() {
		date = time.Now()
	}
	return date.Add(-age - skew)
}

// search is a look-up of one message in pages of many.
type search struct {
	text   string    // the essence of its text
	since  time.Time // it was created then or later
	failed *openapi.ApiV2010Message
}

// lookThrough finds the message in a page, and keeps one that failed for the end.
// beyond tells that all of the page are older: newest come first, so behind it
// there are only older ones.
func (s *search) lookThrough(page []openapi.ApiV2010Message) (found *openapi.ApiV2010Message, beyond bool) {
	older := 0
	for i := range page {
		msg := &page[i]
		switch at, known := created(msg); {
		case known && at.Before(s.since):
			older++
		case !strings.HasPrefix(text(msg.Direction), "outbound") || !strings.Contains(essence(text(msg.Body)), s.text):
		case Status(text(msg.Status)).Receipt() != notifier.Failed:
			return msg, false
		case s.failed == nil:
			s.failed = msg
		}
	}
	return nil, older > 0 && older == len(page)
}

// judgeLookup gives the error of a look-up its text and, where the far side
// asked for one, its wait. Nothing was sent by it, so nothing is unknown. A refusal
// that will be the same next time is undecidable.
func (a *account) judgeLookup(err error, r notifier.Recipient, what string) error {
	said := a.scrubbed(err, r)
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		return said
	}
	why := aboutAccount(e)
	if refused(e.Status) {
		if e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden {
			why = "Twilio does not let these credentials read " + what + "; give the API key the permissions to read and list " + what + ", " +
				"or use a standard key; if sending fails too, check account_sid with auth_token or the key"
		}
		return notifier.Undecidable(fmt.Errorf("%s: %w", cmp.Or(why, "Twilio refuses to be asked about "+what), said))
	}
	if why != "" {
		said = fmt.Errorf("%s: %w", why, said)
	}
	if wait, asked := httpcall.RetryAfter(e.header, time.Now()); asked {
		return notifier.After(said, wait)
	}
	return said
}

// refused tells whether a status is a refusal that does not pass by itself.
func refused(status int) bool {
	switch status {
	case http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	case http.StatusNotImplemented:
		return true
	}
	return status >= 400 && status < 500
}

// essence is a text without all that an encoding may change: its letters and
// digits, in lower case.
func essence(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// created returns when Twilio created a message (RFC 2822).
func created(msg *openapi.ApiV2010Message) (time.Time, bool) {
	at, err := mail.ParseDate(text(msg.DateCreated))
	return at, err == nil
}

// nextPage takes the token and number of the next page out of its address. Only
// these are taken over: the answer does not choose where the next call goes.
func nextPage(uri string) (token, number string, err error) {
	_, rawQuery, _ := strings.Cut(uri, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return "", "", errors.New("look the message up at Twilio: the address of the next page cannot be read")
	}
	token, number = query.Get("PageToken"), query.Get("Page")
	if strings.Trim(number, "0123456789") != "" || token+number == "" {
		return "", "", errors.New("look the message up at Twilio: the answer names a next page without saying which")
	}
	return token, number, nil
}
