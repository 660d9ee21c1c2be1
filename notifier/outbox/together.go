package outbox

import (
	"context"
	"strings"
)

// together is how many rows one statement inserts when many are to be stored: what a
// statement costs by itself is a third of what its row costs.
const together = 32

// noticeColumns are the columns of a notice that is planned; the others have their
// defaults.
const noticeColumns = `id, episode, code, kind, rule, severity, receiver, channel, recipient, display, address, told, text, own, brief, left_out, weight, decided, event, alert,
	held_for, escalation, turn, state, reason, created_at, next_at, sent_at`

// insertNotices inserts as many notices as it is asked for. One that exists is left as
// it is.
func insertNotices(rows int) string {
	row := "(?" + strings.Repeat(", ?", strings.Count(noticeColumns, ",")) + ")"
	return "INSERT INTO notice (" + noticeColumns + ") VALUES " + row + strings.Repeat(", "+row, rows-1) + " ON CONFLICT (id) DO NOTHING"
}

// insertions are the statements that store notices, of one and of many.
type insertions struct{ one, many string }

func newInsertions() insertions { return insertions{insertNotices(1), insertNotices(together)} }

// planned are the notices of a write that are still to be stored.
type planned struct {
	items []*item
	args  []any
}

// noticed stores a notice with those that come next. It gets its row when they are
// stored; one that exists gets none.
func (t *transaction) noticed(ctx context.Context, it *item, args ...any) error {
	t.planned.items = append(t.planned.items, it)
	t.planned.args = append(t.planned.args, args...)
	if len(t.planned.items) < together {
		return nil
	}
	return t.flush(ctx)
}

// flush stores the notices that wait for others. What asks the database for something
// does it first: so nothing that a write reads is older than what it has stored.
func (t *transaction) flush(ctx context.Context) error {
	p := t.planned
	t.planned = planned{p.items[:0], p.args[:0]}
	if len(p.items) == 0 || t.failed != nil {
		return t.failed
	}
	if len(p.items) == together {
		t.failed = t.insertAll(ctx, p)
		return t.failed
	}
	each := len(p.args) / len(p.items)
	for i, it := range p.items {
		if it.seq, t.failed = t.insert(ctx, t.insertions.one, p.args[i*each:(i+1)*each]...); t.failed != nil {
			return t.failed
		}
	}
	return nil
}

// insertAll stores many notices with one statement. Their rows follow each other.
func (t *transaction) insertAll(ctx context.Context, p planned) error {
	res, err := t.exec(ctx, t.insertions.many, p.args...)
	if err != nil {
		return err
	}
	stored, err := res.RowsAffected()
	if err != nil || stored == 0 {
		return err
	}
	last, err := res.LastInsertId()
	if err != nil {
		return err
	}
	if stored == int64(len(p.items)) {
		for i, it := range p.items {
			it.seq = last - stored + int64(i) + 1
		}
		return nil
	}
	return t.findStored(ctx, p, last-stored)
}

// findStored gives those notices their rows that did not exist before: the rows after
// one.
func (t *transaction) findStored(ctx context.Context, p planned, after int64) error {
	rows, err := t.QueryContext(ctx, `SELECT id, seq FROM notice WHERE seq > ?`, after)
	if err != nil {
		return err
	}
	defer rows.Close()
	stored := make(map[string]int64)
	for rows.Next() {
		var id string
		var seq int64
		if err := rows.Scan(&id, &seq); err != nil {
			return err
		}
		stored[id] = seq
	}
	each := len(p.args) / len(p.items)
	for i, it := range p.items {
		if id, ok := p.args[i*each].(string); ok { // the first column
			it.seq = stored[id]
			delete(stored, id)
		}
	}
	return rows.Err()
}

// added returns those of the notices that a write planned which did not exist before.
func added(items []*item) []item {
	out := make([]item, 0, len(items))
	for _, it := range items {
		if it.seq > 0 {
			out = append(out, *it)
		}
	}
	return out
}
