package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// maxLabels bounds how many labels a filter may name.
const maxLabels = 8

// filter is what the form above the list of instances asks for.
type filter struct {
	Query   string
	Product string
	Account string
	Labels  []string // name=value each, or a name alone; all of them must fit
	State   string   // raised, critical, unknown, ok, unwatched, expiring, past
	Sort    string   // of orders
	Page    int      // counts from 1
}

func parseFilter(q url.Values) filter {
	f := filter{
		Query: strings.TrimSpace(q.Get("q")), Product: q.Get("product"), Account: strings.TrimSpace(q.Get("account")), State: q.Get("state"), Sort: q.Get("sort"), Page: 1,
	}
	for _, l := range q["label"] {
		if l = strings.TrimSpace(l); l != "" && !slices.Contains(f.Labels, l) && len(f.Labels) < maxLabels {
			f.Labels = append(f.Labels, l)
		}
	}
	if !isOrder(f.Sort) {
		f.Sort = usualOrder
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		f.Page = n
	}
	return f
}

// path returns the address of the list with this filter on a page.
func (f filter) path(pageNumber int) string {
	q := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			q.Set(name, value)
		}
	}
	set("q", f.Query, "")
	set("product", f.Product, "")
	set("account", f.Account, "")
	for _, l := range f.Labels {
		q.Add("label", l)
	}
	set("state", f.State, "")
	set("sort", f.Sort, usualOrder)
	set("page", strconv.Itoa(pageNumber), "1")
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// Here is the address of the list as it is shown.
func (f filter) Here() string { return f.path(f.Page) }

// Any tells whether the filter leaves anything out.
func (f filter) Any() bool {
	return f.Query != "" || f.Product != "" || f.Account != "" || len(f.Labels) > 0 || f.State != ""
}

// With is the address of the list with one label more.
func (f filter) With(label string) string {
	if !slices.Contains(f.Labels, label) {
		f.Labels = append(slices.Clone(f.Labels), label)
	}
	return f.path(1)
}

// Without is the address of the list with one label less.
func (f filter) Without(label string) string {
	f.Labels = slices.DeleteFunc(slices.Clone(f.Labels), func(l string) bool { return l == label })
	return f.path(1)
}

// Of is the address of the list of one account.
func (f filter) Of(account string) string {
	f.Account = account
	return f.path(1)
}

// By is the address of the list in another order.
func (f filter) By(order string) string {
	f.Sort = order
	return f.path(1)
}

// chooser is a filter that is made ready to be held against thousands of instances.
type chooser struct {
	filter
	words  []string
	labels []wantedLabel
}

// wantedLabel is a label that an instance has to have; without hasValue, of any value.
type wantedLabel struct {
	fleet.Label
	hasValue bool
}

func newChooser(f filter) chooser {
	out := chooser{filter: f, words: strings.Fields(strings.ToLower(f.Query))}
	for _, l := range f.Labels {
		name, value, has := cutLabel(l)
		out.labels = append(out.labels, wantedLabel{fleet.Label{Name: name, Value: value}, has})
	}
	return out
}

// cutLabel reads name=value, or a name alone.
func cutLabel(text string) (name, value string, hasValue bool) {
	name, value, hasValue = strings.Cut(text, "=")
	return strings.TrimSpace(name), strings.TrimSpace(value), hasValue
}

// takes tells whether an instance passes the filter.
func (c *chooser) takes(st *fleet.Standing) bool {
	in := st.Instance
	switch {
	case c.Product != "" && in.Product != c.Product, c.Account != "" && in.Account != c.Account, c.State != "" && !inState(st, c.State):
		return false
	}
	for _, want := range c.labels {
		if !slices.ContainsFunc(in.Labels, func(l fleet.Label) bool { return l.Name == want.Name && (!want.hasValue || l.Value == want.Value) }) {
			return false
		}
	}
	for _, word := range c.words {
		if !names(in, word) {
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
	case "critical":
		return slices.Contains(st.Severities[:], string(alarm.Critical))
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
