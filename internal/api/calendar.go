package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

const (
	usualDays = 90
	maxDays   = 3660
)

// calendar lists what lies ahead of the fleet.
func (s *server) calendar(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	days := usualDays
	if text := q.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxDays {
			s.refuse(w, http.StatusBadRequest, fmt.Sprintf("days is a number from 1 to %d", maxDays))
			return
		}
		days = n
	}
	now := s.Now()
	f := calendar.Filter{Account: q.Get("account"), Product: q.Get("product")}
	entries := calendar.Ahead(s.Fleet.Standings(), f, now, now.AddDate(0, 0, days))
	stream(s, w, "moments", func(yield func(wire.CalendarMoment) bool) {
		for i := range entries {
			e := &entries[i]
			in := e.Standing.Instance
			out := wire.CalendarMoment{
				InstanceID: in.ID, Name: in.Name, Account: in.Account, Product: in.Product,
				What: string(e.Kind), Text: e.Words(), Moment: momentOf(e.Moment),
			}
			if e.Paid {
				out.TermEnd = words.TermEnd(e.Moment.At, zoneOf(e.Standing), words.EN)
			}
			if writable(e.Moment.At) && !yield(out) {
				return
			}
		}
	})
}

// lifecycleOf writes down where an instance stands in its calendar.
func lifecycleOf(st *fleet.Standing) wire.Lifecycle {
	l := st.Lifecycle
	out := wire.Lifecycle{
		State: string(l.State), Since: moment(l.Since), Reason: l.Reason, ExpiresAt: moment(st.Instance.Term.Expires), Moments: []wire.Moment{},
	}
	if end := st.Instance.Term.Expires; !end.IsZero() && writable(end) {
		out.TermEnd = words.TermEnd(end, zoneOf(st), words.EN)
	}
	out.Confirmation = confirmationOf(st)
	if l.State == "" {
		out.State = string(fleet.LifecycleUnknown)
	}
	if !l.At.IsZero() && writable(l.At) {
		out.Next = &wire.Next{State: string(l.Next), At: l.At.UTC()}
	}
	if st.Course != nil {
		for _, m := range st.Course.Moments {
			if writable(m.At) {
				one := momentOf(m)
				if st.Course.Basis == fleet.BasisSaid && m.State == fleet.LifecycleReleased {
					one.Told = "person"
				}
				out.Moments = append(out.Moments, one)
			}
		}
	}
	return out
}

// zoneOf is where the days of an instance's term begin.
func zoneOf(st *fleet.Standing) *time.Location {
	if st.Course == nil {
		return time.UTC
	}
	return st.Course.Zone
}

func momentOf(m fleet.Moment) wire.Moment {
	out := wire.Moment{State: string(m.State), At: m.At.UTC(), Told: "policy", Perhaps: m.Perhaps}
	if m.Reported {
		out.Told = "cloud"
	}
	return out
}
