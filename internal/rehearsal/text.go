package rehearsal

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// Text writes a rehearsal for people, day by day, a message a line.
type Text struct {
	w       io.Writer
	o       *Options
	unheard []Unheard
	more    int // of those that nobody hears, beyond the bound
	said    int // days
	err     error
}

// unheardMost bounds how many things are kept that nobody hears.
const unheardMost = 1000

// NewText begins to write a rehearsal: what it is of, and what it takes for granted.
func NewText(w io.Writer, o *Options, notes []string) *Text {
	t := &Text{w: w, o: o}
	zone := o.zone()
	last := o.From.In(zone).AddDate(0, 0, o.Days-1)
	t.printf("Rehearsal of %s from %s to %s; times are of %s. Nothing is sent.\n", plural(o.Days, "day"), o.From.In(zone).Format(time.DateOnly), last.Format(time.DateOnly), zoneName(o.From, zone))
	t.printf("%s: %s, %s, %s.\n", o.Snapshot.Path, plural(len(o.Snapshot.Instances), "instance"), plural(len(o.Snapshot.Accounts), "account"), plural(len(o.Snapshot.Contacts), "contact"))
	t.printf("\nTaken for granted\n")
	for _, line := range append(Premises(o), notes...) {
		t.printf("  %s\n", line)
	}
	return t
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
	t.printf("\n%s\n", d.Begins.Format("2006-01-02 Mon"))
	width := 0
	for i := range d.Messages {
		width = max(width, len(d.Messages[i].Recipient))
	}
	for i := range d.Messages {
		m := &d.Messages[i]
		t.printf("  %s %-*s %-38s %s%s\n", m.At.In(t.o.zone()).Format("15:04"), width, m.Recipient, m.subject(), m.Text, t.aside(m))
	}
	return t.err
}

// subject says in a few words what a message is about.
func (m *Message) subject() string {
	if len(m.About) > 1 {
		return fmt.Sprintf("%d notices", len(m.About))
	}
	about := m.InstanceID
	if about == "" && m.Account != "" {
		about = "account " + m.Account
	}
	return fmt.Sprintf("%-9s %-12s %-15s", m.Kind, m.Rule, about)
}

// aside says in brackets what is to be known of a message beside its text.
func (t *Text) aside(m *Message) string {
	var out []string
	if m.Held != "" {
		out = append(out, "held since "+t.when(*m.HeldSince, m.At)+": "+m.Held)
	}
	if m.Segments > 1 || m.Price != nil {
		price := plural(m.Segments, "segment")
		if m.Price != nil {
			price += ", " + m.Price.String()
		}
		out = append(out, price)
	}
	if m.Zone != nil && m.Channel == "sms" {
		if here, there := m.At.In(t.o.zone()), m.At.In(m.Zone); here.Format("15:04") != there.Format("15:04") {
			out = append(out, there.Format("15:04")+" in "+m.Zone.String())
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " [" + strings.Join(out, "; ") + "]"
}

// when writes a moment before another, without the day where it is the same.
func (t *Text) when(at, than time.Time) string {
	at, than = at.In(t.o.zone()), than.In(t.o.zone())
	if at.Format(time.DateOnly) == than.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("2 Jan 15:04")
}

// End writes what it came to.
func (t *Text) End(r *Report) error {
	if t.said == 0 {
		t.printf("\nNobody is told anything.\n")
	}
	if len(r.People) > 0 {
		t.printf("\nIn all\n")
		tw := tabwriter.NewWriter(&counted{t}, 0, 8, 2, ' ', 0)
		fmt.Fprintln(tw, "  WHO\tBY\tMESSAGES\tHELD\tSEGMENTS\tPRICE")
		for i := range r.People {
			p := &r.People[i]
			fmt.Fprintf(tw, "  %s\t%s\t%s\n", p.Recipient, p.Channel, p.cells(p.Channel == "sms"))
		}
		if len(r.People) > 1 {
			fmt.Fprintf(tw, "  all\t\t%s\n", r.cells(true))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	if r.Waiting > 0 {
		t.printf("\n%s still held when it ends.\n", plural(r.Waiting, "notice")+verb(r.Waiting))
	}
	t.writeUnheard()
	return t.err
}

// cells are the figures of a row.
func (t *Totals) cells(text bool) string {
	segments, price := "", ""
	if text {
		segments, price = strconv.Itoa(t.Segments), t.Price.String()
		switch {
		case t.Unpriced == t.Messages || t.Price == 0 && t.Unpriced > 0:
			price = "not known"
		case t.Unpriced > 0:
			price += " and more"
		}
	}
	return fmt.Sprintf("%d\t%d\t%s\t%s", t.Messages, t.Held, segments, price)
}

// writeUnheard lists what nobody hears, and what to do about it.
func (t *Text) writeUnheard() {
	if len(t.unheard) == 0 {
		t.printf("\nSomebody hears of everything.\n")
		return
	}
	t.printf("\nNobody hears (%s)\n", words.Count(len(t.unheard)+t.more))
	type cause struct{ about, why, do string }
	by := make(map[cause][]*Unheard)
	var causes []cause // in order of their first event
	for i := range t.unheard {
		u := &t.unheard[i]
		c := cause{u.InstanceID, u.Why, u.Do}
		if c.about == "" {
			c.about = "account " + u.Account
		}
		if by[c] == nil {
			causes = append(causes, c)
		}
		by[c] = append(by[c], u)
	}
	for _, c := range causes {
		t.printf("  %s: %s\n    to do: %s\n", c.about, c.why, c.do)
		for _, u := range by[c] {
			t.printf("    %s %-9s %-12s %s\n", u.At.In(t.o.zone()).Format("2006-01-02 15:04"), u.Kind, u.Rule, u.Reason)
		}
	}
	if t.more > 0 {
		t.printf("  and %s more\n", words.Count(t.more))
	}
}

// counted writes through a Text.
type counted struct{ t *Text }

// Write writes p, without the spaces at the ends of lines.
func (c *counted) Write(p []byte) (int, error) {
	c.t.printf("%s", p)
	return len(p), c.t.err
}

// zoneName is a time zone as people read it.
func zoneName(at time.Time, zone *time.Location) string {
	if name := zone.String(); name != "Local" {
		return name
	}
	return "this machine (UTC" + at.In(zone).Format("-07:00") + ")"
}

func verb(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return words.Count(n) + " " + what + "s"
}
