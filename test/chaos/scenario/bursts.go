package scenario

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// bursts raises and ends many alarms at once, wave after wave, before chats that take a few
// messages a minute, which somebody else uses, too.
func bursts(ctx context.Context, o Options) (*World, error) {
	const metrics = 4
	n := (&World{Options: o}).many(120, 1_000) / metrics * metrics
	w, err := newWorld(o, "bursts", fleetOf(n/metrics, metrics)())
	if err != nil {
		return w, err
	}
	if err := w.addChats(); err != nil {
		return w, err
	}
	waves := 3
	if w.Brief {
		waves = 1
	}
	w.config.Interval = 2 * time.Second
	// Text messages have paces of their own.
	w.leave("sms/" + weiPhone)
	w.leave("sms/" + liPhone)
	w.config.Receivers[0].SMS = nil
	for _, l := range w.lines {
		w.config.Receivers = append(w.config.Receivers, daemon.Receiver{Name: l.name, Way: l.way})
		l.told = nil // what a message only counts is in no ledger
	}
	if err := w.config.Write(w.daemon.Dir); err != nil {
		return w, err
	}
	if err := w.begin(ctx); err != nil {
		return w, err
	}
	for wave := range waves {
		w.say("bursts: wave %d of %d alarms", wave+1, n)
		w.fleet.SetAll(n, pages.High)
		if _, err := w.settle(ctx, w.patience()); err != nil {
			return w, err
		}
		w.fleet.SetAll(n, pages.Calm)
		if _, err := w.settle(ctx, w.patience()); err != nil {
			return w, err
		}
	}
	w.countRefused()
	for _, l := range w.lines {
		alarms, ended := 0, 0
		posts := l.posts()
		for _, p := range posts {
			alarms, ended = alarms+p.Alarms, ended+p.Ended
		}
		got := fmt.Sprintf("%d and %d in %d messages", alarms, ended, len(posts))
		w.count(fmt.Sprintf("beginnings and ends that %s counts", l.name), fmt.Sprintf("%d and %[1]d", waves*n), got, alarms == waves*n && ended == waves*n)
	}
	return w, w.drawNow(ctx)
}
