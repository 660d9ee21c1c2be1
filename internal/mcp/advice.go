package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// adviceQuery says of which instances advice is asked for.
type adviceQuery struct {
	ID      string `json:"id,omitempty" jsonschema:"only of this instance"`
	Verdict string `json:"verdict,omitempty" jsonschema:"only with this outcome: upgrade is what does not fit"`
	Product string `json:"product,omitempty" jsonschema:"only of instances of this product"`
	Account string `json:"account,omitempty" jsonschema:"only of instances of this account"`
	Limit   int    `json:"limit,omitempty" jsonschema:"how many instances to list"`
}

// adviceAnswer is which edition would fit each instance.
type adviceAnswer struct {
	cutList

	Advice []adviceRow `json:"advice"`
}

// adviceRow is which edition would fit one instance.
type adviceRow struct {
	InstanceID string          `json:"instance_id"`
	Name       string          `json:"name"`
	Product    string          `json:"product"`
	Edition    string          `json:"edition,omitempty"`
	Spec       string          `json:"spec,omitempty"`
	Verdict    string          `json:"verdict" jsonschema:"fits, upgrade, downgrade_possible, no_catalogue, not_enough_history or unknown"`
	Complete   bool            `json:"complete" jsonschema:"usage and capacity of every metric are known"`
	Days       int             `json:"history_days" jsonschema:"how many of the last 30 days are recorded in full"`
	Summary    string          `json:"summary"`
	Target     *targetRow      `json:"target,omitempty" jsonschema:"the smallest that fits; left out when there is nothing to change or nothing fits"`
	Metrics    []adviceFinding `json:"metrics"`
}

// targetRow is an edition that may be changed into.
type targetRow struct {
	Edition string `json:"edition"`
	Spec    string `json:"spec,omitempty"`
	Allowed bool   `json:"allowed" jsonschema:"the change can be made now, as far as the catalogue says"`
}

// adviceFinding is how one metric goes with what there is.
type adviceFinding struct {
	Metric      string      `json:"metric"`
	State       string      `json:"state" jsonschema:"holds, over or unknown"`
	Reason      string      `json:"reason"`
	Counts      *float64    `json:"counts,omitempty" jsonschema:"the usage that is held against capacities: the peak of 7 days, or the 99th percentile of 30 when that is more"`
	Capacity    *float64    `json:"capacity,omitempty"`
	Utilization *float64    `json:"utilization,omitempty"`
	Wanted      *float64    `json:"least_capacity,omitempty" jsonschema:"what it takes to stay under the threshold"`
	Outlook     *outlookRow `json:"outlook,omitempty"`
}

func (s *server) advice() adder {
	return tool[adviceQuery, adviceAnswer]{
		name: "advice", title: "Advice on editions", hints: onlyReads(),
		description: "Says which edition or specification would fit an instance by a month of its use, whether the change is allowed, and when each metric will be full. Use it for: which instances need a bigger edition, which could be smaller, until when does this one suffice.",
		bounds: []bound{
			number("limit", 1, 10, 100), shortText(maxID, "id"), shortText(200, "product", "account"), oneOf("verdict", "", advice.Verdicts()...),
		},
		ask: s.askAdvice, say: (*adviceAnswer).text,
	}
}

func (s *server) askAdvice(_ context.Context, in adviceQuery) (out adviceAnswer, err error) {
	standings := s.Fleet.Standings()
	if in.ID != "" {
		st, err := s.standing(in.ID)
		if err != nil {
			return out, err
		}
		standings = []fleet.Standing{st}
	}
	var fit []*fleet.Standing
	for i := range standings {
		st := &standings[i]
		one, ok := s.Advisor.Advice(st.Instance.ID)
		if ok && (in.Verdict == "" || in.Verdict == string(one.Verdict)) && (in.Product == "" || in.Product == st.Instance.Product) && (in.Account == "" || in.Account == st.Instance.Account) {
			fit = append(fit, st)
		}
	}
	first, rest := firstOf(fit, in.Limit, "narrow by id, verdict, product or account, or give a higher limit (at most 100)")
	out = adviceAnswer{cutList: rest, Advice: make([]adviceRow, 0, len(first))}
	for _, st := range first {
		if one, ok := s.Advisor.Advice(st.Instance.ID); ok {
			out.Advice = append(out.Advice, s.adviceRowOf(st, &one))
		}
	}
	return out, nil
}

func (s *server) adviceRowOf(st *fleet.Standing, a *advice.Advice) adviceRow {
	in := st.Instance
	out := adviceRow{
		InstanceID: in.ID, Name: in.Name, Product: in.Product, Edition: in.Edition, Spec: in.Spec, Verdict: string(a.Verdict), Complete: a.Complete, Days: a.Days,
		Summary: a.Text(words.EN), Metrics: []adviceFinding{},
	}
	if t := a.Target; t != nil {
		out.Target = &targetRow{Edition: t.Edition, Spec: t.Spec, Allowed: t.Allowed}
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		row := adviceFinding{Metric: f.Metric.String(), State: string(f.State), Reason: f.Reason(), Capacity: above0(f.Capacity), Wanted: above0(f.Wanted)}
		if f.Usage.Known {
			row.Counts = figure(f.Need)
			if f.Capacity > 0 {
				row.Utilization = figure(f.Need / f.Capacity)
			}
		}
		if o, ok := s.Advisor.Outlook(in.ID, f.Metric); ok {
			row.Outlook = outlookOf(&o, zoneOf(st))
		}
		out.Metrics = append(out.Metrics, row)
	}
	return out
}

func (a *adviceAnswer) text() string {
	var b strings.Builder
	b.WriteString(a.opening("instance with advice", "instances with advice"))
	for i := range a.Advice {
		r := &a.Advice[i]
		fmt.Fprintf(&b, "- %s (%s): %s. %s\n", named(r.Name, r.InstanceID), strings.Join(strings.Fields(r.Product+" "+r.Edition+" "+r.Spec), " "), r.Verdict, r.Summary)
		for k := range r.Metrics {
			m := &r.Metrics[k]
			outlook := ""
			if m.Outlook != nil {
				outlook = m.Outlook.text(m.Metric)
			}
			fmt.Fprintf(&b, "  %s: %s\n", m.Metric, sentence(m.State, m.Reason, outlook))
		}
	}
	return b.String()
}
