package collector

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestWhatIsGoneIsReadOnceAnHour: until it answers, or is not gone any more.
func TestWhatIsGoneIsReadOnceAnHour(t *testing.T) {
	refused := func() *fake {
		return &fake{collect: func(context.Context, []Visit) error { return errors.New("connection refused") }}
	}
	halfRefused := func() *fake { // the visit works, and tells nothing of its only instance
		return &fake{collect: func(_ context.Context, visits []Visit) error {
			visits[0].Fail(errors.New("there is no such instance"))
			return nil
		}}
	}
	for _, tt := range []struct {
		name        string
		collector   *fake
		gone        []string
		least, most int // readings in ten hours
	}{
		{"there, and it answers", connections(7), nil, 2400, 2401},
		{"there, and it does not answer", refused(), nil, 2400, 2401},
		{"gone", refused(), []string{"a"}, 10, 11},
		{"gone, and its source says so", halfRefused(), []string{"a"}, 10, 11},
		{"gone, and it answers all the same", connections(7), []string{"a"}, 2400, 2401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var back atomic.Bool
				s := newStage(t, Options{Gone: func(id string) bool { return len(tt.gone) > 0 && id == tt.gone[0] && !back.Load() }})
				s.watch(source("a", tt.collector))
				s.run()
				s.pass(10 * time.Hour)
				if n := len(of(s.take(), "a")); n < tt.least || n > tt.most {
					t.Errorf("%d readings in ten hours, want %d or %d", n, tt.least, tt.most)
				}
				back.Store(true) // it was paid for
				s.pass(time.Hour)
				if n := len(of(s.take(), "a")); n < 239 || n > 241 {
					t.Errorf("%d readings in the hour after it was paid for", n)
				}
				s.stop()
			})
		})
	}
}

// TestSourceOfSeveralIsReadWhileOneIsThere: one visit reads them all.
func TestSourceOfSeveralIsReadWhileOneIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Gone: func(id string) bool { return id == "a" }})
		src := source("both", &fake{collect: func(context.Context, []Visit) error { return errors.New("refused") }})
		src.Instances = []*fleet.Instance{instance("a"), instance("b")}
		s.watch(src)
		s.run()
		s.pass(time.Hour)
		if n := len(of(s.take(), "b")); n < 239 {
			t.Errorf("%d readings in an hour", n)
		}
		s.stop()
	})
}
