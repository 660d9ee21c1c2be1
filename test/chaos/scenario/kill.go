package scenario

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
	"github.com/brimwatch/brimwatch/test/chaos/store"
)

// perRound is how many times the product is ended before it is left in peace, so that
// all that waits can leave, and the ledger knows what is missing.
const perRound = 20

// kill ends the product again and again while alarms come and go, the far sides fail,
// and another program holds the database for moments.
func kill(ctx context.Context, w *World) error { return w.killed(ctx, w.hold) }

// names does the same while contacts and receivers get other names.
func names(ctx context.Context, w *World) error { return w.killed(ctx, w.rename) }

// killed ends the product again and again, and makes trouble in one life of five.
func (w *World) killed(ctx context.Context, trouble func(context.Context) error) error {
	kills := w.Kills
	if kills == 0 {
		kills = w.many(8, 500)
	}
	unsettled := 0
	for done := 0; done < kills; {
		n := min(perRound, kills-done)
		for range n {
			if err := w.hardTimes(ctx, trouble); err != nil {
				return err
			}
		}
		done += n
		w.weather(nil)
		ok, err := w.settle(ctx, 2*time.Minute)
		if err != nil {
			return err
		}
		if !ok {
			unsettled++
		}
		w.say("ended %d of %d times, %d texts, %d webhooks, %d alarms read", done, kills, len(w.texts()), len(w.hooks["a"].Bodies()), len(w.fleet.Periods()))
	}
	w.count("rounds after which something still waited for 2 min", "0", unsettled, unsettled == 0)
	w.count("times the process was ended", strconv.Itoa(kills), kills, true)
	for i := range w.fleet.Instances() {
		for m := range w.fleet.Metrics() {
			w.fleet.Set(i, m, pages.Calm)
		}
	}
	return w.draw(ctx, 2*time.Minute)
}

// hardTimes is one life of the product: faults at the far sides, alarms that come and
// go, and its end at a random moment.
func (w *World) hardTimes(ctx context.Context, trouble func(context.Context) error) error {
	w.sms.Set(w.badWeather())
	if w.spare != nil {
		w.spare.Set(w.badWeather())
	}
	for _, name := range slices.Sorted(maps.Keys(w.hooks)) {
		w.hooks[name].gate.Set(w.badWeather())
	}
	w.change()
	if w.rnd.IntN(5) == 0 {
		if err := trouble(ctx); err != nil {
			return err
		}
	}
	if err := pause(ctx, time.Duration(w.rnd.Int64N(int64(4*time.Second)))); err != nil {
		return err
	}
	end := w.daemon.Kill
	if w.rnd.IntN(10) == 0 {
		end = w.daemon.Stop
	}
	if err := end(); err != nil {
		return err
	}
	if w.rnd.IntN(4) == 0 { // down for a while
		if err := pause(ctx, time.Duration(w.rnd.Int64N(int64(time.Second)))); err != nil {
			return err
		}
	}
	return w.start(ctx)
}

// rename gives a contact or a receiver another name: the same people at the same
// numbers and URLs.
func (w *World) rename(ctx context.Context) error {
	r := &w.config.Receivers[0]
	if w.rnd.IntN(2) == 0 {
		r.Name = other(r.Name, "oncall", "operators")
		return w.reload(ctx)
	}
	c := &w.config.Contacts[0]
	c.Name = other(c.Name, "wei", "wei2")
	r.SMS = []string{c.Name, w.config.Contacts[1].Name}
	return w.reload(ctx)
}

// hold keeps the product from its database for a moment.
func (w *World) hold(ctx context.Context) error {
	unlock, err := store.Lock(ctx, w.daemon.Database(w.config.Data))
	if err != nil {
		return err
	}
	err = pause(ctx, time.Duration(w.rnd.Int64N(int64(2*time.Second))))
	return errors.Join(err, unlock())
}

// other is the one of two names that is not in use.
func other(name, a, b string) string {
	if name == a {
		return b
	}
	return a
}

// change raises and ends alarms at random: only those of which it is known that the
// product has judged how they stand.
func (w *World) change() {
	for i := range w.fleet.Instances() {
		for m := range w.fleet.Metrics() {
			if w.fleet.Sure(i, m).IsZero() || w.rnd.IntN(4) > 0 {
				continue
			}
			switch {
			case w.fleet.Level(i, m) != pages.Calm:
				w.fleet.Set(i, m, pages.Calm)
			case w.rnd.IntN(3) == 0:
				w.fleet.Set(i, m, pages.Full)
			default:
				w.fleet.Set(i, m, w.high())
			}
		}
	}
}

// badWeather makes up what becomes of the requests at one far side: it fails in a few
// ways, now and then.
func (w *World) badWeather() func(*http.Request) farside.Fate {
	if w.rnd.IntN(4) == 0 {
		return nil
	}
	all := fates()
	all["silent"] = farside.Fate{Way: farside.Silent}
	all["silence after"] = farside.Fate{Way: farside.AcceptThenSilence}
	// After a crash the product looks for a message 5 s after its start; what comes
	// later than that nobody can know of.
	all["late"] = farside.Fate{Way: farside.AcceptLate, Wait: 3 * time.Second}
	all["401"] = farside.Fate{Way: farside.Refuse, Status: http.StatusUnauthorized}
	names := slices.Sorted(maps.Keys(all))
	var few []farside.Fate
	for range 1 + w.rnd.IntN(3) {
		few = append(few, all[names[w.rnd.IntN(len(names))]])
	}
	// Of its own: the gate asks from another goroutine, one request at a time.
	rnd := rand.New(rand.NewPCG(w.rnd.Uint64(), w.rnd.Uint64()))
	share := 1 + w.rnd.IntN(4)
	return func(*http.Request) farside.Fate {
		if rnd.IntN(4) >= share {
			return farside.Fate{}
		}
		f := few[rnd.IntN(len(few))]
		if f.Way == farside.Well {
			f.Wait = time.Duration(rnd.Int64N(int64(2 * time.Second)))
		}
		return f
	}
}
