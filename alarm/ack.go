package alarm

import (
	"context"
	"errors"
	"slices"
	"time"
)

// ErrNoEpisode is returned by Ack when no open episode has that code.
var ErrNoEpisode = errors.New("no open alarm has this code")

// ackedAtOnce is how many episodes are acknowledged in one commit: it is one of many
// that wait.
const ackedAtOnce = 500

// Ack acknowledges the open episode with this code: it is not reminded of any
// more, unless it gets worse. To acknowledge twice changes nothing.
func (e *Engine) Ack(ctx context.Context, code, by string) error {
	missing, err := e.AckAll(ctx, []string{code}, by)
	if err == nil && len(missing) > 0 {
		return ErrNoEpisode
	}
	return err
}

// AckAll acknowledges the open episodes with these codes, as Ack does, and returns the
// codes that no open episode has. After an error it may have acknowledged some.
func (e *Engine) AckAll(ctx context.Context, codes []string, by string) (missing []string, err error) {
	for some := range slices.Chunk(codes, ackedAtOnce) {
		err := e.call(ctx, func(ctx context.Context) error {
			gone, b := e.acknowledge(some, by, e.look())
			missing = append(missing, gone...)
			return e.commit(ctx, b)
		})
		if err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// acknowledge stages that somebody acknowledges the open episodes with these codes.
func (e *Engine) acknowledge(codes []string, by string, now time.Time) (missing []string, b *batch) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	b = new(batch)
	staged := make(map[string]bool, len(codes))
	for _, code := range codes {
		sl := e.open[code]
		switch {
		case sl == nil:
			missing = append(missing, code)
			continue
		case sl.state.AckedAt != 0 || staged[code]:
			continue
		}
		staged[code] = true
		next := sl.state
		next.AckedAt, next.AckedBy = milli(now), by
		ev := event(Acked, &next, &Observation{At: now, Known: next.LostAt == 0, Usage: next.Usage, Capacity: next.Capacity})
		ev.By = by
		b.add(sl, next, []Event{ev})
	}
	return missing, b
}
