package scenario

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// begin starts the product and waits until it has read the whole fleet.
func (w *World) begin(ctx context.Context) error {
	if err := w.start(ctx); err != nil {
		return err
	}
	_, err := waitFor(ctx, 2*time.Minute, func() bool { _, _, all := w.fleet.AllRead(); return all })
	return err
}

// patience is how long a scenario waits for what must come, beyond its mark.
func (w *World) patience() time.Duration { return w.long(2*time.Minute, 20*time.Minute) }

// wake has an outage of both far sides, and looks how long recovery goes unnoticed.
func wake(ctx context.Context, w *World) error {
	outage := cmp.Or(w.Outage, w.long(50*time.Second, 10*time.Minute))
	w.say("wake: all far sides answer 503 for %v", outage)
	w.weather(farside.Outage(http.StatusServiceUnavailable))
	for i := range 3 {
		w.fleet.Set(i, 0, w.high())
	}
	if err := pause(ctx, outage); err != nil {
		return err
	}
	w.weather(nil)
	recovered := time.Now()
	for _, number := range []string{weiPhone, liPhone} {
		t, ok, err := w.firstText(ctx, recovered, w.patience(), func(t farside.Text) bool { return t.To == number })
		if err != nil {
			return err
		}
		w.within("recovery to the first text to "+number, ok, t.At.Sub(recovered), 35*time.Second)
	}
	b, ok, err := w.firstBody(ctx, recovered, w.patience())
	if err != nil {
		return err
	}
	w.within("recovery to the first webhook", ok, b.At.Sub(recovered), 35*time.Second)
	if err := w.newAlarm(ctx, 4, pages.Full, 5*time.Second); err != nil {
		return err
	}
	for i := range 5 {
		w.fleet.Set(i, 0, pages.Calm)
	}
	return w.draw(ctx, w.patience())
}

// within notes a length of time, or that it was not seen at all.
func (w *World) within(what string, seen bool, got, most time.Duration) {
	if !seen {
		w.missed(what, "at most "+short(most), w.patience())
		return
	}
	w.timed(what, got, most)
}

// newAlarm raises an alarm and looks how long it takes until a text and a webhook are
// about it.
func (w *World) newAlarm(ctx context.Context, instance int, level pages.Level, most time.Duration) error {
	began := time.Now()
	w.fleet.Set(instance, 0, level)
	read, err := waitFor(ctx, time.Minute, func() bool { return !w.fleet.Read(instance, 0).IsZero() })
	if err != nil {
		return err
	}
	if !read {
		w.missed("a new alarm is read", "read", time.Minute)
		return nil
	}
	from := w.fleet.Read(instance, 0)
	var at time.Time
	seen, err := waitFor(ctx, w.patience(), func() bool {
		at = w.toldAt(instance, began)
		return !at.IsZero()
	})
	w.within("a new alarm, from its reading to the text", seen, at.Sub(from), most)
	return err
}

// toldAt returns when a text message since a moment spoke of an instance first: by
// its name, or by the journal. Zero is not yet.
func (w *World) toldAt(instance int, since time.Time) time.Time {
	key := w.fleet.Key(instance, 0)
	for _, t := range w.texts() {
		if !t.At.Before(since) && about(key.Instance)(t) {
			return t.At
		}
	}
	return time.Time{}
}

// retryAfter has a provider that asks for two seconds.
func retryAfter(ctx context.Context, w *World) error {
	w.sms.Set(farside.Always(farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "2"}))
	w.fleet.Set(0, 0, w.high())
	const attempts = 6
	ok, err := waitFor(ctx, time.Minute, func() bool { return len(w.sms.Posts()) >= attempts })
	if err != nil {
		return err
	}
	posts := w.sms.Posts()
	if !ok {
		w.missed("six attempts, of two people", "made", time.Minute)
	} else {
		longest := time.Duration(0)
		for i := range posts[1:attempts] {
			longest = max(longest, posts[i+1].Sub(posts[i]))
		}
		w.timed("the longest wait between two attempts that are asked to wait 2 s", longest, 4*time.Second)
	}
	w.sms.Set(nil)
	w.fleet.Set(0, 0, pages.Calm)
	return w.draw(ctx, w.patience())
}
