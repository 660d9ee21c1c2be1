package outbox

import (
	"context"
	"fmt"

	"github.com/brimwatch/brimwatch/alarm"
)

// mostSaid is how many confirmations of one instance are listed.
const mostSaid = 50

// storeSaid keeps what people said of whether instances exist.
func storeSaid(ctx context.Context, tx *transaction, list []alarm.Said) error {
	for _, s := range list {
		if _, err := tx.ExecContext(ctx, `INSERT INTO confirmation (instance, at, what, by, reason) VALUES (?, ?, ?, ?, ?)`,
			s.Instance, ms(s.At), s.What, s.By, s.Reason); err != nil {
			return fmt.Errorf("store what %s said of %s: %w", s.By, s.Instance, err)
		}
	}
	return nil
}

// Confirmations lists what people said of whether an instance exists, the newest first.
func (b *Outbox) Confirmations(ctx context.Context, instance string) ([]alarm.Said, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT at, what, by, reason FROM confirmation WHERE instance = ? ORDER BY at DESC, id DESC LIMIT ?`, instance, mostSaid)
	if err != nil {
		return nil, fmt.Errorf("list confirmations: %w", err)
	}
	defer rows.Close()
	var out []alarm.Said
	for rows.Next() {
		s := alarm.Said{Instance: instance}
		var when int64
		if err := rows.Scan(&when, &s.What, &s.By, &s.Reason); err != nil {
			return nil, fmt.Errorf("list confirmations: %w", err)
		}
		s.At = at(when)
		out = append(out, s)
	}
	return out, rows.Err()
}
