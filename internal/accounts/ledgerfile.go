package accounts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// savedBalance is one account in the file of the ledger.
type savedBalance struct {
	Amount       *fleet.Amount `json:"amount,omitempty"` // as text, such as "-11.19"
	Currency     string        `json:"currency,omitempty"`
	At           time.Time     `json:"at,omitzero"`
	OverdueSince time.Time     `json:"overdue_since,omitzero"`
}

// saveRetry is how long it takes to save again after a failure.
const saveRetry = time.Minute

// OpenLedger reads the file of the Ledger in a folder. A file that cannot be read
// costs what it held, and nothing else; dir "" keeps nothing.
func OpenLedger(dir string, log *slog.Logger) *Ledger {
	l := &Ledger{
		log: log.With("component", "accounts"), dirty: make(chan struct{}, 1),
		pages: make(map[string]page), faults: make(map[string]string), ahead: make(map[string]time.Time),
	}
	if dir == "" {
		return l
	}
	l.path = filepath.Join(dir, "balances.json")
	data, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l
	}
	if err == nil {
		l.pages, err = decodeBalances(data)
	}
	if err != nil {
		log.Warn("what was known of balances is lost: accounts that are overdue count as overdue from now on", "file", l.path, "error", err)
		return l
	}
	l.saved = data
	return l
}

// decodeBalances reads the file of the ledger. The map is never nil.
func decodeBalances(data []byte) (map[string]page, error) {
	var file map[string]savedBalance
	if err := json.Unmarshal(data, &file); err != nil {
		return map[string]page{}, fmt.Errorf("read balances: %w", err)
	}
	pages := make(map[string]page, len(file))
	for name, s := range file {
		p := page{OverdueSince: s.OverdueSince}
		if s.Amount != nil && s.Currency != "" && !s.At.IsZero() {
			p.Reported = &fleet.Balance{Amount: *s.Amount, Currency: s.Currency, At: s.At}
		}
		pages[name] = p
	}
	return pages, nil
}

// encodeBalances writes down what decodeBalances reads, in order of names.
func encodeBalances(pages map[string]page) ([]byte, error) {
	file := make(map[string]savedBalance, len(pages))
	for name, p := range pages {
		s := savedBalance{OverdueSince: p.OverdueSince}
		if p.Reported != nil {
			s.Amount, s.Currency, s.At = &p.Reported.Amount, p.Reported.Currency, p.Reported.At
		}
		file[name] = s
	}
	data, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write balances: %w", err)
	}
	return append(data, '\n'), nil
}

// changed tells Run that there may be something to save.
func (l *Ledger) changed() {
	select {
	case l.dirty <- struct{}{}:
	default:
	}
}

// Run saves the Ledger when it changes, until ctx ends, and once more then.
func (l *Ledger) Run(ctx context.Context) error {
	retry := time.NewTimer(saveRetry)
	retry.Stop() // there is nothing to try again yet
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return l.Save()
		case <-l.dirty:
		case <-retry.C:
		}
		retry.Stop()
		if err := l.Save(); err != nil {
			l.log.Warn("balances could not be saved", "file", l.path, "error", err)
			retry.Reset(saveRetry)
		}
	}
}

// Save writes the file anew when it would say something else. It holds no lock
// that others wait for while it writes.
func (l *Ledger) Save() error {
	if l.path == "" {
		return nil
	}
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	data, err := encodeBalances(l.pages)
	l.mu.Unlock()
	if err != nil || bytes.Equal(data, l.saved) {
		return err
	}
	if err := atomicfile.Replace(l.path, data, 0o600); err != nil {
		return fmt.Errorf("save balances: %w", err)
	}
	l.saved = data
	return nil
}
