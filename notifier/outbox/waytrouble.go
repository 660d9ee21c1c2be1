package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/brimwatch/brimwatch/notifier"
)

// wayKey is the key of a way among those who cannot be reached.
func wayKey(way string) string { return "way " + way }

// wayFails tells people once that nothing leaves through a far side, through others.
func (b *Outbox) wayFails(v verdict) {
	key := wayKey(v.way)
	if _, known := b.lost.LoadOrStore(key, true); known {
		return
	}
	ctx := context.Background()
	var told []item
	err := b.write(ctx, func(tx *transaction) error {
		told = nil
		first, err := tx.affect(ctx, `INSERT INTO unreachable (recipient, address, code, since) VALUES (?, '', '', ?) ON CONFLICT (recipient) DO NOTHING`, key, ms(b.clock.wall()))
		if err != nil || first == 0 {
			return err
		}
		dir := b.directory.Load()
		self := notifier.WayFails(dir, v.way, v.why)
		if told, err = b.planSelf(ctx, tx, dir, &self, b.clock.wall()); err != nil {
			return fmt.Errorf("tell that nothing leaves through %s: %w", v.way, err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE unreachable SET code = ? WHERE recipient = ?`, self.Code, key)
		return err
	})
	if err != nil {
		b.lost.Delete(key)
		b.log.Error("nobody could be told that nothing leaves", "through", v.way, "reason", v.why, "error", err)
		return
	}
	b.log.Error("nothing leaves", "through", v.way, "reason", v.why)
	b.admit(told)
}

// wayWorks tells those people that it works again.
func (b *Outbox) wayWorks(way string) {
	key := wayKey(way)
	if _, known := b.lost.Load(key); !known {
		return
	}
	ctx := context.Background()
	var told []item
	err := b.write(ctx, func(tx *transaction) error {
		told = nil
		var code string
		err := tx.QueryRowContext(ctx, `DELETE FROM unreachable WHERE recipient = ? RETURNING code`, key).Scan(&code)
		if errors.Is(err, sql.ErrNoRows) || code == "" {
			return nil
		}
		if err != nil {
			return fmt.Errorf("forget that nothing left through %s: %w", way, err)
		}
		dir := b.directory.Load()
		self := notifier.WayWorks(dir, way)
		self.Code = code
		told, err = b.planSelf(ctx, tx, dir, &self, b.clock.wall())
		return err
	})
	if err != nil {
		b.log.Error("nobody could be told that messages leave again", "through", way, "error", err)
		return
	}
	b.lost.Delete(key)
	b.admit(told)
}
