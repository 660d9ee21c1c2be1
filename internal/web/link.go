package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/links"
)

// A page that a signed link of a notice opens asks before it acts, and shows nothing but what
// the link is about: who opens it need not have signed in. To open it changes nothing, since
// programs look at links before people do, and what acts is a form with a field that no
// program fills in by chance.

// Fields of the form of a link, and what its address has after it was used.
const (
	confirmField = "confirm"
	confirmValue = "yes"
	doneField    = "done"
)

// linkBody is the page of a link that acknowledges.
type linkBody struct {
	Code    string
	Action  string // where the form goes; "" when there is nothing to be done any more
	As      linkAs
	Episode episodeRow // zero for an alarm that has ended
	Acked   string     // by whom; "" is nobody
}

// linkAs is in whose name a link is used.
type linkAs struct {
	By     whoActs
	Told   string // whom the link was given to
	Button string // what the button says
}

// link shows what a link that acknowledges is for.
func (p *pages) link(w http.ResponseWriter, r *http.Request) {
	l, e, ok := p.linked(w, r)
	if !ok {
		return
	}
	body := linkBody{Code: l.Code}
	if e != nil {
		body.Episode, body.Acked = p.episodeRow(e), p.person(e.AckedBy)
	}
	if e != nil && e.AckedBy == "" {
		body.Action = r.URL.Path
		body.As = linkAs{By: whoAsks(r), Told: l.By, Button: p.say.T("Acknowledge %s", l.Code)}
	}
	shown := page{Title: p.say.T("Alarm %s", l.Code), Bare: true, Body: body}
	if body.Acked != "" && r.URL.Query().Has(doneField) {
		shown.Done = p.say.T("Alarm %s is acknowledged. There are no more reminders; its end is still told.", l.Code)
	}
	p.render(w, r, http.StatusOK, "link", shown)
}

// useLink acknowledges, and leads back to the page of the link.
func (p *pages) useLink(w http.ResponseWriter, r *http.Request) {
	l, e, ok := p.linked(w, r)
	if !ok {
		return
	}
	by, ok := p.pressed(w, r, l.By)
	if !ok {
		return
	}
	if by == "" || e == nil || e.AckedBy != "" {
		p.backToLink(w, r, false)
		return
	}
	err := p.Acker.Ack(r.Context(), l.Code, by)
	if err != nil && !errors.Is(err, alarm.ErrNoEpisode) {
		p.log.ErrorContext(r.Context(), "alarm could not be acknowledged by a link", "code", l.Code, "error", err)
		p.refuseLink(w, r, http.StatusInternalServerError, p.say.T("%s was not acknowledged", l.Code), r.URL.Path)
		return
	}
	if err == nil {
		p.log.InfoContext(r.Context(), "alarm acknowledged by a link", "code", l.Code, "by", by)
	}
	p.backToLink(w, r, err == nil)
}

// linked reads the link of a request, with the episode that it is about; nil when that has
// ended. ok is false when it has answered already.
func (p *pages) linked(w http.ResponseWriter, r *http.Request) (l links.Link, e *alarm.Episode, ok bool) {
	ok = p.openLink(w, r, func(token string, now time.Time) (err error) {
		l, err = p.Links.Read(token, now)
		return err
	}, p.say.T("Acknowledge the alarm on its page, or by answering the text message."), "/alarms")
	if !ok {
		return l, nil, false
	}
	list, err := p.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Code: l.Code, Limit: 1})
	if err != nil {
		p.log.ErrorContext(r.Context(), "the alarm of a link could not be read", "code", l.Code, "error", err)
		p.refuseLink(w, r, http.StatusInternalServerError, p.say.T("The alarms could not be read"), r.URL.Path)
		return l, nil, false
	}
	// A code is given out again when its alarm is over.
	if len(list) == 1 && list[0].RaisedAt.UnixMilli() == l.RaisedAt.UnixMilli() {
		e = &list[0]
	}
	return l, e, true
}

// openLink reads the token of a request by read. It returns false when it has answered with why
// it allows nothing; instead is what to do without it, on a page.
func (p *pages) openLink(w http.ResponseWriter, r *http.Request, read func(token string, now time.Time) error, instead, back string) bool {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex")
	if p.Links == nil {
		p.notFound(w, r)
		return false
	}
	err := read(r.PathValue("token"), p.Now())
	switch {
	case links.IsExpired(err):
		p.refuseLink(w, r, http.StatusGone, p.say.T("This link has expired"), back, instead)
	case err != nil:
		p.refuseLink(w, r, http.StatusNotFound, p.say.T("This link leads nowhere"), back, p.say.T("It is not complete, or was not made here. Copy all of it, up to its last sign."))
	}
	return err == nil
}

// refuseLink says why a link does nothing, and what to do. Who reads it need not have signed
// in, so the particulars are in the log alone.
func (p *pages) refuseLink(w http.ResponseWriter, r *http.Request, status int, heading, back string, said ...string) {
	label := p.say.T("All alarms")
	switch back {
	case r.URL.Path:
		label = p.say.T("Try again")
	case "/silences":
		label = p.say.T("Silences")
	}
	if len(said) == 0 {
		said = []string{p.say.T("Try again in a moment. The log of Brimwatch has the particulars.")}
	}
	p.render(w, r, status, "problem", page{Title: p.say.T("Link"), Bare: true, Body: problem{Heading: heading, Lines: lines(said...), Back: back, Label: label}})
}

// pressed reads the form of a link: in whose name it is used. by is empty when the button was
// not pressed on the page; ok is false when it has answered already.
func (p *pages) pressed(w http.ResponseWriter, r *http.Request, told string) (by string, ok bool) {
	if !p.form(w, r) {
		return "", false
	}
	if r.PostForm.Get(confirmField) != confirmValue {
		return "", true
	}
	if name, signedIn := access.Who(r); signedIn {
		return name, true
	}
	typed := strings.TrimSpace(r.PostForm.Get("by"))
	if err := fleet.CheckName(typed); err != nil {
		p.refuseLink(w, r, http.StatusBadRequest, p.say.T("This name cannot be taken"), r.URL.Path, p.say.T("A name is one line of plain text, and here %s.", p.heard(err.Error())))
		return "", false
	}
	if typed = shortened(typed); typed != "" {
		rememberBy(w, r, typed)
	}
	return shortened(words.ByLink(typed, told)), true
}

// backToLink leads to the page of a link after its form was sent, so that to load it anew sends
// nothing.
func (p *pages) backToLink(w http.ResponseWriter, r *http.Request, done bool) {
	at := r.URL.EscapedPath()
	if done {
		at += "?" + doneField + "=1"
	}
	http.Redirect(w, r, at, http.StatusSeeOther) //nolint:gosec // the path of a link of ours, whose token was read
}

// person writes who did something.
func (p *pages) person(by string) string { return words.Person(by, p.lang()) }
