package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// Decision is a notice that was decided, with how it stands: what a rehearsal needs to say why
// somebody was told something late, or not at all.
type Decision struct {
	Seq       int64 // in the order in which they were decided
	ID        string
	Code      string // of the episode
	Kind      alarm.EventKind
	Rule      alarm.RuleName
	Severity  alarm.Severity
	Instance  string // ID; "" for an account, the fleet, and Brimwatch itself
	Account   string // of what is about an account
	Receiver  string
	Recipient string
	State     notifier.NoticeState
	Reason    string // why it is held or dropped
	ToldWith  string // code of the episode whose message speaks for it, too
	CreatedAt time.Time
	NextAt    time.Time // of one that is held: until when
}

const decisions = `SELECT n.seq, n.id, n.code, n.kind, n.rule, n.severity, e.instance, e.account, n.receiver, n.recipient, n.state, n.reason, n.told_with,
	n.created_at, n.next_at FROM notice n JOIN episode e ON e.id = n.episode `

// Decided lists what was decided after the notice with this number, in order.
func (b *Outbox) Decided(ctx context.Context, after int64) ([]Decision, error) {
	if after >= b.newest.Load() {
		return nil, nil
	}
	return b.decisions(ctx, decisions+`WHERE n.seq > ? ORDER BY n.seq`, after)
}

// Became tells how notices stand by now, in order of their numbers. Those that are kept no more are left out.
func (b *Outbox) Became(ctx context.Context, numbers []int64) ([]Decision, error) {
	items := make([]item, len(numbers))
	for i, n := range numbers {
		items[i].seq = n
	}
	return b.decisions(ctx, decisions+`WHERE n.seq IN (SELECT value FROM json_each(?)) ORDER BY n.seq`, seqsOf(items))
}

func (b *Outbox) decisions(ctx context.Context, text string, arg any) ([]Decision, error) {
	rows, err := b.reads.QueryContext(ctx, text, arg)
	if err != nil {
		return nil, fmt.Errorf("list what was decided: %w", err)
	}
	defer rows.Close()
	var out []Decision
	for rows.Next() {
		var d Decision
		var created, next int64
		if err := rows.Scan(&d.Seq, &d.ID, &d.Code, &d.Kind, &d.Rule, &d.Severity, &d.Instance, &d.Account, &d.Receiver, &d.Recipient, &d.State, &d.Reason,
			&d.ToldWith, &created, &next); err != nil {
			return nil, fmt.Errorf("list what was decided: %w", err)
		}
		d.CreatedAt, d.NextAt = at(created), at(next)
		out = append(out, d)
	}
	return out, rows.Err()
}

// noted takes note of the newest of some notices that are stored.
func (b *Outbox) noted(list []fresh) {
	var newest int64
	for _, f := range list {
		newest = max(newest, f.seq)
	}
	for {
		before := b.newest.Load()
		if newest <= before || b.newest.CompareAndSwap(before, newest) {
			return
		}
	}
}

// loadNewest takes up which notice was decided last before the start.
func (b *Outbox) loadNewest(ctx context.Context) error {
	var newest int64
	if err := b.reads.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM notice`).Scan(&newest); err != nil {
		return fmt.Errorf("look which notice is the newest: %w", err)
	}
	b.newest.Store(newest)
	return nil
}
