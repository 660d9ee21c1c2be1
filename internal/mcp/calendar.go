package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// calendarQuery says what of the calendar is asked for.
type calendarQuery struct {
	Days    int    `json:"days,omitempty" jsonschema:"how many days ahead"`
	Account string `json:"account,omitempty" jsonschema:"only instances of this account; - is those without one"`
	Product string `json:"product,omitempty" jsonschema:"only instances of this product"`
	Limit   int    `json:"limit,omitempty" jsonschema:"how many to list, the soonest first"`
}

// calendarAnswer is what lies ahead, the soonest first.
type calendarAnswer struct {
	cutList

	Until   string        `json:"until" jsonschema:"how far was looked"`
	Changes []changeEntry `json:"changes"`
}

// changeEntry is something that happens to an instance.
type changeEntry struct {
	At         string `json:"at"`
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
	Account    string `json:"account,omitempty"`
	Product    string `json:"product"`
	What       string `json:"what" jsonschema:"expires, overdue, suspended, recycled, released, converted or unknown"`
	Text       string `json:"text" jsonschema:"the same in words that go on after the name"`
	TermEnd    string `json:"term_end,omitempty" jsonschema:"the end of a paid term as people say it"`
	ToldBy     string `json:"told_by" jsonschema:"cloud, or policy where it was worked out"`
	Perhaps    bool   `json:"perhaps,omitempty" jsonschema:"the product's documents disagree"`
	AutoRenew  bool   `json:"auto_renew" jsonschema:"it renews itself before, if its account can pay"`
}

func (s *server) calendarAhead() adder {
	return tool[calendarQuery, calendarAnswer]{
		name: "calendar_ahead", title: "Calendar ahead", hints: onlyReads(),
		description: "Lists what lies ahead of the instances, the soonest first: terms that end, and when instances are suspended, put into a recycle bin, released for good or converted. Use it for: what expires this week, what will be deleted and when. Whether the money lasts for renewals is told by accounts.",
		bounds:      []bound{number("days", 1, 30, 3660), number("limit", 1, 50, 200), shortText(200, "account", "product")},
		ask:         s.askCalendar, say: (*calendarAnswer).text,
	}
}

func (s *server) askCalendar(_ context.Context, in calendarQuery) (out calendarAnswer, err error) {
	now := s.Now()
	until := now.AddDate(0, 0, in.Days)
	entries := calendar.Ahead(s.Fleet.Standings(), calendar.Filter{Account: in.Account, Product: in.Product}, now, until)
	first, rest := firstOf(entries, in.Limit, "narrow by days, account or product, or give a higher limit (at most 200)")
	out = calendarAnswer{cutList: rest, Until: moment(until, nil), Changes: make([]changeEntry, 0, len(first))}
	for i := range first {
		e := &first[i]
		i, zone := e.Standing.Instance, zoneOf(e.Standing)
		row := changeEntry{
			At: moment(e.Moment.At, zone), InstanceID: i.ID, Name: i.Name, Account: i.Account, Product: i.Product, What: string(e.Kind), Text: e.Words(),
			ToldBy: toldBy(e.Moment), Perhaps: e.Moment.Perhaps, AutoRenew: i.Term.AutoRenew,
		}
		if e.Paid {
			row.TermEnd = words.TermEnd(e.Moment.At, zone, words.EN)
		}
		out.Changes = append(out.Changes, row)
	}
	return out, nil
}

func (a *calendarAnswer) text() string {
	var b strings.Builder
	b.WriteString("Until " + a.Until + ": " + a.opening("change", "changes"))
	for i := range a.Changes {
		c := &a.Changes[i]
		renews, perhaps := "", ""
		if c.Perhaps {
			perhaps = "perhaps: the product's documents disagree"
		}
		if c.AutoRenew {
			renews = "it renews itself before, if its account can pay"
		}
		fmt.Fprintf(&b, "- %s %s (%s%s): %s\n", c.At, named(c.Name, c.InstanceID), c.Product, after(", account ", c.Account), sentence(c.Text, c.TermEnd, "by the "+c.ToldBy, perhaps, renews))
	}
	return b.String()
}
