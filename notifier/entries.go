package notifier

import (
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// entry is what a text for several says in one place: what happens to one instance, or to
// several of one account for which every word of it is true.
type entry struct {
	notices    []int // their places, the gravest first
	code, name string
	id         string   // of the instance of that name
	more       int      // how many further instances it is true of
	what       []string // what happens; several things that happen to the same instances
	why        string   // of an end that may be counted: why it is over, in a word or two
	tells      bool     // there is room for why
	must       bool     // to be said, and not to be counted
	instances  []string // in order; nil of what is about no instance
	group      group
}

// group is what entries have in common of which one can speak for the others: the same
// words are true for all, and the date is one of them. The zero group has one member.
type group struct {
	account string
	rule    alarm.RuleName
	what    string
	must    bool
}

// mostThings is how many things an entry says of the same instances.
const mostThings = 3

// countable tells whether a text may count a notice without saying what it is: alarms of
// readings come in storms, and a reminder tells of nothing new. What has a date, and what
// comes once, is said.
func countable(n *Notice) bool {
	switch {
	case Ends(n.Kind): // of an instance or an account, unless there is more to say than that it is over
		return n.Alert.Labels[labelID]+n.Alert.Labels[labelAccount] != "" && n.Alert.Annotations[annotationWasDue] == ""
	case n.Kind == alarm.Reminded && n.LeftOut == 0:
		return true
	case n.Rule == alarm.Capacity, n.Rule == alarm.NoData, n.Rule == alarm.Forecast:
		return n.Alert.Labels[labelID] != ""
	}
	return false
}

// entriesOf puts notices into entries, the gravest first. Of alarms of readings only so many are named as a text can name.
func entriesOf(notices []Notice, which []int, r reader) []entry {
	slices.SortStableFunc(which, func(a, b int) int {
		return Weight(notices[a].Severity, notices[a].Kind) - Weight(notices[b].Severity, notices[b].Kind)
	})
	var out []entry
	singles := 0
	for _, i := range which {
		n := &notices[i]
		if !datesInstance(n) && r.counts(n) {
			if singles++; singles > mostNamed {
				continue
			}
		}
		out = append(out, newEntry(n, i, r))
	}
	return out
}

// newEntry is the entry of one notice.
func newEntry(n *Notice, at int, r reader) entry {
	a := abridged(n, r.l)
	e := entry{notices: []int{at}, code: a.code, name: a.name, id: a.id, must: !r.counts(n)}
	over := Ends(n.Kind) && countable(n)
	switch {
	case over:
		e.why = a.what
	case a.what != "":
		e.what = []string{a.what}
	}
	if !datesInstance(n) {
		return e
	}
	e.instances = []string{n.Alert.Labels[labelID]}
	if account := n.Alert.Labels[labelAccount]; account != "" {
		e.group = group{account: account, rule: n.Rule, what: a.what, must: e.must}
		if over { // that it is over is true whatever it was, and why
			e.group.rule, e.group.what = "", ""
		}
	}
	return e
}

// datesInstance tells whether a notice is of the calendar of an instance.
func datesInstance(n *Notice) bool {
	return n.Rule.OfCalendar() && n.Rule != alarm.Forecast && n.Alert.Labels[labelID] != ""
}

// grouped lets the first of those with the same words speak for all: of one account, by one
// rule, and with the same date.
func grouped(list []entry) []entry {
	var out []entry
	known := make(map[group]int)
	for i := range list {
		e := list[i]
		if e.group == (group{}) {
			out = append(out, e)
			continue
		}
		at, some := known[e.group]
		if !some {
			known[e.group] = len(out)
			out = append(out, e)
			continue
		}
		out[at].take(&e)
	}
	return out
}

// take lets an entry speak for another one with the same words.
func (e *entry) take(other *entry) {
	if e.why != other.why {
		e.why = "" // it is true of one of them only
	}
	e.notices = append(e.notices, other.notices...)
	id := other.instances[0]
	if at, known := slices.BinarySearch(e.instances, id); !known {
		e.instances = slices.Insert(e.instances, at, id)
		e.more++
	}
}

// merged lets the gravest of the entries about the same instances say all that happens
// to them.
func merged(list []entry) []entry {
	first := make(map[string]int)
	var out []entry
	for i := range list {
		e := &list[i]
		if e.instances == nil {
			out = append(out, *e)
			continue
		}
		key := strconv.FormatBool(e.must) + "\x00" + strings.Join(e.instances, "\x00")
		at, known := first[key]
		if !known || len(out[at].what) >= mostThings {
			first[key] = len(out)
			out = append(out, *e)
			continue
		}
		into := &out[at]
		into.notices = append(into.notices, e.notices...)
		for _, what := range e.what {
			if !slices.ContainsFunc(into.what, func(said string) bool { return hasDate(said, what) }) {
				into.what = append(into.what, what)
			}
		}
	}
	return out
}

// apart is an entry for each of the things that one says.
func (e *entry) apart(notices []Notice, r reader) []entry {
	var out []entry
	for _, at := range e.notices {
		one := newEntry(&notices[at], at, r)
		i := slices.IndexFunc(out, func(known entry) bool { return slices.Equal(known.what, one.what) })
		if i >= 0 {
			out[i].take(&one)
			continue
		}
		out = append(out, one)
	}
	return out
}

// at writes an entry with a name of about so many signs.
func (e *entry) at(width int, r reader) string {
	a := abridgement{code: e.code, name: r.calls(e.name, e.id, width), what: strings.Join(e.what, r.l.Choose(", ", "、"))}
	if e.tells {
		a.what = e.why
	}
	switch more := strconv.Itoa(e.more); {
	case e.more == 0:
	case r.l == words.ZH:
		return strings.TrimLeft(e.code+" "+a.name+"等"+strconv.Itoa(e.more+1)+"个"+a.what, " ")
	case a.what == "":
		a.name += " and " + more + " more"
	default:
		a.name += " and " + more + " more:"
	}
	return a.String()
}
