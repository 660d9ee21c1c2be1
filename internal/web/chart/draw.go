package chart

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// drawing is an SVG that is being written.
type drawing struct{ bytes.Buffer }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.Buffer, format, args...) }

func (d *drawing) yTicks(m fleet.Metric, f frame, distance float64) {
	d.add(`<g class="grid">`)
	for i := range 12 {
		v := float64(i) * distance
		if v > f.top*(1+1e-9) {
			break
		}
		y := num(f.y(v))
		d.add(`<line x1="%s" x2="%s" y1="%s" y2="%s"/><text x="%s" y="%s" dy="4" text-anchor="end">%s</text>`,
			num(left), num(right), y, y, num(left-8), y, tick(m, v))
	}
	d.add("</g>\n")
}

func (d *drawing) xTicks(c Chart, f frame) {
	d.add(`<g class="axis"><line x1="%s" x2="%s" y1="%s" y2="%s"/>`, num(left), num(right), num(below), num(below))
	for _, t := range xTicks(c.From, c.To, f.zone, c.Say.Language()) {
		x, class := num(f.x(t.at)), ""
		if t.day {
			class = ` class="day"`
		}
		d.add(`<line x1="%s" x2="%s" y1="%s" y2="%s"/><text%s x="%s" y="%s" text-anchor="middle">%s</text>`,
			x, x, num(below), num(below+4), class, x, num(below+18), t.text)
	}
	d.add("</g>\n")
}

// line draws each run of points; one that stands alone is a dot.
func (d *drawing) line(class string, f frame, runs [][]fleet.Point) {
	if len(runs) == 0 {
		return
	}
	d.add(`<g class="%s">`, class)
	for _, run := range runs {
		if len(run) == 1 {
			d.add(`<circle cx="%s" cy="%s" r="2"/>`, num(f.x(run[0].T)), num(f.y(run[0].V)))
			continue
		}
		d.add(`<polyline fill="none" points="`)
		d.points(f, run)
		d.add(`"/>`)
	}
	d.add("</g>\n")
}

// area fills what lies below the usage.
func (d *drawing) area(f frame, runs [][]fleet.Point) {
	for _, run := range runs {
		if len(run) < 2 {
			continue
		}
		d.add(`<polygon class="area" points="%s,%s `, num(f.x(run[0].T)), num(below))
		d.points(f, run)
		d.add(` %s,%s"/>`+"\n", num(f.x(run[len(run)-1].T)), num(below))
	}
}

// points writes the corners of a run. Inside a level stretch a point says nothing
// and is left out: a capacity is a line with two ends.
func (d *drawing) points(f frame, run []fleet.Point) {
	for i, p := range run {
		if i > 0 && i < len(run)-1 && run[i-1].V == p.V && run[i+1].V == p.V {
			continue
		}
		if i > 0 {
			d.WriteByte(' ')
		}
		d.add("%s,%s", num(f.x(p.T)), num(f.y(p.V)))
	}
}

// name is what stands at the right end of a line.
type name struct {
	class, text string
	y           float64
}

// names writes the name and newest figure of each line at its right end, moved
// apart where they would cover one another.
func (d *drawing) names(c Chart, f frame, usage, capacity, thresholds []fleet.Point) {
	m := c.Series.Metric
	var all []name
	if n := len(capacity); n > 0 {
		all = append(all, name{"capacity", c.Say.T("capacity %s", words.Figure(m, capacity[n-1].V)), f.y(capacity[n-1].V)})
	}
	if n := len(thresholds); n > 0 {
		all = append(all, name{"threshold", c.Say.T("threshold %s = %s", words.Threshold(c.Threshold), words.Figure(m, thresholds[n-1].V)), f.y(thresholds[n-1].V)})
	}
	if n := len(usage); n > 0 {
		all = append(all, name{"usage", c.Say.T("usage %s", words.Figure(m, usage[n-1].V)), f.y(usage[n-1].V)})
	}
	slices.SortStableFunc(all, func(a, b name) int { return int(max(-1e6, min((a.y-b.y)*10, 1e6))) })
	spread(all)
	d.add(`<g class="names">`)
	for _, n := range all {
		d.add(`<text class="%s" x="%s" y="%s" dy="4">%s</text>`, n.class, num(right+8), num(n.y), escape(n.text))
	}
	d.add("</g>\n")
}

// spread moves names apart: down from the top, and back up from the lower edge.
func spread(all []name) {
	for i := 1; i < len(all); i++ {
		all[i].y = max(all[i].y, all[i-1].y+lineDistance)
	}
	limit := below
	for i := len(all) - 1; i >= 0; i-- {
		all[i].y = min(all[i].y, limit)
		limit = all[i].y - lineDistance
	}
}

// hovers lays invisible columns over the chart whose tooltips tell the highest
// usage within the column, with its moment and capacity.
func (d *drawing) hovers(c Chart, f frame, usage, capacity []fleet.Point) {
	if len(usage) == 0 {
		return
	}
	m := c.Series.Metric
	per := (len(usage) + maxHovers - 1) / maxHovers
	at := 0
	edge := left
	d.add(`<g class="hover">`)
	for i := 0; i < len(usage); i += per {
		column := usage[i:min(i+per, len(usage))]
		end := right
		if i+per < len(usage) {
			end = (f.x(column[len(column)-1].T) + f.x(usage[i+per].T)) / 2
		}
		next := end
		if c.Step > 0 { // a gap has no tooltip
			edge = max(edge, f.x(column[0].T.Add(-c.Step)))
			end = min(end, f.x(column[len(column)-1].T.Add(c.Step)))
		}
		peak := slices.MaxFunc(column, byValue)
		for at+1 < len(capacity) && !capacity[at+1].T.After(peak.T) {
			at++
		}
		text := words.Timestamp(peak.T, f.zone) + "  " + words.Figure(m, peak.V)
		if at < len(capacity) && capacity[at].V > 0 && !capacity[at].T.After(peak.T) {
			text = words.Timestamp(peak.T, f.zone) + "  " + c.Say.T("%s of %s (%s)", words.Figure(m, peak.V), words.Figure(m, capacity[at].V), words.ShareBeside(peak.V/capacity[at].V, c.Threshold))
		}
		d.add(`<rect x="%s" y="%s" width="%s" height="%s" fill="none"><title>%s</title></rect>`,
			num(edge), num(above), num(max(0, end-edge)), num(below-above), escape(text))
		edge = next
	}
	d.add("</g>\n")
}
