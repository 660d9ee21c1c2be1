package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal/blockchart"
)

type statsCommand struct {
	clientFlags
	ID     string   `arg:"" help:"Id of the instance."`
	From   string   `default:"1h" placeholder:"TIME" help:"Beginning: an age such as 7d, a date, RFC 3339 or Unix seconds (${default})."`
	To     string   `placeholder:"TIME" help:"End, likewise; now when it is left out."`
	Step   string   `placeholder:"DURATION" help:"Distance of the points, such as 5m."`
	Metric []string `placeholder:"NAME" help:"Only this metric. May be repeated."`
	Height int      `default:"10" help:"Lines of a chart (${default}); 0 draws none."`
}

const (
	// chartWidth is the widest chart: a wider one is no easier to read.
	chartWidth = 120
	mostHeight = 100
)

// history is what is shown of an instance.
type history struct {
	wire.Statistics

	thresholds map[string]float64 // in force now, by metric
}

// Run shows the history of one instance: its figures, and a chart of blocks for each
// metric with its capacity and threshold; or all points.
func (c *statsCommand) Run(ctx context.Context, s streams) error {
	if c.Height < 0 || c.Height > mostHeight {
		return errors.New(s.say.T("--height is a number from 0 to %d", mostHeight))
	}
	cl, err := client.New(c.URL)
	if err != nil {
		return err
	}
	h, err := c.read(ctx, cl, s.say)
	if err != nil {
		return err
	}
	switch c.Output {
	case "json":
		return printJSON(s.out, h.Statistics)
	case "csv":
		return pointsTable(h.Statistics).csv(s.out)
	}
	f := figuresOf(c.Output, s.say)
	if err := summaryTable(h.Statistics, f).write(s.out, s.say, s.look); err != nil || c.Height == 0 {
		return err
	}
	for _, name := range sortedKeys(h.Metrics) {
		if len(h.Metrics[name].Usage) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(s.out, "\n%s\n", strings.Join(c.chart(name, &h, s), "\n")); err != nil {
			return err
		}
	}
	return nil
}

// read asks for the history, and for the thresholds of charts. An instance that was taken
// out of the configuration has a history, and no threshold.
func (c *statsCommand) read(ctx context.Context, cl *client.Client, say *phrases.Printer) (history, error) {
	v, err := cl.Statistics(ctx, c.ID, moment(c.From), moment(c.To), c.Step)
	if err != nil {
		return history{}, err
	}
	h := history{Statistics: v, thresholds: make(map[string]float64)}
	if len(c.Metric) > 0 {
		h.Metrics = make(map[string]wire.Series)
		for _, name := range c.Metric {
			one, recorded := v.Metrics[name]
			if !recorded {
				return history{}, errors.New(say.T("nothing was recorded of the metric %q then; of these something was: %s", name, strings.Join(sortedKeys(v.Metrics), ", ")))
			}
			h.Metrics[name] = one
		}
	}
	if now, err := cl.Instance(ctx, c.ID); err == nil && len(now.Instances) > 0 {
		for name, m := range now.Instances[0].Metrics {
			if m.Threshold != nil {
				h.thresholds[name] = *m.Threshold
			}
		}
	}
	return h, nil
}

// summaryTable has a row for each metric.
func summaryTable(v wire.Statistics, f figures) table {
	t := table{header: phrases.Keys("METRIC", "LOWEST", "HIGHEST", "LAST", "CAPACITY", "HIGHEST OF CAPACITY")}
	for _, name := range sortedKeys(v.Metrics) {
		t.rows = append(t.rows, summary(name, v.Metrics[name], f))
	}
	return t
}

// summary is one metric's history in a line.
func summary(name string, m wire.Series, f figures) []string {
	if len(m.Usage) == 0 {
		return []string{name, f.say.T("no usage was read"), "", "", "", ""}
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range m.Usage {
		low, high = min(low, p[1]), max(high, p[1])
	}
	last := m.Usage[len(m.Usage)-1][1]
	var capacity, highest *float64
	if n := len(m.Capacity); n > 0 && m.Capacity[n-1][1] > 0 {
		capacity = &m.Capacity[n-1][1]
		u := high / *capacity
		highest = &u
	}
	return []string{name, f.amount(name, &low), f.amount(name, &high), f.amount(name, &last), f.amount(name, capacity), f.share(highest)}
}

// chart draws one metric, with a title above it that says what is what.
func (c *statsCommand) chart(name string, h *history, s streams) []string {
	f, series := figures{say: s.say}, h.Metrics[name]
	from, to := time.Unix(h.From, 0), time.Unix(h.To, 0)
	layout := "01-02 15:04"
	if to.Sub(from) <= 24*time.Hour {
		layout = "15:04"
	}
	drawn := blockchart.Chart{
		From: from, To: to, Step: time.Duration(h.Step) * time.Second, Usage: pointsOf(series.Usage), Capacity: pointsOf(series.Capacity), Threshold: h.thresholds[name],
		Width: min(s.look.Width, chartWidth), Height: c.Height, Look: s.look,
		Figure: func(v float64) string { return f.amount(name, &v) },
		Moment: func(t time.Time) string { return t.In(time.Local).Format(layout) },
	}
	return append([]string{chartTitle(name, series, drawn.Threshold, f)}, drawn.Lines()...)
}

// chartTitle says what the lines of a chart are.
func chartTitle(name string, m wire.Series, threshold float64, f figures) string {
	parts := []string{name}
	if n := len(m.Capacity); n > 0 {
		capacity := m.Capacity[n-1][1]
		parts = append(parts, f.say.T("capacity %s", f.amount(name, &capacity)))
		if threshold > 0 {
			at := threshold * capacity
			parts = append(parts, f.say.T("threshold %s, which is %s", words.Threshold(threshold), f.amount(name, &at)))
		}
	}
	return strings.Join(parts, f.say.T("list|; "))
}

func pointsOf(points []wire.Point) []blockchart.Point {
	out := make([]blockchart.Point, len(points))
	for i, p := range points {
		out[i] = blockchart.Point{At: time.UnixMilli(int64(p[0] * 1000)), Value: p[1]}
	}
	return out
}

func pointsTable(v wire.Statistics) table {
	f := figures{plain: true}
	t := table{header: []string{"time", "metric", "usage", "capacity"}}
	for _, name := range sortedKeys(v.Metrics) {
		capacity := make(map[float64]float64)
		for _, p := range v.Metrics[name].Capacity {
			capacity[p[0]] = p[1]
		}
		for _, p := range v.Metrics[name].Usage {
			limit := ""
			if c, ok := capacity[p[0]]; ok {
				limit = f.amount(name, &c)
			}
			t.rows = append(t.rows, []string{time.UnixMilli(int64(p[0] * 1000)).UTC().Format(time.RFC3339), name, f.amount(name, &p[1]), limit})
		}
	}
	return t
}
