package statistics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// show writes points as seconds from at, so that a table can be read.
func show(points []fleet.Point, at time.Time) string {
	var out []string
	for _, p := range points {
		out = append(out, fmt.Sprintf("%v=%v", p.T.Sub(at).Seconds(), p.V))
	}
	return strings.Join(out, " ")
}

func TestStatistics(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	var readings []*fleet.Reading
	for i := range 8 { // two minutes
		v := float64(100 + i)
		if i == 2 {
			v = 900 // a peak of one reading
		}
		readings = append(readings, mqttReading("mqtt-1", at.Add(time.Duration(i)*15*time.Second), 0, 0, v))
	}
	readings = append(readings, silence("mqtt-1", at.Add(2*time.Minute)))
	s.Append(readings)
	s.Flush()

	for _, c := range []struct {
		name     string
		from, to time.Duration
		step     time.Duration
		usage    string
		average  string
		capacity string
	}{
		{"the peak within a step is kept", 0, 3 * time.Minute, time.Minute, "0=100 60=900 120=107", "0=100 60=302 120=106", "0=5000 60=5000 120=5000 180=5000"},
		{"at the pace of the readings", 0, 45 * time.Second, 15 * time.Second, "0=100 15=101 30=900 45=103", "0=100 15=101 30=900 45=103", "0=5000 15=5000 30=5000 45=5000"},
		{"faster than the readings", 15 * time.Second, 35 * time.Second, 5 * time.Second, "15=101 20=101 25=101 30=900 35=900", "15=101 20=101 25=101 30=900 35=900", "15=5000 20=5000 25=5000 30=5000 35=5000"},
		{"a silence breaks the line", 105 * time.Second, 135 * time.Second, 15 * time.Second, "105=107", "105=107", "105=5000 120=5000 135=5000"},
		{"the first step reaches back", 30 * time.Second, 30 * time.Second, time.Minute, "30=900", "30=367", "30=5000"},
		{"before everything", -time.Hour, -time.Hour + time.Minute, time.Minute, "", "", ""},
		{"steps that do not fit the range", 0, 100 * time.Second, 40 * time.Second, "0=100 40=900 80=105", "0=100 40=500.5 80=104", "0=5000 40=5000 80=5000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Statistics(t.Context(), "mqtt-1", at.Add(c.from), at.Add(c.to), c.step)
			if err != nil {
				t.Fatal(err)
			}
			var usage, average, capacity string
			for _, one := range got {
				if one.Metric == fleet.Connections {
					usage, average, capacity = show(one.Usage, at), show(one.Average, at), show(one.Capacity, at)
				}
			}
			if usage != c.usage {
				t.Errorf("usage    %s\nwant     %s", usage, c.usage)
			}
			if average != c.average {
				t.Errorf("average  %s\nwant     %s", average, c.average)
			}
			if capacity != c.capacity {
				t.Errorf("capacity %s\nwant     %s", capacity, c.capacity)
			}
		})
	}
	t.Run("all metrics in order", func(t *testing.T) {
		got, err := s.Statistics(t.Context(), "mqtt-1", at, at, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var metrics []string
		for _, one := range got {
			metrics = append(metrics, one.Metric.String())
		}
		if diff := cmp.Diff([]string{"message_tps", "send_tps", "receive_tps", "subscriptions", "connections"}, metrics); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		if got, err := s.Statistics(t.Context(), "nobody", at, at, time.Minute); err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
	t.Run("given up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Statistics(ctx, "mqtt-1", at, at, time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// TestStatisticsWithoutReadings shows the last reading for as long as PromQL
// would, and then nothing.
func TestStatisticsWithoutReadings(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 0, 0, 7), mqttReading("mqtt-1", at.Add(8*time.Minute), 0, 0, 9)})
	s.Flush()
	got, err := s.Statistics(t.Context(), "mqtt-1", at.Add(-time.Minute), at.Add(10*time.Minute), time.Minute)
	if err != nil || len(got) != 5 {
		t.Fatal(got, err)
	}
	if got := show(got[4].Usage, at); got != "0=7 60=7 120=7 180=7 240=7 480=9 540=9 600=9" {
		t.Errorf("usage %s", got)
	}
}

func TestStatisticsOverAnUpgrade(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	in := orders()
	s.SetFleet([]*fleet.Instance{in})
	before := time.Now().Add(-30 * time.Second).Truncate(time.Second)
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", before, 0, 0, 3500)})
	s.Flush()
	bigger := *in
	bigger.Edition, bigger.Catalogue[fleet.Connections] = "platinum", 7000
	s.SetFleet([]*fleet.Instance{&bigger})
	s.Flush()
	after := time.Now().Truncate(time.Second).Add(time.Second)
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", after, 0, 0, 3600)})
	s.Flush()

	got, err := s.Statistics(t.Context(), "mqtt-1", before, after, after.Sub(before))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range got {
		if one.Metric == fleet.Connections {
			if diff := cmp.Diff([]fleet.Point{{T: before.UTC(), V: 3500}, {T: after.UTC(), V: 3600}}, one.Usage); diff != "" {
				t.Errorf("usage (-want +got)\n%s", diff)
			}
			if len(one.Capacity) == 0 || one.Capacity[0].V != 5000 {
				t.Errorf("capacity before the upgrade: %v", one.Capacity)
			}
		}
	}
}

// TestAverageOverAnUpgrade: readings of both editions within one step are one mean.
func TestAverageOverAnUpgrade(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	in := orders()
	s.SetFleet([]*fleet.Instance{in})
	at := time.Now().Add(-30 * time.Second).Truncate(time.Second)
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 0, 0, 100), mqttReading("mqtt-1", at.Add(15*time.Second), 0, 0, 200)})
	s.Flush()
	bigger := *in
	bigger.Edition = "platinum"
	s.SetFleet([]*fleet.Instance{&bigger})
	s.Flush()
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at.Add(31*time.Second), 0, 0, 600)})
	s.Flush()
	got, err := s.Statistics(t.Context(), "mqtt-1", at.Add(time.Minute), at.Add(time.Minute), 2*time.Minute)
	if err != nil || len(got) != 5 {
		t.Fatal(got, err)
	}
	if usage, average := show(got[4].Usage, at), show(got[4].Average, at); usage != "60=600" || average != "60=300" {
		t.Errorf("highest %s, average %s, want 60=600 and 60=300", usage, average)
	}
}

func TestRangesThatCannotBeShown(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	for _, c := range []struct {
		name     string
		from, to time.Time
		step     time.Duration
		says     string
	}{
		{"backwards", at, at.Add(-time.Second), time.Minute, "is before its beginning"},
		{"no step", at, at, 0, "one second or more"},
		{"no beginning", time.Time{}, at, time.Minute, "give both"},
		{"too fine", at.AddDate(-1, 0, 0), at, time.Minute, "take a step of at least 47m48s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Statistics(t.Context(), "mqtt-1", c.from, c.to, c.step)
			if !errors.Is(err, ErrRange) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
	t.Run("the advice helps", func(t *testing.T) {
		if _, err := s.Statistics(t.Context(), "mqtt-1", at.AddDate(-1, 0, 0), at, 47*time.Minute+48*time.Second); err != nil {
			t.Error(err)
		}
	})
}
