package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// prepare reads the notices of a message and finds where they go. A target
// without a channel means that nobody is there any more.
func (b *Outbox) prepare(ctx context.Context, items []item) (notifier.Message, notifier.Target, error) {
	var m notifier.Message
	var doubt bool
	for _, it := range items {
		var n notifier.Notice
		var alert []byte
		var attempts int
		var first, created int64
		err := b.reads.QueryRowContext(ctx, `SELECT id, code, kind, rule, severity, receiver, channel, recipient, text, alert,
			attempts, message, in_doubt, first_at, created_at FROM notice WHERE seq = ?`, it.seq).
			Scan(&n.ID, &n.Code, &n.Kind, &n.Rule, &n.Severity, &n.Receiver, &n.Channel, &n.Recipient, &n.Text, &alert,
				&attempts, &m.ID, &doubt, &first, &created)
		if err != nil {
			return m, notifier.Target{}, fmt.Errorf("read a notice: %w", err)
		}
		if err := json.Unmarshal(alert, &n.Alert); err != nil {
			return m, notifier.Target{}, fmt.Errorf("read the alert of notice %s: %w", n.ID, err)
		}
		n.CreatedAt = at(created)
		m.Attempt = max(m.Attempt, attempts+1)
		m.InDoubt = m.InDoubt || doubt
		if t := at(first); !t.IsZero() && (m.Since.IsZero() || t.Before(m.Since)) {
			m.Since = t
		}
		m.Notices = append(m.Notices, n)
	}
	if m.ID == "" {
		m.ID = "msg_" + strings.TrimPrefix(m.Notices[0].ID, "ntc_")
		if items[0].split {
			m.ID += "_alone" // the message that was refused had the other id
		}
	}
	first := m.Notices[0]
	t, ok := b.directory.Load().Find(first.Receiver, first.Recipient)
	if !ok {
		return m, notifier.Target{}, nil
	}
	m.Recipient = t.Recipient
	m.Text = b.directory.Load().Compose(t, m.Notices)
	if !m.Since.IsZero() {
		m.Age = time.Since(m.Since)
	}
	return m, t, nil
}

// begin stores that a message is about to be handed over, before it is.
func (b *Outbox) begin(ctx context.Context, m *notifier.Message, items []item) (attempt int64, err error) {
	now := time.Now().UTC()
	if m.Since.IsZero() {
		m.Since = now
	}
	err = b.write(ctx, func(tx *transaction) error {
		for _, it := range items {
			if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, attempts = attempts + 1, message = ?,
				first_at = CASE WHEN first_at = 0 THEN ? ELSE first_at END WHERE seq = ?`,
				notifier.Sending, m.ID, ms(now), it.seq); err != nil {
				return fmt.Errorf("mark a notice as being sent: %w", err)
			}
		}
		err := tx.QueryRowContext(ctx, `INSERT INTO attempt (message, notices, recipient, number, started_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
			m.ID, len(items), m.Recipient.Name, m.Attempt, ms(now)).Scan(&attempt)
		if err != nil {
			return fmt.Errorf("note the attempt: %w", err)
		}
		return nil
	})
	return attempt, err
}

// insistEvery is how long to wait before a write that failed is tried again.
const insistEvery = 2 * time.Second

// insist calls f until it succeeds or ctx has ended; it is called at least once.
func (b *Outbox) insist(ctx context.Context, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		b.log.Error("what became of a notice could not be stored yet", "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(insistEvery):
		}
	}
}

// outcome is what an attempt came to.
type outcome struct {
	name   string // for metrics and the attempt's row
	state  notifier.NoticeState
	reason string
	doubt  bool
	next   time.Time
	split  bool // each notice goes out again by itself
}

// record stores what came of an attempt, and returns what stays in the queue.
// While the database cannot be written it goes on trying until Run ends: to
// forget that a message was accepted would be to send it twice.
func (b *Outbox) record(ctx, running context.Context, m notifier.Message, items []item, attempt int64,
	receipt notifier.Receipt, sendErr error, target notifier.Target,
) ([]item, error) {
	now := time.Now().UTC()
	o := b.judge(m, receipt, sendErr, target.Channel, now)
	detail := receipt.Detail
	if sendErr != nil {
		detail = sendErr.Error()
	}
	sent := int64(0)
	if o.state == notifier.Sent || o.state == notifier.NoticeDelivered {
		sent = ms(now)
	}
	rest := make([]item, 0, len(items))
	message := m.ID
	if o.split {
		message = "" // what goes out by itself is another message
	}
	for _, it := range items {
		it.state, it.message, it.next, it.split = o.state, message, o.next, o.split
		if o.state == notifier.Pending || !o.next.IsZero() { // it is sent again, or tracked
			rest = append(rest, it)
		}
	}
	price, currency := pricePaid(receipt)
	err := b.insist(running, func() error {
		return b.write(ctx, func(tx *transaction) error {
			for _, it := range items {
				if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, in_doubt = ?, provider_id = ?, next_at = ?,
					message = ?, sent_at = CASE WHEN ? > 0 THEN ? ELSE sent_at END, price = ?, currency = ? WHERE seq = ?`,
					o.state, o.reason, o.doubt, receipt.ProviderID, ms(o.next), message, sent, sent, price, currency, it.seq); err != nil {
					return fmt.Errorf("store what became of a notice: %w", err)
				}
			}
			_, err := tx.ExecContext(ctx, `UPDATE attempt SET ended_at = ?, outcome = ?, detail = ? WHERE id = ?`, ms(now), o.name, detail, attempt)
			return err
		})
	})
	b.metrics.attempts.WithLabelValues(m.Recipient.Channel, o.name).Inc()
	if o.state != notifier.Pending {
		b.metrics.cameAll(items, o.state)
	}
	if sendErr == nil {
		b.metrics.accepted(m, target.Provider, receipt, now)
		b.metrics.charged(target.Provider, receipt.Price, receipt.Price.Known)
	}
	b.report(m, o, sendErr)
	return rest, err
}

// judge turns the answer of a channel into an outcome.
func (b *Outbox) judge(m notifier.Message, receipt notifier.Receipt, err error, ch notifier.Channel, now time.Time) outcome {
	if err == nil {
		return accepted(receipt, ch, now)
	}
	if notifier.IsPermanent(err) {
		if len(m.Notices) > 1 {
			// One of them may be at fault, and the others must not go down with it.
			return outcome{name: "split", state: notifier.Pending, reason: "refused together with others: " + err.Error(), split: true}
		}
		return outcome{name: "permanent", state: notifier.Dead, reason: err.Error()}
	}
	asked, _ := notifier.RetryAfter(err)
	next, again := retryAt(now, m.Notices[0].CreatedAt, m.Attempt, asked, b.jitter())
	if !again {
		return outcome{name: "gave_up", state: notifier.Dead, reason: fmt.Sprintf("given up after %d attempts: %v", m.Attempt, err)}
	}
	o := outcome{name: "later", state: notifier.Pending, reason: err.Error(), next: next}
	// A look-up that failed is unknown too, so a message in doubt stays in doubt
	// until a look-up finds it, or finds nothing and the far side refuses it.
	if notifier.IsUnknown(err) {
		o.name, o.doubt = "unknown", true
	}
	return o
}

func accepted(receipt notifier.Receipt, ch notifier.Channel, now time.Time) outcome {
	switch receipt.Status {
	case notifier.Failed:
		return outcome{name: "failed", state: notifier.Dead, reason: receipt.Detail}
	case notifier.Delivered:
		return outcome{name: "delivered", state: notifier.NoticeDelivered}
	case notifier.Accepted:
	}
	o := outcome{name: "sent", state: notifier.Sent}
	if _, ok := ch.(notifier.Tracker); ok && receipt.ProviderID != "" {
		o.next = trackAt(now, 0)
	}
	return o
}

// report logs what a person should know.
func (b *Outbox) report(m notifier.Message, o outcome, err error) {
	attrs := []any{"recipient", m.Recipient.Name, "message", m.ID, "attempt", m.Attempt, "notices", len(m.Notices), "code", m.Notices[0].Code}
	switch o.state {
	case notifier.Dead:
		b.log.Error("notice could not be sent", append(attrs, "reason", o.reason)...)
	case notifier.Pending:
		b.log.Warn("notice not sent yet", append(attrs, "next_at", o.next, "error", err)...)
	default:
		b.log.Info("notice sent", append(attrs, "state", o.state)...)
	}
}

// interrupted puts a message back that our own end cut off before it was handed
// over: as if it had not been tried.
func (b *Outbox) interrupted(ctx context.Context, m notifier.Message, items []item, attempt int64) ([]item, error) {
	err := b.write(ctx, func(tx *transaction) error {
		for _, it := range items {
			if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, attempts = attempts - 1, in_doubt = ? WHERE seq = ?`,
				notifier.Pending, m.InDoubt, it.seq); err != nil {
				return fmt.Errorf("put a notice back: %w", err)
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE attempt SET ended_at = ?, outcome = 'interrupted' WHERE id = ?`, ms(time.Now()), attempt)
		return err
	})
	return items, err
}

// channelOf returns the channel's part of a recipient's name: sms of sms/wei.
func channelOf(recipient string) string {
	channel, _, _ := strings.Cut(recipient, "/")
	return channel
}
