package outbox

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
)

// A telephone number may be reached through several providers. A message goes through one
// of them at a time: the first that admits it and that has not turned its notices away. What
// turned them away is kept with them as passed: "/twilio/backup/".

// passes adds a route to those that turned a notice away.
func passes(passed, route string) string {
	if hasPassed(passed, route) {
		return passed
	}
	if passed == "" {
		passed = "/"
	}
	return passed + route + "/"
}

// merge joins the routes that turned away one notice or another of a message.
func merge(a, b string) string {
	for route := range strings.SplitSeq(strings.Trim(b, "/"), "/") {
		if route != "" {
			a = passes(a, route)
		}
	}
	return a
}

func hasPassed(passed, route string) bool { return strings.Contains(passed, "/"+route+"/") }

// ahead lists the routes that have not turned a notice away. Where all have, none has: it
// begins from the first.
func ahead(routes []notifier.Route, passed string) []notifier.Route {
	if passed == "" {
		return routes
	}
	out := slices.DeleteFunc(slices.Clone(routes), func(r notifier.Route) bool { return hasPassed(passed, r.Name) })
	if len(out) == 0 {
		return routes
	}
	return out
}

// enter finds the route of a message and begins its attempt there. Where none admits it,
// its queue waits for the best of them.
func (s *queues) enter(w *work, q *queue, routes []notifier.Route, now moment) bool {
	choices := ahead(routes, w.items[0].passed)
	if w.items[0].message != "" {
		choices = s.doubtful(w, routes, now)
	}
	for i, r := range choices {
		way := s.way(r.Way)
		if way != nil && !way.admits(now.at) {
			continue
		}
		if way != nil {
			way.begin(now.at)
		}
		w.route, w.way, w.blind = r.Name, r.Way, w.items[0].message != "" && i > 0
		if w.items[0].message == "" {
			w.items = slices.DeleteFunc(w.items, func(it item) bool { return hasPassed(it.passed, r.Name) && it.seq != w.items[0].seq })
		}
		return true
	}
	if len(choices) == 0 {
		return true // nobody knows what it goes through
	}
	if way := s.way(choices[0].Way); way.probing {
		q.parked = true
		way.waiting = append(way.waiting, q)
	} else {
		q.due, q.place = way.next, -1
		heap.Push(&s.waiting, q)
	}
	return false
}

// doubtful lists the routes of a message in doubt. It is looked up where it was sent. When
// that far side has been down for so long that it would have it by now, it may go elsewhere
// without, as a possible repeat.
func (s *queues) doubtful(w *work, routes []notifier.Route, now moment) []notifier.Route {
	it := &w.items[0]
	at := slices.IndexFunc(routes, func(r notifier.Route) bool { return r.Name == it.route })
	if at < 0 {
		at = 0
	}
	if len(routes) == 0 {
		return nil
	}
	out := []notifier.Route{routes[at]}
	if now.at-it.tried < lookLate {
		return out
	}
	for _, r := range routes {
		if r.Name != routes[at].Name && !hasPassed(it.passed, r.Name) {
			out = append(out, r)
		}
	}
	return out
}

// elsewhere turns a message to the next route, because nobody can say whether it arrived by
// this one; false where there is none.
func (s *sending) elsewhere() bool {
	next, ok := s.next()
	if !ok {
		return false
	}
	s.passed, s.moved = passes(s.passed, s.target.Provider), true
	s.target = s.whole.By(next.Name)
	s.way = s.target.Way
	return true
}

// next is the route after the present one that has not turned the message away; false when
// there is none.
func (s *sending) next() (notifier.Route, bool) {
	for _, r := range s.whole.Routes() {
		if r.Name != s.target.Provider && !hasPassed(s.passed, r.Name) {
			return r, true
		}
	}
	return notifier.Route{}, false
}

// storePassed notes which routes turned some notices away.
func storePassed(ctx context.Context, tx *transaction, items []item, passed string) error {
	for i := range items {
		items[i].passed = passed
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET passed = ? WHERE seq IN (SELECT value FROM json_each(?))`, passed, seqsOf(items)); err != nil {
		return fmt.Errorf("note which provider turned notices away: %w", err)
	}
	return nil
}

// turnAway notes what an outcome says of the route of a message: it turned its notices away, or,
// when all have, the next attempt begins with the first again.
func (s *sending) turnAway(ctx context.Context, tx *transaction, o outcome) error {
	switch {
	case o.next:
		return storePassed(ctx, tx, s.items, passes(s.passed, s.target.Provider))
	case o.state == notifier.Pending && !o.doubt && s.passed != "":
		return storePassed(ctx, tx, s.items, "")
	}
	return nil
}
