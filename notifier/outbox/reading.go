package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// listed is how many rows a list has when the filter does not say.
const listed = 1000

// Episodes lists episodes, the newest first.
func (b *Outbox) Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = listed
	}
	rows, err := b.reads.QueryContext(ctx, `SELECT code, rule, account, instance, metric, state, severity, usage, capacity, threshold, reason,
			raised_at, ended_at, acked_by, acked_at, updated_at
		FROM episode
		WHERE (? = '' OR state = ?) AND (? = 0 OR ended_at = 0) AND (? = '' OR instance = ?) AND (? = '' OR code = ?)
			AND (? <> '' OR `+ofAlarms+`)
		ORDER BY raised_at DESC, id DESC LIMIT ?`,
		f.State, f.State, f.Open, f.Instance, f.Instance, f.Code, f.Code, f.Code, limit)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	defer rows.Close()
	var out []alarm.Episode
	for rows.Next() {
		var e alarm.Episode
		var metric uint8
		var raised, ended, acked, updated int64
		if err := rows.Scan(&e.Code, &e.Key.Rule, &e.Key.Account, &e.Key.Instance, &metric, &e.State, &e.Severity, &e.Usage, &e.Capacity, &e.Threshold, &e.Reason,
			&raised, &ended, &e.AckedBy, &acked, &updated); err != nil {
			return nil, fmt.Errorf("list alarms: %w", err)
		}
		e.Key.Metric = fleet.Metric(metric)
		e.RaisedAt, e.EndedAt, e.AckedAt, e.UpdatedAt = at(raised), at(ended), at(acked), at(updated)
		out = append(out, e)
	}
	return out, rows.Err()
}

// Notices lists notices, the newest first.
func (b *Outbox) Notices(ctx context.Context, f notifier.Filter) ([]notifier.Record, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = listed
	}
	rows, err := b.reads.QueryContext(ctx, `SELECT id, code, kind, rule, severity, receiver, channel, recipient, display, text, alert,
			state, attempts, reason, provider_id, created_at, next_at, sent_at
		FROM notice WHERE (? = '' OR state = ?) AND (? = '' OR code = ?) ORDER BY seq DESC LIMIT ?`,
		f.State, f.State, f.Code, f.Code, limit)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	defer rows.Close()
	var out []notifier.Record
	for rows.Next() {
		var r notifier.Record
		var text []byte
		var created, next, sent int64
		if err := rows.Scan(&r.ID, &r.Code, &r.Kind, &r.Rule, &r.Severity, &r.Receiver, &r.Channel, &r.Recipient, &r.Display, &r.Text, &text,
			&r.State, &r.Attempts, &r.Reason, &r.ProviderID, &created, &next, &sent); err != nil {
			return nil, fmt.Errorf("list notices: %w", err)
		}
		if err := json.Unmarshal(text, &r.Alert); err != nil {
			return nil, fmt.Errorf("read the alert of notice %s: %w", r.ID, err)
		}
		r.CreatedAt, r.NextAt, r.SentAt = at(created), at(next), at(sent)
		out = append(out, r)
	}
	return out, rows.Err()
}
