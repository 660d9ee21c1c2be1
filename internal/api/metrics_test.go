package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/families"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/golden"
)

// The formats, as a client asks for them and as an answer says what it is.
const (
	askOpenMetrics = "application/openmetrics-text; version=1.0.0"
	isOpenMetrics  = "application/openmetrics-text; version=1.0.0; charset=utf-8"
	isText         = "text/plain; version=0.0.4; charset=utf-8"
)

// scrape returns the exposition of the fakes in the text format.
func scrape(t testing.TB, f *fakes) string {
	t.Helper()
	return scrapeAs(t, f, "/metrics", "", isText)
}

// scrapeAs returns a page that somebody asks for; it must be of the type that is
// said.
func scrapeAs(t testing.TB, f *fakes, target, accept, contentType string) string {
	t.Helper()
	w := ask(t, f.handler(t), http.MethodGet, target, "", "Accept", accept)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != contentType {
		t.Fatalf("answered %d, %s", w.Code, w.Header().Get("Content-Type"))
	}
	return w.Body.String()
}

// seriesIn reads an exposition as Prometheus does, and returns its series.
func seriesIn(t testing.TB, text, contentType string) map[string]float64 {
	t.Helper()
	p, err := textparse.New([]byte(text), contentType, labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("Prometheus does not read the page: %v\n%s", err, text)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		_, _, v := p.Series()
		var l labels.Labels
		p.Labels(&l)
		if _, twice := out[l.String()]; twice {
			t.Errorf("%s stands there twice", l)
		}
		out[l.String()] = v
	}
}

// withEverything returns fakes that have a series of every family, and one of
// Brimwatch's own metrics of each kind.
func withEverything() *fakes {
	f := newFakes()
	f.silences = append(f.silences, notifier.Silence{ID: "s2", Matchers: map[string]string{"instance_id": "mqtt-1"}, Until: now().Add(time.Hour)})
	open := prometheus.NewGauge(prometheus.GaugeOpts{Name: "brimwatch_engine_open", Help: "Open alarms."})
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "brimwatch_test_calls_total", Help: `Calls, "quoted".`}, []string{"outcome"})
	calls.WithLabelValues("ok").Add(7)
	calls.WithLabelValues("failed").Inc()
	took := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "brimwatch_test_duration_seconds", Help: "How long a call took.", Buckets: []float64{0.5, 1}})
	took.Observe(0.75)
	held := prometheus.NewGauge(prometheus.GaugeOpts{Name: "brimwatch_test_held_bytes", Help: "Memory that is held."})
	ever := prometheus.NewCounter(prometheus.CounterOpts{Name: "brimwatch_test_held_bytes_total", Help: "Memory that was ever held."})
	spread := prometheus.NewSummary(prometheus.SummaryOpts{Name: "brimwatch_test_spread", Help: "A summary.", Objectives: map[float64]float64{0.5: 0.05}})
	spread.Observe(3)
	f.registry.MustRegister(open, calls, took, held, ever, spread)
	return f
}

func TestMetrics(t *testing.T) {
	f := withEverything()
	text := scrape(t, f)
	golden.Equal(t, "metrics.txt", []byte(text))

	seriesIn(t, text, isText)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", err, problems)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, mf := range all {
		if mf.GetHelp() == "" {
			t.Errorf("%s has no help", name)
		}
	}
	for _, f := range series.Families() {
		if all[f.Name] == nil {
			t.Errorf("the page has no %s", f.Name)
		}
	}
}

// TestMetricsContract holds that names and labels are those that others rely on.
func TestMetricsContract(t *testing.T) {
	got := seriesIn(t, scrape(t, newFakes()), isText)
	for _, want := range []string{
		`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
		`{__name__="brimwatch_instance_capacity", edition="basic", instance_id="mqtt-1", metric="subscriptions", product="mqtt"}`,
		`{__name__="brimwatch_instance_utilization_ratio", edition="basic", instance_id="mqtt-1", metric="message_tps", product="mqtt"}`,
		`{__name__="brimwatch_instance_threshold_ratio", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt", severity="critical"}`,
		`{__name__="brimwatch_instance_up", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
		`{__name__="brimwatch_instance_expiry_timestamp_seconds", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
		`{__name__="brimwatch_instance_lifecycle_state", edition="standard", instance_id="rmq-2", product="rocketmq", state="grace"}`,
		`{__name__="brimwatch_instance_lifecycle_moment_timestamp_seconds", edition="basic", instance_id="mqtt-1", product="mqtt", state="released"}`,
		`{__name__="brimwatch_instance_info", account="acme", edition="basic", env="prod", instance_id="mqtt-1", name="Orders", product="mqtt", team="orders"}`,
		`{__name__="brimwatch_account_balance", account="acme", currency="CNY"}`,
		`{__name__="brimwatch_account_overdue", account="late", currency="USD"}`,
		`{__name__="brimwatch_alarm_raised", instance_id="mqtt-1", metric="connections", rule="capacity", severity="warning"}`,
	} {
		if _, ok := got[want]; !ok {
			t.Errorf("there is no %s", want)
		}
	}
	for name := range got {
		for _, not := range []string{
			`usage", edition="basic", instance_id="mqtt-1", metric="subscriptions"`, // it is not known
			`metric="receive_tps"`, // not a number
			`instance_up", instance_id="rmq-2"`,
			`instance_id="gone"`, // its alarm has ended
		} {
			if strings.Contains(name, not) {
				t.Errorf("there is %s", name)
			}
		}
	}
}

func TestMetricsOneSeriesForAnAlarm(t *testing.T) {
	f := newFakes()
	twice := f.episodes[0]
	twice.Code = "N2XX"
	f.episodes = append(f.episodes, twice)
	seriesIn(t, scrape(t, f), isText) // fails on a series that stands there twice
}

// TestMetricsWithoutAlarms holds that a fault of one part does not take the others
// off the page, and that it is said.
func TestMetricsWithoutAlarms(t *testing.T) {
	f := newFakes()
	f.err = errors.New("database is locked")
	text := scrape(t, f)
	if strings.Contains(text, "brimwatch_alarm") || !strings.Contains(text, "brimwatch_instance_usage{") {
		t.Errorf("the page is\n%s", text)
	}
	if !strings.Contains(f.log.String(), "database is locked") {
		t.Error("the log does not say why")
	}
}

func TestMetricsCompressed(t *testing.T) {
	for accept, want := range map[string]bool{"": false, "gzip": true, "br, GZIP;q=0.5": true, "gzip; q=0": false, "identity": false} {
		w := ask(t, newFakes().handler(t), http.MethodGet, "/metrics", "", "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("Accept-Encoding %q: compressed is %v", accept, got)
			continue
		}
		var body io.Reader = w.Body
		if want {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		data, err := io.ReadAll(body)
		if err != nil || !bytes.Contains(data, []byte("brimwatch_alarm_raised{")) {
			t.Errorf("Accept-Encoding %q: %v, %d bytes", accept, err, len(data))
		}
	}
}

// TestMetricsByHead holds that a question about the page alone reads nothing.
func TestMetricsByHead(t *testing.T) {
	f := newFakes()
	f.err = errors.New("it was read")
	w := ask(t, f.handler(t), http.MethodHead, "/metrics", "", "Accept", askOpenMetrics)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != isOpenMetrics || w.Body.Len() > 0 || f.log.Len() > 0 {
		t.Errorf("answered %d, %q, %d bytes; the log: %s", w.Code, w.Header().Get("Content-Type"), w.Body.Len(), f.log.String())
	}
}

// TestMetricsOfAnyFleet holds that whatever people call their instances and labels,
// Prometheus reads the page in both formats as what was handed to it.
func TestMetricsOfAnyFleet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z_.\-0-9"\\]{0,4}`), rapid.SampledFrom([]string{
			"instance_id", "name", "account", "label_name", "__name__", "le", "a-b", "a.b", "a_b", "a_b_2", "\xff", "1st", "\n", "生产", strings.Repeat("长", 200),
		}))
		f := newFakes()
		f.standings, f.episodes = nil, nil
		for i, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`.{1,6}`), 1, 3, rapid.ID).Draw(rt, "ids") {
			in := &fleet.Instance{ID: id, Name: text.Draw(rt, "name"), Product: text.Draw(rt, "product"), Watched: true,
				Labels: fleet.SortLabels(rapid.MapOfN(text, text, 0, 5).Draw(rt, "labels"))}
			in.Configured[fleet.Connections] = rapid.Float64().Draw(rt, "capacity")
			r := &fleet.Reading{Up: i%2 == 0, Known: fleet.MetricSet(0).With(fleet.Connections)}
			r.Usage[fleet.Connections] = rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(1))).Draw(rt, "usage")
			f.standings = append(f.standings, fleet.Standing{Instance: in, Reading: r})
			f.episodes = append(f.episodes, alarm.Episode{Key: alarm.Key{Rule: alarm.NoData, Instance: id, Metric: alarm.NoMetric}, State: alarm.EpisodeRaised, Severity: alarm.Warning})
		}
		want := map[string]float64{}
		page := f.exposition(t)
		page.Families.Read(t.Context(), now(), families.Choice{}).Each(func(p *series.Point) {
			pairs := map[string]string{series.Name: p.Family.Name}
			p.EachLabel(func(name, value string) { pairs[name] = value })
			want[labels.FromMap(pairs).String()] = p.Value
		})
		for contentType, accept := range map[string]string{isText: "", isOpenMetrics: askOpenMetrics} {
			got := seriesIn(t, scrapeAs(t, f, "/metrics", accept, contentType), contentType)
			for key, v := range want {
				if g, ok := got[key]; !ok || g != v {
					rt.Errorf("%s is %v (%v), want %v", key, g, ok, v)
				}
			}
			if len(got) != len(want) {
				rt.Errorf("%d series, want %d", len(got), len(want))
			}
		}
	})
}

// A writer that fails is left alone from then on.
type broken struct{ writes int }

func (b *broken) Write([]byte) (int, error) {
	b.writes++
	return 0, errors.New("broken pipe")
}

func TestPageAfterAFault(t *testing.T) {
	b := &broken{}
	f := many(2000)
	f.exposition(t).WriteMetrics(t.Context(), b)
	if b.writes != 1 || f.log.Len() > 0 {
		t.Errorf("%d writes after the first failed; the log: %s", b.writes-1, f.log.String())
	}
}

func TestAppendLabel(t *testing.T) {
	for value, want := range map[string]string{
		"":                       "",
		"orders":                 `,team="orders"`,
		`a "b" \ c`:              `,team="a \"b\" \\ c"`,
		"two\nlines":             `,team="two\nlines"`,
		"生产 🚀":                   `,team="生产 🚀"`,
		"\xffx\"":                ",team=\"\ufffdx\\\"\"",
		strings.Repeat("长", 200): `,team="` + strings.Repeat("长", 200) + `"`,
	} {
		if got := string(appendLabel(nil, `,team="`, value)); got != want {
			t.Errorf("%q is written as %s, want %s", value, got, want)
		}
	}
}

func TestAppendValue(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", math.Copysign(0, -1): "0", 1: "1", -11.19: "-11.19", 1798732800: "1798732800", 0.7224: "0.7224", 1 << 30: "1073741824",
		999999999999999: "999999999999999", 1e15: "1e+15", -1e300: "-1e+300", 5e-324: "5e-324",
	} {
		if got := string(appendValue(nil, v)); got != want {
			t.Errorf("%v is written as %s, want %s", v, got, want)
		}
	}
}

// The exposition of 10,000 instances, and parts of it.
func BenchmarkMetrics(b *testing.B) {
	match := func(selector string) url.Values { return url.Values{"match[]": {selector}} }
	for _, bb := range []struct {
		name             string
		query            url.Values
		accept, encoding string
	}{
		{"plain", nil, "", ""},
		{"gzip", nil, "", "gzip"},
		{"openmetrics", nil, askOpenMetrics, ""},
		{"account", url.Values{"account": {"acme-7"}}, "", ""},
		{"family", match(`brimwatch_instance_utilization_ratio`), "", ""},
		{"instance", match(`{instance_id="mqtt-00007"}`), "", ""},
		{"fleet", match(`{__name__=~"brimwatch_.+",__name__!~"brimwatch_instance_.+"}`), "", ""},
		{"computed", match(`{__name__=~"brimwatch_.+",__name__!~"brimwatch_instance_(capacity|lifecycle_moment_timestamp_seconds|utilization_ratio)"}`), "", ""},
		{"computed gzip", match(`{__name__=~"brimwatch_.+",__name__!~"brimwatch_instance_(capacity|lifecycle_moment_timestamp_seconds|utilization_ratio)"}`), "", "gzip"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			f := many(10_000)
			for i := range f.standings {
				f.standings[i].Instance.Account = fmt.Sprintf("acme-%d", i%100)
			}
			h := f.handler(b)
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", http.NoBody)
			r.URL.Path = "/metrics"
			r.URL.RawQuery = bb.query.Encode()
			r.Header.Set("Accept", bb.accept)
			r.Header.Set("Accept-Encoding", bb.encoding)
			out := &counted{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				out.size = 0
				h.ServeHTTP(out, r)
			}
			if out.status != 0 || out.size == 0 {
				b.Fatalf("answered %d, %d bytes", out.status, out.size)
			}
			b.ReportMetric(float64(out.size)/1e6, "MB")
		})
	}
}

// counted is a ResponseWriter that keeps only how much was written.
type counted struct {
	header http.Header
	size   int
	status int // 0 is 200
}

func (c *counted) Header() http.Header         { return c.header }
func (c *counted) Write(p []byte) (int, error) { c.size += len(p); return len(p), nil }
func (c *counted) WriteHeader(status int)      { c.status = status }

// TestOpenMetrics reads the page in OpenMetrics, as Prometheus does and line by line.
func TestOpenMetrics(t *testing.T) {
	f := withEverything()
	text := scrapeAs(t, f, "/metrics", askOpenMetrics, isOpenMetrics)
	golden.Equal(t, "openmetrics.txt", withoutBeginnings(text))
	holdsOpenMetrics(t, text)

	// All that stands in the one stands in the other.
	plain, open := seriesIn(t, scrape(t, f), isText), seriesIn(t, text, isOpenMetrics)
	for key, v := range plain {
		if got, ok := open[key]; !ok || got != v {
			t.Errorf("%s is %v in the text format, and %v (%v) in OpenMetrics", key, v, got, ok)
		}
	}
	for _, created := range []string{"brimwatch_test_calls_created", "brimwatch_test_duration_seconds_created"} {
		if !slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasPrefix(line, created) }) {
			t.Errorf("there is no %s", created)
		}
	}
}

// withoutBeginnings takes the moments out at which counters began: they are those of
// the test.
func withoutBeginnings(text string) []byte {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		name, _, _ := strings.Cut(line, "{")
		if name, _, _ = strings.Cut(name, " "); strings.HasSuffix(name, "_created") {
			lines[i] = line[:strings.LastIndexByte(line, ' ')] + " …"
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// holdsOpenMetrics holds a page against the rules of OpenMetrics that the parser of
// Prometheus passes over: families come once and in one piece, a unit is the end of
// the name, a counter ends in _total, and nothing follows the end.
func holdsOpenMetrics(t *testing.T, text string) {
	t.Helper()
	if !strings.HasSuffix(text, "\n# EOF\n") || strings.Count(text, "# EOF") != 1 {
		t.Error("the page does not end with # EOF")
	}
	types := map[string]string{}
	family := ""
	for line := range strings.Lines(strings.TrimSuffix(text, "# EOF\n")) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if word == "#" {
			kind, rest, _ := strings.Cut(rest, " ")
			name, value, _ := strings.Cut(rest, " ")
			switch {
			case kind == "HELP":
				if _, twice := types[name]; twice {
					t.Errorf("%s comes twice", name)
				}
				family, types[name] = name, ""
			case name != family:
				t.Errorf("%s stands among the series of %s", strings.TrimSpace(line), family)
			case kind == "TYPE":
				types[name] = value
			case kind == "UNIT" && !strings.HasSuffix(name, "_"+value):
				t.Errorf("%s does not end in its unit, %s", name, value)
			}
			continue
		}
		name, _, _ := strings.Cut(word, "{")
		endings := map[string][]string{"gauge": {""}, "unknown": {""}, "counter": {"_total", "_created"}, "histogram": {"_bucket", "_sum", "_count", "_created"}, "summary": {"", "_sum", "_count", "_created"}}
		if ending, ok := strings.CutPrefix(name, family); !ok || !slices.Contains(endings[types[family]], ending) {
			t.Errorf("%s stands among the series of %s, a %s", name, family, types[family])
		}
	}
}
