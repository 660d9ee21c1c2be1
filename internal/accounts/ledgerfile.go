package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/savedfile"
)

// savedBalance is one account in the file of the ledger.
type savedBalance struct {
	Amount       *fleet.Amount `json:"amount,omitempty"` // as text, such as "-11.19"
	Currency     string        `json:"currency,omitempty"`
	At           time.Time     `json:"at,omitzero"`
	Credit       fleet.Amount  `json:"credit,omitzero"`
	OverdueSince time.Time     `json:"overdue_since,omitzero"`
	Days         []day         `json:"days,omitempty"` // balances a day apart, by which its daily use is known
}

// OpenLedger reads the file of the Ledger in a folder. A file that cannot be read
// costs what it held, and nothing else; dir "" keeps nothing.
func OpenLedger(dir string, log *slog.Logger) *Ledger {
	log = log.With("component", "accounts")
	l := &Ledger{log: log, pages: make(map[string]page), faults: make(map[string]string), ahead: make(map[string]time.Time)}
	path := ""
	if dir != "" {
		path = filepath.Join(dir, "balances.json")
	}
	l.file = savedfile.New(savedfile.Options{Path: path, What: "balances", Content: l.content, Log: log})
	err := l.file.Read(func(data []byte) (err error) {
		l.pages, err = decodeBalances(data)
		return err
	})
	if err != nil {
		log.Warn("what was known of balances is lost: accounts that are overdue count as overdue from now on", "file", path, "error", err)
	}
	return l
}

// decodeBalances reads the file of the ledger. The map is never nil.
func decodeBalances(data []byte) (map[string]page, error) {
	var file map[string]savedBalance
	if err := json.Unmarshal(data, &file); err != nil {
		return map[string]page{}, fmt.Errorf("decode balances: %w", err)
	}
	pages := make(map[string]page, len(file))
	for name, s := range file {
		p := page{OverdueSince: s.OverdueSince}
		if s.Amount != nil && s.Currency != "" && !s.At.IsZero() {
			p.Reported = &fleet.Balance{Amount: *s.Amount, Currency: s.Currency, At: s.At, Credit: s.Credit}
			p.Days = s.Days
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
			s.Credit, s.Days = p.Reported.Credit, p.Days
		}
		file[name] = s
	}
	data, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode balances: %w", err)
	}
	return append(data, '\n'), nil
}

// content is what the file is to hold. It holds no lock once it returns, so that
// others do not wait for the disk.
func (l *Ledger) content() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return encodeBalances(l.pages)
}

// Run saves the Ledger when it changes, until ctx ends, and once more then.
func (l *Ledger) Run(ctx context.Context) error { return l.file.Run(ctx) }

// Save writes the file anew when it would say something else.
func (l *Ledger) Save() error { return l.file.Save() }
