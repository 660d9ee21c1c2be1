package collector

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

// visitAt returns what the visits of a table have in common, seconds past noon.
func visitAt(seconds int) *occasion {
	at := noon().Add(time.Duration(seconds) * time.Second)
	return &occasion{at: at, arrival: at.Add(time.Millisecond), began: noon(), interval: 15 * time.Second, origin: fleet.OriginServer}
}

func TestReading(t *testing.T) {
	limited := &fleet.Instance{ID: "a"}
	limited.Configured[fleet.Connections] = 5000
	cataloged := &fleet.Instance{ID: "a"}
	cataloged.Catalogue[fleet.Connections] = 1000
	known := func(m ...fleet.Metric) (s fleet.MetricSet) {
		for _, m := range m {
			s = s.With(m)
		}
		return s
	}
	firstGap := func(m fleet.Metric) fleet.Gap { return fleet.Gap{Metric: m, Reason: first.reason()} }
	for _, tt := range []struct {
		name   string
		in     *fleet.Instance
		visit  func(v *Visit)
		failed string
		want   fleet.Reading
	}{
		{name: "nothing told", visit: func(*Visit) {}, want: fleet.Reading{Up: true}},
		{name: "gauges",
			visit: func(v *Visit) { v.Gauge(fleet.Connections, 7); v.Gauge(fleet.Subscriptions, 0) },
			want:  fleet.Reading{Up: true, Known: known(fleet.Connections, fleet.Subscriptions), Usage: fleet.Amounts{fleet.Connections: 7}}},
		{name: "the sum of messages",
			visit: func(v *Visit) { v.Gauge(fleet.SendTPS, 7); v.Gauge(fleet.ReceiveTPS, 8) },
			want: fleet.Reading{Up: true, Known: known(fleet.SendTPS, fleet.ReceiveTPS, fleet.MessageTPS),
				Usage: fleet.Amounts{fleet.SendTPS: 7, fleet.ReceiveTPS: 8, fleet.MessageTPS: 15}}},
		{name: "messages told by the source itself",
			visit: func(v *Visit) {
				v.Gauge(fleet.SendTPS, 7)
				v.Gauge(fleet.ReceiveTPS, 8)
				v.Gauge(fleet.MessageTPS, 16)
			},
			want: fleet.Reading{Up: true, Known: known(fleet.SendTPS, fleet.ReceiveTPS, fleet.MessageTPS),
				Usage: fleet.Amounts{fleet.SendTPS: 7, fleet.ReceiveTPS: 8, fleet.MessageTPS: 16}}},
		{name: "messages unknown to the source itself",
			visit: func(v *Visit) {
				v.Gauge(fleet.SendTPS, 7)
				v.Gauge(fleet.ReceiveTPS, 8)
				v.Unknown(fleet.MessageTPS, "billed otherwise")
			},
			want: fleet.Reading{Up: true, Known: known(fleet.SendTPS, fleet.ReceiveTPS),
				Usage: fleet.Amounts{fleet.SendTPS: 7, fleet.ReceiveTPS: 8}, Gaps: []fleet.Gap{{Metric: fleet.MessageTPS, Reason: "billed otherwise"}}}},
		{name: "half of the messages unknown",
			visit: func(v *Visit) { v.Gauge(fleet.SendTPS, 7); v.Unknown(fleet.ReceiveTPS, "statistics are off") },
			want: fleet.Reading{Up: true, Known: known(fleet.SendTPS), Usage: fleet.Amounts{fleet.SendTPS: 7},
				Gaps: []fleet.Gap{{Metric: fleet.ReceiveTPS, Reason: "statistics are off"}, {Metric: fleet.MessageTPS, Reason: "statistics are off"}}}},
		{name: "the first totals",
			visit: func(v *Visit) { v.Counter(fleet.SendTPS, 7, noon()); v.Counter(fleet.ReceiveTPS, 7, noon()) },
			want:  fleet.Reading{Up: true, Gaps: []fleet.Gap{firstGap(fleet.SendTPS), firstGap(fleet.ReceiveTPS), firstGap(fleet.MessageTPS)}}},
		{name: "a limit",
			visit: func(v *Visit) { v.Gauge(fleet.Connections, 7); v.Limit(fleet.Connections, 10) },
			want: fleet.Reading{Up: true, Known: known(fleet.Connections), Usage: fleet.Amounts{fleet.Connections: 7},
				Limits: [fleet.NumMetrics]fleet.Limit{fleet.Connections: {Value: 10, At: noon().Unix(), Origin: fleet.OriginServer}}}},
		{name: "not a number",
			visit: func(v *Visit) { v.Gauge(fleet.Connections, math.NaN()); v.Limit(fleet.Connections, math.Inf(1)) },
			want: fleet.Reading{Up: true,
				Gaps: []fleet.Gap{{Metric: fleet.Connections, Reason: "the source told a figure that is not a number or is below zero"}}}},
		{name: "full at a configured limit", in: limited,
			visit: func(v *Visit) { v.Full(fleet.Connections) },
			want:  fleet.Reading{Up: true, Known: known(fleet.Connections), Usage: fleet.Amounts{fleet.Connections: 5000}}},
		{name: "full at a told limit", in: cataloged,
			visit: func(v *Visit) { v.Full(fleet.Connections); v.Limit(fleet.Connections, 900) },
			want: fleet.Reading{Up: true, Known: known(fleet.Connections), Usage: fleet.Amounts{fleet.Connections: 900},
				Limits: [fleet.NumMetrics]fleet.Limit{fleet.Connections: {Value: 900, At: noon().Unix(), Origin: fleet.OriginServer}}}},
		{name: "full at the limit of the catalogue", in: cataloged,
			visit: func(v *Visit) { v.Full(fleet.Connections) },
			want:  fleet.Reading{Up: true, Known: known(fleet.Connections), Usage: fleet.Amounts{fleet.Connections: 1000}}},
		{name: "full at a limit nobody knows",
			visit: func(v *Visit) { v.Full(fleet.Connections) },
			want:  fleet.Reading{Up: true, Gaps: []fleet.Gap{{Metric: fleet.Connections, Reason: noLimitToBeFull}}}},
		{name: "full, and an error", in: limited, failed: "the broker closed the connection",
			visit: func(v *Visit) { v.Full(fleet.Connections) },
			want:  fleet.Reading{Up: true, Known: known(fleet.Connections), Usage: fleet.Amounts{fleet.Connections: 5000}}},
		{name: "an error", failed: "the connection was refused", visit: func(*Visit) {},
			want: fleet.Reading{Reason: "the connection was refused"}},
		{name: "an error of this instance only", failed: "",
			visit: func(v *Visit) { v.Gauge(fleet.Connections, 7); v.Fail(errors.New("no such\ninstance")) },
			want:  fleet.Reading{Reason: "no such instance"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.in == nil {
				tt.in = instance("a")
			}
			var v Visit
			tt.visit(&v)
			o := visitAt(0)
			o.failed = tt.failed
			tt.want.Instance, tt.want.At = "a", noon()
			m := memory{id: "a"}
			got, _ := m.reading(tt.in, &v, o)
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}
			if m.up.Load() != got.Up || m.last != got {
				t.Error("the reading is not remembered")
			}
		})
	}
}

// TestCountersAndLimitsGoOn follows one instance through a failure and a restart.
func TestCountersAndLimitsGoOn(t *testing.T) {
	m := memory{id: "a"}
	step := func(seconds int, failed string, visit func(v *Visit)) (*fleet.Reading, int) {
		var v Visit
		visit(&v)
		o := visitAt(seconds)
		o.failed = failed
		return m.reading(instance("a"), &v, o)
	}
	total := func(total float64, seconds int) func(*Visit) {
		return func(v *Visit) {
			v.Counter(fleet.SendTPS, total, noon().Add(time.Duration(seconds)*time.Second))
		}
	}
	limit := fleet.Limit{Value: 10, At: noon().Unix(), Origin: fleet.OriginServer}

	r, _ := step(0, "", func(v *Visit) { total(1000, 0)(v); v.Limit(fleet.Connections, 10) })
	if r.Known.Has(fleet.SendTPS) || r.Gap(fleet.SendTPS) == "" || r.Limits[fleet.Connections] != limit {
		t.Errorf("first reading is %+v", r)
	}
	r, _ = step(15, "", total(2500, 15))
	if !r.Known.Has(fleet.SendTPS) || r.Usage[fleet.SendTPS] != 100 || r.Limits[fleet.Connections] != limit {
		t.Errorf("second reading is %+v", r)
	}
	r, _ = step(30, "gone", func(*Visit) {})
	if r.Up || r.Known != 0 || r.Limits[fleet.Connections] != limit {
		t.Errorf("reading of the failure is %+v", r)
	}
	if r = m.failed(noon().Add(45*time.Second), "hangs"); r.Up || r.Reason != "hangs" || r.Limits[fleet.Connections] != limit {
		t.Errorf("reading of a hanging visit is %+v", r)
	}
	r, _ = step(60, "", total(7000, 60))
	if r.Usage[fleet.SendTPS] != 100 || r.Limits[fleet.Connections] != limit {
		t.Errorf("reading after the gap is %+v", r)
	}
	r, resets := step(75, "", total(10, 75))
	if r.Known.Has(fleet.SendTPS) || resets != 1 || r.Gap(fleet.SendTPS) != restarted.reason() {
		t.Errorf("reading after a restart is %+v, with %d resets", r, resets)
	}
	if _, resets = step(90, "", total(10, 75)); resets != 0 {
		t.Errorf("a reset was counted again")
	}
}

// A server that renews its figures every 11 s, as Mosquitto does, is read every
// two: the rate holds in between, and for 45 s at most.
func TestRateHoldsBetweenRefreshes(t *testing.T) {
	m := memory{id: "a"}
	for seconds := 0; seconds <= 120; seconds += 2 {
		refresh := min(seconds/11*11, 66) // then it hangs
		var v Visit
		v.Counter(fleet.SendTPS, float64(100*refresh), noon().Add(time.Duration(refresh)*time.Second))
		o := visitAt(seconds)
		o.interval = 2 * time.Second
		r, _ := m.reading(instance("a"), &v, o)
		want := seconds >= 11 && seconds <= 66+45
		if known := r.Known.Has(fleet.SendTPS); known != want || known && r.Usage[fleet.SendTPS] != 100 {
			t.Errorf("after %d s the rate is %v, known %v (%s), want 100, known %v",
				seconds, r.Usage[fleet.SendTPS], known, r.Gap(fleet.SendTPS), want)
		}
	}
}

// TestReadingsAreNotTouchedAgain holds on to a reading while the Visit and the
// memory behind it are used on.
func TestReadingsAreNotTouchedAgain(t *testing.T) {
	m := memory{id: "a"}
	var v Visit
	v.Unknown(fleet.Connections, "one")
	v.Limit(fleet.Connections, 1)
	held, _ := m.reading(instance("a"), &v, visitAt(0))
	before := *held
	before.Gaps = append([]fleet.Gap(nil), held.Gaps...)
	v.Reset()
	v.Unknown(fleet.Subscriptions, "two")
	v.Limit(fleet.Connections, 2)
	if _, resets := m.reading(instance("a"), &v, visitAt(15)); resets != 0 {
		t.Error("a reset was counted")
	}
	if diff := cmp.Diff(&before, held); diff != "" {
		t.Errorf("a published reading was changed (-before +after):\n%s", diff)
	}
}

// TestAnyVisitMakesASoundReading throws everything at a memory that a Collector
// could tell.
func TestAnyVisitMakesASoundReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := memory{id: "a"}
		in := instance("a")
		for i := range rapid.IntRange(1, 10).Draw(t, "visits") {
			var v Visit
			for metric := range fleet.Metric(fleet.NumMetrics) {
				value := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1000)).Draw(t, "value")
				switch rapid.IntRange(0, 5).Draw(t, "kind") {
				case 0:
					v.Gauge(metric, value)
				case 1, 2:
					v.Counter(metric, value, time.Unix(rapid.Int64().Draw(t, "clock"), 0))
				case 3:
					v.Limit(metric, value)
				case 4:
					v.Full(metric)
				}
			}
			if rapid.Bool().Draw(t, "starts") {
				v.Started(time.Unix(rapid.Int64().Draw(t, "started"), 0))
			}
			r, _ := m.reading(in, &v, visitAt(15*i))
			for metric := range fleet.Metric(fleet.NumMetrics) {
				u := r.Usage[metric]
				if math.IsNaN(u) || math.IsInf(u, 0) || u < 0 || !r.Known.Has(metric) && u != 0 {
					t.Fatalf("usage of %v is %v (known: %v)", metric, u, r.Known.Has(metric))
				}
				if told := r.Limits[metric]; told != (fleet.Limit{}) && !told.Known() {
					t.Fatalf("limit of %v is %+v", metric, told)
				}
				if r.Known.Has(metric) && r.Gap(metric) != "" {
					t.Fatalf("%v is known and has a gap: %s", metric, r.Gap(metric))
				}
			}
		}
	})
}

// What a server told before a restart of ours counts until it tells again.
func TestLimitsFromBefore(t *testing.T) {
	before := fleet.Limit{Value: 200, At: 1, Origin: fleet.OriginServer}
	s := &Source{Instances: []*fleet.Instance{{ID: "a"}, {ID: "b"}}, LimitsBefore: func(id string) (limits [fleet.NumMetrics]fleet.Limit, ok bool) {
		limits[fleet.Connections] = before
		return limits, id == "a"
	}}
	b := bind(s, nil)
	o := occasion{arrival: time.Unix(1000, 0), failed: "refused"}
	if r, _ := b.memories[0].reading(s.Instances[0], &Visit{}, &o); r.Limits[fleet.Connections] != before || r.Up {
		t.Errorf("got %+v", r)
	}
	if r, _ := b.memories[1].reading(s.Instances[1], &Visit{}, &o); r.Limits[fleet.Connections].Known() {
		t.Errorf("got %+v", r)
	}
	o.failed, o.origin = "", fleet.OriginServer
	v := &Visit{}
	v.Limit(fleet.Connections, 300)
	if r, _ := b.memories[0].reading(s.Instances[0], v, &o); r.Limits[fleet.Connections] != (fleet.Limit{Value: 300, At: 1000, Origin: fleet.OriginServer}) {
		t.Errorf("got %+v", r)
	}
}
