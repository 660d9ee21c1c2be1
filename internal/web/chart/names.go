package chart

import (
	"cmp"
	"slices"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// name is what stands at the right end of a line.
type name struct {
	class, text string
	y           float64
}

// names writes the name and newest figure of each line at its right end, moved
// apart where they would cover one another. The spare ones go where there is little room.
func (d *drawing) names(c *Chart, f frame, l lines) {
	m := c.Series.Metric
	var all []name
	add := func(class, text string, v float64) { all = append(all, name{class, text, f.y(v)}) }
	if n := len(l.capacity); n > 0 {
		add("capacity", c.Say.T("capacity %s", words.Figure(m, l.capacity[n-1].V)), l.capacity[n-1].V)
	}
	for i, level := range l.levels {
		if n := len(l.raise[i]); n > 0 {
			v := l.raise[i][n-1].V
			text := c.Say.T("threshold %s = %s", words.Threshold(level.Threshold), words.Figure(m, v))
			if len(l.levels) > 1 {
				text = c.Say.T("%s %s = %s", c.Say.Word("severity", level.Severity), words.Threshold(level.Threshold), words.Figure(m, v))
			}
			add("level "+level.Severity, text, v)
		}
	}
	if len(l.clear) > 0 {
		if n := len(l.clear[0]); n > 0 {
			add("clear spare", c.Say.T("clear mark %s = %s", words.Threshold(l.levels[0].Clear), words.Figure(m, l.clear[0][n-1].V)), l.clear[0][n-1].V)
		}
	}
	if n := len(l.usage); n > 0 {
		add("usage spare", c.Say.T("usage %s", words.Figure(m, l.usage[n-1].V)), l.usage[n-1].V)
	}
	slices.SortStableFunc(all, func(a, b name) int { return cmp.Compare(a.y, b.y) })
	spread(all)
	d.add(`<g class="names">`)
	for _, n := range all {
		d.add(`<text class="%s" x="100%%" y="%s">%s</text>`, escape(n.class), num(n.y), escape(n.text))
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
