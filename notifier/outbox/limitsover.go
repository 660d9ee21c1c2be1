package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// limitsEvery is how often is looked whether there is room again under a cap of which
// programs were told.
const limitsEvery = 10 * time.Minute

// warned is a warning of a cap that programs have open.
type warned struct {
	bound notifier.Bound // without its window
	at    time.Time
	code  string
}

// warningKey names the warning of a cap. Another figure of the cap is another one.
func warningKey(b notifier.Bound) string { return fmt.Sprintf("%s %d", b.Cap, b.Most) }

// openWarnings lists the warnings that are not over.
func openWarnings(ctx context.Context, q querier) ([]warned, error) {
	rows, err := q.QueryContext(ctx, `SELECT cap, at, code FROM limit_warning WHERE code <> ''`)
	if err != nil {
		return nil, fmt.Errorf("list warnings of caps: %w", err)
	}
	defer rows.Close()
	var out []warned
	for rows.Next() {
		var w warned
		var key string
		var began int64
		if err := rows.Scan(&key, &began, &w.code); err != nil {
			return nil, fmt.Errorf("list warnings of caps: %w", err)
		}
		name, most, _ := strings.Cut(key, " ")
		w.bound.Cap, w.at = notifier.Cap(name), at(began)
		if w.bound.Most, err = strconv.ParseInt(most, 10, 64); err != nil {
			return nil, fmt.Errorf("list warnings of caps: %w", err)
		}
		out = append(out, w)
	}
	return out, rows.Err()
}

// endWarnings tells programs that were warned of a cap when there is room under it again:
// in the next period, or because the cap is another one.
func (b *Outbox) endWarnings(ctx context.Context, now time.Time) {
	open, err := openWarnings(ctx, b.reads)
	if err == nil && len(open) == 0 {
		return
	}
	var told []item
	if err == nil {
		err = b.write(ctx, func(tx *transaction) error {
			told = nil
			open, err := openWarnings(ctx, tx)
			if err != nil {
				return err
			}
			dir := b.directory.Load()
			for _, w := range open {
				over, err := isOver(ctx, tx, dir, w, now)
				if err != nil {
					return err
				}
				if !over {
					continue
				}
				items, err := b.endWarning(ctx, tx, dir, w, nil, now)
				if err != nil {
					return err
				}
				told = append(told, items...)
			}
			return nil
		})
	}
	if err != nil {
		b.log.Error("programs could not be told that there is room under a cap again", "error", err)
		return
	}
	b.admit(told)
}

// isOver tells whether a warning is over. Within the period of the warning it is not,
// also when less is used for a while: nobody is warned twice in a period.
func isOver(ctx context.Context, tx *transaction, dir *notifier.Directory, w warned, now time.Time) (bool, error) {
	limits := dir.Limits()
	bounds := limits.Bounds()
	i := slices.IndexFunc(bounds, func(b notifier.Bound) bool { return b.Cap == w.bound.Cap })
	if i < 0 {
		return true, nil
	}
	b := bounds[i]
	if b.Most == w.bound.Most && !w.at.After(now) && now.Before(w.at.Add(b.Window)) {
		return false, nil
	}
	used, err := tx.spending.of(ctx, tx, dir, b, "", now, true)
	return err == nil && !nearly(used, b), err
}

// nearly tells whether most of a cap is used.
func nearly(used int64, b notifier.Bound) bool { return float64(used) >= warnAt*float64(b.Most) }

// renewWarning notes the code of a warning that is told now. Warnings of the same cap of before
// are over for those who are not told of this one.
func (b *Outbox) renewWarning(ctx context.Context, tx *transaction, dir *notifier.Directory, w warned, told []item, now time.Time) (ended []item, err error) {
	before, err := openWarnings(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, old := range before {
		if old.bound.Cap != w.bound.Cap {
			continue
		}
		items, err := b.endWarning(ctx, tx, dir, old, told, now)
		if err != nil {
			return nil, err
		}
		ended = append(ended, items...)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE limit_warning SET code = ? WHERE cap = ?`, w.code, warningKey(w.bound)); err != nil {
		return nil, fmt.Errorf("note the warning of a cap: %w", err)
	}
	return ended, nil
}

// endWarning ends a warning, and tells those programs that were told of it, without those
// that hear of another one now. It returns what it planned.
func (b *Outbox) endWarning(ctx context.Context, tx *transaction, dir *notifier.Directory, w warned, without []item, now time.Time) ([]item, error) {
	if _, err := tx.ExecContext(ctx, `UPDATE limit_warning SET code = '' WHERE cap = ?`, warningKey(w.bound)); err != nil {
		return nil, fmt.Errorf("note that the warning of a cap is over: %w", err)
	}
	var episode int64
	err := tx.QueryRowContext(ctx, `SELECT episode FROM notice WHERE code = ? AND rule = ? LIMIT 1`, w.code, notifier.LimitsRule).Scan(&episode)
	if errors.Is(err, sql.ErrNoRows) { // nobody was told, or it is so old that it is gone
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up the warning of a cap: %w", err)
	}
	out, err := endUnsent(ctx, tx, episode)
	if err != nil {
		return nil, err
	}
	told, err := heard(ctx, tx, episode)
	if err != nil {
		return nil, err
	}
	told = slices.DeleteFunc(told, func(a notifier.Addressee) bool {
		return slices.ContainsFunc(without, func(it item) bool { return it.recipient == a.Recipient && it.at == a.Address })
	})
	self := notifier.CapAgain(w.bound.Cap, w.at)
	self.Code = w.code
	items, err := b.storeSelf(ctx, tx, dir, episode, notifier.SelfEnd(dir, &self, told, now))
	return append(out, items...), err
}
