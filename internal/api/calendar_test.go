package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// withCalendar gives the first instance a subscription that the cloud told the
// release of, and the second an overdue bill.
func withCalendar(first, second *fleet.Standing) {
	days := func(s fleet.LifecycleState, n int) fleet.Phase { return fleet.Phase{State: s, Days: n} }
	policy := fleet.Policy{Phases: []fleet.Phase{days(fleet.LifecycleGrace, 15), days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleReleased, 0)}}
	first.Instance.Term.ReleasesAt = time.Date(2027, 2, 1, 16, 0, 0, 0, time.UTC)
	withCourse(first, policy, &fleet.Account{Name: "acme", Zone: time.FixedZone("CST", 8*3600)})
	second.Instance.Term.OverdueSince = now().Add(-time.Hour).Truncate(time.Second)
	withCourse(second, policy, nil)
}

// withCourse works out the calendar of an instance.
func withCourse(st *fleet.Standing, policy fleet.Policy, payer *fleet.Account) {
	course := st.Instance.Term.Course(policy, payer)
	st.Course, st.Lifecycle = &course, course.At(now())
}

func TestCalendarFilters(t *testing.T) {
	for query, want := range map[string]string{
		"":                           "rmq-2 suspended, rmq-2 released, mqtt-1 expires, mqtt-1 suspended, mqtt-1 released",
		"?days=30":                   "rmq-2 suspended, rmq-2 released",
		"?account=acme":              "mqtt-1 expires, mqtt-1 suspended, mqtt-1 released",
		"?account=-":                 "rmq-2 suspended, rmq-2 released",
		"?product=mqtt&days=50":      "mqtt-1 expires",
		"?product=mqtt&account=none": "",
	} {
		var got []string
		for _, m := range decode[wire.Calendar](t, ask(t, newFakes().handler(t), http.MethodGet, "/api/v1/calendar"+query, "")).Moments {
			got = append(got, m.InstanceID+" "+m.What)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %s, want %s", query, strings.Join(got, ", "), want)
		}
	}
}

// TestTermsForEver holds that an end that JSON cannot write does not spoil the rest.
func TestTermsForEver(t *testing.T) {
	f := newFakes()
	st := &f.standings[0]
	st.Instance.Term.Expires = time.Date(9999, 12, 31, 16, 0, 0, 0, time.UTC)
	withCourse(st, fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleReleased}}}, nil)
	got := decode[wire.Instances](t, ask(t, f.handler(t), http.MethodGet, "/api/v1/instances", "")).Instances
	if len(got) != 3 || len(got[0].Lifecycle.Moments) != 2 {
		t.Errorf("%d instances, the first with %+v", len(got), got[0].Lifecycle.Moments)
	}
	decode[wire.Calendar](t, ask(t, f.handler(t), http.MethodGet, "/api/v1/calendar?days=3660", ""))
}
