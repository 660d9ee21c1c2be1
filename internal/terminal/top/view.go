package top

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// around is how many lines stand around the rows: three above, the heads, one below.
const around = 5

// room is how many rows fit.
func (m *Model) room() int { return max(1, m.height-around) }

// Screen writes the screen: never more lines than it has, and none wider.
func (m Model) Screen() string {
	var body []string
	switch m.page {
	case help:
		body = m.helpLines()
	case detail:
		body = m.detailLines()
	case list:
		body = m.listLines(m.first, m.room())
	}
	lines := append([]string{m.title(), m.summary(), m.asked()}, body...)
	room := max(1, m.height)
	for len(lines) < room-1 {
		lines = append(lines, "")
	}
	lines = lines[:min(len(lines), max(0, room-1))]
	return strings.Join(append(lines, m.foot()), "\n")
}

// Once writes the whole list without the frame of a screen, for what is no terminal.
func (m Model) Once() string {
	m.arrange()
	lines := append([]string{m.summary()}, m.listLines(0, len(m.rows))...)
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Take returns the model with an answer; what is shown once has had one.
func (m Model) Take(fleet []wire.Instance) Model {
	m.take(answer{fleet: fleet, at: m.now})
	return m
}

// line writes one line from a left and a right part.
func (m *Model) line(left, right string) string {
	room := m.width - phrases.Cells(right) - 1
	if room < 1 || right == "" {
		return m.Look.Fit(left, m.width)
	}
	return m.Look.Fit(left, room) + " " + right
}

func (m *Model) title() string {
	return m.Look.Paint(terminal.Strong, m.line("Brimwatch  "+terminal.Plain(m.Where), m.clock(m.now)))
}

func (m *Model) clock(t time.Time) string { return t.In(m.Zone).Format(time.TimeOnly) }

// summary counts the fleet, or says that nobody answers.
func (m *Model) summary() string {
	say := m.Say
	switch {
	case m.fault != "" && m.read.IsZero():
		return m.Look.Paint(terminal.Bad, m.line(say.T("No answer so far: %s", m.fault), ""))
	case m.fault != "":
		return m.Look.Paint(terminal.Bad, m.line(say.T("No answer since %s, the figures are of %s: %s", m.clock(m.lost), m.clock(m.read), m.fault), ""))
	case m.read.IsZero():
		return m.line(say.T("Asking …"), "")
	}
	c := countsOf(m.fleet)
	var parts []string
	tone := terminal.Usual
	for _, one := range []struct {
		n    int
		text string
		tone terminal.Tone
	}{
		{c.raised, say.T("fleet|%d raised", c.raised), terminal.Bad}, {c.unknown, say.T("fleet|%d without data", c.unknown), terminal.Warned},
		{c.past, say.T("fleet|%d past the term", c.past), terminal.Warned}, {c.expiring, say.T("fleet|%d expiring", c.expiring), terminal.Warned},
	} {
		if one.n == 0 {
			continue
		}
		if len(parts) == 0 {
			tone = one.tone // of the worst
		}
		parts = append(parts, one.text)
	}
	text := say.N(c.all, "%d instance", "%d instances", c.all)
	if len(parts) > 0 {
		text += say.T("list|: ") + strings.Join(parts, say.T("list|, "))
	}
	return m.Look.Paint(tone, m.line(text, ""))
}

// asked says in which order and by which filter the list stands.
func (m *Model) asked() string {
	say := m.Say
	if m.typing {
		return m.Look.Paint(terminal.Strong, m.line(say.T("Filter: %s", m.draft)+"_", ""))
	}
	parts := []string{m.orderWords()}
	if m.reversed {
		parts[0] = say.T("%s, turned round", parts[0])
	}
	if state := states()[m.state]; state != "" {
		parts = append(parts, say.T("only %s", m.stateWord(state)))
	}
	if m.Query != "" {
		parts = append(parts, say.T("filter: %s", terminal.Plain(m.Query)))
	}
	if room := m.room(); len(m.rows) > room {
		parts = append(parts, say.T("%d to %d of %d", m.first+1, min(m.first+room, len(m.rows)), len(m.rows)))
	}
	return m.Look.Paint(terminal.Faint, m.line(strings.Join(parts, say.T("list|; ")), ""))
}

func (m *Model) orderWords() string {
	switch m.Order {
	case Worst:
		return m.Say.T("worst first")
	case Fullest:
		return m.Say.T("fullest first")
	case Product:
		return m.Say.T("by product")
	case Expiring:
		return m.Say.T("next to expire first")
	case ByName:
		return m.Say.T("by name")
	case ByID:
	}
	return m.Say.T("by id")
}

// stateWord is how a state of the filter is called.
func (m *Model) stateWord(state string) string {
	switch state {
	case "expiring":
		return m.Say.Word("lifecycle", state)
	case "past":
		return m.Say.T("past its term or frozen")
	}
	return m.Say.Word("state of a metric", state)
}

// listLines writes the heads and some rows.
func (m *Model) listLines(first, room int) []string {
	columns := m.columns()
	out := []string{m.Look.Paint(terminal.Strong, m.row(columns, func(c *listColumn) string { return m.Say.Say(c.head) }))}
	if len(m.rows) == 0 && !m.read.IsZero() {
		return append(out, m.line(m.Say.T("There is nothing to list."), ""))
	}
	chosen := m.at()
	for i := first; i < min(first+room, len(m.rows)); i++ {
		r := &m.rows[i]
		text := m.row(columns, func(c *listColumn) string { return c.text(r) })
		tone := toneOf(r)
		if i == chosen {
			tone = terminal.Marked
		}
		out = append(out, m.Look.Paint(tone, text))
	}
	return out
}

// toneOf is how bad a row is; a healthy one is no colour.
func toneOf(r *row) terminal.Tone {
	switch r.rank() {
	case 5:
		return terminal.Bad
	case 4, 3, 2:
		return terminal.Warned
	case 0:
		return terminal.Faint
	}
	return terminal.Usual
}

func (m *Model) row(columns []listColumn, text func(c *listColumn) string) string {
	cells := make([]string, len(columns))
	for i := range columns {
		c := &columns[i]
		if c.right {
			cells[i] = m.Look.FitRight(text(c), c.wide)
		} else {
			cells[i] = m.Look.Fit(text(c), c.wide)
		}
	}
	return m.Look.Fit(strings.Join(cells, " "), m.width)
}

// listColumn is one column of the list.
type listColumn struct {
	head  string // a phrase
	wide  int
	right bool
	from  int // how wide the screen must be for it
	text  func(r *row) string
}

// columns are those that the width has room for. The name takes what is left, and the bar
// a share of it.
func (m *Model) columns() []listColumn {
	wide := 0 // of the bar; known once the other columns are
	all := []listColumn{
		{phrases.Key("NAME"), 0, false, 0, func(r *row) string { return terminal.Plain(r.name()) }},
		{phrases.Key("PRODUCT"), 16, false, 110, func(r *row) string { return strings.TrimSpace(r.in.Product + " " + r.in.Edition) }},
		{phrases.Key("METRIC"), 13, false, 50, func(r *row) string { return r.metric }},
		{phrases.Key("UTILIZATION"), 0, false, 70, func(r *row) string { return m.meter(r, wide) }},
		{phrases.Key("share|%"), 5, true, 0, func(r *row) string { return shareOf(&r.m) }},
		{phrases.Key("USAGE"), 9, true, 60, func(r *row) string { return figure(r.metric, r.m.Usage) }},
		{phrases.Key("CAPACITY"), 9, true, 60, func(r *row) string { return figure(r.metric, r.m.Capacity) }},
		{phrases.Key("STATE"), 9, false, 30, func(r *row) string { return m.stateOf(r) }},
		{phrases.Key("TERM"), 22, false, 130, func(r *row) string { return m.term(r.in) }},
	}
	var out []listColumn
	left := m.width
	for _, c := range all {
		if m.width >= c.from {
			out = append(out, c)
			left -= c.wide + 1
		}
	}
	left++ // no space behind the last
	for i := range out {
		if out[i].head == "UTILIZATION" {
			wide = m.meterWide(left)
			out[i].wide = wide
			left -= wide
		}
	}
	out[0].wide = max(4, left)
	return out
}

// meterWide is how long a bar may be where so many cells are left.
func (*Model) meterWide(left int) int { return max(11, min(left/3, 30)) }

func (m *Model) meter(r *row, wide int) string {
	c := &r.m
	if c.Capacity == nil || c.Utilization == nil {
		return ""
	}
	threshold := 0.0
	if c.Threshold != nil {
		threshold = *c.Threshold
	}
	return m.Look.Meter(*c.Utilization, threshold, wide)
}

func shareOf(c *wire.Metric) string {
	switch {
	case c.Utilization == nil:
		return ""
	case c.Threshold == nil:
		return words.Share(*c.Utilization)
	}
	return words.ShareBeside(*c.Utilization, *c.Threshold)
}

func figure(metric string, v *float64) string {
	m, known := fleet.ParseMetric(metric)
	if v == nil || !known || math.IsNaN(*v) {
		return ""
	}
	return words.Figure(m, *v)
}

// stateOf is the worst that is to be said of a row.
func (m *Model) stateOf(r *row) string {
	state := r.m.State
	if r.metric == "" {
		state = r.in.State
	}
	if state != "raised" && (past(r.in.Lifecycle.State) || r.in.Lifecycle.State == "expiring" && state != "unknown" || !r.in.Watched) {
		return m.Say.Word("lifecycle", r.in.Lifecycle.State)
	}
	return m.Say.Word("state of a metric", state)
}

// term says when the term ends.
func (m *Model) term(in *wire.Instance) string {
	text, _ := m.Say.Heard(in.Lifecycle.TermEnd)
	if in.Lifecycle.ExpiresAt == nil {
		return terminal.Plain(text)
	}
	return terminal.Plain(cmp.Or(text, words.Timestamp(*in.Lifecycle.ExpiresAt, m.Zone)))
}

func (m *Model) foot() string {
	var parts []string
	for _, b := range bindings() {
		if b.brief != "" {
			parts = append(parts, b.shown+" "+m.Say.Say(b.brief))
		}
	}
	return m.Look.Paint(terminal.Faint, m.line(strings.Join(parts, "   "), ""))
}
