package outbox

import "context"

// unreachable takes note that a recipient cannot be reached, and why.
func (b *Outbox) unreachable(ctx context.Context, receiver, recipient, why string) {
	b.log.Error("somebody cannot be reached", "receiver", receiver, "recipient", recipient, "reason", why)
}
