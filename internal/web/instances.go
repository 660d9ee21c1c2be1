package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

const (
	perPage        = 100
	refreshSeconds = 5
)

// filter is what the form above the list of instances asks for.
type filter struct {
	Query   string
	Product string
	State   string // raised, unknown, ok, unwatched, expiring, past
	Sort    string // fullest or name
	Page    int    // counts from 1
}

func parseFilter(q url.Values) filter {
	f := filter{
		Query: strings.TrimSpace(q.Get("q")), Product: q.Get("product"), State: q.Get("state"), Sort: q.Get("sort"),
	}
	if f.Sort != "name" {
		f.Sort = "fullest"
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		f.Page = n
	} else {
		f.Page = 1
	}
	return f
}

// Path returns the address of the list with this filter on a page.
func (f filter) path(pageNumber int) string {
	q := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			q.Set(name, value)
		}
	}
	set("q", f.Query, "")
	set("product", f.Product, "")
	set("state", f.State, "")
	set("sort", f.Sort, "fullest")
	set("page", strconv.Itoa(pageNumber), "1")
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// Any tells whether the filter leaves anything out.
func (f filter) Any() bool { return f.Query != "" || f.Product != "" || f.State != "" }

// takes tells whether an instance passes the filter.
func (f filter) takes(st *fleet.Standing) bool {
	if f.Product != "" && st.Instance.Product != f.Product {
		return false
	}
	if f.State != "" && !inState(st, f.State) {
		return false
	}
	for word := range strings.FieldsSeq(strings.ToLower(f.Query)) {
		if !names(st.Instance, word) {
			return false
		}
	}
	return true
}

func inState(st *fleet.Standing, state string) bool {
	switch state {
	case "expiring":
		return st.Lifecycle.State == fleet.LifecycleExpiring
	case "past":
		return st.Lifecycle.State.Past()
	}
	return string(st.Worst()) == state
}

// names tells whether an instance is called, labelled or kept under word.
func names(in *fleet.Instance, word string) bool {
	for _, text := range [...]string{in.Name, in.ID, in.Product, in.Edition, in.Spec, in.Account} {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return slices.ContainsFunc(in.Labels, func(l fleet.Label) bool {
		return strings.Contains(strings.ToLower(l.Name+"="+l.Value), word)
	})
}

// counts is the summary line: how many instances stand how.
type counts struct {
	All, Raised, Unknown, Expiring, Past int
}

// row is one instance in the list.
type row struct {
	ID, Name, Title, Spec, Account, Link string
	Labels                               []fleet.Label
	State                                fleet.MetricState
	Watched                              bool
	Meters                               []meter // of metrics with a capacity
	Besides                              []meter // of metrics without one
	Term                                 term
}

// listBody is what the list page shows.
type listBody struct {
	Counts   counts
	Filter   filter
	Products []string
	States   []option
	Rows     []row
	Remarks  []string // the first of them
	More     int      // remarks that are not among them

	Matched     int // how many pass the filter
	First, Last int // which of them are on this page, counted from 1
	Before      string
	After       string
	Pages       int
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
	if p.Remarks != nil {
		body.Remarks = p.Remarks()
		body.More = max(len(body.Remarks)-maxRemarks, 0)
		body.Remarks = body.Remarks[:min(len(body.Remarks), maxRemarks)]
	}
	p.render(w, r, http.StatusOK, "instances", page{Title: p.say.T("Instances"), Section: "instances", Refresh: refreshSeconds, Body: body})
}

// list filters, sorts and pages what stands in the fleet.
func (p *pages) list(all []fleet.Standing, f filter) listBody {
	body := listBody{Filter: f, States: []option{
		{"raised", p.say.T("Alarm raised")}, {"unknown", p.say.T("No data")}, {"ok", p.say.T("Below the threshold")}, {"unwatched", p.say.T("No alarm")},
		{"expiring", p.say.T("Expiring")}, {"past", p.say.T("Past its term or frozen")},
	}}
	products := map[string]bool{}
	var chosen []*fleet.Standing
	for i := range all {
		st := &all[i]
		products[st.Instance.Product] = true
		body.Counts.add(st)
		if f.takes(st) {
			chosen = append(chosen, st)
		}
	}
	for name := range products {
		body.Products = append(body.Products, name)
	}
	slices.Sort(body.Products)
	arrange(chosen, f.Sort)

	body.Matched = len(chosen)
	body.Pages = max(1, (len(chosen)+perPage-1)/perPage)
	n := min(f.Page, body.Pages)
	body.Filter.Page = n
	start := (n - 1) * perPage
	end := min(start+perPage, len(chosen))
	body.First, body.Last = start+1, end
	if n > 1 {
		body.Before = f.path(n - 1)
	}
	if n < body.Pages {
		body.After = f.path(n + 1)
	}
	for _, st := range chosen[start:end] {
		body.Rows = append(body.Rows, p.row(st))
	}
	return body
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
	switch {
	case st.Lifecycle.State == fleet.LifecycleExpiring:
		c.Expiring++
	case st.Lifecycle.State.Past():
		c.Past++
	}
}

// arrange sorts by name, or by the fullest metric with the name deciding between
// equals. What is compared is worked out once for each instance: a large fleet is
// sorted anew whenever somebody's page is renewed.
func arrange(list []*fleet.Standing, by string) {
	type place struct {
		st   *fleet.Standing
		full float64
		name string
	}
	places := make([]place, len(list))
	for i, st := range list {
		places[i] = place{st: st, name: strings.ToLower(nameOf(st.Instance))}
		if by == "fullest" {
			places[i].full = fullest(st)
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		if c := cmp.Compare(b.full, a.full); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.st.Instance.ID, b.st.Instance.ID))
	})
	for i := range places {
		list[i] = places[i].st
	}
}

// title names product and edition of an instance.
func (p *pages) title(in *fleet.Instance) string { return p.Title(in, p.lang()) }

func nameOf(in *fleet.Instance) string { return cmp.Or(in.Name, in.ID) }

// linkTo returns the address of an instance's page.
func linkTo(id string) string { return "/instances/" + url.PathEscape(id) }

func (p *pages) row(st *fleet.Standing) row {
	in := st.Instance
	out := row{
		ID: in.ID, Name: nameOf(in), Title: p.title(in), Spec: in.Spec, Account: in.Account, Link: linkTo(in.ID), Labels: in.Labels,
		State: st.Worst(), Watched: in.Watched, Term: p.term(st),
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
