package api

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

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
)

// scrape returns the exposition of the fakes.
func scrape(t testing.TB, f *fakes) string {
	t.Helper()
	w := ask(t, f.handler(t), http.MethodGet, "/metrics", "")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("answered %d, %s", w.Code, w.Header().Get("Content-Type"))
	}
	return w.Body.String()
}

// series reads an exposition as Prometheus does, and returns its series.
func series(t testing.TB, text string) map[string]float64 {
	t.Helper()
	p, err := textparse.New([]byte(text), "text/plain; version=0.0.4", labels.NewSymbolTable(), textparse.ParserOptions{})
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

func TestMetrics(t *testing.T) {
	f := newFakes()
	own := prometheus.NewGauge(prometheus.GaugeOpts{Name: "brimwatch_engine_open", Help: "Open alarms."})
	f.registry.MustRegister(own)
	text := scrape(t, f)
	golden(t, "metrics.txt", []byte(text))

	series(t, text)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", err, problems)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, mf := range families {
		if mf.GetHelp() == "" {
			t.Errorf("%s has no help", name)
		}
	}
	if families["brimwatch_engine_open"] == nil {
		t.Error("Brimwatch's own metrics are missing")
	}
}

// TestMetricsContract holds that names and labels are those that others rely on.
func TestMetricsContract(t *testing.T) {
	got := series(t, scrape(t, newFakes()))
	for _, want := range []string{
		`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="connections", product="mqtt"}`,
		`{__name__="brimwatch_instance_capacity", edition="basic", instance_id="mqtt-1", metric="subscriptions", product="mqtt"}`,
		`{__name__="brimwatch_instance_utilization_ratio", edition="basic", instance_id="mqtt-1", metric="message_tps", product="mqtt"}`,
		`{__name__="brimwatch_instance_up", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
		`{__name__="brimwatch_instance_expiry_timestamp_seconds", edition="basic", instance_id="mqtt-1", product="mqtt"}`,
		`{__name__="brimwatch_instance_lifecycle_state", edition="standard", instance_id="rmq-2", product="rocketmq", state="grace"}`,
		`{__name__="brimwatch_instance_lifecycle_moment_timestamp_seconds", edition="basic", instance_id="mqtt-1", product="mqtt", state="released"}`,
		`{__name__="brimwatch_instance_info", account="acme", edition="basic", env="prod", instance_id="mqtt-1", name="Orders", product="mqtt", team="orders"}`,
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
	series(t, scrape(t, f)) // fails on a series that stands there twice
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

// TestMetricsOfAnyFleet holds that whatever people call their instances and labels,
// Prometheus reads the page, and no series stands there twice.
func TestMetricsOfAnyFleet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z_.\-0-9"\\]{0,4}`), rapid.SampledFrom([]string{
			"instance_id", "name", "account", "label_name", "__name__", "le", "a-b", "a.b", "a_b", "a_b_2", "\xff", "1st", "\n",
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
		got := series(t, scrape(t, f))
		infos := 0
		for name := range got {
			if strings.Contains(name, `__name__="brimwatch_instance_info"`) {
				infos++
			}
		}
		if infos != len(f.standings) {
			rt.Errorf("%d instances have %d infos", len(f.standings), infos)
		}
	})
}

func TestLabelNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []string
		want []string
	}{
		{"as they are", []string{"env", "team"}, []string{"env", "team"}},
		{"like those that all have", []string{"account", "name"}, []string{"label_account", "label_name"}},
		{"with characters that may not be", []string{"a-b", "größe"}, []string{"a_b", "gr__e"}},
		{"with a digit before, or nothing", []string{"", "1st"}, []string{"label_", "label_1st"}},
		{"that belong to Prometheus", []string{"__name__"}, []string{"label___name__"}},
		{"that become the same", []string{"a-b", "a.b", "a_b"}, []string{"label_a_b", "label_a_b_2", "a_b"}},
		{"that meet what others became", []string{"label_name", "name"}, []string{"label_name", "label_name_2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := make([]fleet.Label, len(tt.in))
			for i, name := range tt.in {
				list[i].Name = name
			}
			names := make(labelNames)
			for range 2 { // the second time from memory
				if got := names.of(list); !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

// A writer that fails is left alone from then on.
type broken struct{ writes int }

func (b *broken) Write([]byte) (int, error) {
	b.writes++
	return 0, errors.New("broken pipe")
}

func TestPageAfterAFault(t *testing.T) {
	b := &broken{}
	p := &page{out: b}
	p.fleet(many(2000).standings)
	p.flush()
	if b.writes != 1 || p.err == nil {
		t.Errorf("%d writes after the first failed, %v", b.writes-1, p.err)
	}
}
