package web

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
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
	Existence  *existence     // nil: nothing is asked of it
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
		body.Statistics = p.statistics(r, &st)
	case tabAlarms:
		body.Monitoring = p.newMonitoring(&st)
		switch q.Get("saved") {
		case "1":
			pg.Done = p.say.T("Saved. The new thresholds are in force.")
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
	out := &information{
		Facts: []fact{
			{p.say.T("Name"), nameOf(in)}, {"ID", in.ID}, {p.say.T("Product and edition"), p.title(in)}, {p.say.T("Specification"), in.Spec}, {p.say.T("Account"), in.Account}, {p.say.T("Status in the cloud"), in.Status},
		},
		Life: p.newLife(st.Lifecycle.State), Since: p.stampIn(st.Lifecycle.Since, zoneOf(st.Course)), Why: st.Lifecycle.Reason,
		Billing: p.billing(st), Course: p.courseRows(st.Course), Open: p.episodeRows(open), By: whoAsks(r), Return: in.ID, Edition: p.edition(in.ID), Foretold: p.foretold(st),
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

// monitoring is the Monitoring Alarms tab.
type monitoring struct {
	Rows   []settingRow
	Faults []template.HTML // why the last attempt was refused
}

// settingRow is the form's part for one metric: what is in the fields, and what
// was in force when they were filled in.
type settingRow struct {
	Metric, Name, Capacity string
	Threshold, Was         string // 70
	Enabled, WasEnabled    bool
	Equals                 string // the threshold in the metric's own unit
}

func (p *pages) newMonitoring(st *fleet.Standing) *monitoring {
	out := &monitoring{}
	for _, m := range fleet.Metrics() {
		if !st.Concerns(m) {
			continue
		}
		row := settingRow{Metric: m.String(), Name: words.Heading(m, p.lang())}
		limit := st.Instance.Limit(st.Reading, m)
		if limit.Known() {
			row.Capacity = words.Figure(m, limit.Value)
		}
		if threshold := st.Levels.Lowest(m); threshold > 0 {
			row.Threshold, row.Enabled = strings.TrimSuffix(words.Threshold(threshold), "%"), true
			if limit.Known() {
				row.Equals = words.Figure(m, threshold*limit.Value)
			}
		}
		row.Was, row.WasEnabled = row.Threshold, row.Enabled
		out.Rows = append(out.Rows, row)
	}
	return out
}

// fill puts what somebody sent into the form, so that nobody types twice, and
// returns the settings that differ from what the form said before. An alarm that is
// to stay on needs a threshold: an empty one is a fault.
func (p *pages) fill(v *monitoring, r *http.Request) map[fleet.Metric]alarm.Setting {
	changed := make(map[fleet.Metric]alarm.Setting)
	for i := range v.Rows {
		row := &v.Rows[i]
		if !r.PostForm.Has("was." + row.Metric) {
			continue // a metric that the form did not have
		}
		row.Threshold = strings.TrimSpace(r.PostForm.Get("threshold." + row.Metric))
		row.Enabled = r.PostForm.Has("enabled." + row.Metric)
		row.Was = r.PostForm.Get("was." + row.Metric)
		row.WasEnabled = r.PostForm.Has("wasenabled." + row.Metric)
		if row.Threshold == "" && row.Was != "" && row.Enabled {
			v.Faults = append(v.Faults, escaped(p.say.T("%s: the threshold is empty; write one, such as %s, or switch the alarm off", row.Name, row.Was+"%")))
			continue
		}
		m, ok := fleet.ParseMetric(row.Metric)
		kept := strings.TrimSuffix(row.Threshold, "%") == row.Was
		if !ok || kept && row.Enabled == row.WasEnabled {
			continue
		}
		changed[m] = alarm.Setting{Threshold: row.typed(kept), Enabled: &row.Enabled}
	}
	return changed
}

// typed is the threshold as the editor is to read it. What the page itself has
// written is a number of percent beside a printed %; what a person has typed there
// is not made into anything: 0.8 was most probably meant to be 80%.
func (row *settingRow) typed(kept bool) string {
	if kept && row.Was != "" {
		return row.Was + "%"
	}
	return row.Threshold
}

func (p *pages) setAlarms(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	st, ok := p.Fleet.Standing(id)
	if !ok {
		p.noInstance(w, r)
		return
	}
	if !p.form(w, r) {
		return
	}
	view := p.newMonitoring(&st)
	changed := p.fill(view, r)
	saved := "0"
	if len(view.Faults) == 0 && len(changed) > 0 {
		if err := p.AlarmEditor.SetAlarms(r.Context(), id, changed); err != nil {
			p.log.InfoContext(r.Context(), "thresholds refused", "instance_id", id, "error", err)
			for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
				view.Faults = append(view.Faults, p.said(line))
			}
		} else {
			p.log.InfoContext(r.Context(), "thresholds set", "instance_id", id, "metrics", metricNames(changed))
			saved = "1"
		}
	}
	if len(view.Faults) > 0 {
		body := p.instanceBody(&st, tabAlarms)
		body.Monitoring = view
		p.render(w, r, http.StatusUnprocessableEntity, "instance", page{Title: body.Row.Name, Section: "instances", Body: body})
		return
	}
	http.Redirect(w, r, linkTo(id)+"?tab="+tabAlarms+"&saved="+saved, http.StatusSeeOther) //nolint:gosec // an escaped ID below /instances/
}

func metricNames(settings map[fleet.Metric]alarm.Setting) []string {
	var out []string
	for _, m := range fleet.Metrics() {
		if _, ok := settings[m]; ok {
			out = append(out, m.String())
		}
	}
	return out
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
