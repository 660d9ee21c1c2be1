package web

import (
	"html/template"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// editionPanel says which edition would fit.
type editionPanel struct {
	Head    template.HTML // what it comes to
	State   string        // the class that colours it: ok, raised or unknown
	Text    string        // a few sentences
	Target  string        // what to change into; "" is nothing
	Note    string        // how a change happens
	Allowed bool
	Days    int
	Rows    []editionRow
}

// editionRow is one metric.
type editionRow struct {
	Name, Counts, Peak, P99  string // "" is not known
	Capacity, Target         string
	State                    string // the class that colours it
	Threshold, Full, NoTrend string // when it is reached, and why there is no such day
}

// edition gathers the panel; nil when there is nobody to ask or nothing to show.
func (p *pages) edition(id, edition string) *editionPanel {
	if p.Advisor == nil {
		return nil
	}
	a, ok := p.Advisor.Advice(id)
	if !ok || len(a.Findings) == 0 {
		return nil
	}
	out := &editionPanel{Text: a.Text(p.lang()), Days: a.Days}
	out.Head, out.State = p.verdict(&a, edition)
	if t := a.Target; t != nil {
		out.Target, out.Allowed = targetName(t, edition), t.Allowed
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		row := editionRow{Name: words.Heading(f.Metric, p.lang()), State: "ok", Capacity: known(f.Metric, f.Capacity), Target: known(f.Metric, f.Target)}
		switch f.State {
		case advice.Over:
			row.State = string(fleet.MetricRaised)
		case advice.NotKnown:
			row.State = string(fleet.MetricUnknown)
		case advice.Holds:
		}
		if f.Usage.Known {
			row.Counts, row.Peak = words.Figure(f.Metric, f.Need), words.Figure(f.Metric, f.Usage.Month.Peak)
			row.P99 = known(f.Metric, f.Usage.Month.P99)
		}
		if o, ok := p.Advisor.Outlook(id, f.Metric); ok {
			row.NoTrend = o.Reason
			if o.Trend {
				row.Threshold, row.Full = p.days(o.Threshold), p.days(o.Capacity)
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// known writes an amount, "" for what is not known.
func known(m fleet.Metric, v float64) string {
	if v <= 0 {
		return ""
	}
	return words.Figure(m, v)
}

// days writes a range of days.
func (p *pages) days(r advice.Range) string {
	if r.Likely.IsZero() {
		return p.say.T("in more than a year")
	}
	latest := p.say.T("more than a year")
	if !r.Latest.IsZero() {
		latest = r.Latest.In(p.Zone).Format(time.DateOnly)
	}
	likely, earliest := r.Likely.In(p.Zone).Format(time.DateOnly), r.Earliest.In(p.Zone).Format(time.DateOnly)
	if earliest == latest {
		return likely
	}
	return p.say.T("%s (%s to %s)", likely, earliest, latest)
}

// targetName is what a target is called on the page of an instance of an edition: its specification
// alone where the edition stays.
func targetName(t *advice.Target, edition string) string {
	if t.Edition == edition {
		return t.Name()
	}
	return strings.TrimSpace(t.Edition + " " + t.Spec)
}

// verdict says what the advice comes to, and how it is coloured.
func (p *pages) verdict(a *advice.Advice, edition string) (head template.HTML, state string) {
	named := func(phrase string, t *advice.Target) template.HTML {
		return newMarks().fill(phrase, []any{"<b>" + escaped(targetName(t, edition)) + "</b>"})
	}
	text := func(text, state string) (template.HTML, string) { return escaped(text), state }
	const ok, bad, unknown = string(fleet.MetricOK), string(fleet.MetricRaised), string(fleet.MetricUnknown)
	switch a.Verdict {
	case advice.Fits:
		if !a.Complete {
			return text(p.say.T("fits, as far as it is known"), ok)
		}
		return text(p.say.T("edition|fits"), ok)
	case advice.Upgrade:
		switch {
		case a.Target != nil && a.Target.Open:
			return text(p.say.T("more capacity is needed"), bad)
		case a.Target != nil:
			return named(p.say.T("%s would fit"), a.Target), bad
		case a.Blocked != nil:
			return named(p.say.T("%s would fit, and may not be changed into now"), a.Blocked), bad
		}
		return text(p.say.T("nothing that it may be changed into is large enough"), bad)
	case advice.DowngradePossible:
		return named(p.say.T("%s would do"), a.Target), ok
	case advice.NoCatalogue:
		return text(p.say.T("more is needed, and the catalogue does not know the edition"), bad)
	case advice.NotEnoughHistory:
		return text(p.say.T("not enough history yet"), unknown)
	case advice.Unknown:
	}
	return text(p.say.T("figure|not known"), unknown)
}
