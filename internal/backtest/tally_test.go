package backtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestTallyAgreesWithRun holds that the rules alone count as many alarms as the whole engine does,
// whatever the threshold and duration.
func TestTallyAgreesWithRun(t *testing.T) {
	s := load(t, configuration)
	record(t, s, 24*time.Hour, every)
	h := history(t, s)
	for _, tt := range []struct {
		name      string
		threshold string
		want      int
	}{
		{"its own", "70%", 2}, {"higher", "80%", 1}, {"lower", "50%", 1}, {"never reached", "95%", 0}, {"as high as it gets", "82%", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := s.Find("mqtt-1")
			rule, err := in.With(fleet.Connections, alarm.Setting{Threshold: tt.threshold})
			if err != nil {
				t.Fatal(err)
			}
			o := TallyOptions{Instance: in, History: h, From: day().Add(-24 * time.Hour), To: day().Add(48 * time.Hour)}
			o.Rules[fleet.Connections] = []*alarm.Rule{in.Rule(fleet.Connections), rule}
			got, err := Tally(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			one := got.Metrics[fleet.Connections]
			if !one.Known || one.Highest != 0.82 || one.Raised[0] != 2 || one.Raised[1] != tt.want || !got.Since.Equal(day()) || got.Metrics[fleet.Subscriptions].Known {
				t.Errorf("%+v", got)
			}
			threshold, err := ParseThreshold(tt.threshold)
			if err != nil {
				t.Fatal(err)
			}
			alarms := 0
			for _, a := range runDay(t, s, func(o *Options) { o.Threshold, o.Metric = threshold, "connections" }).Alarms {
				if a.Rule == alarm.Capacity {
					alarms++
				}
			}
			if alarms != one.Raised[1] {
				t.Errorf("the engine raises %d alarms, the tally %d", alarms, one.Raised[1])
			}
		})
	}
}

func TestTallyEnds(t *testing.T) {
	s := load(t, configuration)
	record(t, s, time.Hour, every)
	in := s.Find("mqtt-1")
	o := TallyOptions{Instance: in, History: history(t, s), From: day(), To: day().Add(time.Hour)}
	o.Rules[fleet.Connections] = []*alarm.Rule{in.Rule(fleet.Connections)}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Tally(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	o.From, o.To = day().Add(-time.Hour), day()
	if got, err := Tally(t.Context(), o); err != nil || !got.Since.IsZero() || got.Metrics[fleet.Connections].Known {
		t.Errorf("%+v, %v", got, err)
	}
	bare := *in
	bare.Source = nil
	o.Instance = &bare
	if _, err := Tally(t.Context(), o); err == nil {
		t.Error("an instance without a source is counted")
	}
}

// BenchmarkTally counts over a month of one instance, read every 15 seconds.
func BenchmarkTally(b *testing.B) {
	s := load(b, configuration)
	recordAs(b, s, 30*24*time.Hour, every, usageAt)
	in := s.Find("mqtt-1")
	o := TallyOptions{Instance: in, History: history(b, s), From: day(), To: day().AddDate(0, 0, 30)}
	o.Rules[fleet.Connections] = []*alarm.Rule{in.Rule(fleet.Connections), in.Rule(fleet.Connections)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Tally(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}
