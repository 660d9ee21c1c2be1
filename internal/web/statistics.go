package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/web/chart"
)

// statisticsView is Statistics of one instance or several, as a tab or as a page.
type statisticsView struct {
	Tab      bool
	Path     string   // of the form
	Hidden   []hidden // what the form keeps
	From, To string   // as its fields have them
	Zone     string
	Presets  []choice
	Zones    []choice
	Moves    []choice // along the time
	Scales   []choice // none where there is one chart of each metric
	Steps    []stepOption
	Step     string
	Live     int   // seconds after which the charts are asked for again; 0 is never
	Begins   int64 // Unix seconds, for the script
	Ends     int64
	Groups   []chartGroup
	Marks    []mark
	Notes    []string
	Exports  []choice
	Compare  string // the page on which others can be put beside
	Fault    template.HTML
	Bad      bool // the fault is in what was asked for
}

// choice is a link among others.
type choice struct {
	Text, Note, Link string
	Current          bool
}

// stepOption is a step that the form offers.
type stepOption struct {
	Value, Text string
	Current     bool
}

// hidden is a field that a form keeps.
type hidden struct{ Name, Value string }

// chartGroup is the charts of one metric, one for each instance.
type chartGroup struct {
	Name   string
	Charts []chartView
}

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

// Bounds of what stands beside the charts.
const (
	tableRows  = 60
	mostListed = 200 // marks
)

// history is what was recorded of one instance.
type history struct {
	standing *fleet.Standing
	series   []fleet.Series
	marks    []mark
}

// charts are all that was read for an address.
type charts struct {
	asked     *asked
	from, to  time.Time // on the grid
	step      time.Duration
	histories []history
	notes     []string
}

// statistics gathers the charts of some instances.
func (p *pages) statistics(r *http.Request, list []*fleet.Standing, tab bool) *statisticsView {
	ids := make([]string, 0, len(list))
	for _, st := range list {
		ids = append(ids, st.Instance.ID)
	}
	z := p.zonesFor(r, list)
	a, fault := p.ask(r.URL.Query(), ids, z)
	a.tab = tab
	out := p.frameOf(a, z)
	if fault != "" {
		out.Fault, out.Bad = escaped(fault), true
		out.From, out.To = r.URL.Query().Get("from"), r.URL.Query().Get("to")
		return out
	}
	if len(list) == 0 {
		return out
	}
	c, err := p.read(r.Context(), a, list)
	if err != nil {
		p.log.WarnContext(r.Context(), "statistics could not be read", "instance_ids", ids, "error", err)
		out.Fault = escaped(p.say.T("The history could not be read: ")) + p.said(err.Error())
		return out
	}
	out = p.frameOf(c.asked, z) // with the range on which it opened
	p.fillView(out, c)
	return out
}

// frameOf is all of the view but the charts.
func (p *pages) frameOf(a *asked, z *zones) *statisticsView {
	now := p.Now()
	out := &statisticsView{
		Tab: a.tab, Path: "/statistics", Zone: zoneWords(now.In(a.zone)), Zones: p.zoneChoices(a, z),
		From: a.from.In(a.zone).Format(fieldTime), To: a.to.In(a.zone).Format(fieldTime), Begins: a.from.Unix(), Ends: a.to.Unix(),
	}
	if a.tab {
		out.Path = linkTo(a.ids[0])
		out.Hidden = append(out.Hidden, hidden{"tab", tabStatistics})
		b := *a
		b.tab = false
		out.Compare = b.address("/statistics")
	}
	for name, values := range a.values() {
		if name == "instance" || name == "zone" || name == "scale" {
			for _, v := range values {
				out.Hidden = append(out.Hidden, hidden{name, v})
			}
		}
	}
	slices.SortFunc(out.Hidden, func(a, b hidden) int { return compareText(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	for _, c := range presets() {
		out.Presets = append(out.Presets, choice{Text: c.text, Current: c.text == a.last, Link: a.link(func(b *asked) { b.last, b.open, b.every = c.text, false, 0 })})
	}
	length := a.to.Sub(a.from)
	move := func(sign, text string, from, to time.Time) {
		out.Moves = append(out.Moves, choice{Text: sign, Note: text, Link: a.link(func(b *asked) { b.over(from, to) })})
	}
	move("◀", p.say.T("Earlier"), a.from.Add(-length/2), a.to.Add(-length/2))
	if next := a.to.Add(length / 2); !a.endsNow() && a.from.Add(length/2).Before(now) {
		move("▶", p.say.T("Later"), a.from.Add(length/2), next)
	}
	if length >= 2*time.Minute {
		move("+", p.say.T("Closer"), a.from.Add(length/4), a.to.Add(-length/4))
	}
	if length*2 <= longestRange {
		move("−", p.say.T("Wider"), a.from.Add(-length), a.to)
	}
	out.Steps = p.stepChoices(a, length)
	out.Step = words.Duration(a.step(), p.lang())
	if len(a.ids) > 1 {
		for _, s := range []struct{ scale, text string }{{"", p.say.T("scale|Automatic")}, {sameScale, p.say.T("Same scale")}, {ownScale, p.say.T("Own scale")}} {
			out.Scales = append(out.Scales, choice{Text: s.text, Current: a.scale == s.scale, Link: a.link(func(b *asked) { b.scale = s.scale })})
		}
	}
	if a.endsNow() {
		out.Live = int(min(max(a.step(), 15*time.Second), 5*time.Minute) / time.Second)
	}
	return out
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// stepChoices are the steps that the form offers: those that fit the range.
func (p *pages) stepChoices(a *asked, length time.Duration) []stepOption {
	out := []stepOption{{Text: p.say.T("step|automatic"), Current: a.every == 0}}
	given := a.every == 0
	for _, s := range steps() {
		if s > length/2 || length/s > mostPoints {
			continue
		}
		given = given || s == a.every
		out = append(out, stepOption{stepText(s), words.Duration(s, p.lang()), s == a.every})
	}
	if !given {
		out = append(out, stepOption{stepText(a.every), words.Duration(a.every, p.lang()), true})
	}
	return out
}

// fillView puts the charts in.
func (p *pages) fillView(out *statisticsView, c *charts) {
	out.Notes = c.notes
	several := len(c.histories) > 1
	for _, m := range fleet.Metrics() {
		group := chartGroup{Name: words.Heading(m, p.lang())}
		drawn := p.drawings(c, m)
		for i := range drawn {
			group.Charts = append(group.Charts, p.chartView(c, &drawn[i], several))
		}
		if len(group.Charts) > 0 {
			out.Groups = append(out.Groups, group)
		}
	}
	for _, h := range c.histories {
		out.Marks = append(out.Marks, h.marks...)
	}
	slices.SortStableFunc(out.Marks, func(a, b mark) int { return b.at.Compare(a.at) })
	if n := len(out.Marks); n > mostListed {
		out.Marks = out.Marks[:mostListed]
		out.Notes = append(out.Notes, p.say.T("There are %d marks in the charts; the list below has the newest %d.", n, mostListed))
	}
	if len(out.Groups) > 0 {
		out.Exports = []choice{{Text: "CSV", Link: c.asked.export("csv", nil)}, {Text: "JSON", Link: c.asked.export("json", nil)}}
	}
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

// comparable is how many times as high as another a chart may be to have the same scale: beside
// a higher one nothing would be seen of the lower.
const comparable = 4

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
	if scale == "" && lowest*comparable < highest {
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

// readers at once, of one page: a year of eight instances is a hundred million readings.
const readersAtOnce = 4

// read reads what an address asks for. Where it asks for no range it opens on the part of the
// last hours that has data, or on the last hours that had any.
func (p *pages) read(ctx context.Context, a *asked, list []*fleet.Standing) (*charts, error) {
	b := *a
	if a.open {
		if err := p.openOn(ctx, &b); err != nil {
			return nil, err
		}
	}
	c := &charts{asked: &b}
	c.from, c.to, c.step = b.grid()
	all, err := p.readAll(ctx, b.ids, c.from, c.to, c.step)
	if err != nil {
		return nil, err
	}
	for i, st := range list {
		marks, note := p.marksOf(ctx, st, c)
		if note != "" && !slices.Contains(c.notes, note) {
			c.notes = append(c.notes, note)
		}
		c.histories = append(c.histories, history{standing: st, series: all[i], marks: marks})
	}
	return c, nil
}

// readAll reads the series of some instances side by side.
func (p *pages) readAll(ctx context.Context, ids []string, from, to time.Time, step time.Duration) ([][]fleet.Series, error) {
	out := make([][]fleet.Series, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readersAtOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			out[i], err = p.Statistics.Statistics(ctx, id, from, to, step)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// openOn chooses the range of a page whose address names none: the last six hours, or what
// there is of them, or the last six hours that have data.
func (p *pages) openOn(ctx context.Context, a *asked) error {
	now := p.Now()
	first, _, _, err := p.known(ctx, a.ids, now.Add(-usualRange), now)
	if err != nil {
		return err
	}
	if !first.IsZero() {
		// A little before the first reading, and ten minutes at least.
		if length := now.Sub(first) * 21 / 20; length < usualRange*9/10 {
			a.from = now.Add(-max(length, 10*time.Minute))
		}
		return nil
	}
	for _, back := range [...]time.Duration{7 * day, 400 * day} {
		_, last, step, err := p.known(ctx, a.ids, now.Add(-back), now)
		if err != nil {
			return err
		}
		for !last.IsZero() && step > 5*time.Minute { // it may lie anywhere within the step
			_, nearer, finer, err := p.known(ctx, a.ids, last.Add(-step), last.Add(step))
			if err != nil {
				return err
			}
			if nearer.IsZero() {
				break
			}
			last, step = nearer, finer
		}
		if !last.IsZero() {
			end := last.Add(step)
			if end.After(now) {
				end = now
			}
			a.over(end.Add(-usualRange), end)
			return nil
		}
	}
	return nil
}

// known returns the first and the last moment of a range of which a usage is known, zero for
// none, and how far they may be from the readings.
func (p *pages) known(ctx context.Context, ids []string, begin, end time.Time) (first, last time.Time, step time.Duration, err error) {
	b := asked{from: begin, to: end}
	from, to, step := b.grid()
	all, err := p.readAll(ctx, ids, from, to, step)
	first, last = span(all)
	return first, last, step, err
}

// span returns the first and the last moment of which a usage is known; zero for none.
func span(all [][]fleet.Series) (first, last time.Time) {
	for _, list := range all {
		for _, s := range list {
			if len(s.Usage) == 0 {
				continue
			}
			if t := s.Usage[0].T; first.IsZero() || t.Before(first) {
				first = t
			}
			if t := s.Usage[len(s.Usage)-1].T; t.After(last) {
				last = t
			}
		}
	}
	return first, last
}
