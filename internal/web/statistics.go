package web

import (
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
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

// Bounds of what stands beside the charts.
const (
	tableRows  = 60
	mostListed = 200 // marks
)

// statistics gathers the charts of some instances, and returns what was asked for.
func (p *pages) statistics(r *http.Request, list []*fleet.Standing, tab bool) (out *statisticsView, a *asked) {
	z := p.zonesFor(r, list)
	a, fault := p.ask(r.URL.Query(), idsOf(list), z)
	a.tab = tab
	out = p.frameOf(a, z)
	if fault != "" {
		out.Fault, out.Bad = escaped(fault), true
		out.From, out.To = r.URL.Query().Get("from"), r.URL.Query().Get("to")
		return out, a
	}
	if len(list) == 0 {
		return out, a
	}
	c, err := p.read(r.Context(), a, list)
	if err != nil {
		p.log.WarnContext(r.Context(), "statistics could not be read", "instance_ids", a.ids, "error", err)
		out.Fault = escaped(p.say.T("The history could not be read: ")) + p.said(err.Error())
		return out, a
	}
	out = p.frameOf(c.asked, z) // with the range on which it opened
	p.fillView(out, c)
	return out, a
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
