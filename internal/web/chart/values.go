package chart

import (
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// maxHovers bounds the columns with a tooltip of their own.
const maxHovers = 60

// told says what is known of the moment of one point of the usage.
type told struct {
	c                 *Chart
	f                 frame
	average, capacity []fleet.Point
}

// at returns the text of a point, and its average where that differs. Points must come in their
// order.
func (t *told) at(p fleet.Point) (text string, average float64) {
	m := t.c.Series.Metric
	average = p.V
	for len(t.average) > 0 && t.average[0].T.Before(p.T) {
		t.average = t.average[1:]
	}
	if len(t.average) > 0 && t.average[0].T.Equal(p.T) {
		average = t.average[0].V
	}
	for len(t.capacity) > 1 && !t.capacity[1].T.After(p.T) {
		t.capacity = t.capacity[1:]
	}
	text = words.Figure(m, p.V)
	if len(t.capacity) > 0 && t.capacity[0].V > 0 && !t.capacity[0].T.After(p.T) {
		text = t.c.Say.T("%s of %s (%s)", words.Figure(m, p.V), words.Figure(m, t.capacity[0].V), words.ShareBeside(p.V/t.capacity[0].V, t.c.lowest()))
	}
	text = words.Timestamp(p.T, t.f.zone) + "  " + text
	if words.Figure(m, average) != words.Figure(m, p.V) {
		text += t.c.Say.T(", average %s", words.Figure(m, average))
	}
	return text, average
}

// lowest is the lowest threshold; 0 is none.
func (c *Chart) lowest() float64 {
	if len(c.Levels) == 0 || !sensible(c.Levels[0].Threshold) {
		return 0
	}
	return c.Levels[0].Threshold
}

// values writes down each point of the usage for the script of the page: its place, the
// places of usage and average, its moment in Unix seconds, and its text; a bar between two.
func (c *Chart) values(f frame, l lines) string {
	var b strings.Builder
	t := &told{c: c, f: f, average: l.average, capacity: l.capacity}
	for i, p := range l.usage {
		if i > 0 {
			b.WriteByte('|')
		}
		text, average := t.at(p)
		for _, field := range [...]string{num(f.x(p.T)), num(f.y(p.V)), num(f.y(average)), strconv.FormatInt(p.T.Unix(), 10)} {
			b.WriteString(field)
			b.WriteByte(' ')
		}
		b.WriteString(strings.ReplaceAll(text, "|", "/"))
	}
	return b.String()
}

// hovers lays invisible columns over the chart whose tooltips tell the highest
// usage within the column, for browsers without the script.
func (d *drawing) hovers(c *Chart, f frame, l lines) {
	if len(l.usage) == 0 {
		return
	}
	t := &told{c: c, f: f, average: l.average, capacity: l.capacity}
	per := (len(l.usage) + maxHovers - 1) / maxHovers
	edge := 0.0
	d.add(`<g class="hover">`)
	for i := 0; i < len(l.usage); i += per {
		column := l.usage[i:min(i+per, len(l.usage))]
		end := thousandths
		if i+per < len(l.usage) {
			end = (f.x(column[len(column)-1].T) + f.x(l.usage[i+per].T)) / 2
		}
		next := end
		if c.Step > 0 { // a gap has no tooltip
			edge = max(edge, f.x(column[0].T.Add(-c.Step)))
			end = min(end, f.x(column[len(column)-1].T.Add(c.Step)))
		}
		text, _ := t.at(slices.MaxFunc(column, byValue))
		d.add(`<rect x="%s" y="%g" width="%s" height="%g" fill="none"><title>%s</title></rect>`, percent(edge), above, percent(max(0, end-edge)), below-above, escape(text))
		edge = next
	}
	d.add("</g>\n")
}
