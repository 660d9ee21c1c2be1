package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/backtest"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/readers"
)

const (
	// previewDays is how far back a preview of alarms looks.
	previewDays = 30
	// previewTime bounds how long it may take.
	previewTime = 5 * time.Second
)

// AlarmRules are the alarms of an instance that are in force.
func (c control) AlarmRules(id string) (readers.AlarmRules, bool) {
	return rulesOf(c.d.state.Configuration(), id)
}

func rulesOf(s *config.Snapshot, id string) (out readers.AlarmRules, known bool) {
	in := s.Find(id)
	if in == nil {
		return out, false
	}
	out.Notify = slices.Clone(in.Notify)
	for i := range s.Receivers {
		out.Receivers = append(out.Receivers, s.Receivers[i].Name)
	}
	for _, m := range fleet.Metrics() {
		rule := in.Rule(m)
		if rule == nil {
			continue
		}
		one := readers.AlarmRule{Enabled: in.Rules[m] != nil, Threshold: rule.Levels[0].Threshold, Clear: rule.Levels[0].Clear, OwnClear: in.OwnClear.Has(m), For: rule.For}
		for _, l := range rule.Levels[1:] {
			one.Further = append(one.Further, fleet.Level{Severity: string(l.Severity), Threshold: l.Threshold})
		}
		out.Metrics[m] = one
	}
	return out, true
}

// EditAlarms writes a change of alarms into the configuration and puts it into force, if they are
// still what its author saw.
func (c control) EditAlarms(ctx context.Context, id, base string, change readers.AlarmChange) error {
	// One after the other: each is an edit of what the one before has written.
	c.d.editing.Lock()
	defer c.d.editing.Unlock()
	if c.d.state.Configuration().Changed() {
		// Somebody has edited the files, and they are not loaded yet: that counts, too.
		if _, err := c.d.Reload(ctx); err != nil {
			return fmt.Errorf("the files of the configuration were edited, and have faults:\n%w", err)
		}
	}
	s := c.d.state.Configuration()
	rules, known := rulesOf(s, id)
	if !known {
		return config.ErrNoInstance
	}
	if rules.Base() != base {
		return &readers.AlarmsChangedError{Now: rules}
	}
	if err := config.EditAlarms(s, id, config.AlarmEdit{Settings: change.Settings, Notify: change.Notify}); err != nil {
		return err
	}
	_, err := c.d.Reload(ctx)
	return err
}

// PreviewAlarms says how often alarms would have been raised with settings.
func (c control) PreviewAlarms(ctx context.Context, id string, settings map[fleet.Metric]alarm.Setting) (readers.AlarmPreview, error) {
	out := readers.AlarmPreview{Days: previewDays, Metrics: make(map[fleet.Metric]readers.MetricPreview)}
	in := c.d.state.Configuration().Find(id)
	if in == nil {
		return out, config.ErrNoInstance
	}
	now := time.Now()
	o := backtest.TallyOptions{Instance: in, History: c.d.recorded, From: now.AddDate(0, 0, -previewDays), To: now}
	for m, set := range settings {
		rule, err := in.With(m, set)
		if err != nil {
			out.Metrics[m] = readers.MetricPreview{Fault: err.Error()}
			continue
		}
		o.Rules[m] = []*alarm.Rule{rule}
		if in.Rules[m] != nil {
			o.Rules[m] = append(o.Rules[m], in.Rules[m])
		}
	}
	tallied, err := c.tally(ctx, o)
	if err != nil {
		return out, err
	}
	out.Since = tallied.Since
	for m, one := range tallied.Metrics {
		if len(one.Raised) == 0 {
			continue
		}
		p := readers.MetricPreview{Known: one.Known, Highest: one.Highest, Raised: one.Raised[0]}
		if len(one.Raised) > 1 {
			p.Now = one.Raised[1]
		}
		out.Metrics[fleet.Metric(m)] = p
	}
	return out, nil
}

// errPreviewTime says that a preview took too long.
var errPreviewTime = errors.New("the history of this instance is too long to be counted while you wait; brimwatch backtest counts it")

// tally counts, one preview after the other: each holds a day of readings in memory.
func (c control) tally(ctx context.Context, o backtest.TallyOptions) (backtest.Tallied, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, previewTime, errPreviewTime)
	defer cancel()
	select {
	case c.d.previewing <- struct{}{}:
		defer func() { <-c.d.previewing }()
	case <-ctx.Done():
		return backtest.Tallied{}, context.Cause(ctx)
	}
	out, err := backtest.Tally(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return out, err
}
