package alarm

import (
	"context"
	"time"
)

// SetTerms replaces the calendars of some instances, and judges them at once. Those that are
// not in the calendar are left out.
func (e *Engine) SetTerms(ctx context.Context, terms []TermWatch) error {
	return e.call(ctx, func(ctx context.Context) error {
		now := e.look()
		e.mu.Lock()
		e.byClock.replace(terms)
		e.mu.Unlock()
		return e.tickCalendar(ctx, now)
	})
}

func (cj *clockJudge) replace(terms []TermWatch) {
	moved := false
	for i := range terms {
		place, known := cj.places.of[terms[i].Instance.ID]
		if !known {
			continue
		}
		old := &cj.calendar.Terms[place]
		moved = moved || old.Instance.Account != terms[i].Instance.Account
		if old.Rules != terms[i].Rules { // some may be off now
			cj.strays.known = false
		}
		*old = terms[i]
		cj.dues[place] = time.Time{}
	}
	if moved {
		cj.places = placesOf(cj.calendar.Terms)
	}
	cj.lookAt = time.Time{}
}
