package mcp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/notifier"
)

// mostHeld bounds how many names are answered of what a silence holds.
const mostHeld = 50

// silencesQuery says how many silences are asked for.
type silencesQuery struct {
	Limit int `json:"limit,omitempty" jsonschema:"how many to list"`
}

// silenceList is the silences.
type silenceList struct {
	cutList

	Silences []silenceRow `json:"silences"`
}

// silenceRow is one silence with what it holds.
type silenceRow struct {
	ID        string            `json:"id,omitempty" jsonschema:"left out for a preview"`
	Matchers  map[string]string `json:"matchers" jsonschema:"labels that all must be equal for a notice to be held"`
	Until     string            `json:"until"`
	By        string            `json:"by"`
	Comment   string            `json:"comment,omitempty"`
	CreatedAt string            `json:"created_at,omitempty"`
	Holds     holdsRow          `json:"holds"`
	Remark    string            `json:"remark,omitempty" jsonschema:"it fits nothing, and what may be the matter"`
}

// holdsRow is what a silence holds now.
type holdsRow struct {
	Instances []string `json:"instances" jsonschema:"ids of those about which it holds some alarm"`
	Alarms    []string `json:"alarms" jsonschema:"codes of open alarms whose further notices it holds"`
	Accounts  []string `json:"accounts"`
	Notices   int      `json:"notices" jsonschema:"how many wait because of it"`
	More      int      `json:"more" jsonschema:"names that are left out"`
}

func (s *server) listSilences() adder {
	return tool[silencesQuery, silenceList]{
		name: "list_silences", title: "List silences", hints: onlyReads(),
		description: "Lists silences: labels whose alarms nobody is told of until a moment, who added them and what each holds now. Use it when somebody was not told.",
		bounds:      []bound{number("limit", 1, 25, 200)}, ask: s.askSilences, say: (*silenceList).text,
	}
}

func (s *server) askSilences(ctx context.Context, in silencesQuery) (out silenceList, err error) {
	list, err := s.Silences.Silences(ctx)
	if err != nil {
		return out, fmt.Errorf("the silences could not be read: %w", err)
	}
	present, err := s.present(ctx)
	if err != nil {
		return out, err
	}
	first, rest := firstOf(list, in.Limit, "give a higher limit (at most 200)")
	out = silenceList{cutList: rest, Silences: []silenceRow{}}
	for i := range first {
		out.Silences = append(out.Silences, silenceRowOf(&first[i], present))
	}
	return out, nil
}

// present gathers what there is for silences to hold.
func (s *server) present(ctx context.Context) (*notifier.Present, error) {
	p, err := readers.Present(ctx, s.Fleet, s.Accounts, s.Alarms, s.Notices, s.Now())
	if err != nil {
		return nil, fmt.Errorf("what silences hold could not be read: %w", err)
	}
	return p, nil
}

func silenceRowOf(n *notifier.Silence, present *notifier.Present) silenceRow {
	h := present.HeldBy(n)
	out := silenceRow{
		ID: n.ID, Matchers: n.Matchers, Until: moment(n.Until, time.UTC), By: n.By, Comment: n.Comment, CreatedAt: moment(n.CreatedAt, time.UTC),
		Holds: holdsRow{Instances: []string{}, Alarms: []string{}, Accounts: []string{}, Notices: len(h.Notices)},
	}
	for _, in := range h.Instances[:min(len(h.Instances), mostHeld)] {
		out.Holds.Instances = append(out.Holds.Instances, in.ID)
	}
	for i := range h.Alarms[:min(len(h.Alarms), mostHeld)] {
		out.Holds.Alarms = append(out.Holds.Alarms, h.Alarms[i].Code)
	}
	out.Holds.Accounts = append(out.Holds.Accounts, h.Accounts[:min(len(h.Accounts), mostHeld)]...)
	out.Holds.More = max(0, len(h.Instances)-mostHeld) + max(0, len(h.Alarms)-mostHeld) + max(0, len(h.Accounts)-mostHeld)
	if h.Nothing() {
		out.Remark = h.Remark()
	}
	return out
}

func (l *silenceList) text() string {
	var b strings.Builder
	b.WriteString(l.opening("silence", "silences"))
	for i := range l.Silences {
		b.WriteString("- " + l.Silences[i].text() + "\n")
	}
	return b.String()
}

func (r *silenceRow) text() string {
	var matchers []string
	for _, name := range slices.Sorted(maps.Keys(r.Matchers)) {
		matchers = append(matchers, name+"="+strconv.Quote(r.Matchers[name]))
	}
	holds := fmt.Sprintf("it holds %s, %s, %s", counted(len(r.Holds.Instances), "instance", "instances"), counted(len(r.Holds.Alarms), "open alarm", "open alarms"), counted(r.Holds.Notices, "notice", "notices"))
	if r.Holds.More > 0 {
		holds += fmt.Sprintf(" and %d more", r.Holds.More)
	}
	return strings.TrimSpace(r.ID+" "+strings.Join(matchers, ", ")) + ": " + sentence("until "+r.Until, after("by ", r.By), r.Comment, holds, r.Remark)
}
