package web

import (
	"errors"
	"net/http"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// existence asks whether an instance still exists whose deletion was due, and says what people
// have said of it.
type existence struct {
	Action string // of the form
	Exists bool   // there is a button to say that it exists
	Gone   bool   // and one that it does not
	By     whoActs
	Said   []saidRow // the newest first
}

// saidRow is one thing that somebody said.
type saidRow struct {
	Text   string
	At     stamp
	Reason string // why it does not hold any more
}

// mostSaid is how much of what was said is shown.
const mostSaid = 5

// existence returns nil where nothing was asked and nothing was said.
func (p *pages) existence(r *http.Request, st *fleet.Standing) (*existence, error) {
	if p.Confirmer == nil || p.Confirmations == nil || st.Course == nil {
		return nil, nil
	}
	list, err := p.Confirmations.Confirmations(r.Context(), st.Instance.ID)
	asked := st.Course.Asked(p.Now())
	if err != nil || !asked && len(list) == 0 {
		return nil, err
	}
	said := st.Course.Said
	out := &existence{Action: linkTo(st.Instance.ID) + "/confirm", By: whoAsks(r)}
	out.Exists = asked && (said.At.IsZero() || said.Gone)
	out.Gone = asked && !said.Gone
	for _, one := range list[:min(len(list), mostSaid)] {
		row := saidRow{At: p.stampIn(one.At, st.Course.Zone), Reason: one.Reason}
		switch one.What {
		case alarm.SaidExists:
			row.Text = p.say.T("%s said that it still exists", one.By)
		case alarm.SaidGone:
			row.Text = p.say.T("%s said that it is gone", one.By)
		case alarm.TakenBack:
			row.Text = p.say.T("what %s said does not hold any more", one.By)
		}
		out.Said = append(out.Said, row)
	}
	return out, nil
}

// confirm takes down what somebody says of whether an instance exists.
func (p *pages) confirm(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if _, ok := p.Fleet.Standing(id); !ok {
		p.noInstance(w, r)
		return
	}
	if !p.form(w, r) {
		return
	}
	of := problemOf{title: p.say.T("Not taken down"), section: "instances", heading: p.say.T("Who says so?"), back: linkTo(id)}
	says := r.PostForm.Get("says")
	if says != "exists" && says != "gone" {
		of.heading = p.say.T("Does it still exist?")
		p.refuseForm(w, r, http.StatusUnprocessableEntity, of, escaped(p.say.T("Go back and press one of the two buttons.")))
		return
	}
	by, ok := p.actor(w, r, of)
	if !ok {
		return
	}
	err := p.Confirmer.Confirm(r.Context(), id, says == "gone", by)
	switch {
	case errors.Is(err, alarm.ErrNotWatched):
		p.noInstance(w, r)
		return
	case errors.Is(err, alarm.ErrNotAsked), errors.Is(err, alarm.ErrAnswers):
		of.heading = p.say.T("Nothing was taken down")
		p.refuseForm(w, r, http.StatusUnprocessableEntity, of, p.said(err.Error()))
		return
	case err != nil:
		p.log.ErrorContext(r.Context(), "what was said of an instance could not be taken down", "instance_id", id, "error", err)
		of.heading = p.say.T("Nothing was taken down")
		p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
		return
	}
	p.log.InfoContext(r.Context(), "instance confirmed", "instance_id", id, "gone", says == "gone", "by", by)
	http.Redirect(w, r, of.back+"?confirmed="+says, http.StatusSeeOther) //nolint:gosec // an escaped ID below /instances/
}

// confirmed says what was taken down, after the redirect.
func (p *pages) confirmed(says string) string {
	switch says {
	case "exists":
		return p.say.T("Taken down: it still exists.")
	case "gone":
		return p.say.T("Taken down: it is gone. Its alarms are over.")
	}
	return ""
}
