package top

import (
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// helpLines lists the keys.
func (m *Model) helpLines() []string {
	var out []string
	for _, b := range bindings() {
		if b.says == "" {
			continue
		}
		shown := b.shown
		if !m.Look.Unicode {
			shown = strings.NewReplacer("↓", "Down", "↑", "Up").Replace(shown)
		}
		out = append(out, m.wrap("  "+phrases.Fill(shown, 10), m.Say.Say(b.says))...)
	}
	return out
}

// detailLines says all that is known of the chosen instance.
func (m *Model) detailLines() []string {
	at := m.at()
	if at < 0 {
		return []string{m.line(m.Say.T("The instance is gone."), "")}
	}
	in, say := m.rows[at].in, m.Say
	head := terminal.Plain(m.rows[at].name())
	if in.ID != head {
		head += " (" + terminal.Plain(in.ID) + ")"
	}
	out := []string{m.Look.Paint(terminal.Strong, m.line(head, ""))}
	add := func(name, value string) {
		if value != "" {
			out = append(out, m.wrap("  "+phrases.Fill(name, 13), terminal.Plain(value))...)
		}
	}
	heard := func(english string) string { text, _ := say.Heard(english); return text }
	add(say.T("Product"), strings.TrimSpace(in.Product+" "+in.Edition+" "+in.Spec))
	add(say.T("Account"), in.Account)
	add(say.T("Labels"), labelWords(in.Labels))
	if in.Up != nil && !*in.Up {
		add(say.T("Source"), say.T("cannot be read: %s", heard(in.Reason)))
	}
	lifecycle := say.Word("lifecycle", in.Lifecycle.State)
	if in.Lifecycle.Reason != "" {
		lifecycle += say.T("list|: ") + heard(in.Lifecycle.Reason)
	}
	add(say.T("Term"), lifecycle)
	if n := next(in, m.now); n != nil {
		add(say.T("Next"), say.T("%s at %s, %s", say.Word("lifecycle", n.State), words.Timestamp(n.At, m.Zone), words.Relative(n.At, m.now, say.Language())))
	}
	out = append(out, "")
	for _, r := range metricsOf(in) {
		out = append(out, m.metricLines(&r)...)
	}
	return out
}

// metricLines says how one metric stands: a bar, and why its usage is not known.
func (m *Model) metricLines(r *row) []string {
	say := m.Say
	text := figure(r.metric, r.m.Usage)
	if r.m.Capacity != nil {
		if text == "" {
			text = say.T("figure|not known")
		}
		text = say.T("%s of %s", text, figure(r.metric, r.m.Capacity))
	}
	if r.m.Threshold != nil {
		text += say.T("list|, ") + say.T("threshold %s", words.Threshold(*r.m.Threshold))
	}
	bar := ""
	if m.width >= 70 {
		wide := m.meterWide(m.width - 47)
		bar = m.Look.Fit(m.meter(r, wide), wide)
	}
	state := say.Word("state of a metric", r.m.State)
	left := "  " + m.Look.Fit(r.metric, 14) + bar + " " + m.Look.FitRight(shareOf(&r.m), 6) + "  " + m.Look.Fit(state, 9) + " " + text
	out := []string{m.Look.Paint(toneOf(r), m.line(left, ""))}
	if r.m.Reason != "" {
		why, _ := say.Heard(r.m.Reason)
		out = append(out, m.wrap(strings.Repeat(" ", 16), terminal.Plain(why))...)
	}
	return out
}

func labelWords(labels map[string]string) string {
	var out []string
	for name, value := range labels {
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// wrap writes a text beside a head, in as many lines as it needs.
func (m *Model) wrap(head, text string) []string {
	indent := phrases.Cells(head)
	room := max(m.width-indent, 10)
	var out []string
	for i, part := range wrapped(text, room) {
		if i > 0 {
			head = strings.Repeat(" ", indent)
		}
		out = append(out, m.Look.Fit(head+part, m.width))
	}
	return out
}

// wrapped cuts a text into lines of at most so many cells: at spaces, or in the middle of a
// word that has no room, as Chinese has none.
func wrapped(text string, cells int) []string {
	var out []string
	line, wide := "", 0
	for _, word := range strings.SplitAfter(text, " ") {
		if wide > 0 && wide+phrases.Cells(strings.TrimRight(word, " ")) > cells && phrases.Cells(word) <= cells {
			out, line, wide = append(out, strings.TrimRight(line, " ")), "", 0
		}
		for _, r := range word {
			n := phrases.Cells(string(r))
			if wide+n > cells && r != ' ' {
				out, line, wide = append(out, strings.TrimRight(line, " ")), "", 0
			}
			line += string(r)
			wide += n
		}
	}
	return append(out, strings.TrimRight(line, " "))
}
