package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// toldThere chooses the notices that say to the recipients of a query that something is
// wrong, and that they have.
const toldThere = `notice.channel = ?4 AND (notice.recipient IN (SELECT value FROM json_each(?5)) OR notice.address = ?6 AND ?6 <> '')
	AND notice.state IN (?7, ?8) AND notice.kind NOT IN (?9, ?10)`

// standing finds the episodes of a query, and what was told of them. One that ended is left
// out when its alarm was raised again since. What Brimwatch tells of itself is no alarm, and its
// episode ends as it begins; but who cannot be reached, and a cap that is nearly used up, are open
// for those who were told of them until their end is told.
const standing = `SELECT s.id, s.ended_at, notice.created_at, ` + alertOf + ` FROM (
	SELECT e.id, e.ended_at FROM (
		SELECT id, ended_at, rule, account, instance, metric FROM episode INDEXED BY episode_open WHERE ended_at = 0 AND id > ?1
			AND rule NOT IN (SELECT value FROM json_each(?11))
		UNION ALL
		SELECT id, ended_at, rule, account, instance, metric FROM episode INDEXED BY episode_ended WHERE ended_at > 0 AND ended_at >= ?2 AND id > ?1
			AND rule NOT IN (SELECT value FROM json_each(?11))
		UNION ALL
		SELECT id, 0, rule, account, instance, metric FROM episode WHERE id > ?1 AND id IN (SELECT episode FROM notice WHERE code IN (
			SELECT code FROM unreachable WHERE code <> '' UNION SELECT code FROM limit_warning WHERE code <> ''))
	) AS e
	WHERE (e.ended_at = 0 OR NOT EXISTS (SELECT 1 FROM episode AS again WHERE again.instance = e.instance AND again.ended_at = 0
			AND again.rule = e.rule AND again.account = e.account AND again.metric = e.metric))
		AND EXISTS (SELECT 1 FROM notice WHERE notice.episode = e.id AND ` + toldThere + `)
	ORDER BY e.id LIMIT ?3
) AS s JOIN notice ON notice.episode = s.id WHERE ` + toldThere + ` ORDER BY s.id, notice.seq`

// Standing lists what recipients were told of that is open, or ended lately, the oldest
// first.
func (b *Outbox) Standing(ctx context.Context, q notifier.StandingQuery) ([]notifier.Standing, error) {
	recipients, err := json.Marshal(q.Recipients)
	if err != nil {
		return nil, fmt.Errorf("write the names of recipients: %w", err)
	}
	self, err := json.Marshal(notifier.SelfRules())
	if err != nil {
		return nil, fmt.Errorf("write the names of rules: %w", err)
	}
	rows, err := b.reads.QueryContext(ctx, standing, q.After, ms(q.EndedAfter), q.Most, q.Channel, string(recipients), q.Address,
		notifier.Sent, notifier.NoticeDelivered, string(alarm.Cleared), string(alarm.Withdrawn), string(self))
	if err != nil {
		return nil, fmt.Errorf("look up what is open: %w", err)
	}
	defer rows.Close()
	var out []notifier.Standing
	var alert sql.RawBytes
	for rows.Next() {
		var row, ended, decided int64
		if err := rows.Scan(&row, &ended, &decided, &alert); err != nil {
			return nil, fmt.Errorf("look up what is open: %w", err)
		}
		told := notifier.ToldNotice{At: at(decided)}
		if err := json.Unmarshal(alert, &told.Alert); err != nil {
			return nil, fmt.Errorf("read an alert of episode %d: %w", row, err)
		}
		if len(out) == 0 || out[len(out)-1].Row != row {
			out = append(out, notifier.Standing{Row: row, EndedAt: at(ended)})
		}
		last := &out[len(out)-1]
		last.Told = append(last.Told, told)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look up what is open: %w", err)
	}
	return out, nil
}
