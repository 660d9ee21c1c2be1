package alertmanager

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// firing remembers what fires at an Alertmanager, and since when: an alarm that was raised
// again has the labels that it had before, and the end of the time before, which may come
// later, must not end it.
type firing struct {
	since map[string]fires
	now   func() time.Time
}

type fires struct{ since, posted time.Time }

func newFiring() *firing { return &firing{since: make(map[string]fires), now: time.Now} }

// mostFiring bounds what is remembered before what is old is looked for.
const mostFiring = 20_000

// note takes note of what was posted.
func (f *firing) note(alerts []alert) {
	now := f.now()
	for i := range alerts {
		id := identity(alerts[i].Labels)
		if one, known := f.since[id]; known && one.since.After(alerts[i].began) {
			continue // it is of a time before
		}
		if alerts[i].resolved {
			delete(f.since, id)
			continue
		}
		f.since[id] = fires{since: alerts[i].began, posted: now}
	}
	if len(f.since) > mostFiring {
		for id, one := range f.since {
			if now.Sub(one.posted) > aheadUnrecorded { // it is over there by itself
				delete(f.since, id)
			}
		}
	}
}

// doubt takes note of what may fire there, by the error of a post.
func (f *firing) doubt(alerts []alert, err error) {
	if notifier.IsUnknown(err) {
		f.note(slices.DeleteFunc(slices.Clone(alerts), func(a alert) bool { return a.resolved }))
	}
}

// thin leaves out what is of a time before, beginnings and ends, where the alarm fires again
// since, whether that was posted before or is posted with them. A beginning of before may come late,
// too: nobody knew whether it had arrived.
func (f *firing) thin(alerts []alert) []alert {
	began := make(map[string]time.Time)
	for i := range alerts {
		id := identity(alerts[i].Labels)
		if one, known := f.since[id]; known && one.since.After(began[id]) {
			began[id] = one.since
		}
		if !alerts[i].resolved && alerts[i].began.After(began[id]) {
			began[id] = alerts[i].began
		}
	}
	out := make([]alert, 0, len(alerts))
	for i := range alerts {
		a := &alerts[i]
		if began[identity(a.Labels)].After(a.began) {
			continue
		}
		out = append(out, *a)
	}
	return out
}
