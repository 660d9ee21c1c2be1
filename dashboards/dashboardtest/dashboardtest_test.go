package dashboardtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/dashboardtest"
)

const small = `{
	"templating": {"list": [
		{"type": "datasource", "name": "datasource", "query": "prometheus"},
		{"type": "query", "name": "a", "query": {"query": "label_values(up{x=\"1\"}, job)"}, "includeAll": true, "allValue": ".*"},
		{"type": "query", "name": "ab", "query": {"query": "query_result(up{a=~\"$a\"})"}}
	]},
	"annotations": {"list": [{"name": "notes"}, {"name": "marks", "expr": "up > ${__from:date:seconds} < ${__to:date:seconds}", "step": "60s"}]},
	"panels": [
		{"title": "p", "fieldConfig": {"defaults": {"noValue": "none"}}, "targets": [
			{"refId": "A", "expr": "rate(up{a=~\"$a\",ab=~\"$ab\"}[$__rate_interval])"},
			{"refId": "B", "expr": "up[$__range] + up[$__interval]", "instant": true}]},
		{"title": "row", "panels": [{"title": "q", "targets": [{"refId": "A", "expr": "up"}]}]}
	]}`

const rules = `
groups:
  - rules:
      - {title: down, data: [{refId: A, model: {expr: "up == 0"}}, {refId: B, model: {type: reduce}}]}
`

func options() dashboardtest.Options {
	return dashboardtest.Options{From: time.Unix(100_000, 0), To: time.Unix(244_000, 0), Points: 1000, Chosen: map[string]string{"ab": "one|two"}}
}

func TestQueries(t *testing.T) {
	got, err := dashboardtest.Queries([]dashboards.File{
		{Path: "d.json", Content: []byte(small)}, {Path: "x/alerting/r.yml", Content: []byte(rules)}, {Path: "x/datasources/r.yml", Content: []byte(": not looked at")},
	}, options())
	if err != nil {
		t.Fatal(err)
	}
	step := 144 * time.Second
	want := []dashboardtest.Query{
		{File: "d.json", Kind: dashboardtest.Variable, Name: "a", Expr: `up{x="1"}`, Label: "job", Instant: true},
		{File: "d.json", Kind: dashboardtest.Variable, Name: "ab", Expr: `up{a=~".*"}`, Instant: true},
		{File: "d.json", Kind: dashboardtest.Annotation, Name: "marks", Expr: "up > 100000 < 244000", Step: time.Minute},
		{File: "d.json", Kind: dashboardtest.Panel, Name: "p", RefID: "A", Expr: `rate(up{a=~".*",ab=~"one|two"}[159s])`, Step: step, NoValue: "none"},
		{File: "d.json", Kind: dashboardtest.Panel, Name: "p", RefID: "B", Expr: "up[144000s] + up[144s]", Step: step, Instant: true, NoValue: "none"},
		{File: "d.json", Kind: dashboardtest.Panel, Name: "q", RefID: "A", Expr: "up", Step: step, Folded: true},
		{File: "x/alerting/r.yml", Kind: dashboardtest.Alert, Name: "down", RefID: "A", Expr: "up == 0", Instant: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if name := got[3].String(); name != `d.json: panel "p" A` {
		t.Errorf("its name is %s", name)
	}
}

// TestFaults: what a test would otherwise miss is an error.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		old, new, want string
		change         func(*dashboardtest.Options)
	}{
		"nothing chosen":      {change: func(o *dashboardtest.Options) { o.Chosen = nil }, want: "the variable ab has no All"},
		"no such variable":    {old: "$ab", new: "$other", want: "no value is known for $other"},
		"an unknown function": {old: "label_values(", new: "metrics(", want: "no way is known"},
		"no range":            {change: func(o *dashboardtest.Options) { o.To = o.From }, want: "the time range is empty"},
		"no step":             {old: `"60s"`, new: `""`, want: `annotation "marks"`},
		"no JSON":             {old: "{", new: "", want: "d.json"},
	} {
		o := options()
		if c.change != nil {
			c.change(&o)
		}
		_, err := dashboardtest.Queries([]dashboards.File{{Path: "d.json", Content: []byte(strings.Replace(small, c.old, c.new, 1))}}, o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q", name, err, c.want)
		}
	}
}
