package web

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// The orders of the list of instances, as its address names them.
const (
	orderUtilization = "fullest"
	orderForecast    = "forecast"
	orderTerm        = "term"
	orderName        = "name"
	orderAccount     = "account"

	usualOrder = orderUtilization
)

func isOrder(name string) bool {
	return slices.Contains([]string{orderUtilization, orderForecast, orderTerm, orderName, orderAccount}, name)
}

// orders are what the list can be sorted by.
func (p *pages) orders() []option {
	out := []option{{orderUtilization, p.say.T("Fullest first")}}
	if p.Forecaster != nil {
		out = append(out, option{orderForecast, p.say.T("Full soonest")})
	}
	return append(out, option{orderTerm, p.say.T("Term ends soonest")}, option{orderName, p.say.T("Name")}, option{orderAccount, p.say.T("Account")})
}

// ranked is where an instance stands in an order: the smaller number first, then the text,
// then the name.
type ranked struct {
	st     *fleet.Standing
	number float64
	text   string
	name   string
}

// arrange sorts. What is compared is worked out once for each instance: a large fleet is
// sorted anew whenever somebody's page is renewed.
func (p *pages) arrange(list []*fleet.Standing, by string) {
	now := p.Now()
	places := make([]ranked, len(list))
	for i, st := range list {
		one := ranked{st: st, name: strings.ToLower(nameOf(st.Instance))}
		switch by {
		case orderUtilization:
			one.number = -fullest(st)
		case orderForecast:
			one.number = moment(p.full(st, now).at)
		case orderTerm:
			one.number = moment(p.nextOf(st, now))
		case orderAccount:
			one.text = strings.ToLower(st.Instance.Account)
			if one.text == "" {
				one.number = 1 // those without one come last
			}
		}
		places[i] = one
	}
	slices.SortFunc(places, func(a, b ranked) int {
		if c := cmp.Compare(a.number, b.number); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(a.text, b.text), strings.Compare(a.name, b.name), strings.Compare(a.st.Instance.ID, b.st.Instance.ID))
	})
	for i := range places {
		list[i] = places[i].st
	}
}

// moment is a place in time; what has none comes last.
func moment(t time.Time) float64 {
	if t.IsZero() {
		return math.Inf(1)
	}
	return float64(t.Unix())
}

// nextOf is when something happens to an instance by its calendar: for one that is past its
// term, that was when it ended.
func (p *pages) nextOf(st *fleet.Standing, now time.Time) time.Time {
	if st.Lifecycle.State.Past() {
		return cmp.Or(st.Lifecycle.Since, st.Lifecycle.At)
	}
	if e, ok := calendar.Next(st.Course, now); ok {
		return e.Moment.At
	}
	if st.Course == nil {
		return st.Lifecycle.At
	}
	return time.Time{}
}

// fullest is the highest utilization among an instance's metrics; below 0 when
// none is known.
func fullest(st *fleet.Standing) float64 {
	out := -1.0
	for _, m := range fleet.Metrics() {
		if u, ok := fleet.Utilization(st.Instance, st.Reading, m); ok {
			out = max(out, u)
		}
	}
	return out
}

// filling is the metric of an instance that will be full first.
type filling struct {
	metric fleet.Metric
	at     time.Time // zero: none will within a year, or not enough is known
}

// full finds the metric of an instance that will be full first.
func (p *pages) full(st *fleet.Standing, now time.Time) (out filling) {
	if p.Forecaster == nil {
		return out
	}
	var capacity fleet.Amounts
	for _, m := range fleet.Metrics() {
		if l := st.Instance.Limit(st.Reading, m); l.Known() {
			capacity[m] = l.Value
		}
	}
	for m, at := range p.Forecaster.Full(st.Instance.ID, &capacity, now) {
		if !at.IsZero() && (out.at.IsZero() || at.Before(out.at)) {
			out = filling{fleet.Metric(m), at}
		}
	}
	return out
}
