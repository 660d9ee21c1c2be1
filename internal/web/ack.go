package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/access"
)

// The cookie that keeps the name of who acknowledged last, so that the next alarm
// of the night needs one press.
const byCookie = "brimwatch_by"

// whoActs is who acknowledges an alarm.
type whoActs struct {
	Name     string // empty when nobody knows
	SignedIn bool   // the name is sure, and no other is asked for
}

// whoAsks returns who signed in, or else who is most probably going to acknowledge.
func whoAsks(r *http.Request) whoActs {
	name, signedIn := access.Who(r)
	if signedIn {
		return whoActs{Name: name, SignedIn: true}
	}
	if c, err := r.Cookie(byCookie); err == nil {
		if last, err := url.QueryUnescape(c.Value); err == nil && fleet.CheckName(last) == nil {
			return whoActs{Name: shortened(last)}
		}
	}
	return whoActs{Name: shortened(name)}
}

// shortened makes a name fit for a table: single blanks, at most 64 characters.
func shortened(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if long := []rune(name); len(long) > 64 {
		return string(long[:64])
	}
	return name
}

// acknowledged says what an acknowledgement achieved, after the redirect: of one alarm by
// its code, or of so many.
func (p *pages) acknowledged(q url.Values) string {
	what, gone := q.Get("acked"), ""
	if n, err := strconv.Atoi(q.Get("gone")); err == nil && n > 0 {
		gone = p.say.T(" %d had ended already.", n)
	}
	if n, err := strconv.Atoi(q.Get("later")); err == nil && n > 0 {
		gone += p.say.N(n, " %d was raised since the page was shown, and waits.", " %d were raised since the page was shown, and wait.", n)
	}
	if n, err := strconv.Atoi(what); err == nil && n >= 0 {
		if n == 0 {
			return p.say.T("No alarm was acknowledged.") + gone
		}
		return p.say.N(n, "%d alarm is acknowledged. There are no more reminders; its end is still told.",
			"%d alarms are acknowledged. There are no more reminders; their ends are still told.", n) + gone
	}
	if what != "" && len(what) <= 16 && strings.Trim(what, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" {
		return p.say.T("Alarm %s is acknowledged. There are no more reminders; its end is still told.", what)
	}
	return ""
}

// actor finds out who sent a form: who signed in, or the name in it. ok is false when it
// has answered already, with what is wrong with the name.
func (p *pages) actor(w http.ResponseWriter, r *http.Request, asked problemOf) (by string, ok bool) {
	by, signedIn := access.Who(r)
	if signedIn {
		return by, true
	}
	typed := strings.TrimSpace(r.PostForm.Get("by"))
	if err := fleet.CheckName(typed); err != nil {
		asked.heading = p.say.T("This name cannot be taken")
		p.refuseForm(w, r, http.StatusBadRequest, asked, escaped(p.say.T("A name is one line of plain text, and here %s.", p.heard(err.Error()))))
		return "", false
	}
	if by = shortened(typed); by == "" {
		p.refuseForm(w, r, http.StatusUnprocessableEntity, asked, escaped(p.say.T("The name is missing. Go back and fill in the field beside the button.")))
		return "", false
	}
	rememberBy(w, r, by)
	return by, true
}

// problemOf is what the page of a form that was refused says around the reason.
type problemOf struct {
	title, section, heading string
	back                    string // the page of the form
}

// refuseForm says why a form was refused.
func (p *pages) refuseForm(w http.ResponseWriter, r *http.Request, status int, of problemOf, line template.HTML) {
	p.render(w, r, status, "problem", page{Title: of.title, Section: of.section, Body: problem{
		Heading: of.heading, Lines: []template.HTML{line}, Back: of.back, Label: p.say.T("Back"),
	}})
}

// backFrom returns the page that a form of open alarms was on.
func backFrom(r *http.Request) string {
	if id := r.PostForm.Get("instance"); id != "" {
		return linkTo(id)
	}
	return "/alarms"
}

func (p *pages) ack(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	code := strings.ToUpper(r.PathValue("code"))
	of := problemOf{title: p.say.T("Not acknowledged"), section: "alarms", heading: p.say.T("Who acknowledges %s?", code), back: backFrom(r)}
	by, ok := p.actor(w, r, of)
	if !ok {
		return
	}
	err := p.Acker.Ack(r.Context(), code, by)
	switch {
	case errors.Is(err, alarm.ErrNoEpisode):
		of.heading = p.say.T("No open alarm has the code %s", code)
		p.refuseForm(w, r, http.StatusNotFound, of, escaped(p.say.T("It may have ended by itself in the meantime.")))
		return
	case err != nil:
		p.log.ErrorContext(r.Context(), "alarm could not be acknowledged", "code", code, "error", err)
		of.heading = p.say.T("%s was not acknowledged", code)
		p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
		return
	}
	http.Redirect(w, r, of.back+"?acked="+url.QueryEscape(code), http.StatusSeeOther)
}

// ackSeveral acknowledges the alarms that were chosen, or all that the page showed: not
// those that were raised since, which nobody has seen.
func (p *pages) ackSeveral(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	of := problemOf{title: p.say.T("Not acknowledged"), section: "alarms", heading: p.say.T("No alarm is chosen"), back: backFrom(r)}
	chosen := r.PostForm["code"]
	if r.PostForm.Get("which") == "shown" {
		chosen = r.PostForm["shown"]
	}
	var codes []string
	for _, c := range chosen {
		if c = strings.ToUpper(c); !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	if len(codes) == 0 {
		p.refuseForm(w, r, http.StatusUnprocessableEntity, of, escaped(p.say.T("Go back and tick the alarms to acknowledge.")))
		return
	}
	of.heading = p.say.T("Who acknowledges them?")
	by, ok := p.actor(w, r, of)
	if !ok {
		return
	}
	missing, err := p.Acker.AckAll(r.Context(), codes, by)
	if err != nil {
		p.log.ErrorContext(r.Context(), "alarms could not be acknowledged", "error", err)
		of.heading = p.say.T("Not all of them were acknowledged")
		p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
		return
	}
	q := url.Values{"acked": {strconv.Itoa(len(codes) - len(missing))}}
	if len(missing) > 0 {
		q.Set("gone", strconv.Itoa(len(missing)))
	}
	http.Redirect(w, r, of.back+"?"+q.Encode(), http.StatusSeeOther)
}

// rememberBy keeps the name of who acknowledged in the browser.
func rememberBy(w http.ResponseWriter, r *http.Request, by string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // a name, no secret; over plain HTTP it cannot be Secure
		Name: byCookie, Value: url.QueryEscape(by), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
		MaxAge: int((90 * 24 * time.Hour).Seconds()),
	})
}
