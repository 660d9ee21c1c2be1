package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/notifier"
)

// Explainer says of an instance why it is judged and told of as it is; false when there
// is none with this id.
type Explainer interface {
	Explain(ctx context.Context, id string) (explain.Explanation, bool, error)
}

func (s *server) explain(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	x, known, err := s.Explainer.Explain(r.Context(), id)
	switch {
	case !known:
		s.refuse(w, http.StatusNotFound, fmt.Sprintf("no instance has the id %q", id))
	case err != nil:
		s.fail(w, r, "the instance could not be explained", err)
	default:
		s.answer(w, http.StatusOK, explanationOf(&x))
	}
}

func explanationOf(x *explain.Explanation) wire.Explanation {
	out := wire.Explanation{
		At: x.At.UTC(), Instance: instanceOf(&x.Standing, x.At), Remarks: append([]string{}, x.Remarks...),
		Values: []wire.ExplainedValue{}, Alarms: []wire.ExplainedAlarm{}, Notices: []wire.Notice{},
	}
	for _, v := range x.Values {
		out.Values = append(out.Values, wire.ExplainedValue{Key: v.Key, Value: v.Value, Path: v.Path, File: v.At.File, Line: v.At.Line, By: v.By})
	}
	for i := range x.Alarms {
		out.Alarms = append(out.Alarms, explainedAlarm(&x.Alarms[i]))
	}
	for i := range x.Notices {
		out.Notices = append(out.Notices, noticeOf(&x.Notices[i]))
	}
	return out
}

func explainedAlarm(a *explain.Alarm) wire.ExplainedAlarm {
	out := wire.ExplainedAlarm{
		Rule: string(a.Key.Rule), Metric: a.Key.MetricName(), Off: a.Off, State: stateOf(&a.State), Code: a.State.Code, AckedBy: a.State.AckedBy,
		Timers: []wire.ExplainedTime{}, Tells: []wire.ExplainedTell{},
	}
	if a.State.Open() {
		out.Severity = string(a.State.Severity)
	}
	if a.State.Unknown() {
		out.UnknownSince, out.Reason = moment(time.UnixMilli(a.State.LostAt)), a.State.LostReason
	}
	for _, t := range a.Timers {
		one := wire.ExplainedTime{Kind: string(t.Kind), Severity: string(t.Severity), Since: moment(t.Since), Due: moment(t.Due), Left: t.Left.Seconds(), Told: t.Told}
		if t.Bound > 0 {
			one.Bound = figure(t.Bound)
		}
		if t.Kind == alarm.TimerStep {
			one.Lead = t.Lead.String()
		}
		out.Timers = append(out.Timers, one)
	}
	for _, t := range a.Tells {
		one := wire.ExplainedTell{Severity: string(t.Severity), To: []wire.ExplainedAddress{}}
		for i := range t.To {
			one.To = append(one.To, explainedAddress(&t.To[i]))
		}
		out.Tells = append(out.Tells, one)
	}
	return out
}

// stateOf is how an alarm stands, in a word.
func stateOf(s *alarm.State) string {
	switch {
	case s.Open() && s.Unknown():
		return "unknown"
	case s.Flap.At != 0:
		return "flapping"
	case s.Open():
		return "raised"
	}
	return "quiet"
}

func explainedAddress(n *notifier.Previewed) wire.ExplainedAddress {
	return wire.ExplainedAddress{Receiver: n.Receiver, Channel: n.Channel, Recipient: n.Display, NotBefore: moment(n.NotBefore), Hold: n.Hold, Drop: n.Drop}
}
