package web

import (
	"html/template"
	"time"

	"github.com/brimwatch/brimwatch/internal/calendar"
	"github.com/brimwatch/brimwatch/internal/web/timeline"
)

// maxLanes is how many lines a time line has; what has no room shares the last.
const maxLanes = 12

// timelineView is the time line with its legend.
type timelineView struct {
	SVG  template.HTML
	Keys []timelineKey
	// ByAccount: a line stands for an account, not for an instance.
	ByAccount bool
}

// timelineKey is one sign of the legend.
type timelineKey struct {
	Kind  calendar.Kind
	Shape timeline.Shape
	Word  string
}

// timeline draws entries, which are in the order of time: a line for each account,
// or for each instance where there is one account only.
func (p *pages) timeline(entries []calendar.Entry, f calendarFilter, now time.Time) timelineView {
	if len(entries) == 0 {
		return timelineView{}
	}
	kinds := calendar.Kinds()
	line := timeline.Line{Say: p.say, From: now, To: now.AddDate(0, 0, f.Days), Zone: p.Zone}
	index := make(map[calendar.Kind]int, len(kinds))
	for i, k := range kinds {
		index[k] = i
		line.Kinds = append(line.Kinds, timeline.Kind{Name: string(k), Shape: shapeOf(k)})
	}
	out := timelineView{}
	nameLane := func(e *calendar.Entry) string { return nameOf(e.Standing.Instance) }
	key := func(e *calendar.Entry) string { return e.Standing.Instance.ID }
	if severalAccounts(entries) {
		out.ByAccount = true
		nameLane = func(e *calendar.Entry) string { return p.accountName(e.Standing.Instance.Account) }
		key = func(e *calendar.Entry) string { return e.Standing.Instance.Account }
	}
	lanes, seen := map[string]int{}, map[calendar.Kind]bool{}
	rest := timeline.Lane{}
	others := map[string]bool{}
	for i := range entries {
		e := &entries[i]
		seen[e.Kind] = true
		sign := timeline.Sign{At: e.Moment.At, Kind: index[e.Kind], Text: p.say.T("%s %s", nameOf(e.Standing.Instance), p.heard(e.Words()))}
		if day := p.lastDay(&e.Change, e.Standing.Course); day != "" {
			sign.Text += p.say.T(" (last day %s)", day)
		}
		n, ok := lanes[key(e)]
		switch {
		case ok:
			line.Lanes[n].Signs = append(line.Lanes[n].Signs, sign)
		case len(line.Lanes) < maxLanes:
			lanes[key(e)] = len(line.Lanes)
			line.Lanes = append(line.Lanes, timeline.Lane{Name: nameLane(e), Signs: []timeline.Sign{sign}})
		default:
			others[key(e)] = true
			rest.Signs = append(rest.Signs, sign)
		}
	}
	if len(others) > 0 {
		rest.Name = p.say.N(len(others), "%d other instance", "%d other instances", len(others))
		if out.ByAccount {
			rest.Name = p.say.N(len(others), "%d other account", "%d other accounts", len(others))
		}
		line.Lanes = append(line.Lanes, rest)
	}
	for _, k := range kinds {
		if seen[k] {
			out.Keys = append(out.Keys, timelineKey{Kind: k, Shape: shapeOf(k), Word: p.heard(k.Words())})
		}
	}
	line.Label = p.say.N(len(entries), "Time line of the next %d days: %d moment; the table below lists it", "Time line of the next %d days: %d moments; the table below lists them", f.Days, len(entries))
	out.SVG = template.HTML(line.SVG()) //nolint:gosec // drawn by us; texts in it are escaped
	return out
}

// severalAccounts tells whether entries are of more than one account.
func severalAccounts(entries []calendar.Entry) bool {
	for i := range entries {
		if entries[i].Standing.Instance.Account != entries[0].Standing.Instance.Account {
			return true
		}
	}
	return false
}

// accountName is what the lists call an account.
func (p *pages) accountName(name string) string {
	if name == "" {
		return p.say.T("Without an account")
	}
	return name
}
