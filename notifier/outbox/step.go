package outbox

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"
)

// pruneEvery is how often Deliver removes what is old.
const pruneEvery = 24 * time.Hour

// Deliver does what Run does at one moment, and returns when nothing is due any more: how
// long it is until something is, and false when nothing waits. It is for a clock that is
// moved by hand; nobody calls Run or Deliver beside it. Recipients are served one after the
// other, in order of their names, so that the same comes of it each time.
func (b *Outbox) Deliver(ctx context.Context) (wait time.Duration, some bool) {
	select {
	case <-b.reloaded:
		b.afterReload(ctx)
	default:
	}
	if now := b.clock.now(); now-b.pruned >= pruneEvery {
		b.pruned = now
		b.prune(ctx, b.clock.wall())
		b.letGo(ctx)
	}
	if now := b.clock.now(); now-b.looked >= limitsEvery {
		b.looked = now
		b.endWarnings(ctx, b.clock.wall())
	}
	for ctx.Err() == nil {
		now := b.now()
		b.mu.Lock()
		due, later, waits := b.queues.claim(now, math.MaxInt, b.directory.Load())
		b.mu.Unlock()
		if len(due) == 0 {
			return max(later-now.at, 0), waits
		}
		slices.SortFunc(due, func(a, b work) int {
			return cmp.Or(cmp.Compare(a.recipient, b.recipient), cmp.Compare(a.address, b.address))
		})
		for _, w := range due {
			b.do(ctx, ctx, w)
		}
	}
	return 0, false
}

// Drill plans the daily tests and drills that are due at this moment, as RunDrills does
// again and again.
func (b *Outbox) Drill(ctx context.Context) error { return b.drillRound(ctx, b.clock.wall()) }
