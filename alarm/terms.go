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
	by := make(map[string]*TermWatch, len(terms))
	for i := range terms {
		by[terms[i].Instance.ID] = &terms[i]
	}
	for i := range cj.calendar.Terms {
		old := &cj.calendar.Terms[i]
		if next := by[old.Instance.ID]; next != nil {
			*old = *next
			cj.dues[i] = time.Time{}
		}
	}
	cj.lookAt = time.Time{}
}
