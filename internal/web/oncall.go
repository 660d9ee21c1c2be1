package web

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/web/timeline"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

const (
	// usualShiftDays is how far ahead shifts are shown when nothing else is asked for.
	usualShiftDays = 28
	// maxShifts bounds the rows of one rota.
	maxShifts = 100
	// shiftsBehind is how much of the past the time line shows.
	shiftsBehind = 24 * time.Hour
)

// onCallBody is what the page of the rotas shows.
type onCallBody struct {
	Days  int
	Spans []option
	Rotas []rotaView
}

// rotaView is one rota.
type rotaView struct {
	Name, Rotation, HandOver, Zone string
	People                         string

	Now    shiftView
	Next   shiftView
	Line   template.HTML
	Shifts []shiftView
	More   int         // shifts that are not shown
	Gaps   []shiftView // in which nobody is on call
	// GapTimes lists them in a line.
	GapTimes template.HTML
}

// shiftView is one row.
type shiftView struct {
	Person              string // "" is nobody
	Current, Overridden bool
	From, To            stamp
}

// Gap tells whether nobody is on call.
func (s shiftView) Gap() bool { return s.Person == "" }

func (p *pages) onCall(w http.ResponseWriter, r *http.Request) {
	body := &onCallBody{Days: usualShiftDays, Spans: []option{{"7", p.say.T("%d days", 7)}, {"28", p.say.T("%d days", 28)}, {"90", p.say.T("%d days", 90)}}}
	if n, err := strconv.Atoi(r.URL.Query().Get("days")); err == nil && (n == 7 || n == 90) {
		body.Days = n
	}
	if p.OnCall != nil {
		rotas := p.OnCall.Rotas()
		for i := range rotas {
			body.Rotas = append(body.Rotas, p.rotaView(&rotas[i], body.Days))
		}
	}
	p.render(w, r, http.StatusOK, "oncall", page{Title: p.say.T("On call"), Section: "oncall", Body: body})
}

func (p *pages) rotaView(r *rota.Rota, days int) rotaView {
	now := p.Now()
	shifts := r.Shifts(now, now.AddDate(0, 0, days))
	out := rotaView{
		Name: r.Name, Rotation: r.Rotation(), HandOver: r.HandOver(), Zone: r.Zone.String(), People: strings.Join(r.People, ", "),
		Line: p.shiftLine(r, now, days),
	}
	for i, s := range shifts {
		v := shiftView{Person: s.Person, Overridden: s.Overridden, Current: i == 0, From: p.stampIn(s.From, r.Zone), To: p.stampIn(s.To, r.Zone)}
		switch i {
		case 0:
			out.Now = v
		case 1:
			out.Next = v
		}
		if v.Gap() {
			out.Gaps = append(out.Gaps, v)
			if out.GapTimes != "" {
				out.GapTimes += escaped(p.say.T("list|; "))
			}
			out.GapTimes += newMarks().fill(p.say.T("from %s to %s"), []any{zoned(v.From), zoned(v.To)})
		}
		if i < maxShifts {
			out.Shifts = append(out.Shifts, v)
		} else {
			out.More++
		}
	}
	if len(shifts) == 1 {
		next := r.ShiftAt(shifts[0].To)
		out.Next = shiftView{Person: next.Person, From: p.stampIn(next.From, r.Zone)}
	}
	return out
}

// shiftLine draws a line for each person, and one for the time in which nobody is on
// call.
func (p *pages) shiftLine(r *rota.Rota, now time.Time, days int) template.HTML {
	line := timeline.Line{Say: p.say, From: now.Add(-shiftsBehind), To: now.AddDate(0, 0, days), Now: now, Zone: r.Zone}
	shifts := r.Shifts(line.From, line.To)
	lanes := map[string]int{}
	add := func(person, name string) {
		if _, known := lanes[person]; !known && len(line.Lanes) < maxLanes {
			lanes[person] = len(line.Lanes)
			line.Lanes = append(line.Lanes, timeline.Lane{Name: name})
		}
	}
	for _, s := range shifts {
		if s.Gap() {
			add("", p.say.T("nobody")) // it has a line, however many people there are
		}
	}
	for _, person := range r.Everybody() {
		if slices.ContainsFunc(shifts, func(s rota.Shift) bool { return s.Person == person }) {
			add(person, person)
		}
	}
	for _, s := range shifts {
		span := timeline.Span{From: s.From, To: s.To, Kind: "turn", Text: p.say.T("%s is on call", s.Person)}
		switch {
		case s.Gap():
			span.Kind, span.Text = "gap", p.say.T("nobody is on call")
		case s.Overridden:
			span.Kind, span.Text = "override", p.say.T("%s is on call, by an override", s.Person)
		}
		if n, has := lanes[s.Person]; has {
			line.Lanes[n].Spans = append(line.Lanes[n].Spans, span)
		}
	}
	line.Label = p.say.T("Time line of %s for the next %d days; the table below lists the shifts", r.Name, days)
	return template.HTML(line.SVG()) //nolint:gosec // drawn by us; texts in it are escaped
}
