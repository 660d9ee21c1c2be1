package outbox

// TryNow makes the dispatcher look at what waits for another attempt: somebody mended
// what was in the way.
func (b *Outbox) TryNow() { b.nudge() }
