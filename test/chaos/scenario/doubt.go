package scenario

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// providerClock loses the answers of a provider whose clock is off.
func providerClock(ctx context.Context, w *World) error {
	w.provider.Skew(-10 * time.Minute)
	w.sms.Set(farside.Always(farside.Fate{Way: farside.AcceptThenCut}))
	w.fleet.Set(0, 0, w.high())
	if err := w.accepted(ctx, 2); err != nil {
		return err
	}
	w.sms.Set(nil)
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	w.once(2)
	return nil
}

// accepted waits until the provider has so many texts.
func (w *World) accepted(ctx context.Context, n int) error {
	ok, err := waitFor(ctx, time.Minute, func() bool { return len(w.provider.Texts()) >= n })
	if err == nil && !ok {
		w.missed("the provider accepts the texts", "accepted", time.Minute)
	}
	return err
}

// once notes that each person got one text, so n in all.
func (w *World) once(n int) {
	got := len(w.provider.Texts())
	w.count("text messages", "one a person", got, got == n)
}

// doubtLate accepts after the client's time was up.
func doubtLate(ctx context.Context, w *World) error {
	w.sms.Set(farside.Always(farside.Fate{Way: farside.AcceptLate, Wait: 22 * time.Second}))
	w.hooks["a"].gate.Set(farside.Always(farside.Fate{Way: farside.AcceptLate, Wait: 12 * time.Second}))
	w.fleet.Set(0, 0, w.high())
	ok, err := waitFor(ctx, time.Minute, func() bool { return len(w.sms.Posts()) >= 2 && len(w.hooks["a"].gate.Posts()) >= 1 })
	if err != nil || !ok {
		return err
	}
	w.weather(nil) // what was sent by now is accepted late all the same
	_, err = waitFor(ctx, time.Minute, func() bool { return w.sms.Behind()+w.hooks["a"].gate.Behind() == 0 })
	if err != nil {
		return err
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	w.once(2)
	return nil
}

// doubtCrash kills the product at the worst moments: the far side has the message and
// did not answer; it will have it a second after the start; it never read it.
func doubtCrash(ctx context.Context, w *World) error {
	for i, fate := range []farside.Fate{
		{Way: farside.AcceptThenSilence}, {Way: farside.AcceptLate, Wait: 3 * time.Second}, {Way: farside.Silent},
	} {
		posts := len(w.sms.Posts())
		w.weather(farside.Always(fate))
		w.fleet.Set(i, 0, w.high())
		ok, err := waitFor(ctx, time.Minute, func() bool {
			return len(w.sms.Posts()) >= posts+2 && len(w.hooks["a"].gate.Posts()) > i
		})
		if err != nil || !ok {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil { // until the far sides have taken what was sent
			return err
		}
		if err := w.kill(); err != nil {
			return err
		}
		w.weather(nil)
		if err := w.start(ctx); err != nil {
			return err
		}
		if _, err := w.settle(ctx, w.patience()); err != nil {
			return err
		}
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	w.once(6)
	return nil
}

// doubtMany hides a message behind more than the product looks through.
func doubtMany(ctx context.Context, w *World) error {
	lost := farside.Fate{Way: farside.AcceptThenCut}
	w.sms.Set(farside.Always(lost))
	w.fleet.Set(0, 0, w.high())
	if err := w.accepted(ctx, 2); err != nil {
		return err
	}
	began := time.Now()
	w.provider.Stuff(1_400, weiPhone)
	w.provider.Stuff(1_400, liPhone)
	w.sms.Set(nil)
	if err := w.newAlarm(ctx, 1, pages.Full, 35*time.Second); err != nil {
		return err
	}
	ok, err := waitFor(ctx, w.patience(), func() bool {
		waits, err := w.daemon.Waits(ctx)
		return err == nil && !waits
	})
	if err != nil {
		return err
	}
	w.within("from the lost answer to a decision", ok, time.Since(began), 2*time.Minute)
	return w.draw(ctx, w.patience())
}

// doubtRefused loses the answer to a webhook, and then refuses it for a while: that it
// is refused now says nothing of the first time. A second alarm waits beside it.
func doubtRefused(ctx context.Context, w *World) error {
	gate := w.hooks["a"].gate
	posts := 0 // the gate asks one at a time
	gate.Set(func(*http.Request) farside.Fate {
		if posts++; posts == 1 {
			return farside.Fate{Way: farside.AcceptThenCut}
		}
		return farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "1"}
	})
	w.fleet.Set(0, 0, w.high())
	ok, err := waitFor(ctx, time.Minute, func() bool { return len(gate.Posts()) >= 2 })
	if err != nil {
		return err
	}
	if !ok {
		w.missed("a second attempt at the webhook", "made", time.Minute)
	}
	w.fleet.Set(1, 0, w.high())
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	gate.Set(nil)
	return w.draw(ctx, w.patience())
}

// doubtRenamed cuts a beginning off, gives its recipients other names, and ends the
// alarm while it is in doubt.
func doubtRenamed(ctx context.Context, w *World) error {
	w.weather(farside.Always(farside.Fate{Way: farside.CutUnaccepted}))
	w.fleet.Set(0, 0, w.high())
	ok, err := waitFor(ctx, time.Minute, func() bool { return len(w.sms.Posts()) >= 2 && len(w.hooks["a"].gate.Posts()) >= 1 })
	if err != nil {
		return err
	}
	if !ok {
		w.missed("the beginning is sent", "sent", time.Minute)
	}
	if err := w.renameBoth(ctx); err != nil {
		return err
	}
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	w.fleet.Set(0, 0, pages.Calm)
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	w.weather(nil)
	return w.draw(ctx, w.patience())
}

// fates are the ways in which one request fails, each with a name.
func fates() map[string]farside.Fate {
	return map[string]farside.Fate{
		"429":               {Way: farside.Refuse, Status: http.StatusTooManyRequests},
		"429 Retry-After":   {Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "3"},
		"503":               {Way: farside.Refuse, Status: http.StatusServiceUnavailable},
		"delay":             {Way: farside.Well, Wait: 2 * time.Second},
		"cut before":        {Way: farside.CutBefore},
		"cut, not accepted": {Way: farside.CutUnaccepted},
		"500 after":         {Way: farside.AcceptThenFail, Status: http.StatusInternalServerError},
		"cut after":         {Way: farside.AcceptThenCut},
	}
}

// answers lets the first request of each kind fail in each way, one after the other.
func answers(ctx context.Context, w *World) error {
	all := fates()
	for i, name := range slices.Sorted(maps.Keys(all)) {
		fate := all[name]
		w.say("answers: %s", name)
		began := len(w.provider.Texts())
		w.weather(farside.Always(fate))
		sms, hooks := len(w.sms.Posts()), len(w.hooks["a"].gate.Posts())
		w.fleet.Set(i, 0, w.high())
		ok, err := waitFor(ctx, time.Minute, func() bool {
			return len(w.sms.Posts()) >= sms+2 && len(w.hooks["a"].gate.Posts()) > hooks
		})
		if err != nil {
			return err
		}
		w.weather(nil)
		if !ok {
			w.missed(name+": tried", "tried", time.Minute)
		}
		if ok, err = w.settle(ctx, w.patience()); err != nil {
			return err
		}
		if !ok {
			w.missed(name+": nothing waits any more", "settled", w.patience())
		}
		got := len(w.provider.Texts()) - began
		w.count(name+": text messages", "one a person", got, got == 2)
	}
	return w.draw(ctx, w.patience())
}
