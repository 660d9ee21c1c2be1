package outbox

import (
	"context"
	"time"
)

// A start has an order. What waits in the outbox was decided by what was known when
// Brimwatch ended, and since then it may be over, or something graver may be due. So first is
// judged what became due while nothing ran, and daily tests and drills are planned; then what
// waits is let go, and leaves together with that.

// startPatience is for how long that order may hold up what waits: a judgement that takes
// longer, or a store that cannot be written, is no reason to tell nobody of anything.
const startPatience = 5 * time.Second

// Begin is Run at the start of a process: nothing is let go and nothing leaves before all of
// first are closed, and for startPatience at most.
func (b *Outbox) Begin(ctx context.Context, first ...<-chan struct{}) error {
	b.await(ctx, first)
	return b.Run(ctx)
}

// await returns when all of first are closed, or nobody waits for them any longer.
func (b *Outbox) await(ctx context.Context, first []<-chan struct{}) {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	for _, done := range first {
		select {
		case <-done:
		case <-patience.C:
			b.log.Warn("what became due while Brimwatch did not run is still being judged; what waits is sent meanwhile", "after", startPatience)
			return
		case <-ctx.Done():
			return
		}
	}
}
