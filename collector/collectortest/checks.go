package collectortest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
)

func healthy(t testing.TB, s Suite) {
	f := newFront(t, s.Serve(t, rightWord), forward)
	v := open(t, s, f, rightWord)
	v.untilHealthy(t)
	v.plausible(t)
	for i := range v.visits {
		if err := v.visits[i].Err(); err != nil {
			t.Errorf("visit %d failed: %v", i, err)
		}
		for _, want := range s.Expect {
			if limit, _ := v.visits[i].LimitOf(want.Metric); limit != want.Limit {
				t.Errorf("visit %d: the limit of %s is %v, want %v", i, want.Metric, limit, want.Limit)
			}
		}
	}
	v.close(t)
}

func kept(t testing.TB, s Suite) {
	f := newFront(t, s.Serve(t, rightWord), forward)
	v := open(t, s, f, rightWord)
	v.untilHealthy(t)
	for range 3 {
		if err := v.visit(t, visitTimeout); err != nil {
			t.Errorf("a later visit failed: %v", err)
		}
	}
	if _, accepted, _ := f.state(); accepted != 1 {
		t.Errorf("the Collector used %d connections for its visits, want 1", accepted)
	}
	v.close(t)
}

func refused(t testing.TB, s Suite) {
	f := newFront(t, "", silent)
	f.down()
	v := open(t, s, f, rightWord)
	ctx, cancel := context.WithTimeout(t.Context(), visitTimeout)
	defer cancel()
	v.fails(ctx, t, "although the connection was refused")
	v.fails(ctx, t, "although the connection was refused again")
	v.close(t)
}

func wrongPassword(t testing.TB, s Suite) {
	if s.Open {
		t.Log("left out: this kind of server knows no passwords")
		return
	}
	f := newFront(t, s.Serve(t, rightWord), forward)
	v := open(t, s, f, wrongWord)
	ctx, cancel := context.WithTimeout(t.Context(), visitTimeout)
	defer cancel()
	v.fails(ctx, t, "although the password was wrong")
	v.close(t)
}

// cancelled ends ctx at the moment at which the Collector has begun to speak, so
// that nothing depends on a clock.
func cancelled(t testing.TB, s Suite) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := newFront(t, "", silentAfter(cancel))
	v := open(t, s, f, rightWord)
	v.fails(ctx, t, "although the server never answered")
	v.close(t)
}

func deadline(t testing.TB, s Suite) {
	f := newFront(t, "", silent)
	v := open(t, s, f, rightWord)
	ctx, cancel := context.WithTimeout(t.Context(), shortTimeout)
	defer cancel()
	v.fails(ctx, t, "although the server never answered")
	v.close(t)
}

func ended(t testing.TB, s Suite) {
	f := newFront(t, "", silent)
	v := open(t, s, f, rightWord)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v.fails(ctx, t, "although ctx had ended before")
	v.close(t)
}

func nonsense(t testing.TB, s Suite) {
	for _, n := range []struct {
		name  string
		serve talk
	}{
		{"zeros", say(make([]byte, 1<<16))},
		{"ones", say([]byte(strings.Repeat("\xff", 1<<16)))},
		{"text", say([]byte(strings.Repeat("nobody expects this\r\n", 4000)))},
		{"one long line", say([]byte(strings.Repeat("x", 1<<18)))},
		{"an echo", echo},
	} {
		f := newFront(t, "", n.serve)
		v := open(t, s, f, rightWord)
		ctx, cancel := context.WithTimeout(t.Context(), shortTimeout)
		v.fails(ctx, t, "although it was answered with nonsense ("+n.name+")")
		cancel()
		v.close(t)
	}
}

// cut ends conversations in the middle, at places spread over a whole one.
// Figures from before the cut may count, but half a figure may not.
func cut(t testing.TB, s Suite) {
	addr := s.Serve(t, rightWord)
	f := newFront(t, addr, forward)
	v := open(t, s, f, rightWord)
	v.untilHealthy(t)
	whole := f.answered.Load()
	v.close(t)
	const places = 16
	at := []int64{1, 2, whole - 2, whole - 1}
	for i := range int64(places) {
		at = append(at, whole*i/places)
	}
	slices.Sort(at)
	for _, n := range slices.Compact(at) {
		if n <= 0 {
			continue
		}
		f := newFront(t, addr, cutAfter(n))
		v := open(t, s, f, rightWord)
		for range 2 {
			if err := v.visit(t, shortTimeout); err == nil {
				v.plausible(t)
			}
		}
		v.close(t)
	}
}

// stalled lets a healthy server fall silent. A Collector that is told figures
// unasked may go on for a while with what it has; one that asks has to fail.
// Neither may outlast its ctx.
func stalled(t testing.TB, s Suite) {
	stop := make(chan struct{})
	f := newFront(t, s.Serve(t, rightWord), stallable(stop))
	v := open(t, s, f, rightWord)
	v.untilHealthy(t)
	close(stop)
	for range 2 {
		if err := v.visit(t, shortTimeout); err == nil {
			v.plausible(t)
		}
	}
	v.close(t)
}

func goneAndBack(t testing.TB, s Suite) {
	f := newFront(t, s.Serve(t, rightWord), forward)
	v := open(t, s, f, rightWord)
	v.untilHealthy(t)
	for range 2 {
		f.down()
		v.until(t, "Collect went on as if the server were not gone", func(err error) bool {
			return err != nil && !errors.Is(err, collector.ErrNotYet)
		})
		f.up(t)
		v.untilHealthy(t)
		v.plausible(t)
	}
	v.close(t)
}

func closeFirst(t testing.TB, s Suite) {
	f := newFront(t, "", silent)
	v := open(t, s, f, rightWord)
	v.close(t)
}

func closeTwice(t testing.TB, s Suite) {
	f := newFront(t, s.Serve(t, rightWord), forward)
	v := open(t, s, f, rightWord)
	v.untilHealthy(t)
	v.close(t)
	v.within(t, "the second Close", func() { _ = v.c.Close() })
}

func closeAfterFailure(t testing.TB, s Suite) {
	f := newFront(t, "", silent)
	v := open(t, s, f, rightWord)
	_ = v.visit(t, shortTimeout)
	v.close(t)
}
