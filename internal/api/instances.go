package api

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

func (s *server) instances(w http.ResponseWriter, r *http.Request) {
	f, fault := parseInstanceFilter(r)
	if fault != "" {
		s.refuse(w, http.StatusBadRequest, fault)
		return
	}
	stream(s, w, "instances", func(yield func(wire.Instance) bool) {
		for _, st := range s.Fleet.Standings() {
			if f.takes(&st) && !yield(instanceOf(&st, s.Now())) {
				return
			}
		}
	})
}

func (s *server) instance(w http.ResponseWriter, r *http.Request) {
	st, ok := s.standing(w, r)
	if !ok {
		return
	}
	s.answer(w, http.StatusOK, wire.Instances{Instances: []wire.Instance{instanceOf(&st, s.Now())}})
}

// standing finds the instance a path names. It answers by itself when there is none.
func (s *server) standing(w http.ResponseWriter, r *http.Request) (fleet.Standing, bool) {
	st, ok := s.Fleet.Standing(r.PathValue("id"))
	if !ok {
		s.refuse(w, http.StatusNotFound, fmt.Sprintf("no instance has the id %q", r.PathValue("id")))
	}
	return st, ok
}

// instanceFilter says which instances a list has.
type instanceFilter struct {
	product string
	account string // - is those without one
	state   string
	labels  []fleet.Label // all must be equal
}

// pastTerm chooses instances whose term is over, or that are frozen.
const pastTerm = "past"

func parseInstanceFilter(r *http.Request) (instanceFilter, string) {
	q := r.URL.Query()
	f := instanceFilter{product: q.Get("product"), account: q.Get("account"), state: q.Get("state")}
	known := []string{"", string(fleet.MetricRaised), string(fleet.MetricUnknown), string(fleet.MetricOK), string(fleet.MetricUnwatched), string(fleet.LifecycleExpiring), pastTerm}
	if !slices.Contains(known, f.state) {
		return f, "state is one of " + strings.Join(known[1:], ", ")
	}
	for _, l := range q["label"] {
		name, value, ok := strings.Cut(l, "=")
		if !ok || name == "" {
			return f, fmt.Sprintf("label=%s: a name, = and a value are wanted here, such as label=team%%3Dorders", l)
		}
		f.labels = append(f.labels, fleet.Label{Name: name, Value: value})
	}
	return f, ""
}

func (f *instanceFilter) takes(st *fleet.Standing) bool {
	switch {
	case f.product != "" && st.Instance.Product != f.product:
		return false
	case f.account == "-" && st.Instance.Account != "", f.account != "" && f.account != "-" && st.Instance.Account != f.account:
		return false
	}
	switch f.state {
	case "":
	case string(fleet.LifecycleExpiring):
		if st.Lifecycle.State != fleet.LifecycleExpiring {
			return false
		}
	case pastTerm:
		if !st.Lifecycle.State.Past() {
			return false
		}
	default:
		if string(st.Worst()) != f.state {
			return false
		}
	}
	for _, l := range f.labels {
		if !slices.Contains(st.Instance.Labels, l) {
			return false
		}
	}
	return true
}

// instanceOf writes down how an instance stands.
func instanceOf(st *fleet.Standing, now time.Time) wire.Instance {
	in := st.Instance
	out := wire.Instance{
		ID: in.ID, Name: in.Name, Account: in.Account, Product: in.Product, Edition: in.Edition, Spec: in.Spec,
		Labels: make(map[string]string, len(in.Labels)), State: string(st.Worst()), Watched: in.Watched, CloudStatus: in.Status,
		Lifecycle: lifecycleOf(st),
		Term: wire.Term{
			Method: string(in.Term.Method), AutoRenew: in.Term.AutoRenew, PostExpiration: in.Term.PostExpiration,
			Frozen: in.Term.Frozen, OverdueSince: moment(in.Term.OverdueSince), UnsubscribedAt: moment(in.Term.UnsubscribedAt),
		},
		Metrics: make(map[string]wire.Metric, 4),
	}
	termOf(&out.Term, st)
	for _, l := range in.Labels {
		out.Labels[l.Name] = l.Value
	}
	if r := st.Reading; r != nil {
		out.Up, out.ReadAt, out.Reason = &r.Up, moment(r.At), r.Reason
	}
	for m := range st.Metrics() {
		one := metricOf(&m, now)
		if r := st.Reading; r != nil {
			one.At = moment(r.At)
		}
		out.Metrics[m.Metric.String()] = one
	}
	return out
}

// metricOf writes down how one metric stands.
func metricOf(m *fleet.MetricStanding, now time.Time) wire.Metric {
	out := wire.Metric{State: string(m.State), Reason: m.Reason}
	if m.Limit.Known() {
		out.Capacity, out.Origin = figure(m.Limit.Value), m.Limit.Origin.String()
		if m.Limit.At > 0 {
			out.CapacityAt, out.CapacityStale = moment(time.Unix(m.Limit.At, 0)), m.Limit.Stale(now)
		}
	}
	if m.Threshold > 0 {
		out.Threshold = figure(m.Threshold)
		out.Mark = out.Threshold
	}
	if m.Known {
		out.Usage = figure(m.Usage)
	}
	if m.Measured {
		out.Utilization = figure(m.Utilization)
	}
	return out
}

// writable tells whether JSON can say when t is: in the years to 9999. A term that
// is meant never to end may end later.
func writable(t time.Time) bool { return t.UTC().Year() >= 0 && t.UTC().Year() <= 9999 }

// figure is v, or nil for what JSON has no number for.
func figure(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// moment is t in UTC, or nil for the zero time and for what JSON has no way to write.
func moment(t time.Time) *time.Time {
	if t.IsZero() || !writable(t) {
		return nil
	}
	t = t.UTC()
	return &t
}
