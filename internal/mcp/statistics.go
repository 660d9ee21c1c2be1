package mcp

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/api/asked"
)

const (
	// mostRead is how many points of a series are read for a summary.
	mostRead = 5000
	// longestRange is how far a range may reach: as long as no history is kept.
	longestRange = 10 * 366 * 24 * time.Hour
)

// statisticsQuery names a metric and a range of time.
type statisticsQuery struct {
	ID     string `json:"id" jsonschema:"id of the instance, as list_instances has it"`
	Metric string `json:"metric,omitempty" jsonschema:"only this metric; all when it is left out"`
	From   string `json:"from,omitempty" jsonschema:"beginning: RFC 3339, or a duration before now such as -24h or -7d"`
	To     string `json:"to,omitempty" jsonschema:"end, in the same ways; now when it is left out"`
	Points int    `json:"points,omitempty" jsonschema:"how many points of each metric to list besides the summary; 0 is none"`
}

// statisticsAnswer is the history of one instance.
type statisticsAnswer struct {
	ID      string       `json:"instance_id"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Step    string       `json:"read_every" jsonschema:"how far the values apart are that the summary was made of"`
	Metrics []historyRow `json:"metrics"`
}

// historyRow is the history of one metric.
type historyRow struct {
	Metric      string      `json:"metric"`
	Newest      *valueRow   `json:"newest,omitempty" jsonschema:"the last value of the range"`
	Lowest      *valueRow   `json:"lowest,omitempty"`
	Highest     *valueRow   `json:"highest,omitempty"`
	Average     *float64    `json:"average,omitempty"`
	Capacity    *float64    `json:"capacity,omitempty" jsonschema:"the last of the range"`
	Utilization *float64    `json:"highest_utilization,omitempty" jsonschema:"the highest of usage / capacity at the same moment"`
	Threshold   *float64    `json:"threshold,omitempty" jsonschema:"the utilization from which an alarm is raised now"`
	Unknown     string      `json:"unknown,omitempty" jsonschema:"why there are no values"`
	Outlook     *outlookRow `json:"outlook,omitempty" jsonschema:"when it will be full if it goes on as in the last 30 days"`
	Points      []pointRow  `json:"points,omitempty" jsonschema:"the highest value of each part of the range"`
}

// valueRow is a value with its moment.
type valueRow struct {
	Value float64 `json:"value"`
	At    string  `json:"at"`
}

// pointRow is the highest value of a part of the range.
type pointRow struct {
	At       string   `json:"at"`
	Usage    float64  `json:"usage"`
	Capacity *float64 `json:"capacity,omitempty"`
}

// outlookRow says when a metric reaches its threshold and its capacity.
type outlookRow struct {
	Grows     bool    `json:"grows" jsonschema:"it grows, and its threshold or capacity comes within a year"`
	Why       string  `json:"why,omitempty" jsonschema:"why nothing is forecast"`
	PerDay    float64 `json:"per_day" jsonschema:"growth of the daily peak a day"`
	Days      int     `json:"history_days" jsonschema:"full days that it was worked out from"`
	Threshold string  `json:"threshold_at,omitempty" jsonschema:"most likely moment at which the alarm is raised"`
	Capacity  string  `json:"capacity_at,omitempty" jsonschema:"most likely moment at which it is full"`
	Earliest  string  `json:"capacity_earliest,omitempty"`
	Latest    string  `json:"capacity_latest,omitempty" jsonschema:"left out when it may be more than a year ahead"`
}

func (s *server) getStatistics() adder {
	return tool[statisticsQuery, statisticsAnswer]{
		name: "get_statistics", title: "Get statistics", hints: onlyReads(),
		description: "Tells how one instance was used in a range of time: newest, lowest, highest (with its moment) and average of each metric, its capacity and threshold, when it will be full, and some points to see the course. Use it for: was there a peak, since when does it grow, what was it like last night.",
		bounds: []bound{
			shortText(maxID, "id"), shortText(40, "from", "to"), number("points", 0, 24, 200), oneOf("metric", "", metricNames()...),
		},
		ask: s.askStatistics, say: (*statisticsAnswer).text,
	}
}

func metricNames() []string {
	var out []string
	for _, m := range fleet.Metrics() {
		out = append(out, m.String())
	}
	return out
}

// rangeOf reads a range of time: the last day where nothing is given.
func rangeOf(from, to string, now time.Time) (a, b time.Time, err error) {
	b = now.UTC().Truncate(time.Second)
	if to != "" {
		if b, err = asked.Moment(to, now); err != nil {
			return a, b, wrong("to %q: %v", to, err)
		}
	}
	a = b.AddDate(0, 0, -1)
	if from != "" {
		if a, err = asked.Moment(from, now); err != nil {
			return a, b, wrong("from %q: %v", from, err)
		}
	}
	switch {
	case !a.Before(b):
		return a, b, wrong("from (%s) must lie before to (%s)", a.Format(time.RFC3339), b.Format(time.RFC3339))
	case b.Sub(a) > longestRange:
		return a, b, wrong("the range is longer than ten years; give a shorter one, such as from -30d")
	}
	return a, b, nil
}

func (s *server) askStatistics(ctx context.Context, in statisticsQuery) (out statisticsAnswer, err error) {
	now := s.Now()
	from, to, err := rangeOf(in.From, in.To, now)
	if err != nil {
		return out, err
	}
	step := asked.Step(to.Sub(from), mostRead)
	series, err := s.Statistics.Statistics(ctx, in.ID, from, to, step)
	if err != nil {
		return out, fmt.Errorf("the history could not be read: %w", err)
	}
	st, known := s.Fleet.Standing(in.ID)
	if !known && len(series) == 0 { // what was taken out of the configuration still has its past
		_, err := s.standing(in.ID)
		return out, err
	}
	var of *fleet.Standing
	zone := time.UTC
	if known {
		of, zone = &st, zoneOf(&st)
	}
	out = statisticsAnswer{ID: in.ID, From: moment(from, zone), To: moment(to, zone), Step: words.Duration(step, words.EN), Metrics: []historyRow{}}
	for _, m := range fleet.Metrics() {
		if in.Metric != "" && in.Metric != m.String() {
			continue
		}
		one := fleet.Series{Metric: m}
		for i := range series {
			if series[i].Metric == m {
				one = series[i]
			}
		}
		row := historyOf(&one, from, to, in.Points, zone)
		s.addPresent(&row, of, m)
		if len(one.Usage) > 0 || len(one.Capacity) > 0 || in.Metric != "" || of != nil && of.Concerns(m) {
			out.Metrics = append(out.Metrics, row)
		}
	}
	return out, nil
}

// addPresent adds to a history what holds now: the threshold, the outlook, and why
// nothing is known. of is nil for an instance that is not watched any more.
func (s *server) addPresent(row *historyRow, of *fleet.Standing, m fleet.Metric) {
	if row.Newest == nil {
		row.Unknown = "nothing was recorded of it in this range"
	}
	if of == nil {
		return
	}
	now := of.Metric(m)
	row.Threshold = above0(now.Threshold)
	if row.Newest == nil && now.Reason != "" {
		row.Unknown += "; now: " + now.Reason
	}
	if o, ok := s.Advisor.Outlook(of.Instance.ID, m); ok {
		row.Outlook = outlookOf(&o, zoneOf(of))
	}
}

func outlookOf(o *advice.Outlook, zone *time.Location) *outlookRow {
	return &outlookRow{
		Grows: o.Trend, Why: o.Reason, PerDay: finite(o.PerDay), Days: o.Days, Threshold: moment(o.Threshold.Likely, zone), Capacity: moment(o.Capacity.Likely, zone),
		Earliest: moment(o.Capacity.Earliest, zone), Latest: moment(o.Capacity.Latest, zone),
	}
}

func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// historyOf sums a series up, with at most so many points.
func historyOf(one *fleet.Series, from, to time.Time, points int, zone *time.Location) historyRow {
	out := historyRow{Metric: one.Metric.String()}
	capacities := make(map[int64]float64, len(one.Capacity))
	for _, p := range one.Capacity {
		if figure(p.V) != nil && p.V > 0 {
			capacities[p.T.UnixMilli()] = p.V
			out.Capacity = figure(p.V)
		}
	}
	sum, n := 0.0, 0
	parts := make([]*fleet.Point, points)
	var newest, lowest, highest *fleet.Point
	for i := range one.Usage {
		p := &one.Usage[i]
		if figure(p.V) == nil {
			continue
		}
		sum, n, newest = sum+p.V, n+1, p
		if lowest == nil || p.V < lowest.V {
			lowest = p
		}
		if highest == nil || p.V > highest.V {
			highest = p
		}
		if c, ok := capacities[p.T.UnixMilli()]; ok && (out.Utilization == nil || p.V/c > *out.Utilization) {
			out.Utilization = figure(p.V / c)
		}
		if points > 0 {
			k := min(points-1, max(0, int(float64(points)*float64(p.T.Sub(from))/float64(to.Sub(from)))))
			if parts[k] == nil || p.V > parts[k].V {
				parts[k] = p
			}
		}
	}
	value := func(p *fleet.Point) *valueRow {
		if p == nil {
			return nil
		}
		return &valueRow{Value: p.V, At: moment(p.T, zone)}
	}
	out.Newest, out.Lowest, out.Highest = value(newest), value(lowest), value(highest)
	if n > 0 {
		out.Average = figure(sum / float64(n))
	}
	for _, p := range parts {
		if p == nil {
			continue
		}
		row := pointRow{At: moment(p.T, zone), Usage: p.V}
		if c, ok := capacities[p.T.UnixMilli()]; ok {
			row.Capacity = &c
		}
		out.Points = append(out.Points, row)
	}
	return out
}

func (a *statisticsAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Statistics of %s from %s to %s, read every %s:\n", a.ID, a.From, a.To, a.Step)
	for i := range a.Metrics {
		a.Metrics[i].write(&b)
	}
	if len(a.Metrics) == 0 {
		b.WriteString("nothing was recorded.\n")
	}
	return b.String()
}

func (h *historyRow) write(b *strings.Builder) {
	if h.Newest == nil {
		fmt.Fprintf(b, "- %s: %s\n", h.Metric, h.Unknown)
	} else {
		fmt.Fprintf(b, "- %s: newest %s at %s; highest %s at %s; lowest %s at %s; average %s", h.Metric, used(h.Metric, &h.Newest.Value, h.Capacity, h.share(), h.Threshold), h.Newest.At,
			amount(h.Metric, &h.Highest.Value), h.Highest.At, amount(h.Metric, &h.Lowest.Value), h.Lowest.At, amount(h.Metric, h.Average))
		if h.Utilization != nil {
			fmt.Fprintf(b, "; highest utilization %s", shareBeside(*h.Utilization, h.Threshold))
		}
		b.WriteString("\n")
	}
	if h.Outlook != nil {
		fmt.Fprintf(b, "  outlook: %s\n", h.Outlook.text(h.Metric))
	}
	for _, p := range h.Points {
		fmt.Fprintf(b, "  %s %s\n", p.At, amount(h.Metric, &p.Usage))
	}
}

// share is the newest usage of the capacity.
func (h *historyRow) share() *float64 {
	if h.Capacity == nil {
		return nil
	}
	return figure(h.Newest.Value / *h.Capacity)
}

func (o *outlookRow) text(metric string) string {
	if !o.Grows {
		return "nothing is forecast" + after(": ", o.Why)
	}
	return sentence("grows by "+amount(metric, &o.PerDay)+" a day", after("reaches its threshold at about ", o.Threshold), after("is full at about ", o.Capacity))
}
