package facts

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

func affectedBy(name string, course *fleet.Course) alarm.Affected {
	return alarm.Affected{Instance: &fleet.Instance{ID: name, Name: name}, Course: course}
}

func namesOf(list []Other) string {
	var out []string
	for i := range list {
		out = append(out, list[i].Instance.Name)
	}
	return strings.Join(out, " ")
}

// TestBillsAndPayees sorts one instance of each kind.
func TestBillsAndPayees(t *testing.T) {
	now := noon()
	course := func(term fleet.Term, moments ...fleet.Moment) *fleet.Course {
		return &fleet.Course{Term: term, Moments: moments}
	}
	stops := func(at time.Time) fleet.Moment { return fleet.Moment{State: fleet.LifecycleSuspended, At: at} }
	use := fleet.Term{Method: fleet.PayAsYouGo}
	paid := func(end time.Time, auto bool) fleet.Term {
		return fleet.Term{Method: fleet.Subscription, Expires: end, AutoRenew: auto}
	}
	list := []alarm.Affected{
		affectedBy("lost", nil),
		affectedBy("later", course(use, stops(now.Add(2*time.Hour)))),
		affectedBy("soon", course(use, stops(now.Add(1)))),
		affectedBy("now", course(use, stops(now))),
		affectedBy("gone", course(use, stops(now.AddDate(0, 0, -8)), fleet.Moment{State: fleet.LifecycleReleased, At: now})),
		affectedBy("unsure", course(use)),
		affectedBy("free", course(fleet.Term{Method: fleet.Free, Expires: now.AddDate(1, 0, 0), AutoRenew: true})),
		affectedBy("renewed-last", course(paid(now.AddDate(0, 0, 9), true))),
		affectedBy("renewed", course(paid(now.AddDate(0, 0, 3), true))),
		affectedBy("by-hand", course(paid(now.AddDate(0, 0, 3), false))),
		affectedBy("ended", course(paid(now, true))),
		affectedBy("unknown", course(fleet.Term{Expires: now.AddDate(1, 0, 0), AutoRenew: true})),
	}
	b, p := billsOf(list, now), payeesOf(list, now)
	got := map[string]string{
		"stops": namesOf(b.stops), "stopped": namesOf(b.stopped), "due": namesOf(b.due), "unsure": namesOf(b.unsure), "fixed": namesOf(b.fixed), "free": namesOf(b.free),
		"renew": namesOf(p.renew), "use": namesOf(p.use),
	}
	want := map[string]string{
		"stops": "soon later", "stopped": "now", "due": "gone", "unsure": "unsure unknown", "fixed": "renewed-last renewed by-hand ended", "free": "free",
		"renew": "renewed renewed-last", "use": "later soon now gone unsure",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
