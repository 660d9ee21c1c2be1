package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
	"github.com/brimwatch/brimwatch/internal/web/timeline"
)

// group is an account with what happens to its instances.
type group struct {
	Account string // empty for instances without one
	Balance string // 1200.50 CNY; empty when it is not known
	Overdue bool
	Rows    []momentRow
}

// momentRow is one moment that lies ahead.
type momentRow struct {
	At      stamp
	Kind    calendar.Kind
	Shape   timeline.Shape
	Words   string
	Origin  string // who says so
	LastDay string // of the paid term, which is told in place of the moment; empty for other moments
	Left    string // in 38 d, or 38 d left
	Perhaps bool

	Name, ID, Title, Link, Account string
	Life                           life
}

// life is a lifecycle state as people see it: a word and a sign, and a colour.
type life struct {
	State fleet.LifecycleState
	Word  string
	Sign  string
}

func (p *pages) newLife(s fleet.LifecycleState) life {
	s = cmp.Or(s, fleet.LifecycleUnknown)
	return life{State: s, Word: words.Lifecycle(s, p.lang()), Sign: lifecycleSign(s)}
}

// groups puts entries under their accounts, in the order that is asked for.
func (p *pages) groups(entries []calendar.Entry, f calendarFilter, payers map[string]*fleet.Account) []group {
	at := map[string]int{}
	var out []group
	for i := range entries {
		name := entries[i].Standing.Instance.Account
		n, ok := at[name]
		if !ok {
			n = len(out)
			at[name] = n
			g := group{Account: name}
			if a := payers[name]; a != nil {
				g.Balance, g.Overdue = words.Balance(a, p.lang()), a.Overdue()
			}
			out = append(out, g)
		}
		out[n].Rows = append(out[n].Rows, p.momentRow(&entries[i]))
	}
	arrangeGroups(out, f)
	return out
}

// arrangeGroups sorts groups and rows that are in the order of time.
func arrangeGroups(groups []group, f calendarFilter) {
	turn := 1
	if f.Desc {
		turn = -1
	}
	for i := range groups {
		rows := groups[i].Rows
		switch f.Sort {
		case "instance":
			slices.SortStableFunc(rows, func(a, b momentRow) int {
				return turn * cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
			})
		case "what":
			kinds := calendar.Kinds() // the gravest comes first
			slices.SortStableFunc(rows, func(a, b momentRow) int {
				return turn * (slices.Index(kinds, b.Kind) - slices.Index(kinds, a.Kind))
			})
		case "date":
			if f.Desc {
				slices.Reverse(rows)
			}
		}
	}
	switch {
	case f.Sort != "date":
		if f.Sort != "account" {
			turn = 1
		}
		slices.SortFunc(groups, func(a, b group) int { return turn * strings.Compare(a.Account, b.Account) })
	case f.Desc:
		slices.SortStableFunc(groups, func(a, b group) int { return strings.Compare(b.Rows[0].At.Machine, a.Rows[0].At.Machine) })
	}
}

func (p *pages) momentRow(e *calendar.Entry) momentRow {
	in, c := e.Standing.Instance, e.Standing.Course
	out := momentRow{
		At: p.stampIn(e.Moment.At, c.Zone), Kind: e.Kind, Shape: shapeOf(e.Kind), Words: e.Words(), Origin: p.originWords(&e.Change, c), Perhaps: e.Moment.Perhaps,
		Name: nameOf(in), ID: in.ID, Title: p.title(in), Link: linkTo(in.ID), Account: in.Account, Life: p.newLife(e.Standing.Lifecycle.State),
	}
	out.Left = out.At.Ago
	if out.LastDay = p.lastDay(&e.Change, c); out.LastDay != "" {
		out.Left = p.left(e.Moment.At, c)
	}
	return out
}

// originWords says where a moment comes from.
func (p *pages) originWords(e *calendar.Change, c *fleet.Course) string {
	switch {
	case e.Moment.Reported:
		return p.say.T("told by the cloud")
	case e.Paid:
		return p.say.T("end of the paid term")
	case c.Policy.Name != "":
		return p.say.T("worked out from policy %s", c.Policy.Name)
	}
	return p.say.T("worked out")
}

// standingRow is an instance that has passed its term, or of which nothing is known.
type standingRow struct {
	Name, ID, Title, Account, Link string
	Life                           life
	Since                          stamp
	Reason                         string
	Next                           string // what comes next
	At                             stamp  // when; empty when nothing does
}

// standingRows returns the first rows, and how many more there are.
func (p *pages) standingRows(list []*fleet.Standing, most int) ([]standingRow, int) {
	shown := min(len(list), most)
	out := make([]standingRow, 0, shown)
	for _, st := range list[:shown] {
		in := st.Instance
		row := standingRow{
			Name: nameOf(in), ID: in.ID, Title: p.title(in), Account: in.Account, Link: linkTo(in.ID),
			Life: p.newLife(st.Lifecycle.State), Since: p.stampIn(st.Lifecycle.Since, zoneOf(st.Course)), Reason: cmp.Or(st.Lifecycle.Reason, "nothing is known about its term"),
		}
		if e, ok := calendar.Next(st.Course, p.Now()); ok {
			row.Next, row.At = e.Words(), p.stampIn(e.Moment.At, st.Course.Zone)
		}
		out = append(out, row)
	}
	return out, len(list) - shown
}

func zoneOf(c *fleet.Course) *time.Location {
	if c == nil || c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// shapeOf is what the sign of a kind looks like.
func shapeOf(k calendar.Kind) timeline.Shape {
	switch k {
	case calendar.Expires:
		return timeline.Ring
	case calendar.Overdue:
		return timeline.Dot
	case calendar.Suspended:
		return timeline.Square
	case calendar.Recycled:
		return timeline.Diamond
	case calendar.Released:
		return timeline.Cross
	case calendar.Converted:
		return timeline.Triangle
	case calendar.Unknown:
	}
	return timeline.Bar
}
