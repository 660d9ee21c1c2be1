package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

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
	rows, err := b.reads.QueryContext(ctx, `SELECT code, rule, account, instance, metric, state, severity, usage, capacity, threshold, peak, peak_of, reason,
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
		if err := rows.Scan(&e.Code, &e.Key.Rule, &e.Key.Account, &e.Key.Instance, &metric, &e.State, &e.Severity, &e.Usage, &e.Capacity, &e.Threshold, &e.Peak, &e.PeakOf, &e.Reason,
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
	stopped, err := b.stopped(ctx)
	if err != nil {
		return nil, err
	}
	where, args := b.chosen(f)
	limit := f.Limit
	if limit <= 0 {
		limit = listed
	}
	//nolint:gosec // where holds no value, only the conditions of chosen
	rows, err := b.reads.QueryContext(ctx, `SELECT id, code, kind, rule, severity, receiver, channel, recipient, display, text, `+alertOf+`,
			state, attempts, CASE WHEN told_with <> '' AND state IN ('sent', 'delivered') THEN 'told with ' || told_with || CASE WHEN reason <> '' THEN '; ' || reason ELSE '' END ELSE reason END, provider_id, created_at, next_at, sent_at, message,
			coalesce((SELECT m.notices FROM message m WHERE m.id = message), 0), coalesce((SELECT m.text FROM message m WHERE m.id = message), '')
		FROM notice `+where+` LIMIT ?`, append(args, limit)...)
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
			&r.State, &r.Attempts, &r.Reason, &r.ProviderID, &created, &next, &sent, &r.Message, &r.Together, &r.Said); err != nil {
			return nil, fmt.Errorf("list notices: %w", err)
		}
		if err := json.Unmarshal(text, &r.Alert); err != nil {
			return nil, fmt.Errorf("read the alert of notice %s: %w", r.ID, err)
		}
		r.CreatedAt, r.NextAt, r.SentAt = at(created), at(next), at(sent)
		if since, ok := stopped[r.Recipient]; ok && r.State == notifier.Pending && r.Reason == "" {
			r.Reason = stoppedSince(r.Display, since)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// stoppedSince says that somebody wants no more text messages, and the way out.
func stoppedSince(name string, since time.Time) string {
	return name + " texted STOP on " + since.Format(time.DateOnly) + ": messages are refused until they text START"
}

// stopped tells since when recipients want no more text messages.
func (b *Outbox) stopped(ctx context.Context) (map[string]time.Time, error) {
	list, err := b.Optouts(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]time.Time, len(list))
	for _, o := range list {
		out["sms/"+o.Name] = o.Since
	}
	return out, nil
}

// chosen writes down what a filter selects and in which order, as a condition with its
// arguments. Only what is asked for is in it, so that an index leads to it.
func (b *Outbox) chosen(f notifier.Filter) (where string, args []any) {
	var all []string
	and := func(condition string, values ...any) {
		all, args = append(all, condition), append(args, values...)
	}
	if f.State != "" {
		and("state = ?", f.State)
	}
	if f.Code != "" {
		and("code = ?", f.Code)
	}
	if f.Instance != "" {
		and("episode IN (SELECT id FROM episode WHERE instance = ?)", f.Instance)
	}
	if f.Person != "" {
		names := b.recipientsOf(f.Person)
		and("recipient IN (?"+strings.Repeat(", ?", len(names)-1)+")", names...)
	}
	if f.Receiver != "" {
		and("receiver = ?", f.Receiver)
	}
	if !f.From.IsZero() {
		and("created_at >= ?", ms(f.From))
	}
	if !f.To.IsZero() {
		and("created_at < ?", ms(f.To))
	}
	order := " ORDER BY seq DESC"
	if !f.From.IsZero() || !f.To.IsZero() {
		order = " ORDER BY created_at DESC, seq DESC"
	}
	if len(all) == 0 {
		return order, nil
	}
	return "WHERE " + strings.Join(all, " AND ") + order, args
}

// recipientsOf returns under which names notices to somebody are stored: to a contact,
// in the configuration still or not, or to a recipient that people are shown by a name.
func (b *Outbox) recipientsOf(person string) []any {
	names := []any{person, "sms/" + person}
	for t := range b.directory.Load().Targets() {
		if r := t.Recipient; r.Display == person && !slices.Contains(names, any(r.Name)) {
			names = append(names, r.Name)
		}
	}
	return names
}
