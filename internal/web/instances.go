package web

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

const (
	perPage        = 100
	refreshSeconds = 5
)

// counts is the summary line: how many instances stand how.
type counts struct {
	All, Raised, Critical, Unknown, Expiring, Past int
}

// row is one instance in the list.
type row struct {
	ID, Name, Title, Spec, Account, Link string
	Of                                   string // the list of its account
	Labels                               []labelLink
	State                                fleet.MetricState
	Severity                             string // the gravest of its alarms; "" when none is raised
	Watched                              bool
	Meters                               []meter // of metrics with a capacity
	Besides                              []meter // of metrics without one
	Full                                 string  // which metric will be full first, and when
	Term                                 term
}

// labelLink is a label of an instance that leads to all instances with it.
type labelLink struct {
	fleet.Label

	Link string
}

// listBody is what the list page shows.
type listBody struct {
	Counts   counts
	Filter   filter
	Labels   []labelLink // that are chosen; each leads to the list without it
	Products []string
	Accounts []string // the first of them
	Known    []string // labels that many instances have, as name=value
	States   []option
	Orders   []option
	Rows     []row
	Remarks  []string // the first of them
	More     int      // remarks that are not among them
	By       whoActs

	Matched       int // how many pass the filter
	First, Last   int // which of them are on this page, counted from 1
	Before, After string
	Start, End    string // the first and the last page
	Pages         int
}

// option is one choice of a select field.
type option struct {
	Value, Text string
}

// maxRemarks is how many remarks are shown.
const maxRemarks = 20

func (p *pages) instances(w http.ResponseWriter, r *http.Request) {
	f := parseFilter(r.URL.Query())
	body := p.list(p.Fleet.Standings(), f)
	body.By = whoAsks(r)
	if p.Remarks != nil {
		body.Remarks = p.Remarks()
		body.More = max(len(body.Remarks)-maxRemarks, 0)
		body.Remarks = body.Remarks[:min(len(body.Remarks), maxRemarks)]
	}
	p.render(w, r, http.StatusOK, "instances", page{
		Title: p.say.T("Instances"), Section: "instances", Refresh: refreshSeconds, Done: p.acknowledged(r.URL.Query()) + p.silencedSeveral(r.URL.Query()), Body: body,
		Scripts: []string{"choose.js"}, Seen: "several",
	})
}

// list filters, sorts and pages what stands in the fleet.
func (p *pages) list(all []fleet.Standing, f filter) listBody {
	body := listBody{Filter: f, Orders: p.orders(), States: []option{
		{"raised", p.say.T("Alarm raised")}, {"critical", p.say.T("Critical alarm")}, {"unknown", p.say.T("No data")}, {"ok", p.say.T("Below the threshold")},
		{"unwatched", p.say.T("No alarm")}, {"expiring", p.say.T("Expiring")}, {"past", p.say.T("Past its term or frozen")},
	}}
	var chosen []*fleet.Standing
	chooser, known := newChooser(f), newVocabulary()
	for i := range all {
		st := &all[i]
		known.add(st.Instance)
		body.Counts.add(st)
		if chooser.takes(st) {
			chosen = append(chosen, st)
		}
	}
	body.Products, body.Accounts, body.Known = known.lists()
	p.arrange(chosen, f.Sort)

	body.Matched = len(chosen)
	body.Pages = max(1, (len(chosen)+perPage-1)/perPage)
	n := min(f.Page, body.Pages)
	body.Filter.Page = n
	start := (n - 1) * perPage
	end := min(start+perPage, len(chosen))
	body.First, body.Last = start+1, end
	if n > 1 {
		body.Start, body.Before = f.path(1), f.path(n-1)
	}
	if n < body.Pages {
		body.After, body.End = f.path(n+1), f.path(body.Pages)
	}
	for _, l := range f.Labels {
		name, value, _ := cutLabel(l)
		body.Labels = append(body.Labels, labelLink{fleet.Label{Name: name, Value: value}, f.Without(l)})
	}
	for _, st := range chosen[start:end] {
		body.Rows = append(body.Rows, p.listRow(st, f))
	}
	return body
}

// listRow is a row whose names lead to lists of what is alike.
func (p *pages) listRow(st *fleet.Standing, f filter) row {
	out := p.row(st)
	if out.Account != "" {
		out.Of = f.Of(out.Account)
	}
	for i := range out.Labels {
		out.Labels[i].Link = f.With(out.Labels[i].Name + "=" + out.Labels[i].Value)
	}
	if len(out.Meters) > 0 {
		out.Full = p.fullWords(p.full(st, p.Now()))
		p.sparklines(out.Meters, st.Instance.ID)
	}
	return out
}

// fullWords says which metric will be full first, and when; "" for none.
func (p *pages) fullWords(f filling) string {
	if f.at.IsZero() {
		return ""
	}
	name := words.Heading(f.metric, p.lang())
	if !f.at.After(p.Now()) {
		return p.say.T("%s: full", name)
	}
	return p.say.T("%s: full about %s, %s", name, f.at.In(p.Zone).Format(time.DateOnly), p.stamp(f.at).Ago)
}

func (c *counts) add(st *fleet.Standing) {
	c.All++
	switch st.Worst() {
	case fleet.MetricRaised:
		c.Raised++
	case fleet.MetricUnknown:
		c.Unknown++
	case fleet.MetricOK, fleet.MetricUnwatched:
	}
	if gravest(st.Severities) == string(alarm.Critical) {
		c.Critical++
	}
	switch {
	case st.Lifecycle.State == fleet.LifecycleExpiring:
		c.Expiring++
	case st.Lifecycle.State.Past():
		c.Past++
	}
}

// gravest is the gravest of severities; "" for none.
func gravest(of fleet.Severities) string {
	out := ""
	for _, s := range of {
		if weight(s) > weight(out) {
			out = s
		}
	}
	return out
}

// weight is how bad a severity is.
func weight(severity string) int {
	switch alarm.Severity(severity) {
	case alarm.Critical:
		return 3
	case alarm.Warning:
		return 2
	case alarm.Info:
		return 1
	}
	return 0
}

// title names product and edition of an instance.
func (p *pages) title(in *fleet.Instance) string { return p.Title(in, p.lang()) }

func nameOf(in *fleet.Instance) string { return cmp.Or(in.Name, in.ID) }

// linkTo returns the address of an instance's page.
func linkTo(id string) string { return "/instances/" + url.PathEscape(id) }

func (p *pages) row(st *fleet.Standing) row {
	in := st.Instance
	out := row{
		ID: in.ID, Name: nameOf(in), Title: p.title(in), Spec: in.Spec, Account: in.Account, Link: linkTo(in.ID),
		State: st.Worst(), Severity: gravest(st.Severities), Watched: in.Watched, Term: p.term(st),
	}
	for _, l := range in.Labels {
		out.Labels = append(out.Labels, labelLink{Label: l, Link: filter{}.With(l.Name + "=" + l.Value)})
	}
	for _, m := range p.meters(st) {
		if m.Capacity != "" {
			out.Meters = append(out.Meters, m)
		} else {
			out.Besides = append(out.Besides, m)
		}
	}
	return out
}
