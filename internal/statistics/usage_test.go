package statistics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestEachUsage(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	ids := []string{"mqtt-1", "a.b|c(", "\xff", "other"}
	var instances []*fleet.Instance
	for _, id := range ids {
		in := *orders()
		in.ID = id
		instances = append(instances, &in)
	}
	s.SetFleet(instances)
	for i := range 3 {
		var readings []*fleet.Reading
		for k, id := range ids {
			readings = append(readings, mqttReading(id, at.Add(time.Duration(i)*15*time.Second), float64(i), float64(k), 100))
		}
		s.Append(readings)
	}
	s.Append([]*fleet.Reading{silence("mqtt-1", at.Add(45*time.Second))})
	s.Flush()

	read := func(ids []string, metrics fleet.MetricSet, from, to time.Duration) (out []string) {
		t.Helper()
		err := s.EachUsage(t.Context(), ids, metrics, at.Add(from), at.Add(to), func(id string, m fleet.Metric, samples Samples) {
			line := fmt.Sprintf("%q %s", id, m)
			for ms, v, ok := samples(); ok; ms, v, ok = samples() {
				line += fmt.Sprintf(" %d=%v", (ms-at.UnixMilli())/1000, v)
			}
			out = append(out, line)
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(out)
		return out
	}
	two := fleet.MetricSet(0).With(fleet.MessageTPS).With(fleet.Connections)
	want := []string{
		`"\xff" connections 0=100 15=100 30=100`, `"\xff" message_tps 0=2 15=3 30=4`,
		`"a.b|c(" connections 0=100 15=100 30=100`, `"a.b|c(" message_tps 0=1 15=2 30=3`,
		`"mqtt-1" connections 0=100 15=100 30=100`, `"mqtt-1" message_tps 0=0 15=1 30=2`,
	}
	if diff := cmp.Diff(want, read(ids[:3], two, 0, time.Minute)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{`"other" message_tps 15=4`}, read([]string{"other", "nobody"}, fleet.MetricSet(0).With(fleet.MessageTPS), 10*time.Second, 30*time.Second)); diff != "" {
		t.Errorf("the end is not included (-want +got)\n%s", diff)
	}
	for name, got := range map[string][]string{
		"no instance": read(nil, two, 0, time.Minute), "no metric": read(ids, 0, 0, time.Minute), "no time": read(ids, two, time.Minute, time.Minute),
	} {
		if len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.EachUsage(ctx, ids, two, at, at.Add(time.Minute), func(string, fleet.Metric, Samples) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}
