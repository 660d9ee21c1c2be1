package promapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 2, 30*time.Second)
		enter := func(ctx context.Context) chan *apiError {
			out := make(chan *apiError, 1)
			go func() { out <- g.enter(ctx) }()
			synctest.Wait()
			return out
		}
		kind := func(out chan *apiError) string {
			t.Helper()
			select {
			case err := <-out:
				if err == nil {
					return "in"
				}
				return err.kind
			default:
				return "waits"
			}
		}
		want := func(what, want string, out chan *apiError) {
			t.Helper()
			if got := kind(out); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		for range 2 {
			want("one of two", "in", enter(t.Context()))
		}
		ctx, cancel := context.WithCancel(t.Context())
		third, fourth := enter(ctx), enter(t.Context())
		want("third", "waits", third)
		want("fifth", "unavailable", enter(t.Context()))

		cancel() // its client went away: its place is free
		synctest.Wait()
		want("third, given up", "canceled", third)
		fifth := enter(t.Context())
		want("fifth, come again", "waits", fifth)

		g.leave() // who came first is first
		synctest.Wait()
		want("fourth", "in", fourth)
		want("fifth", "waits", fifth)

		<-time.After(30 * time.Second)
		synctest.Wait()
		want("fifth, after its patience", "timeout", fifth)
		if len(g.waiting) != 0 || len(g.running) != 2 {
			t.Errorf("%d wait and %d run, want none and two", len(g.waiting), len(g.running))
		}
		g.leave()
		want("sixth", "in", enter(t.Context()))
	})
}
