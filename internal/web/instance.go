package web

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/explain"
)

// The tabs of an instance's page, in its address.
const (
	tabInformation = "information"
	tabStatistics  = "statistics"
	tabAlarms      = "alarms"
)

// instanceBody is what the page of one instance shows; of the last three the one
// that belongs to the tab is set.
type instanceBody struct {
	Row  row
	Tab  string
	Link string

	Information *information
	Statistics  *statisticsView
	Monitoring  *monitoring
}

// information is the Instance Information tab.
type information struct {
	Facts      []fact
	Up         bool
	Read       stamp // of the newest reading; empty before the first
	Reason     string
	Capacities []capacityRow
	Life       life
	Since      stamp  // of the lifecycle state; empty when it is not known
	Why        string // it stands there
	Billing    billing
	Course     []courseRow
	Open       []episodeRow
	Edition    *editionPanel  // nil: there is nothing to say
	Foretold   *foretoldPanel // nil: nobody looks ahead
	Tells      bool           // it is known who would be told
	Told       []toldRow
	History    []episodeNotices // open and past alarms
	Existence  *existence       // nil: nothing is asked of it
	By         whoActs
	Return     string
}

// fact is a name and a value.
type fact struct{ Name, Value string }

// capacityRow is one metric with its capacity and where that comes from.
type capacityRow struct {
	meter
	Origin string
	Age    stamp // when the server or cloud told it; empty for what does not age
	Stale  bool  // that was too long ago
}

func (p *pages) instance(w http.ResponseWriter, r *http.Request) {
	st, ok := p.Fleet.Standing(r.PathValue("id"))
	if !ok {
		p.noInstance(w, r)
		return
	}
	q := r.URL.Query()
	body := p.instanceBody(&st, q.Get("tab"))
	pg := page{Section: "instances", Title: body.Row.Name}
	switch body.Tab {
	case tabStatistics:
		body.Statistics, _ = p.statistics(r, []*fleet.Standing{&st}, true)
	case tabAlarms:
		rules, _ := p.AlarmDialog.AlarmRules(st.Instance.ID)
		body.Monitoring = p.newMonitoring(&st, &rules)
		pg.Scripts = []string{"preview.js"}
		if q.Has("preview") {
			p.preview(r, st.Instance.ID, body.Monitoring)
		}
		switch q.Get("saved") {
		case "1":
			pg.Done = p.say.T("Saved. The new settings are in force.")
		case "0":
			pg.Done = p.say.T("Nothing was changed.")
		}
	default:
		var err error
		if body.Information, err = p.information(r, &st); err != nil {
			p.fail(w, r, "instances", p.say.T("The alarms could not be read"), err)
			return
		}
		pg.Refresh = refreshSeconds
		pg.Done = p.acknowledged(q) + p.confirmed(q.Get("confirmed"))
	}
	status := http.StatusOK
	if s := body.Statistics; s != nil && s.Bad {
		status = http.StatusBadRequest
	}
	p.render(w, r, status, "instance", pg.with(body))
}

func (pg page) with(body any) page {
	pg.Body = body
	return pg
}

func (p *pages) instanceBody(st *fleet.Standing, tab string) instanceBody {
	if tab != tabStatistics && tab != tabAlarms {
		tab = tabInformation
	}
	return instanceBody{Row: p.row(st), Tab: tab, Link: linkTo(st.Instance.ID)}
}

func (p *pages) noInstance(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, http.StatusNotFound, "problem", page{Title: p.say.T("Not found"), Section: "instances", Body: problem{
		Heading: p.say.T("No instance has the ID %s", r.PathValue("id")),
		Lines:   lines(p.say.T("It may have been taken out of the configuration. Its alarms and notices of the past are kept.")),
		Back:    "/", Label: p.say.T("To the instances"),
	}})
}

// information gathers the Instance Information tab.
func (p *pages) information(r *http.Request, st *fleet.Standing) (*information, error) {
	in := st.Instance
	open, err := p.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Instance: in.ID})
	if err != nil {
		return nil, err
	}
	var alarms []explain.Alarm
	if p.Teller != nil {
		if alarms, err = p.Teller.Tells(r.Context(), in); err != nil {
			return nil, err
		}
		withPeaks(open, alarms)
	}
	history, err := p.history(r.Context(), in.ID, open)
	if err != nil {
		return nil, err
	}
	out := &information{
		Tells: p.Teller != nil, Told: p.told(alarms), History: history,
		Facts: []fact{
			{p.say.T("Name"), nameOf(in)}, {"ID", in.ID}, {p.say.T("Product and edition"), p.title(in)}, {p.say.T("Specification"), in.Spec}, {p.say.T("Account"), in.Account}, {p.say.T("Status in the cloud"), in.Status},
		},
		Life: p.newLife(st.Lifecycle.State), Since: p.stampIn(st.Lifecycle.Since, zoneOf(st.Course)), Why: st.Lifecycle.Reason,
		Billing: p.billing(st), Course: p.courseRows(st.Course), Open: p.episodeRows(open), By: whoAsks(r), Return: in.ID, Edition: p.edition(in.ID, in.Edition), Foretold: p.foretold(st),
	}
	if out.Existence, err = p.existence(r, st); err != nil {
		return nil, err
	}
	out.Facts = slices.DeleteFunc(out.Facts, func(f fact) bool { return f.Value == "" })
	if st.Reading != nil {
		out.Up, out.Read, out.Reason = st.Reading.Up, p.stamp(st.Reading.At), st.Reading.Reason
	}
	for m := range st.Metrics() {
		c := capacityRow{meter: p.newMeter(&m), Origin: p.say.Word("capacity from", m.Limit.Origin.String())}
		if m.Limit.At > 0 {
			c.Age, c.Stale = p.stampUnix(m.Limit.At), m.Limit.Stale(p.Now())
		}
		out.Capacities = append(out.Capacities, c)
	}
	return out, nil
}

// maxForm bounds what a form may send.
const maxForm = 64 << 10

// form reads a form that was sent, and answers when it cannot be read.
func (p *pages) form(w http.ResponseWriter, r *http.Request) bool { return p.formUpTo(w, r, maxForm) }

// formUpTo is form with another bound.
func (p *pages) formUpTo(w http.ResponseWriter, r *http.Request, most int64) bool {
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseForm(); err != nil {
		p.render(w, r, http.StatusBadRequest, "problem", page{Title: p.say.T("Not understood"), Body: problem{
			Heading: p.say.T("The form could not be read"), Lines: []template.HTML{p.said(err.Error()), escaped(p.say.T("Nothing was changed."))},
			Back: cmp.Or(r.Referer(), "/"), Label: p.say.T("Back"),
		}})
		return false
	}
	return true
}
