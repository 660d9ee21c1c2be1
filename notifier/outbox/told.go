package outbox

import (
	"context"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// Told tells whether a recipient was told of an event while it could not be stored,
// and when. nil knows of nobody.
type Told func(ev *alarm.Event, recipient string) (at time.Time, told bool)

// toldUnstored is the reason of notices that were sent before they could be stored.
const toldUnstored = "told while it could not be stored"

// about asks about a recipient.
func (t Told) about(ev *alarm.Event, recipient string) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	return t(ev, recipient)
}

// Probe writes to the database, and tells why it cannot be written.
func (b *Outbox) Probe(ctx context.Context) error {
	return b.write(ctx, func(*transaction) error { return nil })
}
