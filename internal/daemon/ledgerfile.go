package daemon

import (
	"bytes"
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

// openLedger reads what was kept. A file that cannot be read costs what it held,
// and nothing else; without a folder nothing is kept.
func openLedger(dir string, log *slog.Logger) *ledger {
	l := &ledger{log: log, pages: make(map[string]ledgerPage), faults: make(map[string]string), ahead: make(map[string]time.Time)}
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
func decodeBalances(data []byte) (map[string]ledgerPage, error) {
	var file map[string]savedBalance
	if err := json.Unmarshal(data, &file); err != nil {
		return map[string]ledgerPage{}, fmt.Errorf("read balances: %w", err)
	}
	pages := make(map[string]ledgerPage, len(file))
	for name, s := range file {
		p := ledgerPage{OverdueSince: s.OverdueSince}
		if s.Amount != nil && s.Currency != "" && !s.At.IsZero() {
			p.Told = &fleet.Balance{Amount: *s.Amount, Currency: s.Currency, At: s.At}
		}
		pages[name] = p
	}
	return pages, nil
}

// encodeBalances writes down what decodeBalances reads, in order of names.
func encodeBalances(pages map[string]ledgerPage) ([]byte, error) {
	file := make(map[string]savedBalance, len(pages))
	for name, p := range pages {
		s := savedBalance{OverdueSince: p.OverdueSince}
		if p.Told != nil {
			s.Amount, s.Currency, s.At = &p.Told.Amount, p.Told.Currency, p.Told.At
		}
		file[name] = s
	}
	data, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write balances: %w", err)
	}
	return append(data, '\n'), nil
}

// save writes the file anew when it would say something else. What could not be
// saved is saved with the next change. l.mu is held.
func (l *ledger) save() {
	if l.path == "" {
		return
	}
	data, err := encodeBalances(l.pages)
	if err == nil && bytes.Equal(data, l.saved) {
		return
	}
	if err == nil {
		err = atomicfile.Replace(l.path, data, 0o600)
	}
	if err != nil {
		l.log.Warn("balances could not be saved", "file", l.path, "error", err)
		return
	}
	l.saved = data
}
