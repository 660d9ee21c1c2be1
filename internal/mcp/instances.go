package mcp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// instancesQuery says which instances are asked for.
type instancesQuery struct {
	Product   string `json:"product,omitempty" jsonschema:"only of this product, such as mqtt, rocketmq, iot or redis"`
	Account   string `json:"account,omitempty" jsonschema:"only of the account with this name"`
	State     string `json:"state,omitempty" jsonschema:"only those whose worst metric is in this state; unknown is also what does not answer"`
	Lifecycle string `json:"lifecycle,omitempty" jsonschema:"only those in this state of their product's calendar"`
	Label     string `json:"label,omitempty" jsonschema:"only those with this label, as name=value, such as team=orders"`
	Search    string `json:"search,omitempty" jsonschema:"only those whose id or name contains this"`
	Sort      string `json:"sort,omitempty" jsonschema:"fullest first, the soonest end of a term first, or by id"`
	Limit     int    `json:"limit,omitempty" jsonschema:"how many to list"`
}

// instanceList is how instances stand, in a line each.
type instanceList struct {
	cutList

	Instances []instanceRow `json:"instances"`
}

// instanceRow is how one instance stands, in short.
type instanceRow struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Account   string     `json:"account,omitempty"`
	Product   string     `json:"product"`
	Edition   string     `json:"edition,omitempty"`
	State     string     `json:"state" jsonschema:"of the worst metric: raised, unknown, ok or unwatched"`
	Unknown   string     `json:"unknown,omitempty" jsonschema:"why nothing is known of its usage"`
	Fullest   *metricRow `json:"fullest,omitempty" jsonschema:"the metric with the highest utilization"`
	Lifecycle string     `json:"lifecycle" jsonschema:"where it stands in its product's calendar"`
	Expires   string     `json:"expires,omitempty" jsonschema:"when the paid term ends"`
	TermEnd   string     `json:"term_end,omitempty" jsonschema:"the same as people say it: the last day of the term"`
	Next      string     `json:"next,omitempty" jsonschema:"the state of the calendar that follows"`
	NextAt    string     `json:"next_at,omitempty" jsonschema:"when that begins"`
}

// metricRow is how one metric stands.
type metricRow struct {
	Metric      string   `json:"metric"`
	State       string   `json:"state" jsonschema:"ok, raised, unknown, or unwatched: no capacity is known, or the alarm is off"`
	Usage       *float64 `json:"usage,omitempty"`
	Capacity    *float64 `json:"capacity,omitempty"`
	Utilization *float64 `json:"utilization,omitempty" jsonschema:"usage / capacity, as a share"`
	Threshold   *float64 `json:"threshold,omitempty" jsonschema:"the utilization from which an alarm is raised; left out where it is off"`
	Origin      string   `json:"capacity_origin,omitempty" jsonschema:"configured, server, cloud or catalogue"`
	Stale       bool     `json:"capacity_stale,omitempty" jsonschema:"the capacity was told more than a day ago"`
	Unknown     string   `json:"unknown,omitempty" jsonschema:"why the usage is not known"`
}

func (m *metricRow) text() string {
	if m.Unknown != "" && m.Usage == nil {
		return m.Metric + ": not known, " + m.Unknown
	}
	return m.Metric + ": " + used(m.Metric, m.Usage, m.Capacity, m.Utilization, m.Threshold)
}

func (s *server) listInstances() adder {
	return tool[instancesQuery, instanceList]{
		name: "list_instances", title: "List instances", hints: onlyReads(),
		description: "Lists instances with how full they are and how long they may still be used. Use it for: which instances are fullest, which do not answer, which of a team or an account expire next, what an instance is called. For one instance use get_instance.",
		bounds: []bound{
			number("limit", 1, 25, 200), shortText(200, "product", "account", "label", "search"), oneOf("sort", "utilization", "utilization", "expires", "id"),
			oneOf("state", "", fleet.MetricRaised, fleet.MetricUnknown, fleet.MetricOK, fleet.MetricUnwatched), oneOf("lifecycle", "", lifecycles()...),
		},
		ask: s.askInstances, say: (*instanceList).text,
	}
}

func lifecycles() []fleet.LifecycleState {
	return []fleet.LifecycleState{
		fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleSuspended, fleet.LifecycleRecycled,
		fleet.LifecycleReleased, fleet.LifecycleFrozen, fleet.LifecycleUnknown,
	}
}

func (s *server) askInstances(_ context.Context, in instancesQuery) (out instanceList, err error) {
	label, value, isLabel := strings.Cut(in.Label, "=")
	if in.Label != "" && (!isLabel || label == "") {
		return out, wrong("label %q: a name, = and a value are wanted, such as team=orders", in.Label)
	}
	var fit []fleet.Standing
	for _, st := range s.Fleet.Standings() {
		if in.takes(&st) && (in.Label == "" || slices.Contains(st.Instance.Labels, fleet.Label{Name: label, Value: value})) {
			fit = append(fit, st)
		}
	}
	sortStandings(fit, in.Sort)
	first, rest := firstOf(fit, in.Limit, "narrow by product, account, state, lifecycle, label or search, or give a higher limit (at most 200)")
	out = instanceList{cutList: rest, Instances: make([]instanceRow, 0, len(first))}
	for i := range first {
		out.Instances = append(out.Instances, instanceRowOf(&first[i], s.Now()))
	}
	return out, nil
}

func (in *instancesQuery) takes(st *fleet.Standing) bool {
	i, search := st.Instance, strings.ToLower(in.Search)
	return (in.Product == "" || in.Product == i.Product) && (in.Account == "" || in.Account == i.Account) &&
		(in.State == "" || in.State == string(st.Worst())) && (in.Lifecycle == "" || in.Lifecycle == lifecycleState(st)) &&
		(search == "" || strings.Contains(strings.ToLower(i.ID), search) || strings.Contains(strings.ToLower(i.Name), search))
}

func lifecycleState(st *fleet.Standing) string {
	return string(cmp.Or(st.Lifecycle.State, fleet.LifecycleUnknown))
}

// sortStandings puts standings, which come in order of their IDs, into another order.
func sortStandings(list []fleet.Standing, by string) {
	switch by {
	case "utilization":
		slices.SortStableFunc(list, func(a, b fleet.Standing) int { return cmp.Compare(fullness(&b), fullness(&a)) })
	case "expires":
		slices.SortStableFunc(list, func(a, b fleet.Standing) int {
			return endOf(&a).Compare(endOf(&b))
		})
	}
}

// endOf is when a term ends; one without an end comes after all others.
func endOf(st *fleet.Standing) time.Time {
	if end := st.Instance.Term.Expires; !end.IsZero() {
		return end
	}
	return time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
}

// fullness is the highest utilization of an instance; below 0 when none is known.
func fullness(st *fleet.Standing) float64 {
	if m := fullest(st); m != nil {
		return m.Utilization
	}
	return -1
}

func fullest(st *fleet.Standing) (out *fleet.MetricStanding) {
	for m := range st.Metrics() {
		if m.Measured && (out == nil || m.Utilization > out.Utilization) {
			out = &m
		}
	}
	return out
}

func instanceRowOf(st *fleet.Standing, now time.Time) instanceRow {
	in, zone := st.Instance, zoneOf(st)
	out := instanceRow{
		ID: in.ID, Name: in.Name, Account: in.Account, Product: in.Product, Edition: in.Edition, State: string(st.Worst()), Lifecycle: lifecycleState(st),
		Expires: moment(in.Term.Expires, zone), Next: string(st.Lifecycle.Next), NextAt: moment(st.Lifecycle.At, zone), Unknown: silentOf(st),
	}
	if out.Expires != "" {
		out.TermEnd = words.TermEnd(in.Term.Expires, zone, words.EN)
	}
	if out.NextAt == "" {
		out.Next = ""
	}
	if m := fullest(st); m != nil {
		row := metricRowOf(m, now)
		out.Fullest = &row
	}
	return out
}

// silentOf says why nothing is known of the usage of an instance; "" when something is.
func silentOf(st *fleet.Standing) string {
	switch {
	case !st.Instance.Watched:
		return "it has no source: only its calendar is watched"
	case st.Reading == nil:
		return "it has not been read yet"
	case !st.Reading.Up:
		return cmp.Or(st.Reading.Reason, "its source does not answer")
	}
	return ""
}

func metricRowOf(m *fleet.MetricStanding, now time.Time) metricRow {
	out := metricRow{Metric: m.Metric.String(), State: string(m.State), Threshold: above0(m.Threshold)}
	if m.Limit.Known() {
		out.Capacity, out.Origin, out.Stale = figure(m.Limit.Value), m.Limit.Origin.String(), m.Limit.Stale(now)
	}
	if m.Known {
		out.Usage = figure(m.Usage)
	}
	if m.Measured {
		out.Utilization = figure(m.Utilization)
	}
	if out.Usage == nil {
		out.Unknown = cmp.Or(m.Reason, "it has not been read")
	}
	return out
}

func (l *instanceList) text() string {
	var b strings.Builder
	b.WriteString(l.opening("instance", "instances"))
	for i := range l.Instances {
		b.WriteString("- " + l.Instances[i].text() + "\n")
	}
	return b.String()
}

func (r *instanceRow) text() string {
	about := strings.TrimSpace(r.Product + " " + r.Edition)
	if r.Account != "" {
		about += ", account " + r.Account
	}
	full := r.Unknown
	if r.Fullest != nil {
		full = r.Fullest.text()
	} else if full == "" {
		full = "no utilization is known"
	}
	next := ""
	if r.Next != "" {
		next = r.Next + " from " + r.NextAt
	}
	return fmt.Sprintf("%s (%s): %s", named(r.Name, r.ID), about, sentence(r.State, full, r.Lifecycle, r.TermEnd, next))
}
