package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// matter is what an event of the calendar of one instance is about, as all
// languages need it. What is said goes by the time of the event and by where the
// course stands then: a step that comes late must not promise what is past.
type matter struct {
	ev   *alarm.Event
	in   *fleet.Instance
	o    *alarm.Details
	c    *fleet.Course
	now  time.Time
	zone *time.Location

	others []alarm.Affected // whose expiry is told together with this one
}

// newMatter returns false for an event that has nothing to do with the calendar
// of an instance, or of which nothing is known.
func newMatter(ev *alarm.Event, zone *time.Location) (*matter, bool) {
	if ev.Details == nil || ev.Details.Course == nil || ev.Instance == nil {
		return nil, false
	}
	m := &matter{ev: ev, in: ev.Instance, o: ev.Details, c: ev.Details.Course, now: ev.At, zone: zone}
	for _, a := range m.o.Others {
		if a.Course != nil && !a.Course.Term.Expires.IsZero() {
			m.others = append(m.others, a)
		}
	}
	return m, true
}

// dateless tells whether the moment the rule counts to is not known any more.
func (m *matter) dateless() bool { return m.o.At.IsZero() || !m.ev.Known }

// ahead returns when a state begins; zero when that is past, or never.
func (m *matter) ahead(s fleet.LifecycleState) time.Time {
	if at := m.c.Begins(s); at.After(m.now) {
		return at
	}
	return time.Time{}
}

// over tells whether the paid term is over, or the bill is unpaid already.
func (m *matter) over() bool { return !m.c.From.IsZero() && !m.now.Before(m.c.From) }

// stopsAtEnd tells whether the service stops with the end of the term.
func (m *matter) stopsAtEnd() bool {
	return !m.c.From.IsZero() && m.c.Begins(fleet.LifecycleSuspended).Equal(m.c.From)
}

// perhaps tells whether the instance is suspended at the moment, or converted
// already.
func (m *matter) perhaps() bool {
	return m.over() && m.c.Downgrades() && m.now.Before(m.c.Converts())
}

// converted tells whether the instance is converted by now at the latest.
func (m *matter) converted() bool {
	at := m.c.Converts()
	return !at.IsZero() && !m.now.Before(at)
}

// withoutPolicy tells whether nobody knows what follows the end of the term.
func (m *matter) withoutPolicy() bool {
	return len(m.c.Policy.Phases) == 0 && !m.c.From.IsZero() && !m.c.Has(fleet.LifecycleSuspended) && !m.c.Has(fleet.LifecycleReleased)
}

func (m *matter) payg() bool { return m.c.Term.Method == fleet.PayAsYouGo }

// unbilled tells whether a bill is unpaid of an instance that is paid in advance:
// that stops nothing, but it can neither be renewed nor upgraded.
func (m *matter) unbilled() bool { return m.ev.Key.Rule == alarm.Overdue && !m.payg() }

// lastOther is the latest end of a term among the others that are told of.
func (m *matter) lastOther() time.Time {
	var last time.Time
	for i := range m.others {
		if at := m.others[i].Course.Term.Expires; at.After(last) {
			last = at
		}
	}
	return last
}

// paysFromBalance tells whether it is documented that automatic renewal pays from
// the available balance only.
func paysFromBalance(in *fleet.Instance) bool {
	return in.Product == "iot" || in.Product == "rocketmq" && in.Edition == "platinum-4"
}

// deletion is when the instance is deleted, or the first of several that are told
// of together; zero when that is not ahead. One that is downgraded is not deleted,
// even when the cloud tells a release.
func (m *matter) deletion() time.Time {
	if m.c.Downgrades() {
		return time.Time{}
	}
	at := m.ahead(fleet.LifecycleReleased)
	if !m.bulk() || at.IsZero() {
		return at
	}
	for i := range m.others {
		if other := m.others[i].Course.Begins(fleet.LifecycleReleased); other.After(m.now) && other.Before(at) {
			at = other
		}
	}
	return at
}

// bulk tells whether the event speaks for several instances that are renewed
// together.
func (m *matter) bulk() bool {
	return m.ev.Key.Rule == alarm.Expiry && len(m.others) > 0 && !m.dateless() && m.o.At.After(m.now)
}

// alike counts the others of the same account of which the same is told.
func (m *matter) alike() int {
	switch m.ev.Key.Rule {
	case alarm.Suspension, alarm.Release, alarm.CannotRenew:
		return len(m.o.Others)
	}
	return 0
}

// overdueAccount tells whether the account that pays is known to be overdue.
func (m *matter) overdueAccount() bool { return m.c.Overdue || m.o.Account.Overdue() }

// renewalTried tells whether automatic renewal is on and, by its policy, has tried
// to pay for a term that goes on as it was.
func (m *matter) renewalTried() bool {
	r := m.c.Policy.Renewal
	if !m.c.Term.AutoRenew || !r.Known() || !m.c.From.After(m.now) {
		return false
	}
	return r.Left(m.c.From, m.now, m.c.Zone) < r.Left(m.c.From, m.c.From.AddDate(0, 0, -r.First-2), m.c.Zone)
}
