package chart

import (
	"cmp"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

const (
	// narrowest is how wide a band is drawn at least, in thousandths, so that a short alarm in
	// a year is seen.
	narrowest = 2.0
	// maxMarks bounds the bands, and the flags, of a drawing.
	maxMarks = 500
	// besideEachOther is how far apart flags must be, in thousandths, to have their names written.
	besideEachOther = 140.0
)

// bands writes what lies behind the lines: times of which nothing is known, and what was marked.
func (d *drawing) bands(c *Chart, f frame, l lines) {
	d.add(`<g class="bands">`)
	for _, g := range c.gaps(f, l) {
		d.band(f, g)
	}
	for _, b := range c.Bands[:min(len(c.Bands), maxMarks)] {
		if !b.To.Before(c.From) && !b.From.After(c.To) && !b.To.Before(b.From) {
			d.band(f, b)
		}
	}
	d.add("</g>\n")
}

func (d *drawing) band(f frame, b Band) {
	from, to := f.clipped(b.From), f.clipped(b.To)
	if to-from < narrowest {
		from = max(0, min(from, thousandths-narrowest))
		to = from + narrowest
	}
	x, width := percent(from), percent(to-from)
	d.add(`<g class="%s"><title>%s</title><rect x="%s" width="%s" y="%g" height="%g"/>`, escape(b.Class), escape(b.Text), x, width, above, below-above)
	if b.Class != "gap" {
		d.add(`<rect class="edge" x="%s" width="%s" y="%g" height="3"/>`, x, width, above-3)
	}
	d.add("</g>")
}

// gaps returns the times within the range of which no usage is known.
func (c *Chart) gaps(f frame, l lines) []Band {
	if c.Step <= 0 || len(l.usage) == 0 {
		return nil
	}
	now := c.To
	if !c.Now.IsZero() && c.Now.Before(now) {
		now = c.Now
	}
	var out []Band
	add := func(from, to time.Time) {
		if c.gap(from, to) && f.x(to)-f.x(from) > 2*narrowest && len(out) < maxMarks {
			text := c.Say.T("Nothing is known from %s to %s", words.Timestamp(from, f.zone), words.Timestamp(to, f.zone))
			out = append(out, Band{Class: "gap", From: from, To: to, Text: text})
		}
	}
	add(c.From, l.usage[0].T)
	for i := 1; i < len(l.usage); i++ {
		add(l.usage[i-1].T, l.usage[i].T)
	}
	add(l.usage[len(l.usage)-1].T, now)
	return out
}

// flags writes the moments that are marked, and where now is if the range goes on beyond it.
func (d *drawing) flags(c *Chart, f frame) {
	flags := make([]Flag, 0, len(c.Flags)+1)
	for _, fl := range c.Flags {
		if f.within(fl.At) {
			flags = append(flags, fl)
		}
	}
	if !c.Now.IsZero() && c.Now.Before(c.To) && c.Now.After(c.From) && f.x(c.Now) < thousandths-besideEachOther/10 {
		flags = append(flags, Flag{Class: "now", At: c.Now, Name: c.Say.T("chart|now"), Text: words.Timestamp(c.Now, f.zone)})
	}
	if len(flags) == 0 {
		return
	}
	slices.SortStableFunc(flags, func(a, b Flag) int { return a.At.Compare(b.At) })
	flags = flags[:min(len(flags), maxMarks)]
	d.add(`<g class="flags">`)
	for i, fl := range flags {
		at := f.x(fl.At)
		x := percent(at)
		d.add(`<g class="%s"><title>%s</title><line x1="%s" x2="%s" y1="2" y2="%g"/>`, escape(cmp.Or(fl.Class, "moment")), escape(fl.Text), x, x, below)
		switch {
		case i+1 < len(flags) && f.x(flags[i+1].At)-at < besideEachOther && i+1 != len(flags)-1:
			// the name would cover the next one
		case at > thousandths/2 && (i == 0 || at-f.x(flags[i-1].At) > 2*besideEachOther):
			d.add(`<text x="%s" dx="-4" y="11" text-anchor="end">%s</text>`, x, escape(fl.Name))
		case at <= thousandths-besideEachOther:
			d.add(`<text x="%s" dx="4" y="11">%s</text>`, x, escape(fl.Name))
		}
		d.add("</g>")
	}
	d.add("</g>\n")
}
