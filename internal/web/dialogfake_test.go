package web_test

import (
	"context"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// dialog is what the fake keeps of the dialog of alarms.
type dialog struct {
	rules     map[string]readers.AlarmRules // that are not made of the levels of a standing
	settings  map[fleet.Metric]alarm.Setting
	notify    []string
	edits     int
	previewed map[fleet.Metric]alarm.Setting
	preview   readers.AlarmPreview
}

// AlarmRules are those of the standing: five points of clear threshold, a minute.
func (f *fake) AlarmRules(id string) (readers.AlarmRules, bool) {
	if r, ok := f.rules[id]; ok {
		return r, true
	}
	st, ok := f.Standing(id)
	if !ok {
		return readers.AlarmRules{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out := readers.AlarmRules{Notify: []string{"oncall"}, Receivers: []string{"managers", "oncall"}}
	for _, m := range fleet.Metrics() {
		threshold := st.Levels.Lowest(m)
		out.Metrics[m] = readers.AlarmRule{Enabled: threshold > 0, Threshold: threshold, Clear: threshold - 0.05, OwnClear: m == fleet.Connections, For: time.Minute}
		if threshold == 0 {
			out.Metrics[m].Threshold, out.Metrics[m].Clear = 0.7, 0.65
		}
	}
	return out, true
}

// EditAlarms reads shares as the configuration does.
func (f *fake) EditAlarms(_ context.Context, id, base string, change readers.AlarmChange) error {
	rules, _ := f.AlarmRules(id)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.edits++
	if f.refuse != nil {
		return f.refuse
	}
	if rules.Base() != base {
		return &readers.AlarmsChangedError{Now: rules}
	}
	shares := make(map[fleet.Metric]float64, len(change.Settings))
	for m, s := range change.Settings {
		shares[m] = rules.Metrics[m].Threshold
		if s.Threshold == "" { // it stays as it is
			continue
		}
		share, err := alarm.ParseShare(s.Threshold)
		if err != nil {
			return err
		}
		shares[m] = share
	}
	f.settings, f.notify = change.Settings, change.Notify
	for i := range f.standings {
		if st := &f.standings[i]; st.Instance.ID == id {
			for m, s := range change.Settings {
				if st.Levels[m] = warning(shares[m]); s.Enabled != nil && !*s.Enabled {
					st.Levels[m], st.States[m] = nil, fleet.MetricUnwatched
				}
			}
		}
	}
	return nil
}

// PreviewAlarms answers what it was told to.
func (f *fake) PreviewAlarms(_ context.Context, _ string, settings map[fleet.Metric]alarm.Setting) (readers.AlarmPreview, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.previewed = settings
	return f.preview, f.broken
}
