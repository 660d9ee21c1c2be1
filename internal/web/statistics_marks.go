package web

import (
	"context"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
	"github.com/brimwatch/brimwatch/internal/web/chart"
)

// mostEpisodes is how many alarms of an instance are looked through, the newest first.
const mostEpisodes = 2000

// mark is what happened within the range: an alarm, or a moment of the calendar.
type mark struct {
	Instance string
	What     string
	Link     string
	From, To stamp // To is empty for a moment, and for what lasts

	at, until time.Time
	metric    fleet.Metric
	all       bool // it concerns all metrics
	class     string
	text      string
	flag      string // the name of a moment; empty for an alarm
}

// onto puts a mark into the chart of a metric.
func (k *mark) onto(c *chart.Chart, m fleet.Metric) {
	switch {
	case k.flag != "":
		c.Flags = append(c.Flags, chart.Flag{Class: k.class, At: k.at, Name: k.flag, Text: k.text})
	case k.all || k.metric == m:
		c.Bands = append(c.Bands, chart.Band{Class: k.class, From: k.at, To: k.until, Text: k.text})
	}
}

// marksOf returns what happened to an instance within the range. The note says why some of it
// is missing.
func (p *pages) marksOf(ctx context.Context, st *fleet.Standing, c *charts) (out []mark, note string) {
	episodes, err := p.Alarms.Episodes(ctx, alarm.EpisodeFilter{Instance: st.Instance.ID, Limit: mostEpisodes})
	if err != nil {
		p.log.WarnContext(ctx, "alarms for charts could not be read", "instance_id", st.Instance.ID, "error", err)
		note = p.say.T("The alarms could not be read; they are not marked in the charts.")
	}
	if n := len(episodes); n == mostEpisodes && episodes[n-1].RaisedAt.After(c.from) {
		note = p.say.T("There were more alarms than can be marked; those before %s are not.", words.Timestamp(episodes[n-1].RaisedAt, c.asked.zone))
	}
	for i := range episodes {
		if k, ok := p.alarmMark(&episodes[i], c); ok {
			out = append(out, k)
		}
	}
	for _, change := range calendar.Changes(st.Course) {
		at := change.Moment.At
		if at.Before(c.from) || at.After(c.to) {
			continue
		}
		k := mark{at: at, until: at, flag: p.heard(change.Kind.Words()), What: p.heard(change.Words())}
		if k.What == "" {
			k.What = k.flag
		}
		k.text = p.say.T("%s: %s", words.Timestamp(at, c.asked.zone), k.What)
		k.From = p.stampIn(at, c.asked.zone)
		k.Link = linkTo(st.Instance.ID)
		if at.After(p.Now()) {
			k.class = "ahead"
		}
		out = append(out, k)
	}
	for i := range out {
		out[i].Instance = nameOf(st.Instance)
	}
	return out, note
}

// alarmMark is the mark of an alarm of the metrics; false for others, and for what lies
// outside the range.
func (p *pages) alarmMark(e *alarm.Episode, c *charts) (mark, bool) {
	k := mark{at: e.RaisedAt, until: e.EndedAt, metric: e.Key.Metric, class: string(e.Severity)}
	if e.State != alarm.EpisodeCleared || k.until.IsZero() {
		k.until = p.Now()
	}
	switch e.Key.Rule {
	case alarm.Capacity:
	case alarm.NoData:
		k.class, k.all = "unknown", e.Key.Metric == alarm.NoMetric
	default:
		return k, false // the calendar's are moments
	}
	if k.until.Before(c.from) || k.at.After(c.to) {
		return k, false
	}
	k.What = p.say.T("%s: %s", e.Code, p.ruleWords(e.Key.Rule))
	if e.Key.Metric < fleet.NumMetrics {
		k.What = p.say.T("%s: %s, %s", e.Code, words.Heading(e.Key.Metric, p.lang()), p.say.Word("severity", string(e.Severity)))
	}
	k.Link = "/notices?code=" + e.Code
	k.From = p.stampIn(k.at, c.asked.zone)
	if e.State == alarm.EpisodeCleared {
		k.To = p.stampIn(k.until, c.asked.zone)
		k.text = p.say.T("%s, from %s to %s", k.What, k.From.Text, k.To.Text)
		return k, true
	}
	k.text = p.say.T("%s, since %s", k.What, k.From.Text)
	return k, true
}
