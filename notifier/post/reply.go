package post

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Reply is the answer to a letter.
type Reply struct {
	httpcall.Answer

	e    *Endpoint
	hide *strings.Replacer
}

// Fine tells whether the status is one of success.
func (r *Reply) Fine() bool { return r.Status >= 200 && r.Status <= 299 }

// IsPage tells whether the answer is a whole web page, as people are shown one. A line of text
// that is called HTML is none: many endpoints answer so.
func (r *Reply) IsPage() bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "text/html") {
		return false
	}
	begin := strings.ToLower(strings.TrimLeft(string(r.Body[:min(len(r.Body), 512)]), "\ufeff \t\r\n"))
	return strings.HasPrefix(begin, "<!doctype html") || strings.HasPrefix(begin, "<html")
}

// busy is how long a far side is left alone that says no more than that it is too much.
const busy = 30 * time.Second

// Judge gives an answer whose status is no success its meaning. 410 says that the endpoint
// is no more, and 400, 413 and 422 that it read this body and will not have it: never
// again. After a 5xx nobody knows whether it was taken. All else is tried again later: what
// stands in the way of it (credentials, a path, a redirect) can be mended, and then the
// notice still arrives. Retry-After is honoured with all that are tried again.
func (r *Reply) Judge() error {
	texts := &r.e.opts.Texts
	said := r.Line()
	if why := r.Says(); why != "" {
		said += ": " + why
	}
	switch r.Status {
	case http.StatusGone:
		return notifier.Permanent(notifier.AboutRecipient(errors.New(said + "; " + texts.Gone)))
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return notifier.Permanent(errors.New(said + "; " + texts.Refused))
	case http.StatusUnauthorized, http.StatusForbidden:
		said += "; " + texts.Denied
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		said += "; " + texts.Path
	}
	if r.Status < 400 {
		said += "; it redirects to " + r.hide.Replace(httpcall.RedirectTarget(r.Header)) + ", which is not followed, give the webhook that url"
	}
	if r.Status >= 500 {
		said += "; " + texts.Again
	}
	err := errors.New(said)
	if r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden {
		err = notifier.AboutCredentials(err)
	}
	wait, asked := httpcall.RetryAfter(r.Header, time.Now())
	switch {
	case asked:
		err = notifier.After(err, wait)
	case r.Status == http.StatusTooManyRequests:
		err = notifier.After(err, busy)
	}
	if r.Status >= 500 {
		err = notifier.Unknown(err)
	}
	return err
}

// Line begins the text of an error about the answer: who answered, and with which status.
func (r *Reply) Line() string {
	return "post to " + r.e.Host() + ": HTTP " + httpcall.StatusLine(r.Status)
}

// Says is what the answer's body says, when it is for people: one line without secrets; ""
// when it is a page.
func (r *Reply) Says() string {
	if !isText(r.Header) {
		return ""
	}
	return r.Shown(string(r.Body), 200)
}

// Shown makes text of the far side fit to be shown: one line of so many signs, without
// secrets. It is shortened last: half a secret would no longer be recognized.
func (r *Reply) Shown(s string, most int) string { return httpcall.OneLine(r.hide.Replace(s), most) }

// Cutoff is the error of an answer of success that breaks off, where the rest of it would
// have said whether the letter was taken.
func (r *Reply) Cutoff() error {
	return notifier.Unknown(fmt.Errorf("%s, and the answer breaks off: %w; %s", r.Line(), r.shown(r.Cut), r.e.opts.Texts.Again))
}

// unanswered gives a call that got no answer its meaning.
func (r *Reply) unanswered(err error) error {
	if e, ok := errors.AsType[*httpcall.CallError](err); ok && !e.Written {
		return fmt.Errorf("post to %s: %w", r.e.Host(), r.shown(err))
	}
	return notifier.Unknown(fmt.Errorf("post to %s: %w; %s", r.e.Host(), r.shown(err), r.e.opts.Texts.Again))
}

// isText tells whether an answer's body is for people: short text or JSON, and
// not a page.
func isText(h http.Header) bool {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	switch strings.TrimSpace(strings.ToLower(kind)) {
	case "text/plain", "application/json", "application/problem+json":
		return true
	}
	return false
}

// shown is an error as it may be shown.
func (r *Reply) shown(err error) error { return &shownError{r.Shown(err.Error(), 300), err} }

// shownError is an error with another text.
type shownError struct {
	text string
	err  error
}

func (s *shownError) Error() string { return s.text }
func (s *shownError) Unwrap() error { return s.err }
