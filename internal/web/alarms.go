package web

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

const (
	maxOpen  = 1000
	maxEnded = 200
)

// episodeRow is one episode in a table.
type episodeRow struct {
	Code      string
	Rule      string
	Metric    string
	Instance  string // its name; Whole fleet for an alarm about all of them
	ID        string
	Link      string // empty when the instance is no longer configured
	State     alarm.EpisodeState
	Severity  alarm.Severity
	Usage     string
	Capacity  string
	Percent   string
	Peak      string // the highest share so far; empty when that is Percent
	Threshold string
	Reason    string
	Since     stamp
	Ended     stamp
	Lasted    string
	AckedBy   string
	Acked     stamp
	Open      bool
	Silence   string // where a silence for it is previewed; empty for one about the whole fleet
}

// alarmsBody is what the page of alarms shows.
type alarmsBody struct {
	State    string
	Instance string
	States   []option
	Open     []episodeRow
	Ended    []episodeRow
	ShowOpen bool
	ShowPast bool
	Cut      bool // there are more than are shown
	By       whoActs
	Return   string // the instance whose page a form returns to; this page without one
}

func (p *pages) alarms(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	body := alarmsBody{State: q.Get("state"), Instance: q.Get("instance"), By: whoAsks(r), States: []option{
		{"", p.say.T("All")}, {"open", p.say.T("alarms|Open")}, {"raised", p.say.T("alarms|Raised")}, {"unknown", p.say.T("alarms|Unknown")}, {"cleared", p.say.T("alarms|Ended")},
	}}
	if err := p.readAlarms(r, &body); err != nil {
		p.fail(w, r, "alarms", p.say.T("The alarms could not be read"), err)
		return
	}
	p.render(w, r, http.StatusOK, "alarms", page{Title: p.say.T("Alarms"), Section: "alarms", Refresh: refreshSeconds, Done: p.acknowledged(q), Body: body})
}

// readAlarms reads what the state asks for into body. A state that does not exist
// shows all.
func (p *pages) readAlarms(r *http.Request, body *alarmsBody) error {
	body.ShowOpen, body.ShowPast = body.State != "cleared", true
	open := alarm.EpisodeFilter{Open: true, Instance: body.Instance, Limit: maxOpen}
	switch body.State {
	case "raised", "unknown":
		open.State, body.ShowPast = alarm.EpisodeState(body.State), false
	case "open":
		body.ShowPast = false
	case "cleared":
	default:
		body.State = ""
	}
	if body.ShowOpen {
		list, err := p.Alarms.Episodes(r.Context(), open)
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, worseFirst)
		body.Open, body.Cut = p.episodeRows(list), len(list) >= maxOpen
	}
	if body.ShowPast {
		list, err := p.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{State: alarm.EpisodeCleared, Instance: body.Instance, Limit: maxEnded})
		if err != nil {
			return err
		}
		body.Ended, body.Cut = p.episodeRows(list), body.Cut || len(list) >= maxEnded
	}
	return nil
}

// worseFirst puts what nobody acknowledged and what is critical first, then the
// newest.
func worseFirst(a, b alarm.Episode) int {
	weight := func(e alarm.Episode) int {
		n := 0
		if e.AckedBy == "" {
			n += 4
		}
		switch e.Severity {
		case alarm.Critical:
			n += 2
		case alarm.Warning:
			n++
		case alarm.Info:
		}
		return n
	}
	return cmp.Or(weight(b)-weight(a), b.RaisedAt.Compare(a.RaisedAt))
}

func (p *pages) episodeRows(list []alarm.Episode) []episodeRow {
	out := make([]episodeRow, len(list))
	for i := range list {
		out[i] = p.episodeRow(&list[i])
	}
	return out
}

func (p *pages) episodeRow(e *alarm.Episode) episodeRow {
	out := episodeRow{
		Code: e.Code, Rule: p.ruleWords(e.Key.Rule), Instance: e.Key.Instance, ID: e.Key.Instance, State: e.State, Severity: e.Severity,
		Reason: e.Reason, Since: p.stamp(e.RaisedAt), Ended: p.stamp(e.EndedAt), AckedBy: p.person(e.AckedBy), Acked: p.stamp(e.AckedAt),
		Open: e.State != alarm.EpisodeCleared,
	}
	if m := notifier.MatchersOf(e.Key); out.Open && m != nil {
		out.Silence = previewOf(m)
	}
	if e.Key.Metric != alarm.NoMetric {
		out.Metric = words.Heading(e.Key.Metric, p.lang())
		if e.Capacity > 0 {
			out.Usage, out.Capacity = words.Figure(e.Key.Metric, e.Usage), words.Figure(e.Key.Metric, e.Capacity)
			out.Percent = words.ShareBeside(e.Usage/e.Capacity, e.Threshold)
		}
		if e.PeakOf > 0 {
			if out.Peak = words.ShareBeside(e.Peak/e.PeakOf, e.Threshold); out.Peak == out.Percent {
				out.Peak = ""
			}
		}
		if e.Threshold > 0 {
			out.Threshold = words.Threshold(e.Threshold)
		}
	}
	end := e.EndedAt
	if end.IsZero() {
		end = p.Now()
	}
	out.Lasted = words.Duration(end.Sub(e.RaisedAt), p.lang())
	if e.Key.Account != "" {
		out.Instance = p.say.T("Account %s", e.Key.Account)
		out.ID = out.Instance
	} else if e.Key.Instance == alarm.FleetInstance {
		out.Instance = p.say.T("Whole fleet")
	} else if st, ok := p.Fleet.Standing(e.Key.Instance); ok {
		out.Instance, out.Link = nameOf(st.Instance), linkTo(e.Key.Instance)
	}
	return out
}
