package scenario

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// inTwo is in, with two providers for every number.
func inTwo(name string, fleet func() *pages.Fleet, do func(context.Context, *World) error) func(context.Context, Options) (*World, error) {
	return func(ctx context.Context, o Options) (*World, error) {
		w, err := newWorld(o, name, fleet())
		if err != nil {
			return w, err
		}
		if err := w.addBackup(); err != nil {
			return w, err
		}
		if err := w.begin(ctx); err != nil {
			return w, err
		}
		return w, do(ctx, w)
	}
}

// failover lets the first of two providers fail, in ways after which nothing can have left
// and in ways after which nobody can know.
func failover(ctx context.Context, w *World) error {
	w.say("failover: the first provider refuses with 429")
	w.sms.Set(farside.Outage(http.StatusTooManyRequests))
	if err := w.newAlarm(ctx, 0, pages.Full, 5*time.Second); err != nil {
		return err
	}
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	got := len(w.backup.Texts())
	w.count("texts by the second provider while the first refuses", "one a person", got, got == 2)

	w.say("failover: it is back")
	w.sms.Set(nil)
	if err := pause(ctx, 30*time.Second); err != nil {
		return err
	}
	// One text finds out; while it is on its way the other takes the second provider.
	for _, instance := range []int{1, 2} {
		before := len(w.provider.Texts())
		if err := w.newAlarm(ctx, instance, pages.Full, 5*time.Second); err != nil {
			return err
		}
		if _, err := w.settle(ctx, w.patience()); err != nil {
			return err
		}
		got = len(w.provider.Texts()) - before
		w.count("texts by the first provider when it is back", strconv.Itoa(instance)+" at least", got, got >= instance)
	}

	w.say("failover: it answers 503, also to look-ups")
	w.sms.Set(farside.Outage(http.StatusServiceUnavailable))
	if err := w.newAlarm(ctx, 3, pages.Full, 75*time.Second); err != nil {
		return err
	}
	if err := w.newAlarm(ctx, 4, pages.Full, 5*time.Second); err != nil {
		return err
	}
	w.sms.Set(nil)
	for i := range 5 {
		w.fleet.Set(i, 0, pages.Calm)
	}
	return w.draw(ctx, w.patience())
}
