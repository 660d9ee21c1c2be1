package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// Commit stores states, events, and the notices the events cause, in one
// transaction, and then wakes the dispatcher.
func (b *Outbox) Commit(ctx context.Context, c alarm.Commit) error { return b.CommitTold(ctx, c, nil) }

// CommitTold is a Commit of which some were told of before. Their notices are stored
// as sent.
func (b *Outbox) CommitTold(ctx context.Context, c alarm.Commit, told Told) error {
	var changed []item
	var planned []*item
	var broken []brokenTemplate
	now := b.clock.wall()
	dir := b.directory.Load()
	// Without the silences the plans are made again in the transaction, or it fails as well.
	silences, _ := silencesAt(ctx, b.reads, now)
	ahead := foresee(dir, c.Events, silences, now)
	err := b.write(ctx, func(tx *transaction) error {
		changed, planned, tx.broken = changed[:0], planned[:0], nil
		if err := storeStates(ctx, tx, c.States); err != nil {
			return err
		}
		if err := storeSaid(ctx, tx, c.Said); err != nil {
			return err
		}
		silences, err := activeSilences(ctx, tx, now)
		if err != nil {
			return err
		}
		if !ahead.holds(silences) {
			ahead = foresee(dir, c.Events, silences, now)
		}
		for i := range c.Events {
			over, news, err := b.storeEvent(ctx, tx, dir, &c.Events[i], &ahead.plans[i], told, now)
			if err != nil {
				return fmt.Errorf("store the event %s of %s: %w", c.Events[i].Kind, c.Events[i].Code, err)
			}
			changed, planned = append(changed, over...), append(planned, news...)
		}
		broken = tx.broken
		warnings, err := b.warnOfLimits(ctx, tx, dir, now)
		changed = append(changed, warnings...)
		return err
	})
	if err != nil {
		return err
	}
	b.admit(append(changed, added(planned)...))
	b.templatesFail(dir, broken)
	return nil
}

func storeStates(ctx context.Context, tx *transaction, records []alarm.Record) error {
	for _, r := range records {
		if r.Zero() {
			if _, err := tx.ExecContext(ctx, `DELETE FROM alarm_state WHERE rule = ? AND account = ? AND instance = ? AND metric = ?`,
				r.Key.Rule, r.Key.Account, r.Key.Instance, r.Key.Metric); err != nil {
				return fmt.Errorf("remove the state of %s: %w", r.Key.Instance, err)
			}
			continue
		}
		text, err := json.Marshal(stored{r.State, r.Memory})
		if err != nil {
			return fmt.Errorf("write the state of %s: %w", r.Key.Instance, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO alarm_state (rule, account, instance, metric, state) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (rule, account, instance, metric) DO UPDATE SET state = excluded.state`, r.Key.Rule, r.Key.Account, r.Key.Instance, r.Key.Metric, text); err != nil {
			return fmt.Errorf("store the state of %s: %w", r.Key.Instance, err)
		}
	}
	return nil
}

// stored is the form in which the database keeps the state of an alarm, with the
// memory of an alarm of the calendar.
type stored struct {
	alarm.State
	Memory alarm.Memory `json:"memory,omitzero"`
}

// storeEvent brings the event's episode up to date and stores its notices. Those of an
// end, and of an acknowledgement, are planned here, as they depend on who was told. It returns those of before
// that came to another state by it, and those that are new.
func (b *Outbox) storeEvent(ctx context.Context, tx *transaction, dir *notifier.Directory, ev *alarm.Event, p *plan, told Told, now time.Time) (changed []item, news []*item, err error) {
	episode, err := storeEpisode(ctx, tx, ev)
	if err != nil {
		return nil, nil, err
	}
	if notifier.Ends(ev.Kind) {
		var addressees []notifier.Addressee
		if changed, err = endUnsent(ctx, tx, episode); err != nil {
			return nil, nil, err
		}
		if addressees, err = heard(ctx, tx, episode); err != nil {
			return nil, nil, err
		}
		if err := whenTold(ctx, tx, episode, addressees, now); err != nil {
			return nil, nil, err
		}
		end := newPlan(dir, ev, addressees, nil, now)
		p = &end
	}
	if p.err != nil {
		return nil, nil, p.err
	}
	event, err := tx.insert(ctx, `INSERT INTO event (episode, kind, at, severity, known, usage, capacity, reason, by, alert)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		episode, ev.Kind, ms(ev.At), ev.Severity, ev.Known, ev.Usage, ev.Capacity, ev.Reason, ev.By, p.alert)
	if err != nil {
		return nil, nil, fmt.Errorf("note the event: %w", err)
	}
	notices := slices.Clone(p.notices) // a write may be run again
	over, err := escalationsOver(ctx, tx, episode, ev.Kind, notices)
	if err != nil {
		return nil, nil, err
	}
	changed = append(changed, over...)
	for i := range notices {
		n := &notices[i]
		place := placing{weight: lightest, event: event, alert: p.own[i]}
		place.told, _ = told.about(ev, n.Recipient)
		if notifier.Begins(n.Kind) && ev.Kind != alarm.Raised && n.Hold == "" && n.Drop == "" {
			var superseded []item
			if superseded, place.weight, err = supersede(ctx, tx, episode, n, place.weight); err != nil {
				return nil, nil, err
			}
			changed = append(changed, superseded...)
		}
		it, err := b.storeNotice(ctx, tx, dir, episode, n, place)
		if err != nil {
			return nil, nil, fmt.Errorf("store a notice to %s: %w", n.Recipient, err)
		}
		news = append(news, it)
	}
	if ev.Kind == alarm.Acked {
		acks, err := b.planAcks(ctx, tx, dir, episode, "")
		return append(changed, acks...), news, err
	}
	return changed, news, nil
}

// lightest is a weight that no notice has.
const lightest = 1 << 10

// storeEpisode begins, moves on or ends an episode, and returns its row. One that
// begins costs one statement: a storm is made of them.
func storeEpisode(ctx context.Context, tx *transaction, ev *alarm.Event) (int64, error) {
	if ev.Kind == alarm.Raised {
		id, err := beginEpisode(ctx, tx, ev)
		if id > 0 || err != nil {
			return id, err
		}
	}
	var id int64
	err := tx.QueryRowContext(ctx, `SELECT id FROM episode WHERE code = ? AND ended_at = 0`, ev.Code).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		id, err = beginEpisode(ctx, tx, ev)
	}
	if err != nil {
		return 0, fmt.Errorf("find the episode: %w", err)
	}
	return id, moveEpisode(ctx, tx, id, ev)
}

// beginEpisode stores an episode that begins, and returns its row; 0 when one with
// its code is open.
func beginEpisode(ctx context.Context, tx *transaction, ev *alarm.Event) (int64, error) {
	id, err := tx.insert(ctx, `INSERT INTO episode
		(code, rule, account, instance, metric, state, severity, usage, capacity, threshold, reason, raised_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) WHERE ended_at = 0 DO NOTHING`,
		ev.Code, ev.Key.Rule, ev.Key.Account, ev.Key.Instance, ev.Key.Metric, alarm.EpisodeRaised, ev.Severity, ev.Usage, ev.Capacity, ev.Threshold, ev.Reason,
		ms(ev.RaisedAt), ms(ev.At))
	if err != nil {
		return 0, fmt.Errorf("begin the episode: %w", err)
	}
	return id, nil
}

// moveEpisode brings an open episode up to date.
func moveEpisode(ctx context.Context, tx *transaction, id int64, ev *alarm.Event) (err error) {
	switch ev.Kind {
	case alarm.Cleared, alarm.Withdrawn:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET state = ?, usage = ?, capacity = ?, reason = ?, raised_at = ?, ended_at = ?, updated_at = ? WHERE id = ?`,
			// Its beginning is another moment when the clock was set meanwhile.
			alarm.EpisodeCleared, ev.Usage, ev.Capacity, endReason(ev), ms(ev.RaisedAt), ms(ev.At), ms(ev.At), id)
	case alarm.Acked:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET acked_by = ?, acked_at = ?, updated_at = ? WHERE id = ?`, ev.By, ms(ev.At), ms(ev.At), id)
	case alarm.Lost:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET state = ?, reason = ?, updated_at = ? WHERE id = ?`, alarm.EpisodeUnknown, ev.Reason, ms(ev.At), id)
	case alarm.Found:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET state = ?, reason = ?, usage = ?, updated_at = ? WHERE id = ?`, alarm.EpisodeRaised, ev.Reason, ev.Usage, ms(ev.At), id)
	case alarm.Escalated:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET severity = ?, usage = ?, capacity = ?, threshold = ?, reason = ?, acked_by = '', acked_at = 0, updated_at = ? WHERE id = ?`,
			ev.Severity, ev.Usage, ev.Capacity, ev.Threshold, ev.Reason, ms(ev.At), id)
	case alarm.BeganFlapping, alarm.Settled:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET severity = ?, usage = ?, capacity = ?, threshold = ?, reason = ?, updated_at = ? WHERE id = ?`,
			ev.Severity, ev.Usage, ev.Capacity, ev.Threshold, ev.Reason, ms(ev.At), id)
	case alarm.Raised, alarm.Eased, alarm.Reminded, alarm.Rose, alarm.Fell:
		_, err = tx.ExecContext(ctx, `UPDATE episode SET severity = ?, usage = ?, capacity = ?, threshold = ?, updated_at = ? WHERE id = ?`,
			ev.Severity, ev.Usage, ev.Capacity, ev.Threshold, ms(ev.At), id)
	}
	if err != nil {
		return fmt.Errorf("bring the episode up to date: %w", err)
	}
	return nil
}

// endReason says why an episode ended, when it did not simply clear.
func endReason(ev *alarm.Event) string {
	switch {
	case ev.Kind == alarm.Withdrawn:
		return "withdrawn: " + ev.Reason
	case ev.Details != nil:
		return ev.Reason
	}
	return ""
}

// Load returns all alarm states.
func (b *Outbox) Load(ctx context.Context) ([]alarm.Record, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT rule, account, instance, metric, state FROM alarm_state`)
	if err != nil {
		return nil, fmt.Errorf("read alarm states: %w", err)
	}
	defer rows.Close()
	var out []alarm.Record
	for rows.Next() {
		var r alarm.Record
		var metric uint8
		var text []byte
		if err := rows.Scan(&r.Key.Rule, &r.Key.Account, &r.Key.Instance, &metric, &text); err != nil {
			return nil, fmt.Errorf("read alarm states: %w", err)
		}
		r.Key.Metric = fleet.Metric(metric)
		var kept stored
		if err := json.Unmarshal(text, &kept); err != nil {
			return nil, fmt.Errorf("read the alarm state of %s%s: %w", r.Key.Account, r.Key.Instance, err)
		}
		r.State, r.Memory = kept.State, kept.Memory
		out = append(out, r)
	}
	return out, rows.Err()
}
