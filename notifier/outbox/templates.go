package outbox

import (
	"context"
	"fmt"

	"github.com/brimwatch/brimwatch/notifier"
)

// brokenTemplate is a template that failed for a notice, which went out in the words that
// are shipped.
type brokenTemplate struct {
	key    string // names it as it stands: another one has another key
	notice notifier.Notice
}

// templatesFail says once of each template that it fails: in the journal, and to the
// fallback. One that is changed is another one.
func (b *Outbox) templatesFail(dir *notifier.Directory, broken []brokenTemplate) {
	for i := range broken {
		t := &broken[i]
		if _, known := b.lost.LoadOrStore(t.key, true); known {
			continue
		}
		n := &t.notice
		b.log.Error("a template fails; notices go out in the words that are shipped", "receiver", n.Receiver, "channel", n.Channel, "notice", n.ID, "part", n.TemplatePart, "reason", n.TemplateFault)
		if err := b.tellOfTemplate(dir, t); err != nil {
			b.lost.Delete(t.key)
			b.log.Error("nobody could be told that a template fails", "receiver", n.Receiver, "error", err)
		}
	}
}

// tellOfTemplate tells the fallback, unless that was told before a restart.
func (b *Outbox) tellOfTemplate(dir *notifier.Directory, t *brokenTemplate) error {
	ctx := context.Background()
	var told []item
	err := b.write(ctx, func(tx *transaction) error {
		told = nil
		first, err := tx.affect(ctx, `INSERT INTO unreachable (recipient, address, code, since) VALUES (?, '', '', ?) ON CONFLICT (recipient) DO NOTHING`, t.key, ms(b.clock.wall()))
		if err != nil || first == 0 {
			return err
		}
		self := notifier.TemplateFails(dir, &t.notice)
		if told, err = b.planSelf(ctx, tx, dir, &self, b.clock.wall()); err != nil {
			return fmt.Errorf("tell that a template fails: %w", err)
		}
		return nil
	})
	if err == nil {
		b.admit(told)
	}
	return err
}
