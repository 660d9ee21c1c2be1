package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/notifier"
)

// Explain explains the instances that are there.
func (f *fakes) Explain(_ context.Context, id string) (explain.Explanation, bool, error) {
	st, ok := f.Standing(id)
	x := f.explanation
	x.Standing = st
	return x, ok, f.err
}

// explanation has everything that an explanation may have.
func explanation() explain.Explanation {
	at := now()
	raised := alarm.State{Level: 1, Severity: alarm.Warning, Code: "K7Q2", RaisedAt: at.Add(-time.Hour).UnixMilli(), LostAt: at.Add(-time.Minute).UnixMilli(), LostReason: "connection refused", AckedBy: "mei"}
	return explain.Explanation{
		At:      at,
		Remarks: []string{"the files of the configuration have changed since they were loaded: what follows is as they are now"},
		Values: []config.Origin{
			{Key: "connections.threshold", Value: "80%", Path: "alarms.capacity.threshold", At: config.Position{File: "brimwatch.yml", Line: 7, Column: 3}},
			{Key: "connections.for", Value: "1m", By: "built in"},
		},
		Alarms: []explain.Alarm{
			{
				Explained: alarm.Explained{
					Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.Connections}, State: raised,
					Timers: []alarm.Timer{{Kind: alarm.TimerClear, Severity: alarm.Warning, Bound: 0.65, Since: at.Add(-2 * time.Minute), Left: time.Minute}},
				},
				Tells: []explain.Tell{{Severity: alarm.Warning, To: []notifier.Previewed{{
					Notice: notifier.Notice{Receiver: "oncall", Channel: "sms", NotBefore: at.Add(time.Hour), Hold: "quiet hours"}, Display: "wei",
				}}}, {Severity: alarm.Critical}},
			},
			{Explained: alarm.Explained{Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.SendTPS}, Off: "the alarm is switched off"}},
			{Explained: alarm.Explained{
				Key:    alarm.Key{Rule: alarm.Expiry, Instance: "mqtt-1", Metric: alarm.NoMetric},
				Timers: []alarm.Timer{{Kind: alarm.TimerStep, Severity: alarm.Critical, Lead: 24 * time.Hour, Due: at.Add(time.Hour), Told: true}},
			}},
		},
		Notices: newFakes().notices[:1],
	}
}

func TestExplainRefused(t *testing.T) {
	f := newFakes()
	if w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances/nobody/explain", ""); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "nobody") {
		t.Errorf("answered %d, %s", w.Code, w.Body)
	}
	f.err = errors.New("the disk is gone")
	if w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances/mqtt-1/explain", ""); w.Code != http.StatusInternalServerError {
		t.Errorf("answered %d, %s", w.Code, w.Body)
	}
}
