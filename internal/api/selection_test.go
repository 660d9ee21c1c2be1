package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// scrapePart returns the series of a part of the page.
func scrapePart(t testing.TB, f *fakes, query url.Values) map[string]float64 {
	t.Helper()
	return seriesIn(t, scrapeAs(t, f, "/metrics?"+query.Encode(), "", isText), isText)
}

func TestPartOfThePage(t *testing.T) {
	f := withEverything()
	for _, tt := range []struct {
		name  string
		query url.Values
		want  []string
	}{
		{"a family", url.Values{"match[]": {"brimwatch_instance_up"}}, []string{
			`{__name__="brimwatch_instance_up", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
			`{__name__="brimwatch_instance_up", instance_id="a/b c?ü", product="redis"}`,
		}},
		{"the short form", url.Values{"match": {`brimwatch_instance_up{product="mqtt"}`}}, []string{
			`{__name__="brimwatch_instance_up", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
		}},
		{"either of two", url.Values{"match[]": {`brimwatch_instance_up{edition!="basic"}`, `brimwatch_alarms`}}, []string{
			`{__name__="brimwatch_alarms"}`,
			`{__name__="brimwatch_instance_up", instance_id="a/b c?ü", product="redis"}`,
		}},
		{"by an expression", url.Values{"match[]": {`{__name__=~"brimwatch_instance_(up|usage)",metric!~"message.*|send.*"}`}}, []string{
			`{__name__="brimwatch_instance_up", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
			`{__name__="brimwatch_instance_up", instance_id="a/b c?ü", product="redis"}`,
			`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
		}},
		{"one instance, its alarms among it", url.Values{"match[]": {`{instance_id="mqtt-1",metric="connections"}`}}, []string{
			`{__name__="brimwatch_alarm_raised", instance_id="mqtt-1", metric="connections", rule="capacity", severity="warning"}`,
			`{__name__="brimwatch_instance_capacity", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
			`{__name__="brimwatch_instance_forecast_full_timestamp_seconds", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
			`{__name__="brimwatch_instance_threshold_ratio", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt", severity="critical"}`,
			`{__name__="brimwatch_instance_threshold_ratio", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt", severity="warning"}`,
			`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
			`{__name__="brimwatch_instance_utilization_ratio", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
		}},
		{"a label of the operator", url.Values{"match[]": {`{team="orders"}`}}, []string{
			`{__name__="brimwatch_instance_info", account="acme", edition="basic", env="prod", instance_id="mqtt-1", name="Orders", product="mqtt", team="orders"}`,
		}},
		{"an own metric", url.Values{"match[]": {`brimwatch_test_calls_total{outcome="ok"}`}}, []string{`{__name__="brimwatch_test_calls_total", outcome="ok"}`}},
		{"a histogram is whole", url.Values{"match[]": {`brimwatch_test_duration_seconds_bucket{le="+Inf"}`}}, []string{
			`{__name__="brimwatch_test_duration_seconds_bucket", le="+Inf"}`,
			`{__name__="brimwatch_test_duration_seconds_bucket", le="0.5"}`,
			`{__name__="brimwatch_test_duration_seconds_bucket", le="1.0"}`,
			`{__name__="brimwatch_test_duration_seconds_count"}`,
			`{__name__="brimwatch_test_duration_seconds_sum"}`,
		}},
		{"a summary is whole", url.Values{"match[]": {`brimwatch_test_spread{quantile="0.5"}`}}, []string{
			`{__name__="brimwatch_test_spread", quantile="0.5"}`, `{__name__="brimwatch_test_spread_count"}`, `{__name__="brimwatch_test_spread_sum"}`,
		}},
		{"no bucket has this bound", url.Values{"match[]": {`brimwatch_test_duration_seconds_bucket{le="7"}`}}, nil},
		{"what there is not", url.Values{"match[]": {"up"}}, nil},
		{"an account", url.Values{"account": {"late"}}, []string{
			`{__name__="brimwatch_account_balance", account="late", currency="USD"}`,
			`{__name__="brimwatch_account_overdue", account="late", currency="USD"}`,
			`{__name__="brimwatch_account_shortfall_amount", account="late", currency="USD"}`,
		}},
		{"a part of an account", url.Values{"account": {"acme"}, "match[]": {`{__name__=~"brimwatch_instance_(up|usage)",metric!="connections"}`, "brimwatch_alarm_raised", "brimwatch_alarms", "brimwatch_engine_open"}}, []string{
			`{__name__="brimwatch_alarm_raised", instance_id="mqtt-1", metric="connections", rule="capacity", severity="warning"}`,
			`{__name__="brimwatch_instance_up", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
			`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="message_tps", product="mqtt"}`,
			`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="send_tps", product="mqtt"}`,
		}},
		{"an account that there is not", url.Values{"account": {"nobody"}}, nil},
		{"parameters of others", url.Values{"x": {"y"}, "match[]": {"brimwatch_alarms"}}, []string{`{__name__="brimwatch_alarms"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := slices.Sorted(maps.Keys(scrapePart(t, f, tt.query))); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			open := scrapeAs(t, f, "/metrics?"+tt.query.Encode(), askOpenMetrics, isOpenMetrics)
			if !strings.HasSuffix(open, "# EOF\n") {
				t.Errorf("in OpenMetrics it does not end:\n%s", open)
			}
		})
	}
}

// TestAnyPartIsWhatMatches holds that a part of the page is exactly what its selectors
// match of the whole.
func TestAnyPartIsWhatMatches(t *testing.T) {
	f := newFakes()
	whole := scrapePart(t, f, nil)
	if len(whole) < 50 {
		t.Fatalf("the page has only %d series", len(whole))
	}
	p := parser.NewParser(parser.Options{})
	rapid.Check(t, func(rt *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) string {
			name := rapid.SampledFrom([]string{"__name__", "instance_id", "product", "edition", "metric", "severity", "state", "account", "team", "rule", "stat", "nothing"})
			value := rapid.SampledFrom([]string{"", "mqtt-1", "mqtt", "basic", "connections", "acme", "orders", "warning", "capacity", ".*", ".+", "mqtt.*|rmq-2", "brimwatch_instance_usage", "brimwatch_fleet_.+", "max"})
			var parts []string
			for range rapid.IntRange(1, 3).Draw(t, "matchers") {
				parts = append(parts, name.Draw(t, "name")+rapid.SampledFrom([]string{"=", "!=", "=~", "!~"}).Draw(t, "kind")+`"`+value.Draw(t, "value")+`"`)
			}
			return "{" + strings.Join(parts, ",") + "}"
		})
		texts := rapid.SliceOfN(one, 1, 3).Draw(rt, "selectors")
		query := url.Values{"match[]": texts}
		w := ask(t, f.handler(t), http.MethodGet, "/metrics?"+query.Encode(), "")
		if w.Code == http.StatusBadRequest {
			rt.Skip("one of them selects nothing or everything")
		}
		want := map[string]float64{}
		for key, v := range whole {
			series, err := p.ParseMetric(key)
			if err != nil {
				rt.Fatal(err)
			}
			for _, text := range texts {
				matchers, err := p.ParseMetricSelector(text)
				if err != nil {
					rt.Fatal(err)
				}
				if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(series.Get(m.Name)) }) {
					want[key] = v
				}
			}
		}
		if got := seriesIn(t, w.Body.String(), isText); !maps.Equal(got, want) {
			rt.Errorf("%q\ngot  %q\nwant %q", texts, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	})
}

func TestBadSelectors(t *testing.T) {
	many := url.Values{}
	for range maxSelectors + 1 {
		many.Add("match[]", "up")
	}
	for _, tt := range []struct {
		name, query, words string
	}{
		{"no selector", "match[]=" + url.QueryEscape(`{product=`), `match[]=\"{product=\" is no selector`},
		{"empty", "match[]=", "is no selector"},
		{"the short form", "match=" + url.QueryEscape(`{{}`), "is no selector"},
		{"an expression", "match[]=" + url.QueryEscape(`rate(up[5m])`), "is no selector"},
		{"a bad regular expression", "match[]=" + url.QueryEscape(`{product=~"("}`), "is no selector"},
		{"a regular expression that is too large", "match[]=" + url.QueryEscape(`{product=~"((a{1000}){1000}){1000}"}`), "is no selector"},
		{"everything by accident", "match[]=" + url.QueryEscape(`{product=~".*"}`), "is no selector"},
		{"one of two", "match[]=up&match[]=" + url.QueryEscape(`{}`), "is no selector"},
		{"a long one", "match[]=" + strings.Repeat("a", maxSelectorLength+1), "longer than 4096 bytes"},
		{"many", many.Encode(), "there are 101 selectors, and at most 100 are taken"},
		{"a query that is none", "match[]=%zz", "the query cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				w := ask(t, newFakes().handler(t), method, "/metrics?"+tt.query, "", "Accept", askOpenMetrics)
				if w.Code != http.StatusBadRequest || w.Header().Get("Content-Type") != "application/json" {
					t.Fatalf("answered %d, %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
				}
				if method == http.MethodGet && !strings.Contains(decode[wire.Error](t, w).Error, strings.ReplaceAll(tt.words, `\"`, `"`)) {
					t.Errorf("it says %s", w.Body)
				}
			}
		})
	}
}
