package statistics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// fleetFigures are points that a test hands to the history.
type fleetFigures struct {
	points     []series.Point
	unreadable map[string]bool // families
}

func (f *fleetFigures) put(name string, p series.Point) {
	for _, family := range series.Families() {
		if family.Name == name {
			p.Family = &family
			f.points = append(f.points, p)
			return
		}
	}
	panic("no such family: " + name)
}

func (f *fleetFigures) read(_ context.Context, _ time.Time, wanted func(*series.Family) bool, visit func(*series.Point)) (read []string) {
	for _, family := range series.Families() {
		if f.unreadable[family.Name] || !wanted(&family) {
			continue
		}
		for i := range f.points {
			if f.points[i].Family.Name == family.Name {
				visit(&f.points[i])
			}
		}
		read = append(read, family.Name)
	}
	return read
}

// now is the values of a query at this moment, by labels.
func now(t *testing.T, s *Store, query string) string {
	t.Helper()
	return strings.Join(slices.Sorted(slices.Values(vectorText(t, s, query))), "\n")
}

func vectorText(t *testing.T, s *Store, query string) []string {
	t.Helper()
	out := []string{}
	for _, one := range decoded(t, s, query, time.Now()) {
		names := slices.Sorted(maps.Keys(one.Metric))
		var text []string
		for _, name := range names {
			text = append(text, name+"="+one.Metric[name])
		}
		out = append(out, strings.Join(text, " ")+" "+fmt.Sprint(one.Value[1]))
	}
	return out
}

func TestFiguresAreInTheHistory(t *testing.T) {
	in := orders()
	f := &fleetFigures{unreadable: map[string]bool{}}
	one := func(v float64) series.Point { return series.Point{Instance: in, Value: v} }
	f.put(series.Info, series.Point{Instance: in, Labels: []fleet.Label{{Name: "name", Value: "Bestellungen „Süd“ 订单"}, {Name: "account", Value: "acme"}, {Name: "team", Value: ""}}, Value: 1})
	f.put(series.Threshold, series.Point{Instance: in, Metric: "connections", Severity: "warning", Value: 0.7})
	f.put(series.Threshold, series.Point{Instance: in, Metric: "connections", Severity: "critical", Value: 0.9})
	f.put(series.Forecast, series.Point{Instance: in, Metric: "connections", Value: 2e9})
	f.put(series.AutoRenew, one(0))
	f.put(series.Silenced, one(1))
	f.put(series.AlarmRaised, series.Point{Labels: []fleet.Label{{Name: "rule", Value: "low_balance"}, {Name: "account", Value: "acme"}}, Severity: "warning", Value: 1})
	f.put(series.Balance, series.Point{Labels: []fleet.Label{{Name: "account", Value: "acme"}, {Name: "currency", Value: "CNY"}}, Value: 12.5})
	f.put(series.Silences, series.Point{Value: 1})
	f.put(series.FleetUsage, series.Point{Metric: "connections", Labels: []fleet.Label{{Name: "product", Value: "mqtt"}, {Name: "account", Value: "acme"}}, Value: 42})

	reg := prometheus.NewRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "brimwatch_test_total", Help: "."}, []string{"outcome"})
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "brimwatch_test_seconds", Help: ".", Buckets: []float64{0.5, 1}})
	reg.MustRegister(counter, histogram)
	counter.WithLabelValues("ok").Add(3)
	histogram.Observe(0.7)

	s := open(t, t.TempDir(), func(o *Options) { o.Gatherer, o.Figures = reg, f.read })
	s.SetFleet([]*fleet.Instance{in})
	s.Gather(t.Context(), true)
	s.Flush()

	const identity = "edition=basic instance_id=mqtt-1"
	for query, want := range map[string]string{
		series.Info:                          "__name__=brimwatch_instance_info account=acme " + identity + " name=Bestellungen „Süd“ 订单 product=mqtt 1",
		`brimwatch_instance_threshold_ratio`: "__name__=brimwatch_instance_threshold_ratio " + identity + " metric=connections product=mqtt severity=critical 0.9\n__name__=brimwatch_instance_threshold_ratio " + identity + " metric=connections product=mqtt severity=warning 0.7",
		`{__name__="brimwatch_instance_threshold_ratio",severity=~"w.+"}`: "__name__=brimwatch_instance_threshold_ratio " + identity + " metric=connections product=mqtt severity=warning 0.7",
		series.Forecast:                 "__name__=brimwatch_instance_forecast_full_timestamp_seconds " + identity + " metric=connections product=mqtt 2000000000",
		series.AutoRenew:                "__name__=brimwatch_instance_auto_renew " + identity + " product=mqtt 0",
		series.Silenced:                 "__name__=brimwatch_instance_silenced " + identity + " product=mqtt 1",
		series.AlarmRaised:              "__name__=brimwatch_alarm_raised account=acme rule=low_balance severity=warning 1",
		series.Balance:                  "__name__=brimwatch_account_balance account=acme currency=CNY 12.5",
		series.Silences:                 "__name__=brimwatch_silences 1",
		series.FleetUsage:               "__name__=brimwatch_fleet_usage account=acme metric=connections product=mqtt 42",
		`brimwatch_test_total`:          "__name__=brimwatch_test_total outcome=ok 3",
		`brimwatch_test_seconds_bucket`: "__name__=brimwatch_test_seconds_bucket le=+Inf 1\n__name__=brimwatch_test_seconds_bucket le=0.5 0\n__name__=brimwatch_test_seconds_bucket le=1 1",
		`brimwatch_test_seconds_sum`:    "__name__=brimwatch_test_seconds_sum 0.7",
		`brimwatch_test_seconds_count`:  "__name__=brimwatch_test_seconds_count 1",
		`count({__name__=~".+"})`:       " 16",
	} {
		if got := now(t, s, query); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
	if got := labelValues(t, s, "severity"); !slices.Equal(got, []string{"critical", "warning"}) {
		t.Errorf("severities: %v", got)
	}
	if got := labelValues(t, s, "name"); !slices.Equal(got, []string{"Bestellungen „Süd“ 订单"}) {
		t.Errorf("names: %v", got)
	}
}

// TestFiguresEnd takes away one thing after the other, and one family that cannot be
// read for a while.
func TestFiguresEnd(t *testing.T) {
	in := orders()
	raised := series.Point{Labels: []fleet.Label{{Name: "rule", Value: "capacity"}, {Name: "instance_id", Value: in.ID}}, Severity: "warning", Value: 1}
	whole := func() *fleetFigures {
		f := &fleetFigures{unreadable: map[string]bool{}}
		f.put(series.Threshold, series.Point{Instance: in, Metric: "connections", Severity: "warning", Value: 0.7})
		f.put(series.AlarmRaised, raised)
		f.put(series.Silences, series.Point{Value: 1})
		return f
	}
	count := `count({__name__=~"brimwatch_instance_threshold_ratio|brimwatch_alarm_raised|brimwatch_silences"})`
	for _, c := range []struct {
		name   string
		change func(*fleetFigures)
		all    bool
		want   string
	}{
		{"nothing", func(*fleetFigures) {}, true, " 3"},
		{"the threshold", func(f *fleetFigures) { f.points = f.points[1:] }, true, " 2"},
		{"the threshold, when facts are not looked at", func(f *fleetFigures) { f.points = f.points[1:] }, false, " 3"},
		{"the alarm, which is always looked at", func(f *fleetFigures) { f.points = slices.Delete(f.points, 1, 2) }, false, " 2"},
		{"the alarm, when alarms cannot be read", func(f *fleetFigures) {
			f.points = slices.Delete(f.points, 1, 2)
			f.unreadable[series.AlarmRaised] = true
		}, true, " 3"},
		{"the silences", func(f *fleetFigures) { f.points = f.points[:2] }, false, " 2"},
		{"all", func(f *fleetFigures) { f.points = nil }, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := whole()
			s := open(t, t.TempDir(), func(o *Options) {
				o.Figures = func(ctx context.Context, now time.Time, w func(*series.Family) bool, v func(*series.Point)) []string {
					return f.read(ctx, now, w, v)
				}
			})
			s.SetFleet([]*fleet.Instance{in})
			s.gatherAt(t.Context(), time.Now().Add(-10*time.Second), true)
			s.Flush()
			if got := now(t, s, count); got != " 3" {
				t.Fatalf("before: %q", got)
			}
			f = whole()
			c.change(f)
			s.Gather(t.Context(), c.all)
			s.Flush()
			if got := now(t, s, count); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestFiguresOfAnInstanceThatIsGone ends with it.
func TestFiguresOfAnInstanceThatIsGone(t *testing.T) {
	in := orders()
	f := &fleetFigures{}
	f.put(series.AutoRenew, series.Point{Instance: in, Value: 1})
	s := open(t, t.TempDir(), func(o *Options) { o.Figures = f.read })
	s.SetFleet([]*fleet.Instance{in})
	s.gatherAt(t.Context(), time.Now().Add(-10*time.Second), true)
	s.Flush()
	if got := now(t, s, series.AutoRenew); got == "" {
		t.Fatal("nothing before")
	}
	s.SetFleet(nil)
	s.Gather(t.Context(), true) // the reader of the fleet may be a moment behind
	s.Flush()
	if got := now(t, s, series.AutoRenew); got != "" {
		t.Errorf("still there: %s", got)
	}
}

// TestGatheredWaitsBounded says what happens while nothing is stored.
func TestGatheredWaitsBounded(t *testing.T) {
	f := &fleetFigures{}
	f.put(series.Silences, series.Point{Value: 1})
	s := open(t, t.TempDir(), func(o *Options) { o.Figures = f.read })
	for i := range 3 * mostGathered {
		s.gatherAt(t.Context(), time.Now().Add(time.Duration(i-100)*time.Second), false)
	}
	if len(s.gathered) != mostGathered {
		t.Errorf("%d wait, want %d", len(s.gathered), mostGathered)
	}
	if got := testutil.ToFloat64(s.metrics.refused.WithLabelValues(dropBufferFull)); got != 2*mostGathered {
		t.Errorf("%v were counted as dropped, want %d", got, 2*mostGathered)
	}
}

func labelValues(t *testing.T, s *Store, name string) []string {
	t.Helper()
	q, err := s.query.Querier(time.Now().Add(-time.Hour).UnixMilli(), time.Now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = q.Close() }()
	out, _, err := q.LabelValues(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOwnMetricsBecomeDifferent ends the series of a metric that is gone.
func TestOwnMetricsBecomeDifferent(t *testing.T) {
	reg := prometheus.NewRegistry()
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "brimwatch_test", Help: "."}, []string{"endpoint"})
	reg.MustRegister(gauge)
	s := open(t, t.TempDir(), func(o *Options) { o.Gatherer = reg })
	gauge.WithLabelValues("a").Set(1)
	gauge.WithLabelValues("b").Set(2)
	s.gatherAt(t.Context(), time.Now().Add(-10*time.Second), false)
	s.Flush()
	gauge.DeleteLabelValues("a")
	s.Gather(t.Context(), false)
	s.Flush()
	if diff := cmp.Diff("__name__=brimwatch_test endpoint=b 2", now(t, s, "brimwatch_test")); diff != "" {
		t.Error(diff)
	}
}
