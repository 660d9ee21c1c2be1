package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/web/chart"
)

// The shape of a time in a datetime-local field, without and with seconds, and
// with a fraction of one.
const (
	fieldTime    = "2006-01-02T15:04"
	fieldSeconds = "2006-01-02T15:04:05"
)

const (
	wantedPoints = 360 // of each line; a screen shows little more
	tableRows    = 60
	longestRange = 10 * 366 * 24 * time.Hour
	usualRange   = 6 * time.Hour
)

// statisticsView is the Statistics tab.
type statisticsView struct {
	From, To string // as the form's fields have them
	Zone     string
	Quick    []quick
	Step     string
	Charts   []chartView
	Fault    template.HTML // why nothing is shown
	Bad      bool          // the fault is in what was asked for
}

// quick is a link to a range that ends now.
type quick struct {
	Text, Link string
	Current    bool
}

// chartView is one chart with its words and its table.
type chartView struct {
	Name, Summary string
	SVG           template.HTML
	Rows          []pointRow
	Every         string // how far apart the rows are
}

// pointRow is one moment in the table below a chart.
type pointRow struct {
	At                       stamp
	Usage, Capacity, Percent string
}

// span is a time range that was asked for.
type span struct {
	from, to time.Time
	last     string // 6h when the range ends now
}

// quickRanges returns the ranges that end now.
func quickRanges() []struct {
	text   string
	length time.Duration
} {
	return []struct {
		text   string
		length time.Duration
	}{{"1h", time.Hour}, {"6h", 6 * time.Hour}, {"24h", 24 * time.Hour}, {"7d", 7 * 24 * time.Hour}, {"30d", 30 * 24 * time.Hour}}
}

// parseSpan reads the range out of a page's address: from and to, or last, or the
// usual one. The text says what is wrong with it, and is empty when nothing is.
func (p *pages) parseSpan(q url.Values, now time.Time) (span, string) {
	zone := p.Zone
	if q.Get("from") != "" || q.Get("to") != "" {
		from, okFrom := parseField(q.Get("from"), zone)
		to, okTo := parseField(q.Get("to"), zone)
		s := span{from: from, to: to}
		switch {
		case !okFrom || !okTo:
			return s, p.say.T("A time is missing, or is not written like %s.", now.In(zone).Format(fieldTime))
		case !from.Before(to):
			return s, p.say.T("The end of the range must lie after its beginning.")
		case to.Sub(from) > longestRange:
			return s, p.say.T("The range is longer than ten years; take a shorter one.")
		}
		return s, ""
	}
	s := span{from: now.Add(-usualRange), to: now, last: "6h"}
	for _, c := range quickRanges() {
		if c.text == q.Get("last") {
			s.from, s.last = now.Add(-c.length), c.text
		}
	}
	return s, ""
}

func parseField(text string, zone *time.Location) (time.Time, bool) {
	for _, shape := range [...]string{fieldTime, fieldSeconds, time.RFC3339} {
		if t, err := time.ParseInLocation(shape, text, zone); err == nil && t.Year() >= 1970 && t.Year() <= 9999 {
			return t, true
		}
	}
	return time.Time{}, false
}

// stepFor returns a round step that gives about the wanted number of points.
func stepFor(length time.Duration) time.Duration {
	const day = 24 * time.Hour
	for _, step := range [...]time.Duration{
		15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 4 * day,
	} {
		if length/step <= wantedPoints {
			return step
		}
	}
	return 7 * day
}

// zoneWords names the time zone of t: CET (UTC+01:00).
func zoneWords(t time.Time) string {
	if name, offset := t.Zone(); offset == 0 && name == "UTC" {
		return name
	}
	return t.Format("MST (UTC-07:00)")
}

// statistics gathers the Statistics tab.
func (p *pages) statistics(r *http.Request, st *fleet.Standing) *statisticsView {
	now := p.Now()
	s, fault := p.parseSpan(r.URL.Query(), now)
	out := &statisticsView{From: r.URL.Query().Get("from"), To: r.URL.Query().Get("to"), Zone: zoneWords(now.In(p.Zone))}
	link := linkTo(st.Instance.ID) + "?tab=" + tabStatistics + "&last="
	for _, c := range quickRanges() {
		out.Quick = append(out.Quick, quick{Text: c.text, Link: link + c.text, Current: c.text == s.last})
	}
	if fault != "" {
		out.Fault, out.Bad = escaped(fault), true
		return out
	}
	out.From, out.To = s.from.In(p.Zone).Format(fieldTime), s.to.In(p.Zone).Format(fieldTime)

	// On the grid of the step, so that a page opened again a moment later asks for
	// the same points.
	step := stepFor(s.to.Sub(s.from))
	out.Step = words.Duration(step, p.lang())
	from, to := s.from.Truncate(step), s.to.Truncate(step)
	if to.Before(s.to) {
		to = to.Add(step)
	}
	series, err := p.Statistics.Statistics(r.Context(), st.Instance.ID, from, to, step)
	if err != nil {
		p.log.WarnContext(r.Context(), "statistics could not be read", "instance_id", st.Instance.ID, "error", err)
		out.Fault = escaped(p.say.T("The history could not be read: ")) + p.said(err.Error())
		return out
	}
	slices.SortStableFunc(series, func(a, b fleet.Series) int { return int(a.Metric) - int(b.Metric) })
	for _, one := range series {
		if one.Metric < fleet.NumMetrics {
			out.Charts = append(out.Charts, p.chartView(one, from, to, step, st.Levels.Lowest(one.Metric)))
		}
	}
	return out
}

func (p *pages) chartView(s fleet.Series, from, to time.Time, step time.Duration, threshold float64) chartView {
	c := chart.Chart{Series: s, From: from, To: to, Step: step, Threshold: threshold, Zone: p.Zone, Say: p.say}
	every := max(1, (len(s.Usage)+tableRows-1)/tableRows)
	return chartView{
		Name: words.Heading(s.Metric, p.lang()), Summary: c.Figures(),
		SVG:  template.HTML(c.SVG()), //nolint:gosec // drawn from figures; texts in it are escaped
		Rows: p.pointRows(s, every, threshold), Every: words.Duration(step*time.Duration(every), p.lang()),
	}
}

// pointRows is the table below a chart, newest first: of each few points the one
// with the highest usage.
func (p *pages) pointRows(s fleet.Series, every int, threshold float64) []pointRow {
	var out []pointRow
	at := len(s.Capacity) - 1
	for end := len(s.Usage); end > 0; end -= every {
		peak := slices.MaxFunc(s.Usage[max(0, end-every):end], func(a, b fleet.Point) int {
			switch {
			case a.V < b.V:
				return -1
			case a.V > b.V:
				return 1
			}
			return 0
		})
		for at >= 0 && s.Capacity[at].T.After(peak.T) {
			at--
		}
		row := pointRow{At: p.stamp(peak.T), Usage: words.Figure(s.Metric, peak.V), Capacity: words.Unknown, Percent: words.Unknown}
		if at >= 0 && s.Capacity[at].V > 0 {
			row.Capacity, row.Percent = words.Figure(s.Metric, s.Capacity[at].V), words.ShareBeside(peak.V/s.Capacity[at].V, threshold)
		}
		out = append(out, row)
	}
	return out
}
