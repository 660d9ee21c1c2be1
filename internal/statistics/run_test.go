package statistics

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestRunUnderLoad hands over readings, fleets and queries from many goroutines,
// stops in the middle, and finds every reading stored or counted as dropped.
func TestRunUnderLoad(t *testing.T) {
	const instances, rounds = 50, 40
	s := open(t, t.TempDir(), func(o *Options) {
		o.Lifecycle = func(*fleet.Instance, time.Time) fleet.Lifecycle {
			return fleet.Lifecycle{State: fleet.LifecycleExpiring}
		}
	})
	var fleetNow []*fleet.Instance
	for i := range instances {
		in := orders()
		in.ID = fmt.Sprintf("mqtt-%02d", i)
		fleetNow = append(fleetNow, in)
	}
	s.SetFleet(fleetNow)
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()

	at := start()
	var work sync.WaitGroup
	for i := range instances {
		work.Go(func() {
			for n := range rounds {
				s.Append([]*fleet.Reading{mqttReading(fleetNow[i].ID, at.Add(time.Duration(n)*15*time.Second), 1, 2, float64(n))})
			}
		})
	}
	for range 4 {
		work.Go(func() {
			for range 20 {
				s.SetFleet(fleetNow)
				values(t, s, "brimwatch_instance_utilization_ratio", at)
				if _, err := s.Statistics(t.Context(), "mqtt-07", at, at.Add(time.Hour), time.Minute); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	stop()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	if got := testutil.ToFloat64(s.metrics.appended); got != instances*rounds*5 {
		t.Errorf("appended %v samples, want %v", got, instances*rounds*5)
	}
	end := at.Add((rounds - 1) * 15 * time.Second)
	if got := values(t, s, `count_over_time(brimwatch_instance_usage{instance_id="mqtt-07",metric="message_tps"}[1h])`, end); len(got) != 1 || got[0] != rounds {
		t.Errorf("samples of one sum: %v, want %d", got, rounds)
	}
	if got := values(t, s, `count(brimwatch_instance_lifecycle_state{state="expiring"})`, time.Now()); len(got) != 1 || got[0] != instances {
		t.Errorf("expiring: %v, want %d", got, instances)
	}
}

// TestGoneInstanceEnds takes an instance out of the fleet: its series end at
// once, and it is not shown when it comes back later without a reading.
func TestGoneInstanceEnds(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", time.Now().Add(-time.Second), 1, 2, 3)})
	s.Flush()
	if got := values(t, s, `{__name__=~"brimwatch.+"}`, time.Now()); len(got) != 12 {
		t.Fatalf("%d series, want 5 usage, 3 capacity, 3 utilization, 1 up", len(got))
	}
	s.SetFleet(nil)
	s.Flush()
	if got := ask(t, s, `{__name__=~"brimwatch.+"}`, time.Now().Add(time.Millisecond)); len(got) != 0 {
		t.Errorf("after the end: %v", got)
	}
}
