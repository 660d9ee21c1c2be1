package web

import (
	"errors"
	"net/http"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/links"
)

// linkBody is the page that a signed link of a notice opens: it asks before it acts.
type linkBody struct {
	Code    string
	By      string
	Action  string     // where the form goes; "" when there is nothing to be done any more
	Episode episodeRow // zero for an alarm that has ended
	Acked   string     // by whom; "" is nobody
}

// link shows what a signed link is for. To open it changes nothing: programs look at links
// before people do.
func (p *pages) link(w http.ResponseWriter, r *http.Request) {
	l, e, ok := p.linked(w, r)
	if !ok {
		return
	}
	p.showLink(w, r, &l, e, false)
}

// useLink does what a signed link is for.
func (p *pages) useLink(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	l, e, ok := p.linked(w, r)
	if !ok {
		return
	}
	if e == nil || e.AckedBy != "" {
		p.showLink(w, r, &l, e, false)
		return
	}
	by := l.By
	if name, signedIn := access.Who(r); signedIn {
		by = name
	}
	err := p.Acker.Ack(r.Context(), l.Code, shortened(by))
	switch {
	case errors.Is(err, alarm.ErrNoEpisode):
		e = nil
	case err != nil:
		p.log.ErrorContext(r.Context(), "alarm could not be acknowledged by a link", "code", l.Code, "error", err)
		p.refuseForm(w, r, http.StatusInternalServerError, problemOf{
			title: p.say.T("Not acknowledged"), section: "alarms", heading: p.say.T("%s was not acknowledged", l.Code), back: r.URL.Path,
		}, p.said(err.Error()))
		return
	default:
		p.log.InfoContext(r.Context(), "alarm acknowledged by a link", "code", l.Code, "by", by)
		e.AckedBy = by
	}
	p.showLink(w, r, &l, e, e != nil)
}

// linked reads the link of a request, with the episode that it is about; nil when that has
// ended. ok is false when it has answered already.
func (p *pages) linked(w http.ResponseWriter, r *http.Request) (l links.Link, e *alarm.Episode, ok bool) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex")
	if p.Links == nil {
		p.notFound(w, r)
		return l, nil, false
	}
	l, err := p.Links.Read(r.PathValue("token"), p.Now())
	of := problemOf{title: p.say.T("Link"), section: "alarms", heading: p.say.T("This link leads nowhere"), back: "/alarms"}
	switch {
	case links.IsExpired(err):
		of.heading = p.say.T("This link has expired")
		p.refuseForm(w, r, http.StatusGone, of, escaped(p.say.T("Acknowledge the alarm on its page, or by answering the text message.")))
		return l, nil, false
	case err != nil:
		p.refuseForm(w, r, http.StatusNotFound, of, escaped(p.say.T("It is not complete, or was not made here. Copy all of it, up to its last sign.")))
		return l, nil, false
	}
	list, err := p.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Code: l.Code, Limit: 1})
	if err != nil {
		p.fail(w, r, "alarms", p.say.T("The alarms could not be read"), err)
		return l, nil, false
	}
	// A code is given out again when its alarm is over.
	if len(list) == 1 && list[0].RaisedAt.UnixMilli() == l.RaisedAt.UnixMilli() {
		e = &list[0]
	}
	return l, e, true
}

// showLink shows what a link is about, and the button where something can be done.
func (p *pages) showLink(w http.ResponseWriter, r *http.Request, l *links.Link, e *alarm.Episode, done bool) {
	body := linkBody{Code: l.Code, By: l.By}
	if e != nil {
		body.Episode, body.Acked = p.episodeRow(e), e.AckedBy
		if e.AckedBy == "" {
			body.Action = r.URL.Path
		}
	}
	shown := page{Title: p.say.T("Alarm %s", l.Code), Section: "alarms", Body: body}
	if done {
		shown.Done = p.say.T("Alarm %s is acknowledged. There are no more reminders; its end is still told.", l.Code)
	}
	p.render(w, r, http.StatusOK, "link", shown)
}
