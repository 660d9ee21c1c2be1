package main

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// clientFlags are what all commands have that ask a running Brimwatch.
type clientFlags struct {
	URL    string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
	Output string `short:"o" default:"table" enum:"table,json,csv" help:"How to print: ${enum}."`
}

// list asks, and prints what came as a table, JSON or CSV.
func list[T any](ctx context.Context, f clientFlags, s streams, ask func(context.Context, *client.Client) (T, error), rows func(T, figures) table) error {
	c, err := client.New(f.URL)
	if err != nil {
		return err
	}
	v, err := ask(ctx, c)
	if err != nil {
		return err
	}
	switch f.Output {
	case "json":
		return printJSON(s.out, v)
	case "csv":
		return rows(v, figuresOf(f.Output, s.say)).csv(s.out)
	}
	return rows(v, figuresOf(f.Output, s.say)).write(s.out, s.say)
}

type instancesCommand struct {
	clientFlags
}

// Run lists instances with their usage.
func (c *instancesCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.Instances, error) { return cl.Instances(ctx) },
		func(v wire.Instances, f figures) table {
			t := table{header: phrases.Keys("ID", "NAME", "PRODUCT", "METRIC", "USAGE", "CAPACITY", "UTILIZATION", "STATE", "EXPIRES"), bar: 6}
			for _, in := range v.Instances {
				product := strings.TrimSpace(in.Product + " " + in.Edition)
				expires := f.heard(in.Lifecycle.TermEnd)
				names := sortedKeys(in.Metrics)
				if len(names) == 0 {
					t.rows = append(t.rows, []string{in.ID, in.Name, product, "", "", "", "", f.say.Word("lifecycle", in.Lifecycle.State), expires})
				}
				for _, name := range names {
					m := in.Metrics[name]
					t.rows = append(t.rows, []string{in.ID, in.Name, product, name, f.amount(name, m.Usage), f.amount(name, m.Capacity), f.shareBeside(m.Utilization, m.Threshold), f.say.Word("state of a metric", m.State), expires})
				}
			}
			return t
		})
}

type statsCommand struct {
	clientFlags
	ID   string `arg:"" help:"Id of the instance."`
	From string `default:"-1h" help:"Beginning: RFC 3339, Unix seconds, or an age: --from=-2h (${default})."`
	To   string `help:"End; now when it is left out."`
	Step string `help:"Distance of the points, such as 5m."`
}

// Run shows the history of one instance: one line of bars for each metric, or
// all points.
func (c *statsCommand) Run(ctx context.Context, s streams) error {
	ask := func(ctx context.Context, cl *client.Client) (wire.Statistics, error) {
		return cl.Statistics(ctx, c.ID, c.From, c.To, c.Step)
	}
	return list(ctx, c.clientFlags, s, ask, func(v wire.Statistics, f figures) table {
		if c.Output == "csv" {
			return pointsTable(v)
		}
		t := table{header: phrases.Keys("METRIC", "LOWEST", "HIGHEST", "LAST", "CAPACITY", "HIGHEST OF CAPACITY", "HISTORY")}
		for _, name := range sortedKeys(v.Metrics) {
			t.rows = append(t.rows, summary(name, v.Metrics[name], f))
		}
		return t
	})
}

// summary is one metric's history in a line.
func summary(name string, m wire.Series, f figures) []string {
	if len(m.Usage) == 0 {
		return []string{name, "", "", "", "", "", f.say.T("no usage was read")}
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
	top := high
	if capacity != nil {
		top = max(top, *capacity)
	}
	return []string{name, f.amount(name, &low), f.amount(name, &high), f.amount(name, &last), f.amount(name, capacity), f.share(highest), sparkline(m.Usage, top)}
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

type alarmsCommand struct {
	clientFlags
	State string `help:"Only these: raised, unknown or cleared."`
}

// Run lists alarms.
func (c *alarmsCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.Alarms, error) { return cl.Alarms(ctx, c.State) },
		func(v wire.Alarms, f figures) table {
			t := table{header: phrases.Keys("CODE", "RULE", "INSTANCE", "METRIC", "STATE", "SEVERITY", "USAGE", "CAPACITY", "UTILIZATION", "SINCE", "ENDED", "ACKNOWLEDGED"), bar: 8}
			for _, a := range v.Alarms {
				ended := ""
				if a.EndedAt != nil {
					ended = local(*a.EndedAt)
				}
				about := a.InstanceID
				if a.Account != "" {
					about = f.say.T("account %s", a.Account)
				}
				row := []string{a.Code, f.say.Word("alarmname", a.Rule), about, a.Metric, f.say.Word("state of an alarm", a.State), f.say.Word("severity", a.Severity), "", "", "", local(a.RaisedAt), ended, words.Person(a.AckedBy, f.say.Language())}
				if a.Rule == "capacity" {
					row[6], row[7], row[8] = f.amount(a.Metric, a.Usage), f.amount(a.Metric, a.Capacity), f.shareBeside(a.Utilization, a.Threshold)
				}
				t.rows = append(t.rows, row)
			}
			return t
		})
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
