package statistics

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/prometheus/prometheus/promql"

	"github.com/brimwatch/brimwatch/fleet"
)

// ask runs an instant query and returns its samples as text, in order.
func ask(t testing.TB, s *Store, query string, at time.Time) []string {
	t.Helper()
	q, err := s.engine.NewInstantQuery(context.Background(), s.query, nil, query, at)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer q.Close()
	res := q.Exec(context.Background())
	if res.Err != nil {
		t.Fatalf("%s: %v", query, res.Err)
	}
	v, err := res.Vector()
	if err != nil {
		m, matrixErr := res.Matrix()
		if matrixErr != nil {
			t.Fatalf("%s: %v", query, err)
		}
		out := make([]string, 0, len(m))
		for _, one := range m {
			out = append(out, one.String())
		}
		return out
	}
	out := make([]string, 0, len(v))
	for _, one := range v {
		out = append(out, one.Metric.String()+" "+promql.FPoint{F: one.F}.String())
	}
	return out
}

func values(t testing.TB, s *Store, query string, at time.Time) []float64 {
	t.Helper()
	q, err := s.engine.NewInstantQuery(context.Background(), s.query, nil, "sort("+query+")", at)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer q.Close()
	v, err := q.Exec(context.Background()).Vector()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	out := []float64{}
	for _, one := range v {
		out = append(out, one.F)
	}
	return out
}

func TestWhatAReadingBecomes(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	in := orders()
	in.Term.Expires = at.Add(24 * time.Hour)
	s.SetFleet([]*fleet.Instance{in})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500)})
	s.Flush()

	for query, want := range map[string][]float64{
		`brimwatch_instance_usage{metric="message_tps"}`:                                 {700},
		`brimwatch_instance_usage{metric="send_tps"}`:                                    {100},
		`brimwatch_instance_usage`:                                                       {100, 600, 700, 3500, 7000},
		`brimwatch_instance_usage{metric=~"message_tps|connections"}`:                    {700, 3500},
		`brimwatch_instance_usage{metric!="message_tps"}`:                                {100, 600, 3500, 7000},
		`brimwatch_instance_utilization_ratio{instance_id="mqtt-1"}`:                     {0.7, 0.7, 0.7},
		`brimwatch_instance_utilization_ratio{instance_id="mqtt-2"}`:                     {},
		`brimwatch_instance_utilization_ratio{metric="message_tps",product="mqtt"}`:      {0.7},
		`brimwatch_instance_utilization_ratio{edition="platinum"}`:                       {},
		`brimwatch_instance_up`:                                                          {1},
		`brimwatch_instance_capacity`:                                                    {1000, 5000, 10000},
		`brimwatch_instance_capacity{metric="connections"}`:                              {5000},
		`{__name__=~"brimwatch_instance_(usage|capacity)",metric="connections"}`:         {3500, 5000},
		`{__name__=~".+",instance_id="mqtt-1",metric="message_tps"}`:                     {0.7, 700, 1000},
		`brimwatch_instance_usage / on(instance_id, metric) brimwatch_instance_capacity`: {0.7, 0.7, 0.7},
		`brimwatch_instance_usage{foo=""}`:                                               {100, 600, 700, 3500, 7000},
		`brimwatch_instance_usage{foo="x"}`:                                              {},
		`brimwatch_instance_expiry_timestamp_seconds`:                                    {},
	} {
		t.Run(query, func(t *testing.T) {
			if diff := cmp.Diff(want, values(t, s, query, at)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	t.Run("stored series", func(t *testing.T) {
		// send, receive, connections, subscriptions, up: the sum is not stored.
		if got := s.db.Head().NumSeries(); got != 5 {
			t.Errorf("%d series are stored, want 5", got)
		}
	})
	t.Run("expiry holds from now", func(t *testing.T) {
		got := values(t, s, "brimwatch_instance_expiry_timestamp_seconds", time.Now())
		if diff := cmp.Diff([]float64{float64(in.Term.Expires.Unix())}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestSumThatIsNotTheSum(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	// The source counts message_tps itself, now and then as the sum.
	var want []string
	for i, whole := range []float64{700, 705, 700, 0} {
		r := mqttReading("mqtt-1", at.Add(time.Duration(i)*15*time.Second), 100, 600, 1)
		r.Usage[fleet.MessageTPS] = whole
		if whole == 0 {
			r.Known = r.Known.Without(fleet.MessageTPS)
		} else {
			want = append(want, fmt.Sprintf("%v @[%d]", whole, r.At.UnixMilli()))
		}
		s.Append([]*fleet.Reading{r})
	}
	s.Flush()
	got := ask(t, s, `brimwatch_instance_usage{metric="message_tps"}[5m]`, at.Add(time.Minute))
	if diff := cmp.Diff([]string{
		`{__name__="brimwatch_instance_usage", edition="basic", instance_id="mqtt-1", metric="message_tps", product="mqtt"} =>` + "\n" +
			want[0] + "\n" + want[1] + "\n" + want[2],
	}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := values(t, s, `brimwatch_instance_usage{metric="message_tps"}`, at.Add(45*time.Second)); len(got) != 0 {
		t.Errorf("an unknown sum is shown as %v", got)
	}
}

func TestSilenceBreaksTheSeries(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500), silence("mqtt-1", at.Add(15*time.Second))})
	s.Flush()

	later := at.Add(20 * time.Second)
	for query, want := range map[string][]float64{
		"brimwatch_instance_usage":             {},
		"brimwatch_instance_utilization_ratio": {},
		"brimwatch_instance_up":                {0},
		"brimwatch_instance_capacity":          {1000, 5000, 10000},
	} {
		if diff := cmp.Diff(want, values(t, s, query, later)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", query, diff)
		}
	}
	if got := values(t, s, "brimwatch_instance_usage", at.Add(10*time.Second)); len(got) != 5 {
		t.Errorf("before the silence: %v", got)
	}
	if got := s.db.Head().NumSeries(); got != 5 {
		t.Errorf("%d series are stored, want 5: a derived one needs no marker", got)
	}
}

func TestOneMetricUnknown(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	first, second := mqttReading("mqtt-1", at, 1, 2, 3), mqttReading("mqtt-1", at.Add(15*time.Second), 1, 2, 3)
	second.Known = second.Known.Without(fleet.ReceiveTPS).Without(fleet.MessageTPS)
	s.Append([]*fleet.Reading{first, second})
	s.Flush()
	if diff := cmp.Diff([]float64{1, 3, 6}, values(t, s, "brimwatch_instance_usage", second.At)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAnotherEditionBeginsNewSeries(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500)})
	s.Flush()
	bigger := orders()
	bigger.Edition = "platinum"
	bigger.Catalogue[fleet.Connections] = 7000
	s.SetFleet([]*fleet.Instance{bigger})
	next := time.Now().Truncate(time.Second)
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", next, 100, 600, 3500)})
	s.Flush()

	got := ask(t, s, `brimwatch_instance_utilization_ratio{metric="connections"}`, next.Add(5*time.Second))
	want := []string{`{__name__="brimwatch_instance_utilization_ratio", edition="platinum", instance_id="mqtt-1", metric="connections", product="mqtt"} 0.5 @[0]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := values(t, s, `brimwatch_instance_utilization_ratio{metric="connections"}`, at.Add(10*time.Second)); len(got) != 1 || got[0] != 0.7 {
		t.Errorf("in the old edition: %v", got)
	}
}
