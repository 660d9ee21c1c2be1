package outbox

import (
	"cmp"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// queue holds what one recipient is still to get at one address. Only one message of
// a queue is under way at a time.
type queue struct {
	line
	items []item // in the order in which they were decided

	failures int     // attempts in a row that failed
	open     instant // nothing is sent before: the far side failed
	hurried  instant // when something new last made it due
	rushed   bool    // something ever did
	pace     *pace   // nil: its messages need not keep apart

	kin *kin // all queues to the same address

	busy   bool    // somebody works on it
	ready  bool    // it is among those of which something is due
	parked bool    // it waits for the probe of its way
	due    instant // when something will be, while it is none of these
	place  int     // among those that wait for their moment; -1 is none
}

// kin are the queues to one address: of whoever has it, and of those who had it when
// their queues began.
type kin struct {
	key              string
	channel, address string // the address is "" where it is not known
	queues           []*queue
	allowance        allowance
}

// known is the name under which the recipient of a queue is known now: who was renamed is
// reached as whoever has the address.
func (q *queue) known(dir roads) string {
	return dir.Namesake(q.recipient, q.kin.channel, q.kin.address)
}

// moment is now, by the outbox's clock and by that on the wall.
type moment struct {
	at   instant
	wall time.Time
}

// reach turns a moment of the wall clock into one of the outbox's.
func (m moment) reach(until time.Time) instant { return m.at + max(until.Sub(m.wall), 0) }

// action is what there is to do.
type action uint8

const (
	doSend    action = iota
	doTrack          // ask what became of a message, instead of sending
	doRelease        // holds are over: look whether what they held is still true
)

// work is one thing to do for a recipient now.
type work struct {
	line
	action action
	items  []item // one message, for doSend
	route  string // the route that it takes; "" is not known, or the only one
	way    string // what it goes through; "" is not known
	blind  bool   // it is in doubt, and goes out by another route without a look-up
	last   bool   // it ends a row of messages: what it has no room for is counted
}

// next returns what is due; false when nothing is.
func (q *queue) next(now moment, bundle int) (work, bool) {
	if held := q.overdueHolds(now); len(held) > 0 {
		return work{line: q.line, action: doRelease, items: held}, true
	}
	if unit := q.nextUnit(now.at); len(unit) > 0 {
		if group := q.nextGroup(now.at, bundle); len(group) == 0 || group[0].weight > 0 || gravest(unit) == 0 {
			return work{line: q.line, action: doSend, items: unit}, true
		}
	}
	if group := q.nextGroup(now.at, bundle); len(group) > 0 {
		return work{line: q.line, action: doSend, items: group, last: q.pace != nil && q.pace.follow >= paceFollow}, true
	}
	for _, it := range q.items {
		if it.state == notifier.Sent && it.due <= now.at {
			return work{line: q.line, action: doTrack, items: []item{it}}, true
		}
	}
	return work{}, false
}

// overdueHolds returns what was held until now.
func (q *queue) overdueHolds(now moment) []item {
	var out []item
	for i := range q.items {
		if it := &q.items[i]; it.state == notifier.Held && it.holdEnds(now) <= now.at {
			out = append(out, *it)
		}
	}
	return out
}

// holdEnds is when the hold of a notice is over. A hold for a length of time follows no
// wall clock.
func (it *item) holdEnds(now moment) instant {
	if it.length {
		return it.due
	}
	return now.reach(it.until)
}

// nextUnit returns the message in doubt that is to be looked at now, the gravest
// first: all its notices.
func (q *queue) nextUnit(now instant) []item {
	best := -1
	for i := range q.items {
		it := &q.items[i]
		if it.message == "" || it.state != notifier.Pending || q.again(it) > now {
			continue
		}
		if best < 0 || it.weight < q.items[best].weight {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	var out []item
	for _, it := range q.items {
		if it.message == q.items[best].message {
			out = append(out, it)
		}
	}
	return out
}

// again is when a message in doubt is looked at next, by one of its notices.
func (q *queue) again(it *item) instant {
	return max(it.due, q.kin.allowance.opensAgain(it.critical()))
}

// nextGroup returns the notices that become a message now: when one of those that
// are free is due, the gravest of all leads it, and as many as fit go along, also those
// that still wait for others to join them.
func (q *queue) nextGroup(now instant, bundle int) []item {
	doubt := q.inDoubt()
	leader, due := q.leads(doubt)
	if leader == nil || due > now || q.opens(leader) > now {
		return nil
	}
	if leader.alone {
		return []item{*leader}
	}
	return q.together(doubt, bundle)
}

// leaves tells whether a notice is free to leave, while the episodes in doubt are known.
func (it *item) leaves(doubt map[int64]bool) bool {
	return it.free() && (!it.bound || !doubt[it.episode])
}

// leads returns the gravest of the notices that are free to leave, that which was decided
// first among equals, and when the first of them all is due; nil when there is none. It
// copies nothing: in a storm it is asked after each commit, of a queue with thousands.
func (q *queue) leads(doubt map[int64]bool) (leader *item, due instant) {
	for i := range q.items {
		it := &q.items[i]
		if !it.leaves(doubt) {
			continue
		}
		if leader == nil || it.due < due {
			due = it.due
		}
		if leader == nil || it.weight < leader.weight {
			leader = it
		}
	}
	return leader, due
}

// together returns the notices that are free to leave with others, as many as fit, in the
// order of their weight.
func (q *queue) together(doubt map[int64]bool, most int) []item {
	var places []int
	for i := range q.items {
		if it := &q.items[i]; it.leaves(doubt) && !it.alone {
			places = append(places, i)
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(q.items[a].weight, q.items[b].weight) })
	out := make([]item, 0, min(len(places), most))
	for _, i := range places[:min(len(places), most)] {
		out = append(out, q.items[i])
	}
	return out
}

// inDoubt returns the episodes of which a notice to the address may have left, or is
// under way, under whichever name.
func (q *queue) inDoubt() map[int64]bool {
	var out map[int64]bool
	for _, of := range q.kin.queues {
		for i := range of.items {
			it := &of.items[i]
			if it.state != notifier.Pending || (it.message == "" && (of == q || !of.busy)) {
				continue
			}
			if out == nil {
				out = make(map[int64]bool)
			}
			out[it.episode] = true
		}
	}
	return out
}

// opens tells from when on a message may leave that a notice leads.
func (q *queue) opens(leader *item) instant {
	at := max(q.open, q.kin.allowance.opens(leader.critical()))
	if q.pace != nil {
		at = max(at, q.pace.opens(leader.critical()))
	}
	return at
}

// soonest returns when something is due; false is never.
func (q *queue) soonest(now moment) (at instant, some bool) {
	sooner := func(t instant) {
		if !some || t < at {
			at, some = t, true
		}
	}
	for i := range q.items {
		switch it := &q.items[i]; {
		case it.state == notifier.Held:
			sooner(it.holdEnds(now))
		case it.state == notifier.Sent:
			sooner(it.due)
		case it.message != "":
			sooner(q.again(it))
		}
	}
	if leader, due := q.leads(q.inDoubt()); leader != nil {
		sooner(max(due, q.opens(leader)))
	}
	return at, some
}

// gravest is the least weight of some items.
func gravest(items []item) int {
	return slices.MinFunc(items, func(a, b item) int { return cmp.Compare(a.weight, b.weight) }).weight
}

// set puts an item into the queue, in its place, or replaces it.
func (q *queue) set(it item) {
	i, found := slices.BinarySearchFunc(q.items, it.seq, func(a item, seq int64) int { return cmp.Compare(a.seq, seq) })
	if found {
		q.items[i] = it
		return
	}
	q.items = slices.Insert(q.items, i, it)
}

// remove takes items out of the queue.
func (q *queue) remove(seqs map[int64]bool) {
	q.items = slices.DeleteFunc(q.items, func(it item) bool { return seqs[it.seq] })
}
