package web

import (
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// meter is one metric of one instance as a bar with its figures in words.
type meter struct {
	Metric    string // message_tps
	Name      string // Message TPS
	State     fleet.MetricState
	Severity  string // how bad it is, when its alarm is raised
	Word      string // how it stands, for people
	Known     bool   // the usage is known
	Usage     string
	Capacity  string // empty when it is not known
	Percent   string // empty when usage or capacity is not known
	Fill      string // length of the bar, 0 to 100
	Tick      string // place of the threshold, 0 to 100; empty without one
	Threshold string // 70%
	Reason    string // why the usage is not known
	Label     string // all of it in one sentence
	Spark     *spark // the last day; nil where it is not known
}

// meters returns the bars of an instance in the order of the metrics.
func (p *pages) meters(st *fleet.Standing) []meter {
	var out []meter
	if !st.Instance.Watched {
		return nil
	}
	for m := range st.Metrics() {
		out = append(out, p.newMeter(&m))
	}
	return out
}

func (p *pages) newMeter(m *fleet.MetricStanding) meter {
	out := meter{
		Metric: m.Metric.String(), Name: words.Heading(m.Metric, p.lang()), State: m.State, Word: p.stateWords(m.State), Fill: "0", Known: m.Known, Reason: m.Reason,
	}
	if m.State == fleet.MetricRaised {
		out.Severity = m.Severity
	}
	if m.Limit.Known() {
		out.Capacity = words.Figure(m.Metric, m.Limit.Value)
	}
	if m.Known {
		out.Usage = words.Figure(m.Metric, m.Usage)
	}
	if m.Measured {
		out.Percent, out.Fill = words.ShareBeside(m.Utilization, m.Threshold), place(m.Utilization)
	}
	if m.Threshold > 0 && m.Limit.Known() {
		out.Threshold = words.Threshold(m.Threshold)
		if m.Threshold <= 1 {
			out.Tick = place(m.Threshold)
		}
	}
	out.Label = p.sentence(&out)
	return out
}

// place is where a utilization lies on a bar that is 100 long.
func place(u float64) string {
	return strconv.FormatFloat(min(max(u, 0), 1)*100, 'f', 1, 64)
}

// sentence says all that a bar shows, for who does not see it.
func (p *pages) sentence(m *meter) string {
	var text string
	switch {
	case !m.Known && m.Capacity != "":
		text = p.say.T("%s: usage unknown, capacity %s", m.Name, m.Capacity)
	case !m.Known:
		text = p.say.T("%s: usage unknown", m.Name)
	case m.Capacity == "":
		text = p.say.T("%s: %s, capacity unknown", m.Name, m.Usage)
	default:
		text = p.say.T("%s: %s of %s, %s", m.Name, m.Usage, m.Capacity, m.Percent)
	}
	if m.Threshold != "" {
		text += p.say.T(", threshold %s", m.Threshold)
	}
	if m.Reason != "" {
		return text + p.say.T("; %s: %s", m.Word, p.heard(m.Reason))
	}
	return text + p.say.T("; %s", m.Word)
}

// term is how long an instance may be used, in words.
type term struct {
	State  fleet.LifecycleState
	Word   string
	Next   string // what happens next: is suspended
	At     stamp  // when; empty when nothing follows
	Date   string // the day of At, or the last day of the paid term
	Until  string // in 3 d, or 3 d left
	Urgent bool   // it is expiring, or past its term
	Past   bool   // it is past its term, or frozen
}

func (p *pages) term(st *fleet.Standing) term {
	l := st.Lifecycle
	out := term{State: l.State, Word: words.Lifecycle(l.State, p.lang()), Urgent: l.State == fleet.LifecycleExpiring || l.State.Past(), Past: l.State.Past()}
	if out.State == "" {
		out.State = fleet.LifecycleUnknown
	}
	if e, ok := calendar.Next(st.Course, p.Now()); ok { // not the beginning of the notice window
		out.Next, out.At = p.nextWords(e.Moment.State), p.stampIn(e.Moment.At, st.Course.Zone)
		out.Date, out.Until = e.Moment.At.In(zoneOf(st.Course)).Format(time.DateOnly), out.At.Ago
		if e.Paid {
			out.Next = p.say.T("term|expires")
		}
		if day := p.lastDay(&e, st.Course); day != "" { // as it is written in the configuration
			out.Next, out.Date = p.say.T("term|last day"), day
			out.Until = p.left(e.Moment.At, st.Course)
		}
	} else if st.Course == nil && !l.At.IsZero() {
		out.Next, out.At = p.nextWords(l.Next), p.stamp(l.At)
		out.Date, out.Until = l.At.In(p.Zone).Format(time.DateOnly), out.At.Ago
	}
	return out
}

// lastDay is the last day of a paid term; "" for another change, and for a term that ends
// within a day.
func (p *pages) lastDay(e *calendar.Change, c *fleet.Course) string {
	if !e.Paid {
		return ""
	}
	day, ok := fleet.LastDay(e.Moment.At, zoneOf(c))
	if !ok {
		return ""
	}
	return words.Date(day, zoneOf(c))
}

// left is how long a term goes on, in days of the account that pays.
func (p *pages) left(end time.Time, c *fleet.Course) string {
	return p.say.T("%s left", words.Remaining(end, p.Now(), zoneOf(c), p.lang()))
}
