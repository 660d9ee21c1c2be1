package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// maxBulkForm bounds what the form below the list may send: the IDs of one page of it.
const maxBulkForm = 256 << 10

// bulk is what the form below the list of instances asks for.
type bulk struct {
	standings []fleet.Standing // of the chosen instances that there are
	back      string           // the list as it was
	seen      time.Time        // as of when the sender saw it
}

// readBulk reads the form, and answers when it cannot be read or nothing is chosen.
func (p *pages) readBulk(w http.ResponseWriter, r *http.Request, of *problemOf) (bulk, bool) {
	if !p.formUpTo(w, r, maxBulkForm) {
		return bulk{}, false
	}
	out := bulk{back: listAddress(r.PostForm.Get("list"))}
	of.back = out.back
	if at, err := time.Parse(time.RFC3339, r.PostForm.Get("seen")); err == nil {
		out.seen = at
	}
	ids := r.PostForm["id"]
	if r.PostForm.Has("all") {
		ids = append(ids, r.PostForm["shown"]...) // a chosen one may have left the page
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if st, ok := p.Fleet.Standing(id); ok {
			out.standings = append(out.standings, st)
		}
	}
	if len(out.standings) == 0 {
		of.heading = p.say.T("No instance is chosen")
		p.refuseForm(w, r, http.StatusUnprocessableEntity, *of, escaped(p.say.T("Go back and choose instances by the boxes before their names, or all on the page.")))
		return out, false
	}
	return out, true
}

// listAddress is the address of the list that a form names: whatever it says, one of ours.
func listAddress(said string) string {
	u, err := url.Parse(said)
	if err != nil {
		return "/"
	}
	f := parseFilter(u.Query())
	return f.path(f.Page)
}

// with puts what was done behind an address of the list.
func with(address string, done url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for name := range done {
		q.Set(name, done.Get(name))
	}
	return "/?" + q.Encode()
}

// ackInstances acknowledges the open alarms of the chosen instances: not those that were
// raised since the page was read, which nobody has seen.
func (p *pages) ackInstances(w http.ResponseWriter, r *http.Request) {
	of := problemOf{title: p.say.T("Not acknowledged"), section: "instances", heading: p.say.T("Who acknowledges them?"), back: "/"}
	chosen, ok := p.readBulk(w, r, &of)
	if !ok {
		return
	}
	by, ok := p.actor(w, r, of)
	if !ok {
		return
	}
	codes, later, err := p.openCodes(r, &chosen)
	var missing []string
	if err == nil && len(codes) > 0 {
		missing, err = p.Acker.AckAll(r.Context(), codes, by)
	}
	if err != nil {
		p.log.ErrorContext(r.Context(), "alarms could not be acknowledged", "error", err)
		of.heading = p.say.T("Not all of them were acknowledged")
		p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
		return
	}
	done := url.Values{"acked": {strconv.Itoa(len(codes) - len(missing))}}
	if len(missing) > 0 {
		done.Set("gone", strconv.Itoa(len(missing)))
	}
	if later > 0 {
		done.Set("later", strconv.Itoa(later))
	}
	http.Redirect(w, r, with(chosen.back, done), http.StatusSeeOther)
}

// openCodes lists the alarms that wait for an acknowledgement, and counts those that the
// sender cannot have seen.
func (p *pages) openCodes(r *http.Request, of *bulk) (codes []string, later int, err error) {
	for i := range of.standings {
		list, err := p.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Instance: of.standings[i].Instance.ID})
		if err != nil {
			return nil, 0, err
		}
		for j := range list {
			switch e := &list[j]; {
			case e.AckedBy != "":
			case !of.seen.IsZero() && e.RaisedAt.Truncate(time.Second).After(of.seen):
				later++
			default:
				codes = append(codes, e.Code)
			}
		}
	}
	return codes, later, nil
}

// severalBody is the page of silences for several instances.
type severalBody struct {
	Instances []link
	IDs       []string
	List      string
	Form      silenceForm
	Spans     []option
	Zone      string
	Faults    []string
	By        whoActs
}

// silenceInstances asks how long the chosen instances are to be silent, and adds a silence for
// each when that was said.
func (p *pages) silenceInstances(w http.ResponseWriter, r *http.Request) {
	of := problemOf{title: p.say.T("Not silenced"), section: "instances", heading: p.say.T("Who adds the silences?"), back: "/"}
	chosen, ok := p.readBulk(w, r, &of)
	if !ok {
		return
	}
	body := severalBody{List: chosen.back, Form: silenceForm{For: "2h"}, Spans: p.spans(), Zone: zoneWords(p.Now().In(p.Zone)), By: whoAsks(r)}
	for i := range chosen.standings {
		in := chosen.standings[i].Instance
		body.Instances, body.IDs = append(body.Instances, link{nameOf(in), linkTo(in.ID)}), append(body.IDs, in.ID)
	}
	if !r.PostForm.Has("add") {
		p.render(w, r, http.StatusOK, "several", page{Title: p.say.T("Silence several instances"), Section: "instances", Body: body})
		return
	}
	body.Form = formOf(r.PostForm)
	s, faults := p.newTerm(body.Form)
	if len(faults) > 0 {
		body.Faults = faults
		p.render(w, r, http.StatusUnprocessableEntity, "several", page{Title: p.say.T("Silence several instances"), Section: "instances", Body: body})
		return
	}
	if s.By, ok = p.actor(w, r, of); !ok {
		return
	}
	p.addSeveral(w, r, s, body.IDs, of)
}

// addSeveral adds a silence for each of the instances. One that cannot be added ends it, and the
// answer says how many are in force.
func (p *pages) addSeveral(w http.ResponseWriter, r *http.Request, s notifier.Silence, ids []string, of problemOf) {
	for i, id := range ids {
		s.Matchers = map[string]string{"instance_id": id}
		if _, err := p.Silences.AddSilence(r.Context(), s); err != nil {
			p.log.ErrorContext(r.Context(), "silence could not be added", "instance_id", id, "error", err)
			of.heading = p.say.T("%d of %d silences were added", i, len(ids))
			p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
			return
		}
	}
	p.log.InfoContext(r.Context(), "silences added", "instances", len(ids), "until", s.Until.UTC().Format(time.RFC3339), "by", s.By)
	http.Redirect(w, r, with(of.back, url.Values{"silenced": {strconv.Itoa(len(ids))}}), http.StatusSeeOther)
}

// silencedSeveral says what the form of several silences achieved, after the redirect.
func (p *pages) silencedSeveral(q url.Values) string {
	n, err := strconv.Atoi(q.Get("silenced"))
	if err != nil || n <= 0 {
		return ""
	}
	return p.say.N(n, "%d silence is in force. Alarms are raised and shown all the same.", "%d silences are in force. Alarms are raised and shown all the same.", n)
}
