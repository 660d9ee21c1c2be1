package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// Bounds on what the calendar page shows of a large fleet.
const (
	maxMoments = 500
	maxPast    = 200
	maxUnknown = 200
)

// usualDays is how far the calendar looks ahead when nothing else is asked for.
const usualDays = 90

// calendarFilter is what the form above the calendar asks for.
type calendarFilter struct {
	calendar.Filter

	Days int    // 30, 90 or 365
	Sort string // date, account, instance or what
	Desc bool   // the other way round
}

func parseCalendarFilter(q url.Values) calendarFilter {
	f := calendarFilter{
		Filter: calendar.Filter{Account: q.Get("account"), Product: q.Get("product")},
		Days:   usualDays, Sort: "date", Desc: q.Get("dir") == "desc",
	}
	if n, err := strconv.Atoi(q.Get("days")); err == nil && (n == 30 || n == 365) {
		f.Days = n
	}
	if s := q.Get("sort"); s == "account" || s == "instance" || s == "what" {
		f.Sort = s
	}
	return f
}

// values are the parts of the filter that page and feed share.
func (f calendarFilter) values() url.Values {
	q := url.Values{}
	if f.Days != usualDays {
		q.Set("days", strconv.Itoa(f.Days))
	}
	if f.Account != "" {
		q.Set("account", f.Account)
	}
	if f.Product != "" {
		q.Set("product", f.Product)
	}
	return q
}

// Any tells whether the filter leaves an instance out.
func (f calendarFilter) Any() bool { return f.Account != "" || f.Product != "" }

// column is a head of the table that sorts by it.
type column struct {
	Text, Link string
	Order      string // ascending or descending; empty when it is sorted by another
}

// sorts are what the table can be sorted by, in the order of its columns.
func (p *pages) sorts() []option {
	return []option{{"date", p.say.T("When")}, {"instance", p.say.T("Instance")}, {"account", p.say.T("Account")}, {"what", p.say.T("What happens")}}
}

// columns returns the heads of what it can be sorted by. A second click on one turns the order round.
func (f calendarFilter) columns(sorts []option) []column {
	var out []column
	for _, c := range sorts {
		q := f.values()
		if c.Value != "date" {
			q.Set("sort", c.Value)
		}
		one := column{Text: c.Text}
		if f.Sort == c.Value {
			one.Order = "ascending"
			if f.Desc {
				one.Order = "descending"
			} else {
				q.Set("dir", "desc")
			}
		}
		one.Link = "/calendar"
		if len(q) > 0 {
			one.Link += "?" + q.Encode()
		}
		out = append(out, one)
	}
	return out
}

// calendarBody is what the calendar page shows.
type calendarBody struct {
	Filter   calendarFilter
	Spans    []option // how far it may look
	Sorts    []option
	Accounts []string
	NoPayer  bool // there are instances without an account
	Products []string
	Feed     string // the address of the same list for calendar programs
	All      int    // instances in the fleet
	Matched  int    // instances that pass the filter
	Columns  []column

	Line    timelineView
	Groups  []group
	Moments int // that lie ahead
	More    int // of them that are not shown

	Past        []standingRow
	PastMore    int
	Unknown     []standingRow
	UnknownMore int

	Purses     []purseRow
	PursesMore int
}

// PastAll and UnknownAll are how many there are, shown or not.
func (b *calendarBody) PastAll() int    { return len(b.Past) + b.PastMore }
func (b *calendarBody) UnknownAll() int { return len(b.Unknown) + b.UnknownMore }

func (p *pages) calendar(w http.ResponseWriter, r *http.Request) {
	body := p.calendarBody(p.Fleet.Standings(), parseCalendarFilter(r.URL.Query()))
	p.render(w, r, http.StatusOK, "calendar", page{Title: p.say.T("Calendar"), Section: "calendar", Body: body})
}

// calendarBody sorts the fleet into what lies ahead, what has passed and what is
// not known.
func (p *pages) calendarBody(all []fleet.Standing, f calendarFilter) *calendarBody {
	now := p.Now()
	body := &calendarBody{
		Filter: f, All: len(all), Columns: f.columns(p.sorts()), Sorts: p.sorts(), Feed: p.feedLink(f),
		Spans: []option{{"30", p.say.T("%d days", 30)}, {"90", p.say.T("%d days", 90)}, {"365", p.say.T("%d days", 365)}},
	}
	body.choices(all)
	payers := p.payers()

	entries := calendar.Ahead(all, f.Filter, now, now.AddDate(0, 0, f.Days))
	body.Moments = len(entries)
	body.Line = p.timeline(entries, f, now)
	if len(entries) > maxMoments { // those that come first, in whatever order they are shown
		body.More = len(entries) - maxMoments
		entries = entries[:maxMoments]
	}
	body.Purses, body.PursesMore = p.purses(all, f, now)
	body.Groups = p.groups(entries, f, payers)

	var past, unknown []*fleet.Standing
	for i := range all {
		st := &all[i]
		if !f.Takes(st.Instance) {
			continue
		}
		body.Matched++
		switch {
		case behind(st):
			past = append(past, st)
		case notKnown(st):
			unknown = append(unknown, st)
		}
	}
	slices.SortFunc(past, func(a, b *fleet.Standing) int { return p.sooner(a, b) })
	slices.SortFunc(unknown, byName)
	body.Past, body.PastMore = p.standingRows(past, maxPast)
	body.Unknown, body.UnknownMore = p.standingRows(unknown, maxUnknown)
	return body
}

// choices fills in what can be chosen.
func (b *calendarBody) choices(all []fleet.Standing) {
	accounts, products := map[string]bool{}, map[string]bool{}
	for i := range all {
		in := all[i].Instance
		products[in.Product] = true
		if in.Account == "" {
			b.NoPayer = true
		} else {
			accounts[in.Account] = true
		}
	}
	b.Accounts, b.Products = sortedNames(accounts), sortedNames(products)
}

func sortedNames(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// behind tells whether the paid term of an instance has passed, or it cannot be
// used for another reason.
func behind(st *fleet.Standing) bool {
	l := st.Lifecycle
	return l.State.Past() || l.State == fleet.LifecycleUnknown && !l.Since.IsZero()
}

// notKnown tells whether nothing is known of when an instance ends.
func notKnown(st *fleet.Standing) bool {
	return st.Lifecycle.State == "" || st.Lifecycle.State == fleet.LifecycleUnknown
}

// byName sorts by what people call an instance.
func byName(a, b *fleet.Standing) int {
	return cmp.Or(strings.Compare(strings.ToLower(nameOf(a.Instance)), strings.ToLower(nameOf(b.Instance))), strings.Compare(a.Instance.ID, b.Instance.ID))
}

// sooner sorts by what comes next; what has nothing more to come goes last.
func (p *pages) sooner(a, b *fleet.Standing) int {
	at := func(st *fleet.Standing) time.Time {
		if e, ok := calendar.Next(st.Course, p.Now()); ok {
			return e.Moment.At
		}
		return time.Unix(1<<60, 0)
	}
	return cmp.Or(at(a).Compare(at(b)), byName(a, b))
}

// payers returns the accounts by name.
func (p *pages) payers() map[string]*fleet.Account {
	if p.Accounts == nil {
		return nil
	}
	list := p.Accounts.Accounts()
	out := make(map[string]*fleet.Account, len(list))
	for i := range list {
		out[list[i].Name] = &list[i]
	}
	return out
}
