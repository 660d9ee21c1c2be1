package statistics

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDifferences lists what the history answers otherwise than Prometheus 2.42,
// and why. What is here and is not different any more fails.
func TestDifferences(t *testing.T) {
	b := tellBoth(t)
	grid := seconds(b.t0.Add(20 * time.Minute)) // at a reading of mqtt-1
	to := seconds(b.t0.Add(30 * time.Minute))
	const bad, execution = "400 bad_data", "422 execution"
	for _, c := range []struct {
		why                   string
		path                  string
		form                  []string
		prometheus, brimwatch string // status and type of the error, or the values
	}{
		{
			"a range leaves out a sample that is exactly as old as it: Prometheus 3",
			"query", []string{"query", `count_over_time(brimwatch_instance_usage{instance_id="mqtt-1",metric="send_tps"}[5m])`, "time", grid},
			"200 21", "200 20",
		},
		{
			"so does the look-back",
			"query", []string{"query", `count(brimwatch_instance_usage{instance_id="mqtt-1",metric="send_tps"} offset -5m @ ` + seconds(b.t0.Add((ticks-1)*tick)) + `)`, "time", to, "lookback_delta", "5m"},
			"200 1", "200",
		},
		{
			"a subquery leaves out a step that is exactly as old as it: Prometheus 3",
			"query", []string{"query", `count_over_time(vector(1)[10m:1m])`, "time", grid},
			"200 11", "200 10",
		},
		{
			"a length of time is a number: Prometheus 3",
			"query", []string{"query", `vector(5m)`, "time", grid},
			bad, "200 300",
		},
		{
			"names may have any sign, in quotes: Prometheus 3",
			"query", []string{"query", `count({"brimwatch_instance_up"})`, "time", grid},
			bad, "200 4",
		},
		{
			"label names may have any sign: Prometheus 3",
			"query", []string{"query", `count(label_replace(brimwatch_instance_up, "1 a", "x", "", ""))`, "time", grid},
			execution, "200 4",
		},
		{
			"so label_join and count_values take them",
			"query", []string{"query", `count(count_values("1 a", label_join(brimwatch_instance_up, "1 b", "", "product")))`, "time", grid},
			execution, "200 1",
		},
		{
			"so a look-up takes them",
			"label/1a/values", nil,
			bad, "200",
		},
		{
			"atan2 drops the name of the metric: Prometheus 3",
			"query", []string{"query", `count({__name__="brimwatch_instance_up"} == 1) * count((brimwatch_instance_up atan2 brimwatch_instance_up) * on (__name__) group_left vector(1))`, "time", grid},
			"200", "200 16",
		},
		{
			"rate and increase reach back less where a counter began within the range: Prometheus 3",
			"query", []string{"query", `increase(brimwatch_instance_usage{instance_id="mqtt-1",metric="send_tps"}[5m5s])`, "time", seconds(b.t0.Add(75 * time.Second))},
			"200 649.25", "200 620.125",
		},
		{
			"NaN is no moment",
			"series", []string{"match[]", "brimwatch_instance_up", "start", "NaN"},
			"200", bad,
		},
		{
			"holt_winters is called double_exponential_smoothing, and is experimental: Prometheus 3",
			"query", []string{"query", `count(holt_winters(brimwatch_instance_up[5m], 0.5, 0.5))`, "time", grid},
			"200 4", bad,
		},
		{
			"limit cuts the result: Prometheus 3",
			"query", []string{"query", `sort(brimwatch_instance_up)`, "time", grid, "limit", "1"},
			"200 1 1 1 1", "200 1",
		},
		{
			"limit is checked: Prometheus 3",
			"query", []string{"query", `1`, "time", grid, "limit", "-1"},
			"200 1", bad,
		},
		{
			"lookback_delta is checked: Prometheus 3",
			"query", []string{"query", `1`, "time", grid, "lookback_delta", "x"},
			"200 1", bad,
		},
		{
			"no moment lies that far away: Prometheus counts over its end",
			"query", []string{"query", `1`, "time", "1e300"},
			"200 1", bad,
		},
		{
			"a step is a millisecond or more: Prometheus divides by zero",
			"query_range", []string{"query", `1`, "start", grid, "end", grid, "step", "0.0001"},
			execution, bad,
		},
		{
			"an expression has 64 kB at most",
			"query", []string{"query", strings.Repeat(" ", 64<<10) + "1", "time", grid},
			"200 1", bad,
		},
		{
			"an expression has no more than 1,000 operators",
			"query", []string{"query", strings.Repeat("1+", 1001) + "1", "time", grid},
			"200 1002", bad,
		},
		{
			"brackets are nested no more than 100 deep",
			"query", []string{"query", strings.Repeat("(", 101) + "1" + strings.Repeat(")", 101), "time", grid},
			"200 1", bad,
		},
		{
			"a pattern has no more than 10,000 parts",
			"query", []string{"query", `count(brimwatch_instance_up{instance_id!~"` + strings.Repeat("a{1000}", 11) + `"})`, "time", grid},
			"200 4", bad,
		},
		{
			"a subquery has no more than ten million steps",
			"query", []string{"query", `count_over_time(brimwatch_instance_up{instance_id="nobody"}[1y:1s])`, "time", grid},
			"200", execution,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			form := url.Values{}
			for i := 0; i < len(c.form); i += 2 {
				form.Add(c.form[i], c.form[i+1])
			}
			method := http.MethodPost // a URL has no room for a long expression
			if strings.HasPrefix(c.path, "label/") {
				method = http.MethodGet
			}
			if diff := cmp.Diff(c.prometheus, gist(b.prometheus(t, method, c.path, form))); diff != "" {
				t.Errorf("Prometheus (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.brimwatch, gist(b.brimwatch(t, method, c.path, form))); diff != "" {
				t.Errorf("Brimwatch (-want +got)\n%s", diff)
			}
			if c.prometheus == c.brimwatch {
				t.Error("it is no difference")
			}
		})
	}
}

// gist is an answer in few words: its status, and the type of its error or its
// values.
func gist(r reply) string {
	out := []string{strconv.Itoa(r.Status)}
	if r.ErrorType != "" {
		out = append(out, r.ErrorType)
	}
	for _, row := range r.Result {
		for i := 1; i < len(row.Values); i += 2 {
			out = append(out, row.Values[i])
		}
	}
	return strings.Join(out, " ")
}
