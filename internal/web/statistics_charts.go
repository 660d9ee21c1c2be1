package web

import (
	"html/template"
	"net/url"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/web/chart"
)

// chartView is one chart with its words, its table and its pictures.
type chartView struct {
	Key              string // the same after a refresh
	Name             string
	Instance, Link   string // where there are several
	Summary          string
	SVG              template.HTML
	Rows             []pointRow
	Every            string // how far apart the rows are
	SVGFile, PNGFile string
	Shared           *sharedPicture // nil: there are no signed links, or the range is too long
}

// sharedPicture is a signed address of a chart, which whoever has it may look at.
type sharedPicture struct {
	Address string
	Until   stamp
}

// pointRow is one moment in the table below a chart.
type pointRow struct {
	At                                stamp
	Usage, Average, Capacity, Percent string
}

// drawing is a chart of one instance.
type drawing struct {
	chart.Chart

	standing *fleet.Standing
}

// drawings are the charts of one metric.
func (p *pages) drawings(c *charts, m fleet.Metric) []drawing {
	var out []drawing
	for i := range c.histories {
		h := &c.histories[i]
		at := slices.IndexFunc(h.series, func(s fleet.Series) bool { return s.Metric == m })
		if at < 0 {
			continue
		}
		d := p.newDrawing(c, h, h.series[at])
		if h.standing.Levels != nil {
			d.Levels = h.standing.Levels[m]
		}
		for _, k := range h.marks {
			k.onto(&d.Chart, m)
		}
		out = append(out, d)
	}
	if top := sharedTop(out, c.asked.scale); top > 0 {
		for i := range out {
			out[i].Top = top
		}
	}
	return out
}

func (p *pages) newDrawing(c *charts, h *history, s fleet.Series) drawing {
	return drawing{standing: h.standing, Chart: chart.Chart{
		Series: s, From: c.from, To: c.to, Now: p.Now(), Step: c.step, Zone: c.asked.zone, Say: p.say,
	}}
}

// comparableHeight is how many times as high as another a chart may be to have the same scale: beside
// a higher one nothing would be seen of the lower.
const comparableHeight = 4

// sharedTop is the amount up to which all charts go; 0 where each is to have its own scale.
func sharedTop(list []drawing, scale string) float64 {
	if len(list) < 2 || scale == ownScale {
		return 0
	}
	lowest, highest := list[0].Most(), 0.0
	for i := range list {
		most := list[i].Most()
		lowest, highest = min(lowest, most), max(highest, most)
	}
	if scale == "" && lowest*comparableHeight < highest {
		return 0
	}
	return highest
}

func (p *pages) chartView(c *charts, d *drawing, several bool) chartView {
	s := d.Series
	every := max(1, (len(s.Usage)+tableRows-1)/tableRows)
	in := d.standing.Instance
	of := func(q url.Values) {
		q["instance"] = []string{in.ID}
		q.Set("metric", s.Metric.String())
	}
	out := chartView{
		Key: in.ID + " " + s.Metric.String(), Name: words.Heading(s.Metric, p.lang()), Summary: d.Figures(),
		SVG:  template.HTML(d.SVG()), //nolint:gosec // drawn from figures; texts in it are escaped
		Rows: p.pointRows(d, every), Every: words.Duration(c.step*time.Duration(every), p.lang()),
		SVGFile: c.asked.export("svg", of), PNGFile: c.asked.export("png", of), Shared: p.shared(c, d),
	}
	if several {
		out.Instance, out.Link = nameOf(in), linkTo(in.ID)
	}
	return out
}

// shared makes the signed address of a chart, up to now: what it shows does not change.
func (p *pages) shared(c *charts, d *drawing) *sharedPicture {
	now := p.Now()
	end := c.to
	if end.After(now) {
		end = now
	}
	if p.Links == nil || !c.from.Before(end) || end.Sub(c.from) > links.LongestPicture {
		return nil
	}
	picture := links.Picture{
		Instance: d.standing.Instance.ID, Metric: d.Series.Metric.String(), From: c.from, To: end,
		Threshold: d.standing.Levels.Lowest(d.Series.Metric), Language: p.lang().String(), Expires: now.Add(links.PictureLifetime),
	}
	out := &sharedPicture{Address: p.Links.PictureAddress(picture), Until: p.stampIn(picture.Expires, c.asked.zone)}
	if p.ExternalURL != nil {
		out.Address = p.ExternalURL() + out.Address
	}
	return out
}

// pointRows is the table below a chart, newest first: of each few points the one
// with the highest usage.
func (p *pages) pointRows(d *drawing, every int) []pointRow {
	s, threshold := d.Series, d.standing.Levels.Lowest(d.Series.Metric)
	var out []pointRow
	at := len(s.Capacity) - 1
	for end := len(s.Usage); end > 0; end -= every {
		first := max(0, end-every)
		peak := first
		for i := first; i < end; i++ {
			if s.Usage[i].V > s.Usage[peak].V {
				peak = i
			}
		}
		point := s.Usage[peak]
		for at >= 0 && s.Capacity[at].T.After(point.T) {
			at--
		}
		row := pointRow{
			At: p.stampIn(point.T, d.Zone), Usage: words.Figure(s.Metric, point.V), Average: words.Figure(s.Metric, point.V), Capacity: words.Unknown, Percent: words.Unknown,
		}
		if len(s.Average) == len(s.Usage) {
			row.Average = words.Figure(s.Metric, s.Average[peak].V)
		}
		if at >= 0 && s.Capacity[at].V > 0 {
			row.Capacity, row.Percent = words.Figure(s.Metric, s.Capacity[at].V), words.ShareBeside(point.V/s.Capacity[at].V, threshold)
		}
		out = append(out, row)
	}
	return out
}
