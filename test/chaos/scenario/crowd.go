package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
	"github.com/brimwatch/brimwatch/test/chaos/store"
)

// crowded makes a world of so many alarms, four to an instance.
func crowded(ctx context.Context, o Options, name string, alarms int, interval time.Duration) (*World, error) {
	const metrics = 4
	w, err := newWorld(o, name, fleetOf((alarms+metrics-1)/metrics+1, metrics)())
	if err != nil {
		return w, err
	}
	w.config.Interval = interval
	if err := w.config.Write(w.daemon.Dir); err != nil {
		return w, err
	}
	return w, w.begin(ctx)
}

// weight lets many warnings wait for a provider that refuses, then raises one critical
// alarm, and looks which one leaves next.
func weight(ctx context.Context, o Options) (*World, error) {
	n := (&World{Options: o}).many(200, 2_000)
	w, err := crowded(ctx, o, "weight", n, 2*time.Second)
	if err != nil {
		return w, err
	}
	w.weather(farside.Always(farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "10"}))
	w.fleet.SetAll(n, pages.High)
	if _, err := w.raised(ctx, n, w.patience()); err != nil {
		return w, err
	}
	last := w.fleet.Instances() - 1
	w.fleet.Set(last, 0, pages.Full)
	if _, err := w.raised(ctx, n+1, w.patience()); err != nil {
		return w, err
	}
	w.weather(nil)
	recovered := time.Now()
	for _, number := range []string{weiPhone, liPhone} {
		t, ok, err := w.firstText(ctx, recovered, w.patience(), func(t farside.Text) bool { return t.To == number })
		if err != nil {
			return w, err
		}
		got := "nothing"
		if ok {
			got = t.Body
		}
		w.count("the first text to "+number+" names the critical alarm", pages.ID(last), got, ok && about(pages.ID(last))(t))
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return w, err
	}
	per := len(w.textsTo(weiPhone, recovered))
	w.count(fmt.Sprintf("texts a person for %d alarms", n+1), "at most 3", per, per <= 3)
	return w, nil
}

// raised waits until so many alarms are decided, by what is committed, and returns when
// that was.
func (w *World) raised(ctx context.Context, n int, most time.Duration) (time.Time, error) {
	counter, err := store.NewCounter(w.daemon.Database(w.config.Data))
	if err != nil {
		return time.Time{}, err
	}
	ok, err := waitFor(ctx, most, func() bool {
		got, err := counter.Open(ctx)
		return err == nil && got >= n
	})
	if err == nil && !ok {
		w.missed(fmt.Sprintf("%d alarms are decided", n), "decided", most)
	}
	return time.Now(), errors.Join(err, counter.Close())
}

// atOnce raises n alarms in one round: all readings end at the same moment.
func (w *World) atOnce(ctx context.Context, n int) (began time.Time, err error) {
	release := w.fleet.Hold()
	defer release()
	w.fleet.SetAll(n, pages.High)
	// A bit less than an interval: almost all instances wait at the gate by then, and
	// none has given up.
	if err := pause(ctx, w.config.Interval*8/10); err != nil {
		return time.Time{}, err
	}
	release()
	return time.Now(), nil
}

// oneMessage raises a storm and counts what each person gets.
func oneMessage(ctx context.Context, o Options) (*World, error) {
	n := (&World{Options: o}).many(300, 2_000)
	w, err := crowded(ctx, o, "one-message", n, 3*time.Second)
	if err != nil {
		return w, err
	}
	began, err := w.atOnce(ctx, n)
	if err != nil {
		return w, err
	}
	t, ok, err := w.firstText(ctx, began, w.patience(), anyText)
	if err != nil {
		return w, err
	}
	w.within("the storm to the first text", ok, t.At.Sub(began), 2*time.Second)
	if err := pause(ctx, 20*time.Second); err != nil {
		return w, err
	}
	for _, number := range []string{weiPhone, liPhone} {
		got := len(w.textsTo(number, began))
		w.count("texts to "+number+" in the first 20 s", "1 or 2", got, got == 1 || got == 2)
	}
	bodies := len(w.hooks["a"].Bodies())
	most := n/64 + 12
	w.count(fmt.Sprintf("webhooks for %d alarms", n), fmt.Sprintf("at most %d", most), bodies, bodies <= most)
	if err := w.newAlarm(ctx, w.fleet.Instances()-1, pages.Full, 5*time.Second); err != nil {
		return w, err
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return w, err
	}
	// One at once, perhaps one for those that were read a moment later, the critical
	// one, and one a minute.
	for _, number := range []string{weiPhone, liPhone} {
		got, most := len(w.textsTo(number, began)), 4+int(time.Since(began)/time.Minute)
		w.count("texts to "+number+" for the whole storm", fmt.Sprintf("at most %d", most), got, got >= 1 && got <= most)
	}
	return w, nil
}

// storm raises as many alarms as there may be at one moment.
func storm(ctx context.Context, o Options) (*World, error) {
	n := (&World{Options: o}).many(2_000, 10_000)
	w, err := crowded(ctx, o, "storm", n, 6*time.Second)
	if err != nil {
		return w, err
	}
	if err := pause(ctx, 2*w.config.Interval); err != nil { // until the start is over
		return w, err
	}
	began, err := w.atOnce(ctx, n)
	if err != nil {
		return w, err
	}
	t, ok, err := w.firstText(ctx, began, w.patience(), anyText)
	if err != nil {
		return w, err
	}
	b, hooked, err := w.firstBody(ctx, began, w.patience())
	if err != nil {
		return w, err
	}
	decided, err := w.raised(ctx, n, w.patience())
	if err != nil {
		return w, err
	}
	first, last, _ := w.fleet.AllRead()
	w.within("the first page that was read to the first text", ok, t.At.Sub(first), 500*time.Millisecond)
	w.within("the first page that was read to the first webhook", hooked, b.At.Sub(first), 500*time.Millisecond)
	w.timed("the last page that was read to all decided", decided.Sub(last), time.Second)
	ok, err = waitFor(ctx, w.patience(), func() bool { return len(w.hooks["a"].Arrivals()) >= n })
	if err != nil {
		return w, err
	}
	arrivals := w.hooks["a"].Arrivals()
	w.count("alarms that the webhook was told of", strconv.Itoa(n), len(arrivals), ok && len(arrivals) == n)
	if ok {
		w.timed("the storm to the last webhook", arrivals[len(arrivals)-1].At.Sub(began), 10*time.Second)
	}
	bodies := len(w.hooks["a"].Bodies())
	w.count("webhooks", fmt.Sprintf("at most %d", n/64+40), bodies, bodies <= n/64+40)
	got := len(w.textsTo(weiPhone, began))
	w.count("texts to one person", "at most 3", got, got >= 1 && got <= 3)
	w.byHook = n > 2_500
	return w, w.draw(ctx, w.patience())
}

// over raises and ends alarms while nobody can be told, and one that goes on.
func over(ctx context.Context, w *World) error {
	w.weather(farside.Always(farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests}))
	began := time.Now()
	const short = 40
	for first := 0; first < short; first += 10 {
		for i := first; i < first+10; i++ {
			w.fleet.Set(i, 0, pages.High)
		}
		if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
			return err
		}
		for i := first; i < first+10; i++ {
			w.fleet.Set(i, 0, pages.Calm)
		}
	}
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	w.fleet.Set(short, 0, pages.High)
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	w.weather(nil)
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	for _, number := range []string{weiPhone, liPhone} {
		got := len(w.textsTo(number, began))
		w.count("texts to "+number+" for 40 alarms that are over and one that is not", "1", got, got == 1)
	}
	return nil
}
