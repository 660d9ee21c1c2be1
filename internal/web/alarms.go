package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/access"
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
	Threshold string
	Reason    string
	Since     stamp
	Ended     stamp
	Lasted    string
	AckedBy   string
	Acked     stamp
	Open      bool
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
		{"", "All"}, {"open", "Open"}, {"raised", "Raised"}, {"unknown", "Unknown"}, {"cleared", "Ended"},
	}}
	if err := p.readAlarms(r, &body); err != nil {
		p.fail(w, r, "alarms", "The alarms", err)
		return
	}
	p.render(w, r, http.StatusOK, "alarms", page{Title: "Alarms", Section: "alarms", Refresh: refreshSeconds, Done: acknowledged(q), Body: body})
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
		Code: e.Code, Rule: ruleWords(e.Key.Rule), Instance: e.Key.Instance, ID: e.Key.Instance, State: e.State, Severity: e.Severity,
		Reason: e.Reason, Since: p.stamp(e.RaisedAt), Ended: p.stamp(e.EndedAt), AckedBy: e.AckedBy, Acked: p.stamp(e.AckedAt),
		Open: e.State != alarm.EpisodeCleared,
	}
	if e.Key.Metric != alarm.NoMetric {
		out.Metric = words.Heading(e.Key.Metric, words.EN)
		if e.Capacity > 0 {
			out.Usage, out.Capacity = words.Figure(e.Key.Metric, e.Usage), words.Figure(e.Key.Metric, e.Capacity)
			out.Percent = words.ShareBeside(e.Usage/e.Capacity, e.Threshold)
		}
		if e.Threshold > 0 {
			out.Threshold = words.Threshold(e.Threshold)
		}
	}
	end := e.EndedAt
	if end.IsZero() {
		end = p.Now()
	}
	out.Lasted = words.Duration(end.Sub(e.RaisedAt), words.EN)
	if e.Key.Account != "" {
		out.Instance, out.ID = "Account "+e.Key.Account, "Account "+e.Key.Account
	} else if e.Key.Instance == alarm.FleetInstance {
		out.Instance = "Whole fleet"
	} else if st, ok := p.Fleet.Standing(e.Key.Instance); ok {
		out.Instance, out.Link = nameOf(st.Instance), linkTo(e.Key.Instance)
	}
	return out
}

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

// acknowledged says what an acknowledgement achieved, after the redirect.
func acknowledged(q url.Values) string {
	if code := q.Get("acked"); code != "" && len(code) <= 16 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" {
		return "Alarm " + code + " is acknowledged. There are no more reminders; its end is still told."
	}
	return ""
}

func (p *pages) ack(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	code := strings.ToUpper(r.PathValue("code"))
	back := "/alarms"
	if id := r.PostForm.Get("instance"); id != "" {
		back = linkTo(id)
	}
	by, signedIn := access.Who(r)
	if !signedIn {
		typed := strings.TrimSpace(r.PostForm.Get("by"))
		if err := fleet.CheckName(typed); err != nil {
			p.ackProblem(w, r, http.StatusBadRequest, back, "This name cannot be taken", "A name is one line of plain text, and here "+err.Error()+".")
			return
		}
		by = shortened(typed)
	}
	if by == "" {
		p.ackProblem(w, r, http.StatusUnprocessableEntity, back, "Who acknowledges "+code+"?", "The name is missing. Go back and fill in the field beside the button.")
		return
	}
	err := p.Acker.Ack(r.Context(), code, by)
	switch {
	case errors.Is(err, alarm.ErrNoEpisode):
		p.ackProblem(w, r, http.StatusNotFound, back, "No open alarm has the code "+code, "It may have ended by itself in the meantime.")
		return
	case err != nil:
		p.log.ErrorContext(r.Context(), "alarm could not be acknowledged", "code", code, "error", err)
		p.ackProblem(w, r, http.StatusInternalServerError, back, code+" was not acknowledged", err.Error())
		return
	}
	if !signedIn {
		rememberBy(w, r, by)
	}
	http.Redirect(w, r, back+"?acked="+url.QueryEscape(code), http.StatusSeeOther) //nolint:gosec // back is /alarms or an escaped ID below /instances/
}

// rememberBy keeps the name of who acknowledged in the browser.
func rememberBy(w http.ResponseWriter, r *http.Request, by string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // a name, no secret; over plain HTTP it cannot be Secure
		Name: byCookie, Value: url.QueryEscape(by), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
		MaxAge: int((90 * 24 * time.Hour).Seconds()),
	})
}

func (p *pages) ackProblem(w http.ResponseWriter, r *http.Request, status int, back, heading, line string) {
	p.render(w, r, status, "problem", page{Title: "Not acknowledged", Section: "alarms", Body: problem{
		Heading: heading, Lines: []string{line}, Back: back, Label: "Back",
	}})
}
