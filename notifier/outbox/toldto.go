package outbox

import (
	"context"
	"fmt"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// Told lists the open alarms that a recipient was told of, or is about to be, through
// whichever receiver. What is held, was dropped or could not be sent was not told,
// unless another message spoke for it.
func (b *Outbox) Told(ctx context.Context, recipient string) ([]notifier.Told, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT e.code, e.rule, e.account, e.instance, e.metric, e.state, e.severity, e.usage, e.capacity, e.threshold, e.reason,
			e.raised_at, e.acked_by, e.acked_at, e.updated_at,
			COALESCE((SELECT json_extract(`+alertOf+`, '$.labels.instance') FROM notice WHERE episode = e.id AND recipient = ?1 ORDER BY seq DESC LIMIT 1), '')
		FROM episode e
		WHERE e.ended_at = 0 AND EXISTS (SELECT 1 FROM notice n WHERE n.episode = e.id AND n.recipient = ?1
			AND (n.state IN (?2, ?3, ?4, ?5) OR n.state = 'dropped' AND n.told_with <> '' AND EXISTS (
				SELECT 1 FROM notice other WHERE other.code = n.told_with AND other.recipient = ?1 AND other.state IN (?2, ?3, ?4, ?5))))
		ORDER BY e.raised_at DESC, e.id DESC`, recipient, notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered)
	if err != nil {
		return nil, fmt.Errorf("look up what %s was told of: %w", recipient, err)
	}
	defer rows.Close()
	var out []notifier.Told
	for rows.Next() {
		var t notifier.Told
		var metric uint8
		var raised, acked, updated int64
		if err := rows.Scan(&t.Code, &t.Key.Rule, &t.Key.Account, &t.Key.Instance, &metric, &t.State, &t.Severity, &t.Usage, &t.Capacity, &t.Threshold, &t.Reason,
			&raised, &t.AckedBy, &acked, &updated, &t.Name); err != nil {
			return nil, fmt.Errorf("look up what %s was told of: %w", recipient, err)
		}
		t.Key.Metric = fleet.Metric(metric)
		t.RaisedAt, t.AckedAt, t.UpdatedAt = at(raised), at(acked), at(updated)
		out = append(out, t)
	}
	return out, rows.Err()
}
