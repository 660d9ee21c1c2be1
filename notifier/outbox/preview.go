package outbox

import (
	"context"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// Preview tells whom a beginning would be told to if it came now, and what would hold
// it: quiet hours, mute times, silences. Nothing is stored, and caps, which depend on what is sent before, are not counted.
func (b *Outbox) Preview(ctx context.Context, ev *alarm.Event) ([]notifier.Previewed, error) {
	silences, err := b.Silences(ctx)
	if err != nil {
		return nil, err
	}
	dir := b.directory.Load()
	return dir.Preview(notifier.Plan(dir, ev, nil, silences, b.clock.wall())), nil
}
