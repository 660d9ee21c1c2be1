package scenario

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// ordered is the recipient that a receiver with ways in order is to the ledger.
const ordered = "ordered"

// eitherOf says that recipients need not be told: another may be in their place.
func (w *World) eitherOf(recipients ...string) {
	if w.perhaps == nil {
		w.perhaps = make(map[string]bool)
	}
	for _, r := range recipients {
		w.perhaps[r] = true
	}
}

// inOrder makes one receiver of three ways, which are others with each seed.
func inOrder(w *World) error {
	w.rnd.Shuffle(len(w.lines), func(i, j int) { w.lines[i], w.lines[j] = w.lines[j], w.lines[i] })
	r := daemon.Receiver{Name: ordered, Within: turnTime}
	for _, l := range w.lines[:3] {
		r.Ways = append(r.Ways, l.way)
		w.eitherOf(l.recipient)
	}
	for _, l := range w.lines[3:] {
		w.leave(l.recipient)
	}
	w.say("turns: %s, then %s, then %s", w.lines[0].name, w.lines[1].name, w.lines[2].name)
	w.config.Receivers = append(w.config.Receivers, r)
	w.stay(ordered)
	return nil
}

// turns ends the product again and again while the first of three ways is mostly dead, and the
// others fail at random: somebody is told of everything by one of them.
func turns(ctx context.Context, w *World) error {
	kills := w.Kills
	if kills == 0 {
		kills = w.many(6, 100)
	}
	for done := range kills {
		for i, l := range w.lines[:3] {
			if i == 0 && w.rnd.IntN(4) > 0 {
				l.set(&l.passing[w.rnd.IntN(len(l.passing))])
				continue
			}
			w.worsen(l)
		}
		if err := w.hardTimes(ctx, w.hold); err != nil {
			return err
		}
		if w.rnd.IntN(3) == 0 { // a turn comes, with the first way dead
			if err := pause(ctx, turnTime+time.Second); err != nil {
				return err
			}
		}
		if (done+1)%perRound != 0 && done+1 < kills {
			continue
		}
		w.weather(nil)
		if _, err := w.settle(ctx, w.settling()); err != nil {
			return err
		}
		w.say("turns: ended %d of %d times, %d alarms read", done+1, kills, len(w.fleet.Periods()))
	}
	w.count("times the process was ended", strconv.Itoa(kills), kills, true)
	for i := range w.fleet.Instances() {
		w.fleet.Set(i, 0, pages.Calm)
	}
	return w.draw(ctx, w.settling())
}

// joined are arrivals with what came by ways in order as told to one recipient. Everybody who was
// told of a beginning is told of its end, so that the end may come by several.
func (w *World) joined(arrivals []ledger.Arrival) []ledger.Arrival {
	r := slices.IndexFunc(w.config.Receivers, func(r daemon.Receiver) bool { return r.Name == ordered })
	if r < 0 {
		return arrivals
	}
	out := slices.Clone(arrivals)
	for _, a := range arrivals {
		turn := slices.IndexFunc(w.lines[:3], func(l *line) bool { return l.recipient == a.Recipient })
		if turn < 0 {
			continue
		}
		a.Recipient = ordered
		a.Instead = a.Instead || turn > 0 && a.Kind == ledger.End
		// The far sides name what happened in words of their own.
		a.Event, a.Value = string(a.Kind), 0
		out = append(out, a)
	}
	return out
}
