package scenario

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// inAll is in, with a receiver for each way out there is. arrange changes the configuration
// before the product starts.
func inAll(name string, fleet func() *pages.Fleet, arrange func(*World) error, do func(context.Context, *World) error) func(context.Context, Options) (*World, error) {
	return func(ctx context.Context, o Options) (*World, error) {
		w, err := newWorld(o, name, fleet())
		if err != nil {
			return w, err
		}
		if err := w.addLines(); err != nil {
			return w, err
		}
		if err := arrange(w); err != nil {
			return w, err
		}
		if err := w.config.Write(w.daemon.Dir); err != nil {
			return w, err
		}
		if err := w.begin(ctx); err != nil {
			return w, err
		}
		return w, do(ctx, w)
	}
}

// eachAlone gives each way a receiver of its own, so that all are told of everything.
func eachAlone(w *World) error {
	for _, l := range w.lines {
		w.config.Receivers = append(w.config.Receivers, daemon.Receiver{Name: l.name, Way: l.way})
	}
	return nil
}

// killWays ends the product again and again while all ways fail at random.
func killWays(ctx context.Context, w *World) error {
	kills := w.Kills
	if kills == 0 {
		kills = w.many(6, 200)
	}
	unsettled := 0
	for done := 0; done < kills; {
		n := min(perRound, kills-done)
		for range n {
			for _, l := range w.lines {
				w.worsen(l)
			}
			if err := w.hardTimes(ctx, w.hold); err != nil {
				return err
			}
		}
		done += n
		w.weather(nil)
		ok, err := w.settle(ctx, w.settling())
		if err != nil {
			return err
		}
		if !ok {
			unsettled++
			w.sayWaits()
		}
		w.say("ended %d of %d times, %d alarms read", done, kills, len(w.fleet.Periods()))
	}
	w.count("rounds after which something still waited for long", "0", unsettled, unsettled == 0)
	w.count("times the process was ended", strconv.Itoa(kills), kills, true)
	for i := range w.fleet.Instances() {
		for m := range w.fleet.Metrics() {
			w.fleet.Set(i, m, pages.Calm)
		}
	}
	if err := w.draw(ctx, w.settling()); err != nil {
		return err
	}
	w.countRefused()
	return w.countOpen(ctx)
}

// settling is how long something may still wait after all ways are free: an account that refused
// is asked again after five minutes.
func (w *World) settling() time.Duration { return w.long(2*time.Minute, 7*time.Minute) }

// sayWaits says what still waits.
func (w *World) sayWaits() {
	for _, n := range w.journal {
		if n.State == "pending" || n.State == "sending" || n.State == "held" {
			w.say("still waits: %s by %s to %s about %s %s: %s", n.State, n.Channel, n.Receiver, n.InstanceID, n.Kind, n.Reason)
		}
	}
}

// worsen makes up what becomes of what is sent by a way: nothing in one life of four, else a
// few of the answers after which it would take it later.
func (w *World) worsen(l *line) {
	if w.rnd.IntN(4) == 0 {
		l.set(nil)
		return
	}
	few := make([]answer, 1+w.rnd.IntN(3))
	for i := range few {
		few[i] = l.passing[w.rnd.IntN(len(l.passing))]
	}
	// Of its own: the far side asks from other goroutines, one at a time.
	rnd := rand.New(rand.NewPCG(w.rnd.Uint64(), w.rnd.Uint64()))
	share := 1 + w.rnd.IntN(4)
	l.atRandom(func() *answer {
		if rnd.IntN(4) >= share {
			return nil
		}
		return &few[rnd.IntN(len(few))]
	})
}

// atRandom lets each conversation have another fate.
func (l *line) atRandom(next func() *answer) {
	switch gate := l.gate.(type) {
	case *farside.Gate:
		gate.Set(func(*http.Request) farside.Fate {
			if a := next(); a != nil {
				return a.fate
			}
			return farside.Fate{}
		})
	case *farside.Mail:
		gate.Set(func() farside.MailFate {
			if a := next(); a != nil {
				return a.mail
			}
			return farside.MailFate{}
		})
	}
}

// countRefused notes what far sides refused by their own rules: bodies that they do not take,
// more than they take in a time, signatures that are none.
func (w *World) countRefused() {
	for _, l := range w.lines {
		if l.refused == nil {
			continue
		}
		got := l.refused()
		shown := strconv.Itoa(len(got))
		if len(got) > 0 {
			shown += ": " + got[0]
		}
		w.count(l.name+" refused by its own rules", "0", shown, len(got) == 0)
	}
}

// countOpen notes what stands open at programs though no page shows it. What one that was ended
// had still to hear is repeated within a minute.
func (w *World) countOpen(ctx context.Context) error {
	for _, l := range w.lines {
		if l.open == nil {
			continue
		}
		var stale []ledger.Key
		_, err := waitFor(ctx, 90*time.Second, func() bool {
			stale = w.stale(l.open())
			return len(stale) == 0
		})
		if err != nil {
			return err
		}
		w.count("open at "+l.name+" though it is over", "0", strconv.Itoa(len(stale)), len(stale) == 0)
	}
	return nil
}

// stale are the alarms of which the page is calm.
func (w *World) stale(open []ledger.Key) []ledger.Key {
	var out []ledger.Key
	for _, key := range open {
		for i := range w.fleet.Instances() {
			for m := range w.fleet.Metrics() {
				if w.fleet.Key(i, m) == key && w.fleet.Level(i, m) == pages.Calm {
					out = append(out, key)
				}
			}
		}
	}
	return out
}
