package cloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

type metricAnswer struct {
	Code, Period, NextToken string
	Success                 bool
	Datapoints              string
}

// last asks for a metric and parses its points, which come as text.
func last(r *rig, query map[string]string) (metricAnswer, []map[string]any) {
	r.t.Helper()
	a := get[metricAnswer](r, asks(cloud.DescribeMetricLast, query))
	var points []map[string]any
	if err := json.Unmarshal([]byte(a.Datapoints), &points); err != nil {
		r.t.Fatalf("datapoints %q: %v", a.Datapoints, err)
	}
	return a, points
}

func dimensions(ids ...string) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = `{"instanceId":"` + id + `"}`
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func TestDescribeMetricLast(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC) // the minute of the rig's clock
	measured := func(id string, age time.Duration, period time.Duration) cloud.Series {
		s := cloud.Measure("acs_mqtt", "ConnectionsPerInstance", id, 7, "Maximum")
		s.At, s.Period = at.Add(-age), period
		return s
	}
	sharded := func(node string) cloud.Series {
		s := cloud.Measure("acs_kvstore", "ShardingUsedConnection", "r-1", 3, "Average")
		s.Dimensions["nodeId"] = node
		return s
	}
	elsewhere := cloud.Measure("acs_mqtt", "ConnectionsPerInstance", "mqtt-cn-beijing", 1, "Maximum")
	elsewhere.Region = "cn-beijing"
	account := cloud.Account{
		MQTT: []cloud.MQTTInstance{{InstanceID: "mqtt-cn-fresh", RegionID: "cn-hangzhou"}},
		Series: []cloud.Series{
			cloud.Measure("acs_mqtt", "ConnectionsPerInstance", "mqtt-cn-fresh", 1200.5, "Maximum", "Average"),
			measured("mqtt-cn-ghost", 119*time.Minute, 0),
			measured("mqtt-cn-gone", 121*time.Minute, 0),
			measured("mqtt-cn-second", 21*time.Minute, 15*time.Second),
			measured("mqtt-cn-hour", 47*time.Hour, time.Hour),
			sharded("r-1-db-0"), sharded("r-1-db-1"), elsewhere,
			{Namespace: "acs_mqtt", Metric: "Read", Dimensions: map[string]string{"instanceId": "a"},
				Read: func(at time.Time) map[string]float64 { return map[string]float64{"Value": float64(at.Unix())} }},
			{Namespace: "acs_mqtt", Metric: "Silent", Dimensions: map[string]string{"instanceId": "a"},
				Read: func(time.Time) map[string]float64 { return nil }},
		},
	}
	ids := func(points []map[string]any) []string {
		out := []string{}
		for _, p := range points {
			name := fmt.Sprint(p["instanceId"])
			if node, ok := p["nodeId"]; ok {
				name += "/" + fmt.Sprint(node)
			}
			out = append(out, name)
		}
		return out
	}
	tests := []struct {
		name              string
		namespace, metric string
		dimensions        string
		want              []string
	}{
		{"one instance", "acs_mqtt", "ConnectionsPerInstance", dimensions("mqtt-cn-fresh"), []string{"mqtt-cn-fresh"}},
		{"without dimensions also ghosts", "acs_mqtt", "ConnectionsPerInstance", "", []string{"mqtt-cn-fresh", "mqtt-cn-ghost", "mqtt-cn-hour"}},
		{"a point for each node", "acs_kvstore", "ShardingUsedConnection", dimensions("r-1"), []string{"r-1/r-1-db-0", "r-1/r-1-db-1"}},
		{"one node", "acs_kvstore", "ShardingUsedConnection", `[{"instanceId":"r-1","nodeId":"r-1-db-1"}]`, []string{"r-1/r-1-db-1"}},
		{"asked twice, told once", "acs_mqtt", "ConnectionsPerInstance", dimensions("mqtt-cn-fresh", "mqtt-cn-fresh"), []string{"mqtt-cn-fresh"}},
		{"too old", "acs_mqtt", "ConnectionsPerInstance", dimensions("mqtt-cn-gone", "mqtt-cn-second"), []string{}},
		{"no such metric", "acs_mqtt", "Nothing", dimensions("mqtt-cn-fresh"), []string{}},
		{"no such namespace", "acs_rocketmq5", "InstanceApiCallTps", "", []string{}},
		{"no such instance", "acs_mqtt", "ConnectionsPerInstance", dimensions("mqtt-cn-other"), []string{}},
		{"a function that tells nothing", "acs_mqtt", "Silent", dimensions("a"), []string{}},
	}
	r := newRig(t, account)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := map[string]string{"Namespace": tt.namespace, "MetricName": tt.metric, "Period": "60"}
			if tt.dimensions != "" {
				q["Dimensions"] = tt.dimensions
			}
			a, points := last(r, q)
			if a.Code != "200" || !a.Success || a.NextToken != "" || a.Period != "60" {
				t.Errorf("says %+v", a)
			}
			if diff := cmp.Diff(tt.want, ids(points)); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
		})
	}
	_, points := last(r, map[string]string{"Namespace": "acs_mqtt", "MetricName": "ConnectionsPerInstance", "Dimensions": dimensions("mqtt-cn-fresh")})
	want := []map[string]any{{"timestamp": float64(at.UnixMilli()), "userId": uid, "instanceId": "mqtt-cn-fresh", "Maximum": 1200.5, "Average": 1200.5}}
	if diff := cmp.Diff(want, points); diff != "" {
		t.Errorf("point (-want +got):\n%s", diff)
	}
	if _, points := last(r, map[string]string{"Namespace": "acs_mqtt", "MetricName": "Read"}); len(points) != 1 || points[0]["Value"] != float64(at.Unix()) {
		t.Errorf("a function's point: %v", points)
	}
}

func TestMetricPages(t *testing.T) {
	var a cloud.Account
	for i := range 130 {
		a.Series = append(a.Series, cloud.Measure("acs_mqtt", "M", fmt.Sprintf("i-%03d", i), float64(i), "Value"))
	}
	for name, tt := range map[string]struct {
		length     string
		pageLength int
		want       []int
	}{
		"one page":               {"", 0, []int{130}},
		"as long as asked":       {"50", 0, []int{50, 50, 30}},
		"as long as is let":      {"1000", 60, []int{60, 60, 10}},
		"a last page that fills": {"65", 0, []int{65, 65}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, a, func(o *cloud.Options) { o.PageLength = tt.pageLength })
			q := map[string]string{"Namespace": "acs_mqtt", "MetricName": "M", "Length": tt.length}
			var pages []int
			seen := make(map[any]bool)
			for more := true; more; {
				answer, points := last(r, q)
				pages = append(pages, len(points))
				for _, p := range points {
					seen[p["instanceId"]] = true
				}
				q["NextToken"], more = answer.NextToken, answer.NextToken != ""
			}
			if diff := cmp.Diff(tt.want, pages); diff != "" || len(seen) != 130 {
				t.Errorf("%d instances, pages (-want +got):\n%s", len(seen), diff)
			}
		})
	}
}

func TestMetricRefusals(t *testing.T) {
	many := make([]string, 51)
	r := newRig(t, cloud.Account{})
	for name, change := range map[string][2]string{
		"no namespace":             {"Namespace", ""},
		"no metric":                {"MetricName", ""},
		"51 instances":             {"Dimensions", dimensions(many...)},
		"an object without a list": {"Dimensions", `{"instanceId":"a"}`},
		"an empty list":            {"Dimensions", `[]`},
		"no JSON":                  {"Dimensions", `a`},
		"userId":                   {"Dimensions", `[{"userId":"1","instanceId":"a"}]`},
		"a period that is none":    {"Period", "1m"},
		"a length too long":        {"Length", "1441"},
		"another's token":          {"NextToken", "zzz"},
	} {
		q := map[string]string{"Namespace": "acs_mqtt", "MetricName": "M"}
		q[change[0]] = change[1]
		if got := r.refused(r.signV3(asks(cloud.DescribeMetricLast, q))); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if _, points := last(r, map[string]string{"Namespace": "acs_mqtt", "MetricName": "M", "Dimensions": dimensions(many[:50]...)}); len(points) != 0 {
		t.Errorf("50 unknown instances: %v", points)
	}
}
