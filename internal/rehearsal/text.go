package rehearsal

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Text writes a rehearsal for people, day by day, a message a line: in the language of who
// reads it, but for the messages, which are in that of who gets them.
type Text struct {
	w       io.Writer
	say     *phrases.Printer
	o       *Options
	unheard []Unheard
	more    int // of those that nobody hears, beyond the bound
	said    int // days
	err     error
}

// unheardMost bounds how many things are kept that nobody hears.
const unheardMost = 1000

// NewText begins to write a rehearsal: what it is of, and what it takes for granted. A nil say is
// English.
func NewText(w io.Writer, o *Options, notes []string, say *phrases.Printer) *Text {
	t := &Text{w: w, say: say, o: o}
	zone := o.zone()
	last := o.From.In(zone).AddDate(0, 0, o.Days-1)
	t.line(say.T("Rehearsal of %s from %s to %s; times are of %s. Nothing is sent.", say.N(o.Days, "1 day", "%s days", words.Count(o.Days)),
		o.From.In(zone).Format(time.DateOnly), last.Format(time.DateOnly), zoneName(say, o.From, zone)))
	instances, accounts, contacts := len(o.Snapshot.Instances), len(o.Snapshot.Accounts), len(o.Snapshot.Contacts)
	t.line(say.T("%s: %s, %s, %s.", o.Snapshot.Path, say.N(instances, "1 instance", "%s instances", words.Count(instances)),
		say.N(accounts, "1 account", "%s accounts", words.Count(accounts)), say.N(contacts, "1 contact", "%s contacts", words.Count(contacts))))
	t.line("")
	t.line(say.T("Taken for granted"))
	for _, premise := range Premises(o, say) {
		t.line("  " + premise)
	}
	for _, note := range notes {
		t.line("  " + t.heard(note))
	}
	return t
}

func (t *Text) line(text string) { t.printf("%s\n", text) }

// heard writes what was said in English elsewhere.
func (t *Text) heard(english string) string {
	text, _ := t.say.Heard(english)
	return text
}

func (t *Text) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

// Day writes one day.
func (t *Text) Day(d *Day) error {
	for i := range d.Unheard {
		if len(t.unheard) < unheardMost {
			t.unheard = append(t.unheard, d.Unheard[i])
		} else {
			t.more++
		}
	}
	if len(d.Messages) == 0 {
		return t.err
	}
	t.said++
	t.printf("\n%s %s\n", d.Begins.Format(time.DateOnly), t.heard(d.Begins.Format("Mon")))
	width := 0
	for i := range d.Messages {
		width = max(width, phrases.Cells(d.Messages[i].Recipient))
	}
	for i := range d.Messages {
		m := &d.Messages[i]
		t.printf("  %s %s %s %s%s\n", m.At.In(t.o.zone()).Format("15:04"), phrases.Fill(m.Recipient, width), phrases.Fill(t.subject(m), subjectCells), m.Text, t.aside(m))
	}
	return t.err
}

// How many cells of a terminal kinds, rules and all that a message is about take at least.
const (
	kindCells    = 9
	ruleCells    = 12
	aboutCells   = 15
	subjectCells = kindCells + 1 + ruleCells + 1 + aboutCells
)

// subject says in a few words what a message is about.
func (t *Text) subject(m *Message) string {
	if len(m.About) > 1 {
		return t.say.T("%d notices", len(m.About))
	}
	about := m.InstanceID
	if about == "" && m.Account != "" {
		about = t.say.T("account %s", m.Account)
	}
	return t.what(m.Kind, m.Rule) + " " + phrases.Fill(about, aboutCells)
}

// what names an event.
func (t *Text) what(kind alarm.EventKind, rule alarm.RuleName) string {
	return phrases.Fill(t.say.Word("kind of notice", string(kind)), kindCells) + " " + phrases.Fill(t.say.Word("alarmname", string(rule)), ruleCells)
}

// aside says in brackets what is to be known of a message beside its text.
func (t *Text) aside(m *Message) string {
	var out []string
	if m.Held != "" {
		out = append(out, t.say.T("held since %s: %s", t.when(*m.HeldSince, m.At), t.heard(m.Held)))
	}
	if m.Segments > 1 || m.Price != nil {
		segments := t.say.N(m.Segments, "1 segment", "%s segments", words.Count(m.Segments))
		if m.Price != nil {
			segments += t.say.T("list|, ") + m.Price.String()
		}
		out = append(out, segments)
	}
	if m.Zone != nil && m.Channel == "sms" {
		if here, there := m.At.In(t.o.zone()), m.At.In(m.Zone); here.Format("15:04") != there.Format("15:04") {
			out = append(out, t.say.T("moment|%s in %s", there.Format("15:04"), m.Zone))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " [" + strings.Join(out, t.say.T("list|; ")) + "]"
}

// when writes a moment before another, without the day where it is the same.
func (t *Text) when(at, than time.Time) string {
	at, than = at.In(t.o.zone()), than.In(t.o.zone())
	if at.Format(time.DateOnly) == than.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format(t.say.Language().Choose("2 Jan 15:04", "1月2日 15:04"))
}

// End writes what it came to.
func (t *Text) End(r *Report) error {
	if t.said == 0 {
		t.line("")
		t.line(t.say.T("Nobody is told anything."))
	}
	if len(r.People) > 0 {
		t.line("")
		t.line(t.say.T("In all"))
		t.writeTotals(r)
	}
	if r.Waiting > 0 {
		t.line("")
		t.line(t.say.N(r.Waiting, "1 notice is still held when it ends.", "%s notices are still held when it ends.", words.Count(r.Waiting)))
	}
	t.writeUnheard()
	return t.err
}

// writeTotals writes a table with a row for each recipient, and one for all of them.
func (t *Text) writeTotals(r *Report) {
	rows := [][]string{t.say.SayAll(phrases.Keys("WHO", "channel|BY", "MESSAGES", "HELD", "SEGMENTS", "PRICE"))}
	for i := range r.People {
		p := &r.People[i]
		rows = append(rows, append([]string{p.Recipient, t.say.Word("channel", p.Channel)}, t.cells(&p.Totals, p.Channel == "sms")...))
	}
	if len(r.People) > 1 {
		rows = append(rows, append([]string{t.say.T("recipients|all"), ""}, t.cells(&r.Totals, true)...))
	}
	widths := make([]int, len(rows[0])-1) // the last column needs none
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], phrases.Cells(row[i]))
		}
	}
	for _, row := range rows {
		line := " "
		for i := range widths {
			line += " " + phrases.Fill(row[i], widths[i]+1)
		}
		t.line(line + " " + row[len(widths)])
	}
}

// cells are the figures of a row.
func (t *Text) cells(sum *Totals, text bool) []string {
	segments, price := "", ""
	if text {
		segments, price = strconv.Itoa(sum.Segments), sum.Price.String()
		switch {
		case sum.Unpriced == sum.Messages || sum.Price == 0 && sum.Unpriced > 0:
			price = t.say.T("figure|not known")
		case sum.Unpriced > 0:
			price = t.say.T("%s and more", price)
		}
	}
	return []string{strconv.Itoa(sum.Messages), strconv.Itoa(sum.Held), segments, price}
}

// writeUnheard lists what nobody hears, and what to do about it.
func (t *Text) writeUnheard() {
	t.line("")
	if len(t.unheard) == 0 {
		t.line(t.say.T("Somebody hears of everything."))
		return
	}
	t.line(t.say.T("Nobody hears (%s)", words.Count(len(t.unheard)+t.more)))
	type cause struct{ about, why, do string }
	by := make(map[cause][]*Unheard)
	var causes []cause // in order of their first event
	for i := range t.unheard {
		u := &t.unheard[i]
		c := cause{u.InstanceID, t.why(u), t.heard(u.Do)}
		if c.about == "" {
			c.about = t.say.T("account %s", u.Account)
		}
		if by[c] == nil {
			causes = append(causes, c)
		}
		by[c] = append(by[c], u)
	}
	for _, c := range causes {
		t.line("  " + t.say.T("%s: %s", c.about, c.why))
		t.line("    " + t.say.T("to do: %s", c.do))
		for _, u := range by[c] {
			t.printf("    %s %s %s\n", u.At.In(t.o.zone()).Format("2006-01-02 15:04"), t.what(u.Kind, u.Rule), t.heard(u.Reason))
		}
	}
	if t.more > 0 {
		t.line("  " + t.say.T("and %s more", words.Count(t.more)))
	}
}

// why says why nobody hears of something: each cause, with whom it keeps from hearing.
func (t *Text) why(u *Unheard) string {
	out := make([]string, len(u.whys))
	for i, w := range u.whys {
		if out[i] = t.heard(w.reason); w.who != "" {
			out[i] = t.say.T("%s: %s", w.who, out[i])
		}
	}
	return strings.Join(out, t.say.T("list|; "))
}

// zoneName is a time zone as people read it.
func zoneName(say *phrases.Printer, at time.Time, zone *time.Location) string {
	if name := zone.String(); name != "Local" {
		return name
	}
	return say.T("this machine (UTC%s)", at.In(zone).Format("-07:00"))
}
