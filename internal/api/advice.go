package api

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// adviceOfAll answers which edition would fit each instance.
func (s *server) adviceOfAll(w http.ResponseWriter, r *http.Request) {
	verdict := advice.Verdict(r.URL.Query().Get("verdict"))
	if verdict != "" && !slices.Contains(advice.Verdicts(), verdict) {
		s.refuse(w, http.StatusBadRequest, "verdict is one of "+joined(advice.Verdicts()))
		return
	}
	stream(s, w, "advice", func(yield func(wire.Advice) bool) {
		for _, st := range s.Fleet.Standings() {
			one, ok := s.Advisor.Advice(st.Instance.ID)
			if ok && (verdict == "" || one.Verdict == verdict) && !yield(s.adviceOf(st.Instance, &one)) {
				return
			}
		}
	})
}

// adviceOfOne answers which edition would fit one instance.
func (s *server) adviceOfOne(w http.ResponseWriter, r *http.Request) {
	st, ok := s.standing(w, r)
	if !ok {
		return
	}
	one, ok := s.Advisor.Advice(st.Instance.ID)
	if !ok {
		s.refuse(w, http.StatusNotFound, fmt.Sprintf("no instance has the id %q any more", st.Instance.ID))
		return
	}
	s.answer(w, http.StatusOK, wire.Advices{Advice: []wire.Advice{s.adviceOf(st.Instance, &one)}})
}

func joined(verdicts []advice.Verdict) string {
	out := ""
	for i, v := range verdicts {
		if i > 0 {
			out += ", "
		}
		out += string(v)
	}
	return out
}

// adviceOf writes advice down.
func (s *server) adviceOf(in *fleet.Instance, a *advice.Advice) wire.Advice {
	out := wire.Advice{
		InstanceID: in.ID, Name: in.Name, Product: in.Product, Edition: in.Edition, Spec: in.Spec,
		Verdict: string(a.Verdict), Complete: a.Complete, HistoryDays: a.Days, Summary: a.Text(words.EN), SummaryZH: a.Text(words.ZH),
		Target: targetOf(a.Target), Also: targetOf(a.Also), Blocked: targetOf(a.Blocked),
		Metrics: make(map[string]wire.AdviceMetric, len(a.Findings)),
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		m := findingOf(f)
		if o, ok := s.Advisor.Outlook(in.ID, f.Metric); ok {
			m.Outlook = outlookOf(&o)
		}
		out.Metrics[f.Metric.String()] = m
	}
	return out
}

func targetOf(t *advice.Target) *wire.AdviceTarget {
	if t == nil {
		return nil
	}
	out := &wire.AdviceTarget{Edition: t.Edition, Spec: t.Spec, ByFigures: t.Open, Overdue: t.Refused, Capacity: make(map[string]float64)}
	for m, v := range t.Capacity {
		if v > 0 {
			out.Capacity[fleet.Metric(m).String()] = v
		}
	}
	if c := t.Change; c != nil {
		allowed := t.Allowed
		out.Allowed, out.By, out.Late, out.Note, out.Source = &allowed, c.By, c.Late, c.Note[words.EN.String()], c.Source
	}
	return out
}

func findingOf(f *advice.Finding) wire.AdviceMetric {
	out := wire.AdviceMetric{
		State: string(f.State), Reason: f.Reason(), Days: f.Usage.Days, Threshold: f.Threshold, Apart: f.Apart, TargetState: string(f.TargetState),
		Capacity: above0(f.Capacity), LeastCapacity: above0(f.Wanted), LargestCapacity: above0(f.Largest), TargetCapacity: above0(f.Target),
	}
	if f.Usage.Known {
		out.Peak7, out.Peak30, out.Counts = figure(f.Usage.Week.Peak), figure(f.Usage.Month.Peak), figure(f.Need)
		out.P997, out.P9930 = above0(f.Usage.Week.P99), above0(f.Usage.Month.P99)
		if f.Capacity > 0 {
			out.Utilization = figure(f.Need / f.Capacity)
		}
	}
	return out
}

// above0 is v, or nil for 0, which stands for what is not known.
func above0(v float64) *float64 {
	if v <= 0 {
		return nil
	}
	return figure(v)
}

func outlookOf(o *advice.Outlook) *wire.Outlook {
	return &wire.Outlook{Trend: o.Trend, Reason: o.Reason, PerDay: o.PerDay, Days: o.Days, Threshold: rangeOf(o.Threshold), Capacity: rangeOf(o.Capacity)}
}

func rangeOf(r advice.Range) *wire.OutlookRange {
	if r == (advice.Range{}) {
		return nil
	}
	second := func(t time.Time) *time.Time { return moment(t.Truncate(time.Second)) }
	return &wire.OutlookRange{Earliest: second(r.Earliest), Likely: second(r.Likely), Latest: second(r.Latest)}
}
