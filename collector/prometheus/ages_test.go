package prometheus

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestSelectors(t *testing.T) {
	for _, tt := range []struct {
		name, query string
		want        []string
	}{
		{"a name", "app_clients", []string{"app_clients"}},
		{"conditions", ` sum( app_clients{job="a", x=~"b|c"} ) `, []string{`app_clients{job="a", x=~"b|c"}`}},
		{"no name", `{__name__=~"app_.+"}`, []string{`{__name__=~"app_.+"}`}},
		{"a name in quotes", `{"app.clients", x="y"}`, []string{`{"app.clients", x="y"}`}},
		{"a rate", "sum(rate(app_messages_total{a=\"b\"}[1m]))", []string{`app_messages_total{a="b"}`}},
		{"two", "a + on() b", []string{"a", "b"}},
		{"a guard", `sum(a) unless on() (up{job="x"} == 0)`, []string{"a", `up{job="x"}`}},
		{"a subquery", "max_over_time(sum(a)[5m:1m])", []string{"a"}},
		{"the past is wanted", "a offset 10m", nil},
		{"a moment is wanted", "a @ 1795313399 + b", []string{"b"}},
		{"the past of a subquery is wanted", "max_over_time(a[5m:1m] offset 1h)", nil},
		{"no series", "vector(0) + scalar(vector(1))", nil},
		{"only the server understands it", "keep_last_value(a)", nil},
		{"broken", "sum(a", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := selectors(tt.query); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzSelectors(f *testing.F) {
	for _, q := range []string{"a", `sum(rate({"a.b",c="d"}[5m:1m] offset 1m))`, "a @ end() or b", "((", "\xff"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, s := range selectors(query) {
			if s == "" || !strings.Contains(query, s) {
				t.Errorf("%q is not in %q", s, query)
			}
		}
	})
}

// asked is the query of ages for these selectors.
func asked(selectors ...string) string {
	var parts []string
	for i, s := range selectors {
		parts = append(parts, `label_replace(time() - min(timestamp(`+s+`)), "brimwatch", "`+string(rune('0'+i))+`", "", "")`)
	}
	return strings.Join(parts, " or ")
}

func aged(seconds ...string) reply {
	var parts []string
	for i, s := range seconds {
		if s != "" {
			parts = append(parts, `{"metric":{"brimwatch":"`+string(rune('0'+i))+`"},"value":[1,"`+s+`"]}`)
		}
	}
	return reply{body: `{"status":"success","data":{"resultType":"vector","result":[` + strings.Join(parts, ",") + `]}}`}
}

func TestAges(t *testing.T) {
	queries := []Query{
		{Metric: fleet.Connections, Usage: "sum(a)"},
		{Metric: fleet.Subscriptions, Usage: "b + on() a"},
		{Metric: fleet.SendTPS, Usage: "only_here(c)"},
	}
	all := []fleet.Metric{fleet.Connections, fleet.Subscriptions, fleet.SendTPS}
	for _, tt := range []struct {
		name      string
		staleness time.Duration
		answer    reply
		unknown   []fleet.Metric
		reason    string
	}{
		{"fresh", time.Minute, aged("1.5", "60"), nil, ""},
		{"one is old", time.Minute, aged("1.5", "60.5"), all[1:2], "last told 1m1s ago, longer than 1m0s"},
		{"what both rest on is old", time.Minute, aged("90", "1"), all[:2], "last told 1m30s ago"},
		{"the default", 0, aged("299", "301"), all[1:2], "longer than 5m0s"},
		{"some have no series", time.Minute, aged("", "1"), nil, ""},
		{"age is not asked for", -1, reply{status: 500}, nil, ""},
		{"refused", time.Minute, reply{422, `{"status":"error","error":"too many samples"}`}, all[:2], "how old the figure is cannot be asked: too many samples"},
		{"partial", time.Minute, reply{0, `{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}`}, all[:2], "partial"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := script{"sum(a)": one("1"), "b + on() a": one("2"), "only_here(c)": one("3"), asked("a", "b"): tt.answer}.serve(t)
			v := collectortest.MustVisit(t, build(t, Options{URL: url, Queries: queries, Staleness: tt.staleness}))
			for _, m := range all {
				_, known := v.GaugeOf(m)
				if known == slices.Contains(tt.unknown, m) {
					t.Errorf("%v: known %v", m, known)
				}
				if why := collectortest.GapOf(v, m); !known && !strings.Contains(why, tt.reason) {
					t.Errorf("%v: %q, want it to say %q", m, why, tt.reason)
				}
			}
		})
	}
	for _, tt := range []struct {
		name   string
		answer reply
		want   string
	}{
		{"a scalar", reply{0, `{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}`}, "ages as"},
		{"no number", reply{0, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}`}, "not the form"},
		{"no value", reply{0, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"brimwatch":"0"}}]}}`}, "not the form"},
		{"a fault", reply{500, ""}, "fault of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := script{"sum(a)": one("1"), asked("a"): tt.answer}.serve(t)
			v, err := collectortest.Visit(t, build(t, Options{URL: url, Queries: connections("sum(a)", "")}))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !v.Blank() {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// TestLimits tells a limit, and lets no slip in its query pass in silence.
func TestLimits(t *testing.T) {
	answers := script{"u": one("7")}
	c := build(t, Options{URL: answers.serve(t), Queries: connections("u", "l"), Staleness: -1})
	two := `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]},{"metric":{"a":"b"},"value":[1,"2"]}]}}`
	for _, step := range []struct {
		name   string
		limit  reply
		told   float64
		reason string
	}{
		{"a slip before it was ever told", reply{0, two}, 0, "the limit query returned 2 series"},
		{"refused before it was ever told", reply{400, `{"status":"error","error":"parse error"}`}, 0, "the limit query is refused: parse error"},
		{"nothing is not told", reply{0, nothing}, 0, ""},
		{"zero is not told", one("0"), 0, ""},
		{"NaN is not told", one("NaN"), 0, ""},
		{"told", one("500"), 500, ""},
		{"nothing any more", reply{0, nothing}, 0, ""},
		{"a slip after it was told", reply{0, two}, 0, ""},
	} {
		t.Run(step.name, func(t *testing.T) {
			answers["l"] = step.limit
			v := collectortest.MustVisit(t, c)
			if got, _ := v.LimitOf(fleet.Connections); got != step.told {
				t.Errorf("limit %v, want %v", got, step.told)
			}
			usage, known := v.GaugeOf(fleet.Connections)
			if known != (step.reason == "") || known && usage != 7 {
				t.Errorf("usage %v, %v", usage, known)
			}
			if why := collectortest.GapOf(v, fleet.Connections); !strings.Contains(why, step.reason) {
				t.Errorf("reason %q, want %q", why, step.reason)
			}
		})
	}
}
