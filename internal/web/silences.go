package web

import (
	"errors"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/notifier"
)

const (
	// maxSilence bounds a silence, as the API does.
	maxSilence = 366 * 24 * time.Hour
	// maxWritten bounds a label or comment, in characters.
	maxWritten = 200
	// maxNamed is how many instances, alarms or notices are named one by one.
	maxNamed = 6
)

// silenceRow is a silence in force, or one that is looked at before it is added.
type silenceRow struct {
	ID      string
	Labels  []fleet.Label
	Written string // the labels in a line
	Until   stamp
	By      string
	Comment string
	Created stamp
	Holds   holdsView
}

// holdsView is what a silence holds now.
type holdsView struct {
	Instances, Alarms, Notices []link
	MoreInstances              int // that are not named
	MoreAlarms                 int
	MoreNotices                int
	Accounts                   []string
	Remark                     string // it fits nothing
}

// link is a name that leads somewhere; without an address it only names.
type link struct{ Text, Address string }

// silenceForm is what the form of a new silence holds.
type silenceForm struct {
	Labels  string // one a line
	For     string
	Until   string // a moment instead of For
	Comment string
}

// silencesBody is what the page of silences shows.
type silencesBody struct {
	Rows    []silenceRow
	Form    silenceForm
	Spans   []option
	Zone    string
	Preview *silenceRow     // nil before the form was sent
	Faults  []template.HTML // what is wrong with the form
	By      whoActs
}

// previewOf is the address at which a silence is looked at before it is added.
func previewOf(matchers map[string]string) string {
	return "/silences?" + url.Values{"labels": {written(matchers)}, "for": {"2h"}}.Encode()
}

// written writes labels down as the form has them.
func written(matchers map[string]string) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(matchers)) {
		lines = append(lines, name+"="+matchers[name])
	}
	return strings.Join(lines, "\n")
}

// writtenInline writes labels down in one line.
func writtenInline(matchers map[string]string) string {
	return strings.ReplaceAll(written(matchers), "\n", " ")
}

// spans are how long a silence may be chosen to last.
func (p *pages) spans() []option {
	hours := func(n int) string { return p.say.N(n, "%d hour", "%d hours", n) }
	days := func(n int) string { return p.say.N(n, "%d day", "%d days", n) }
	return []option{
		{"30m", p.say.T("30 minutes")}, {"1h", hours(1)}, {"2h", hours(2)}, {"4h", hours(4)}, {"8h", hours(8)}, {"24h", days(1)}, {"72h", days(3)}, {"168h", days(7)}, {"720h", days(30)},
	}
}

// silences shows the silences in force, and what a new one would hold: looking changes
// nothing, so the form of it is sent as an address.
func (p *pages) silences(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	body := silencesBody{Form: formOf(q), By: whoAsks(r)}
	status := http.StatusOK
	if q.Has("labels") {
		s, faults := p.newSilence(body.Form)
		if body.Faults = faults; len(faults) > 0 {
			status = http.StatusUnprocessableEntity
		} else {
			body.Preview = &silenceRow{Labels: labelsOf(s.Matchers), Until: p.stamp(s.Until), Comment: s.Comment}
		}
		p.silencesPage(w, r, status, body, &s)
		return
	}
	p.silencesPage(w, r, status, body, nil)
}

// silencesPage answers with the page. next is the silence that is looked at; nil is none.
func (p *pages) silencesPage(w http.ResponseWriter, r *http.Request, status int, body silencesBody, next *notifier.Silence) {
	list, err := p.Silences.Silences(r.Context())
	if err != nil {
		p.fail(w, r, "silences", p.say.T("The silences could not be read"), err)
		return
	}
	present, err := readers.Present(r.Context(), p.Fleet, p.Accounts, p.Alarms, p.Notices, p.Now())
	if err != nil {
		p.fail(w, r, "silences", p.say.T("What the silences hold could not be read"), err)
		return
	}
	for i := range list {
		s := &list[i]
		body.Rows = append(body.Rows, silenceRow{
			ID: s.ID, Labels: labelsOf(s.Matchers), Written: writtenInline(s.Matchers), Until: p.stamp(s.Until), By: p.person(s.By), Comment: s.Comment, Created: p.stamp(s.CreatedAt), Holds: p.holds(present.HeldBy(s)),
		})
	}
	if body.Preview != nil {
		body.Preview.Holds = p.holds(present.HeldBy(next))
	}
	body.Spans, body.Zone = p.spans(), zoneWords(p.Now().In(p.Zone))
	if !slices.ContainsFunc(body.Spans, func(o option) bool { return o.Value == body.Form.For }) && body.Form.For != "" {
		body.Spans = append(body.Spans, option{body.Form.For, body.Form.For})
	}
	p.render(w, r, status, "silences", page{Title: p.say.T("Silences"), Section: "silences", Done: p.silenced(r.URL.Query()), Body: body})
}

// silenced says what a form achieved, after the redirect.
func (p *pages) silenced(q url.Values) string {
	switch {
	case q.Has("added"):
		return p.say.T("The silence is in force. Alarms are raised and shown all the same.")
	case q.Has("ended"):
		return p.say.T("The silence has ended. What is still wrong is told now.")
	}
	return ""
}

// formOf reads the form of a new silence.
func formOf(q url.Values) silenceForm {
	return silenceForm{
		Labels: strings.ReplaceAll(q.Get("labels"), "\r\n", "\n"), For: strings.TrimSpace(q.Get("for")), Until: q.Get("until"), Comment: strings.TrimSpace(q.Get("comment")),
	}
}

// newSilence makes a silence of what the form holds, or says all that is wrong with it.
func (p *pages) newSilence(f silenceForm) (s notifier.Silence, faults []template.HTML) {
	s, more := p.newTerm(f)
	s.Matchers, faults = p.parseLabels(f.Labels)
	return s, append(faults, lines(more...)...)
}

// newTerm makes of the form how long a silence lasts, and why; of what is left open.
func (p *pages) newTerm(f silenceForm) (s notifier.Silence, faults []string) {
	now := p.Now().UTC()
	wrong := func(text string) { faults = append(faults, text) }
	s = notifier.Silence{Comment: f.Comment, CreatedAt: now}
	if err := fleet.CheckName(f.Comment); err != nil {
		wrong(p.say.T("The reason is one line of plain text, and here %s.", p.heard(err.Error())))
	}
	if utf8.RuneCountInString(f.Comment) > maxWritten {
		wrong(p.say.T("The reason is longer than %d characters.", maxWritten))
	}
	if f.Until != "" {
		until, ok := parseField(f.Until, p.Zone)
		if !ok {
			wrong(p.say.T("The end is not written like %s.", now.In(p.Zone).Format(fieldTime)))
			return s, faults
		}
		s.Until = until.UTC()
	} else {
		d, err := time.ParseDuration(f.For)
		if err != nil {
			wrong(p.say.T("How long it lasts is missing."))
			return s, faults
		}
		s.Until = now.Add(d)
	}
	switch {
	case !s.Until.After(now):
		wrong(p.say.T("It would end in the past."))
	case s.Until.Sub(now) > maxSilence:
		wrong(p.say.T("It would last longer than a year; switch the alarm off in the configuration instead."))
	}
	return s, faults
}

// parseLabels reads labels, one a line or with commas between them.
func (p *pages) parseLabels(text string) (matchers map[string]string, faults []template.HTML) {
	wrong := func(text string) { faults = append(faults, escaped(text)) }
	matchers = make(map[string]string)
	for line := range strings.Lines(text) {
		pieces := strings.Split(line, ",")
		if slices.ContainsFunc(pieces, func(piece string) bool { return !strings.Contains(piece, "=") }) {
			pieces = []string{line} // the comma is a part of the value
		}
		for _, piece := range pieces {
			piece = strings.TrimSpace(piece)
			if piece == "" {
				continue
			}
			name, value, found := strings.Cut(piece, "=")
			name, value = strings.TrimSpace(name), strings.TrimSpace(value)
			_, twice := matchers[name]
			switch err := fleet.CheckName(piece); {
			case err != nil:
				wrong(p.say.T("A label is plain text, and in one of them %s.", p.heard(err.Error())))
			case !found || name == "" || value == "":
				wrong(p.say.T("A label has a name and a value, like instance_id=mqtt-1; this has not: %s", piece))
			case utf8.RuneCountInString(name) > maxWritten || utf8.RuneCountInString(value) > maxWritten:
				wrong(p.say.T("A label is longer than %d characters.", maxWritten))
			case twice && matchers[name] != value:
				wrong(p.say.T("The label %s is given twice; all labels must fit, so nothing would.", name))
			}
			matchers[name] = value
		}
	}
	if len(matchers) == 0 {
		wrong(p.say.T("No label is given: a silence of everything is none."))
	}
	return matchers, faults
}

// addSilence stores a silence.
func (p *pages) addSilence(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	f := formOf(r.PostForm)
	s, faults := p.newSilence(f)
	if len(faults) > 0 {
		p.silencesPage(w, r, http.StatusUnprocessableEntity, silencesBody{Form: f, By: whoAsks(r), Faults: faults}, nil)
		return
	}
	of := problemOf{title: p.say.T("Not silenced"), section: "silences", heading: p.say.T("Who adds the silence?"), back: previewOf(s.Matchers)}
	by, ok := p.actor(w, r, of)
	if !ok {
		return
	}
	s.By = by
	added, err := p.Silences.AddSilence(r.Context(), s)
	if err != nil {
		p.log.ErrorContext(r.Context(), "silence could not be added", "error", err)
		of.heading = p.say.T("The silence was not added")
		p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
		return
	}
	p.log.InfoContext(r.Context(), "silence added", "id", added.ID, "until", added.Until.UTC().Format(time.RFC3339), "by", by)
	http.Redirect(w, r, "/silences?added=1", http.StatusSeeOther)
}

// endSilence ends a silence.
func (p *pages) endSilence(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	id := r.PathValue("id")
	of := problemOf{title: p.say.T("Not ended"), section: "silences", heading: p.say.T("There is no such silence"), back: "/silences"}
	list, err := p.Silences.Silences(r.Context())
	if err == nil && !slices.ContainsFunc(list, func(s notifier.Silence) bool { return s.ID == id }) {
		p.refuseForm(w, r, http.StatusNotFound, of, escaped(p.say.T("It may have ended by itself in the meantime.")))
		return
	}
	if err = errors.Join(err, p.Silences.RemoveSilence(r.Context(), id)); err != nil {
		p.log.ErrorContext(r.Context(), "silence could not be ended", "id", id, "error", err)
		of.heading = p.say.T("The silence was not ended")
		p.refuseForm(w, r, http.StatusInternalServerError, of, p.said(err.Error()))
		return
	}
	p.log.InfoContext(r.Context(), "silence ended", "id", id, "by", whoAsks(r).Name)
	http.Redirect(w, r, "/silences?ended=1", http.StatusSeeOther)
}

// labelsOf lists labels by name.
func labelsOf(matchers map[string]string) []fleet.Label {
	var out []fleet.Label
	for _, name := range slices.Sorted(maps.Keys(matchers)) {
		out = append(out, fleet.Label{Name: name, Value: matchers[name]})
	}
	return out
}

// holds writes down what a silence holds.
func (p *pages) holds(h notifier.Holding) holdsView {
	out := holdsView{Accounts: h.Accounts}
	if h.Nothing() {
		out.Remark = h.Remark()
	}
	for _, in := range h.Instances {
		out.Instances = append(out.Instances, link{nameOf(in), linkTo(in.ID)})
	}
	for i := range h.Alarms {
		out.Alarms = append(out.Alarms, link{h.Alarms[i].Code, "/notices?code=" + h.Alarms[i].Code})
	}
	waits := make(map[string]int) // notices by code and recipient
	for i := range h.Notices {
		n := &h.Notices[i]
		name := p.say.T("told|%s to %s", n.Code, shownTo(n))
		if waits[name]++; waits[name] == 1 {
			out.Notices = append(out.Notices, link{name, "/notices?state=held&code=" + n.Code})
		}
	}
	out.Instances, out.MoreInstances = firstOf(out.Instances)
	out.Alarms, out.MoreAlarms = firstOf(out.Alarms)
	out.Notices, out.MoreNotices = firstOf(out.Notices)
	return out
}

// firstOf returns as many as are named one by one, and how many there are beyond.
func firstOf(list []link) ([]link, int) {
	n := min(len(list), maxNamed)
	return list[:n], len(list) - n
}
