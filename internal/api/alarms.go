package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

func (s *server) alarms(w http.ResponseWriter, r *http.Request) {
	limit, ok := s.limit(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	f := alarm.EpisodeFilter{Instance: q.Get("instance_id"), Code: strings.ToUpper(q.Get("code")), Limit: limit}
	switch state := alarm.EpisodeState(q.Get("state")); state {
	case "", alarm.EpisodeRaised, alarm.EpisodeUnknown, alarm.EpisodeCleared:
		f.State = state
	case "open":
		f.Open = true
	default:
		s.refuse(w, http.StatusBadRequest, "state is one of raised, unknown, cleared, or open for the first two")
		return
	}
	list, err := s.Alarms.Episodes(r.Context(), f)
	if err != nil {
		s.fail(w, r, "the alarms could not be read", err)
		return
	}
	stream(s, w, "alarms", func(yield func(wire.Alarm) bool) {
		for i := range list {
			if !yield(alarmOf(&list[i])) {
				return
			}
		}
	})
}

// alarmOf writes an episode down. Only alarms about a metric have figures: those of
// others are of the engine's own making.
func alarmOf(e *alarm.Episode) wire.Alarm {
	out := wire.Alarm{
		Code: e.Code, Rule: string(e.Key.Rule), Account: e.Key.Account, InstanceID: e.Key.Instance, Metric: e.Key.MetricName(), State: string(e.State),
		Severity: string(e.Severity), Reason: e.Reason, RaisedAt: e.RaisedAt.UTC(), EndedAt: moment(e.EndedAt),
		AckedBy: e.AckedBy, AckedAt: moment(e.AckedAt),
	}
	if e.Key.Metric == alarm.NoMetric {
		return out
	}
	out.Usage = figure(e.Usage)
	if e.Capacity > 0 {
		out.Capacity, out.Utilization = figure(e.Capacity), figure(e.Usage/e.Capacity)
	}
	if e.Threshold > 0 {
		out.Threshold, out.Mark = figure(e.Threshold), figure(e.Threshold)
	}
	return out
}

func (s *server) setAlarms(w http.ResponseWriter, r *http.Request) {
	var body wire.AlarmSettings
	if !s.read(w, r, &body, false) {
		return
	}
	st, ok := s.standing(w, r)
	if !ok {
		return
	}
	settings, faults := settingsOf(body)
	if len(faults) > 0 {
		s.refuseAll(w, "nothing was changed", faults)
		return
	}
	id := st.Instance.ID
	if err := s.AlarmEditor.SetAlarms(r.Context(), id, settings); err != nil {
		if unavailable(err) {
			s.fail(w, r, "the alarms may not have been changed", err)
			return
		}
		s.refuseAll(w, "nothing was changed", lines(err))
		return
	}
	s.log.InfoContext(r.Context(), "alarm settings changed", "instance_id", id, "metrics", len(settings), "by", caller(r, ""))
	if fresh, ok := s.Fleet.Standing(id); ok {
		st = fresh
	}
	s.answer(w, http.StatusOK, wire.Instances{Instances: []wire.Instance{instanceOf(&st, s.Now())}})
}

// settingsOf turns what was sent into settings, or says all that is wrong with it.
func settingsOf(body wire.AlarmSettings) (map[fleet.Metric]alarm.Setting, []string) {
	out := make(map[fleet.Metric]alarm.Setting, len(body))
	var faults []string
	for name, set := range body {
		m, ok := fleet.ParseMetric(name)
		switch {
		case !ok:
			faults = append(faults, fmt.Sprintf("%s: there is no such metric; known are %s", name, metricNames()))
		case set.Threshold == "" && set.Enabled == nil:
			faults = append(faults, name+": threshold or enabled is missing")
		default:
			out[m] = alarm.Setting{Threshold: string(set.Threshold), Enabled: set.Enabled}
		}
	}
	if len(body) == 0 {
		faults = append(faults, `no metric is named; send {"connections":{"threshold":"80%","enabled":true}}`)
	}
	slices.Sort(faults)
	return out, faults
}

func metricNames() string {
	var names []string
	for _, m := range fleet.Metrics() {
		names = append(names, m.String())
	}
	return strings.Join(names, ", ")
}

// lines returns the text of an error line by line.
func lines(err error) []string {
	var out []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
