package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// planSelf plans the notices of something that Brimwatch tells about its own work, with
// the episode that they belong to, inside a transaction. It returns those that came to a
// state by it; the caller hands them to admit when the transaction is on disk. The code is
// made here when the caller gives none.
func (b *Outbox) planSelf(ctx context.Context, tx *transaction, dir *notifier.Directory, s *notifier.Self, now time.Time) ([]item, error) {
	if s.Code == "" {
		code, err := freeCode(ctx, tx, b.jitter)
		if err != nil {
			return nil, err
		}
		s.Code = code
	}
	silences, err := activeSilences(ctx, tx, now)
	if err != nil {
		return nil, err
	}
	notices := notifier.SelfNotices(dir, s, silences, now)
	if len(notices) == 0 {
		return nil, nil
	}
	episode, err := storeSelfEpisode(ctx, tx, s, now)
	if err != nil {
		return nil, err
	}
	return b.storeSelf(ctx, tx, dir, episode, notices)
}

// storeSelf stores notices of something that Brimwatch tells about its own work.
func (b *Outbox) storeSelf(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, notices []notifier.Notice) ([]item, error) {
	var out []*item
	for i := range notices {
		alert, err := json.Marshal(notices[i].Alert)
		if err != nil {
			return nil, fmt.Errorf("write the alert: %w", err)
		}
		it, err := b.storeNotice(ctx, tx, dir, episode, &notices[i], placing{weight: lightest, alert: string(alert)})
		if err != nil {
			return nil, fmt.Errorf("store a notice to %s: %w", notices[i].Recipient, err)
		}
		out = append(out, it)
	}
	if err := tx.flush(ctx); err != nil {
		return nil, fmt.Errorf("store notices about Brimwatch: %w", err)
	}
	return added(out), nil
}

// storeSelfEpisode stores the episode of something that Brimwatch tells about itself. It
// ends as it begins: it is no alarm that is open, and it goes when it is old.
func storeSelfEpisode(ctx context.Context, tx *transaction, s *notifier.Self, now time.Time) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO episode
		(code, rule, account, instance, metric, state, severity, usage, capacity, threshold, reason, raised_at, ended_at, updated_at)
		VALUES (?, ?, '', '', ?, ?, ?, 0, 0, 0, ?, ?, ?, ?) RETURNING id`,
		s.Code, s.Rule, alarm.NoMetric, alarm.EpisodeCleared, s.Severity, s.Text.EN, ms(now), ms(now), ms(now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("store the episode of %s: %w", s.Rule, err)
	}
	return id, nil
}

// freeCode makes a code that no notice and no drill has.
func freeCode(ctx context.Context, tx *transaction, draw func() float64) (string, error) {
	for range 100 {
		code := notifier.SelfCode(draw)
		taken, err := finds(ctx, tx, `SELECT seq FROM notice WHERE code = ? UNION ALL SELECT asked_at FROM drill WHERE code = ?`, code, code)
		if err != nil {
			return "", fmt.Errorf("look for a free code: %w", err)
		}
		if !taken {
			return code, nil
		}
	}
	return "", errors.New("no code is free: too many notices about Brimwatch itself are kept")
}

// admit counts notices that a transaction planned, and puts those that are to be sent
// into their queues.
func (b *Outbox) admit(planned []item) {
	for _, it := range planned {
		b.metrics.came(it.receiver, channelOf(it.recipient), it.state)
	}
	var gone, news []item
	for _, it := range planned {
		switch it.state {
		case notifier.Dropped:
			gone = append(gone, it)
		case notifier.Sent: // it was told before it could be stored
		default:
			news = append(news, it)
		}
	}
	b.forget(gone)
	b.enqueue(news)
}

// ofAlarms leaves out of a list of episodes what Brimwatch told about itself:
// notifier.SelfRules.
const ofAlarms = `rule NOT IN ('delivery', 'limits', 'drill', 'store', 'template', 'test')`

func amountOf(millionths int64) string { return fleet.Amount(millionths).String() }
