package dashboards_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/dashboardtest"
)

// The hour of testdata/fleet.txt.
func anHour() dashboardtest.Options {
	return dashboardtest.Options{
		From: time.Unix(0, 0), To: time.Unix(3600, 0), Points: 240, Chosen: map[string]string{"instance": "mqtt-1|old-1|redis-1"},
	}
}

func queries(t *testing.T, o dashboardtest.Options) []dashboardtest.Query {
	t.Helper()
	files, err := dashboards.Files(dashboards.Options{Folder: "/dashboards"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := dashboardtest.Queries(files, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d queries were found", len(list))
	}
	return list
}

// put asks a storage, and returns the labels of the series of the answer with their last
// value.
func put(t *testing.T, engine *promql.Engine, s storage.Queryable, q dashboardtest.Query, o dashboardtest.Options) promql.Vector {
	t.Helper()
	var query promql.Query
	var err error
	if q.Instant {
		query, err = engine.NewInstantQuery(context.Background(), s, nil, q.Expr, o.To)
	} else {
		query, err = engine.NewRangeQuery(context.Background(), s, nil, q.Expr, o.From, o.To, q.Step)
	}
	if err != nil {
		t.Errorf("%v: %v\n%s", q, err, q.Expr)
		return nil
	}
	defer query.Close()
	r := query.Exec(context.Background())
	if r.Err != nil {
		t.Errorf("%v: %v\n%s", q, r.Err, q.Expr)
		return nil
	}
	if v, ok := r.Value.(promql.Vector); ok {
		return append(promql.Vector(nil), v...)
	}
	m, err := r.Matrix()
	if err != nil {
		t.Errorf("%v: %v", q, err)
	}
	var v promql.Vector
	for _, series := range m {
		v = append(v, promql.Sample{Metric: series.Metric, F: series.Floats[len(series.Floats)-1].F})
	}
	return v
}

// load fills a storage with the small fleet; scraped: as a Prometheus has it that scrapes
// Brimwatch and something else.
func load(t *testing.T, scraped bool) storage.Queryable {
	t.Helper()
	text, err := os.ReadFile("testdata/fleet.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !scraped {
		return promqltest.LoadedStorage(t, string(text))
	}
	head, series, _ := strings.Cut(string(text), "load 15s\n")
	with := func(target string) string { return strings.ReplaceAll(series, "{", "{"+target+",") }
	other := ""
	for _, name := range []string{"process_resident_memory_bytes", "process_start_time_seconds", "process_open_fds", "go_goroutines", "go_memstats_heap_inuse_bytes"} {
		other += "  " + name + `{job="other",instance="10.0.0.9:80"} 9000000000x240` + "\n"
	}
	return promqltest.LoadedStorage(t, head+"load 15s\n"+with(`job="brimwatch",instance="10.0.0.5:9740"`)+other)
}

// TestEveryQueryAnswers: each panel, variable, annotation and alert rule has something to
// show of the small fleet, on Brimwatch's own data source and on a Prometheus.
func TestEveryQueryAnswers(t *testing.T) {
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 50_000_000)
	for name, scraped := range map[string]bool{"own": false, "scraped": true} {
		t.Run(name, func(t *testing.T) {
			s, o := load(t, scraped), anHour()
			for _, q := range queries(t, o) {
				v := put(t, engine, s, q, o)
				if len(v) == 0 && q.Name != "Brimwatch does not answer" {
					t.Errorf("%v: nothing\n%s", q, q.Expr)
				}
				if q.Label != "" && !hasLabel(v, q.Label) {
					t.Errorf("%v: no series has the label %s", q, q.Label)
				}
			}
		})
	}
}

func hasLabel(v promql.Vector, name string) bool {
	for _, s := range v {
		if s.Metric.Get(name) != "" {
			return true
		}
	}
	return false
}

// TestFreshInstall: where nothing was ever read every query is answered, counts are 0,
// and whatever else a panel shows has a text for the time until then.
func TestFreshInstall(t *testing.T) {
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 50_000_000)
	s, o := promqltest.LoadedStorage(t, "load 15s\n  brimwatch_build_info{version=\"1.2.3\"} 1x240\n"), anHour()
	o.Chosen["instance"] = ""
	counts := 0
	for _, q := range queries(t, o) {
		v := put(t, engine, s, q, o)
		if strings.Contains(q.Expr, "max(brimwatch_build_info) * 0") {
			counts++
			if len(v) != 1 || v[0].F != 0 {
				t.Errorf("%v counts %v where there is nothing", q, v)
			}
		}
		if q.Kind == dashboardtest.Panel && q.NoValue == "" {
			t.Errorf("%v shows nothing and says nothing", q)
		}
		if q.Kind == dashboardtest.Alert && len(v) > 0 {
			t.Errorf("%v: %v", q, v)
		}
	}
	if counts < 40 {
		t.Errorf("only %d queries count", counts)
	}
}

// TestNotThere: where Brimwatch does not run nothing is known. That is not 0, and the one
// alert rule that says so fires.
func TestNotThere(t *testing.T) {
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 50_000_000)
	s, o := promqltest.LoadedStorage(t, ""), anHour()
	for _, q := range queries(t, o) {
		v := put(t, engine, s, q, o)
		if gone := q.Name == "Brimwatch does not answer"; (len(v) > 0) != gone {
			t.Errorf("%v: %v", q, v)
		}
	}
}

// TestFigures: some figures of the small fleet, worked out by hand.
func TestFigures(t *testing.T) {
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 50_000_000)
	want := map[string]map[string]float64{ // by dashboard and panel: what query A says, by its labels
		"fleet.json/Instances":              {`{}`: 3},
		"fleet.json/Without data":           {`{}`: 1},
		"fleet.json/Open alarms":            {`{}`: 3},
		"fleet.json/Critical alarms":        {`{}`: 2},
		"fleet.json/Above the threshold":    {`{}`: 2},
		"fleet.json/Fullest metric":         {`{}`: 0.95},
		"fleet.json/Terms end in 30 days":   {`{}`: 1},
		"fleet.json/Used of all capacity":   {`{metric="connections"}`: 4760.0 / 15000, `{metric="message_tps"}`: 0.9},
		"fleet.json/Full the soonest":       {`{account="acme", edition="basic", instance_id="mqtt-1", metric="connections", name="Orders", product="mqtt"}`: 90000000},
		"calendar.json/Do not renew":        {`{}`: 1},
		"calendar.json/Grace":               {`{}`: 0},
		"calendar.json/Suspended":           {`{}`: 1},
		"calendar.json/Overdue accounts":    {`{}`: 1},
		"calendar.json/Terms end in 7 days": {`{}`: 1},
		"calendar.json/Not active": {
			`{account="acme", edition="basic", instance_id="mqtt-1", name="Orders", product="mqtt", state="expiring"}`: 1,
			`{account="acme", edition="basic", instance_id="old-1", name="Old", product="mqtt", state="suspended"}`:    1,
		},
		"calendar.json/Suspended or released marked": {`{instance_id="old-1", state="suspended"}`: 1800000},
		"notices.json/Sent":                          {`{}`: 240},
		"notices.json/Given up":                      {`{}`: 0},
		"notices.json/Segments":                      {`{}`: 480},
		"self.json/Version":                          {`{version="1.2.3"}`: 1},
		"self.json/Runs since":                       {`{}`: 600000},
		"self.json/Memory":                           {`{}`: 50000000},
		"self.json/Refused queries":                  {`{}`: 480},
		"instance.json/Lifecycle":                    {`{instance_id="mqtt-1"}`: 2, `{instance_id="old-1"}`: 4, `{instance_id="redis-1"}`: 1},
		"instance.json/Alarms": {
			`{instance_id="mqtt-1", metric="connections", rule="capacity"}`: 3, `{instance_id="redis-1", rule="no_data"}`: 2,
		},
		"provisioning/alerting/brimwatch.yml/Instance above its threshold": {
			`{account="acme", edition="basic", instance_id="mqtt-1", metric="connections", name="Orders", product="mqtt", severity="warning"}`:  0.95,
			`{account="acme", edition="basic", instance_id="mqtt-1", metric="connections", name="Orders", product="mqtt", severity="critical"}`: 0.95,
			`{account="acme", edition="basic", instance_id="mqtt-1", metric="message_tps", name="Orders", product="mqtt", severity="warning"}`:  0.9,
			`{account="acme", edition="basic", instance_id="mqtt-1", metric="message_tps", name="Orders", product="mqtt", severity="critical"}`: 0.9,
		},
		"provisioning/alerting/brimwatch.yml/Instance without data":        {`{edition="standard", instance_id="redis-1", name="Cache", product="redis"}`: 1},
		"provisioning/alerting/brimwatch.yml/Balance of an account is low": {`{account="acme", currency="CNY"}`: 1},
		"provisioning/alerting/brimwatch.yml/Brimwatch does not answer":    {},
	}
	for name, scraped := range map[string]bool{"own": false, "scraped": true} {
		t.Run(name, func(t *testing.T) {
			s, o, found := load(t, scraped), anHour(), 0
			for _, q := range queries(t, o) {
				name := q.File + "/" + q.Name
				if q.Kind == dashboardtest.Annotation {
					name += " marked"
				}
				figures, ok := want[name]
				if !ok || q.RefID != "A" && q.RefID != "" {
					continue
				}
				found++
				got := make(map[string]float64)
				for _, sample := range put(t, engine, s, q, o) {
					got[sample.Metric.String()] = sample.F
				}
				if !near(got, figures) {
					t.Errorf("%v says %v, want %v\n%s", q, got, figures, q.Expr)
				}
			}
			if found != len(want) {
				t.Errorf("%d of %d were found", found, len(want))
			}
		})
	}
}

func near(got, want map[string]float64) bool {
	if len(got) != len(want) {
		return false
	}
	for k, w := range want {
		if g, ok := got[k]; !ok || g-w > 1e-9*max(1, w) || w-g > 1e-9*max(1, w) {
			return false
		}
	}
	return true
}

// TestBounds: what is asked at every point of a time range is few series whatever the size
// of the fleet: never those of each instance, unless instances were chosen or it is
// asked at one moment.
func TestBounds(t *testing.T) {
	o := anHour()
	o.Chosen["instance"] = "the-chosen-one"
	p := parser.NewParser(parser.Options{})
	ranges := 0
	for _, q := range queries(t, o) {
		expr, err := p.ParseExpr(q.Expr)
		if err != nil {
			t.Errorf("%v: %v\n%s", q, err, q.Expr)
			continue
		}
		if q.Instant {
			continue
		}
		ranges++
		parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
			v, ok := node.(*parser.VectorSelector)
			if !ok || !strings.HasPrefix(v.Name, "brimwatch_instance_") && v.Name != "brimwatch_alarm_raised" || v.StartOrEnd != 0 {
				return nil
			}
			for _, m := range v.LabelMatchers {
				if m.Name == "instance_id" && m.Value == "the-chosen-one" {
					return nil
				}
			}
			t.Errorf("%v asks for %s of all instances at every point", q, v.Name)
			return nil
		})
		if points := int(o.To.Sub(o.From)/q.Step) + 1; points > 11000 {
			t.Errorf("%v has %d points", q, points)
		}
	}
	if ranges < 50 {
		t.Errorf("only %d queries are over a time range", ranges)
	}
}
