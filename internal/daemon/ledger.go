package daemon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/fleet"
)

// ledger keeps over restarts what is known of balances: what a cloud told, and
// since when an account is overdue, which no API tells. A balance that cannot be
// asked for stays as it was told last.
type ledger struct {
	path string
	log  *slog.Logger

	mu     sync.Mutex
	saved  []byte
	pages  map[string]ledgerPage
	faults map[string]string // by account: why its balance is not known anew
}

// ledgerPage is what is known of one account.
type ledgerPage struct {
	Told         *fleet.Balance `json:"told,omitempty"` // by the cloud
	OverdueSince time.Time      `json:"overdue_since,omitzero"`
}

// openLedger reads what was kept. A file that cannot be read costs what it held,
// and nothing else; "" keeps nothing.
func openLedger(dir string, log *slog.Logger) *ledger {
	l := &ledger{log: log, pages: make(map[string]ledgerPage), faults: make(map[string]string)}
	if dir == "" {
		return l
	}
	l.path = filepath.Join(dir, "balances.json")
	data, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l
	}
	if err == nil {
		err = json.Unmarshal(data, &l.pages)
	}
	if err != nil {
		l.pages = make(map[string]ledgerPage)
		log.Warn("what was known of balances is lost: accounts that are overdue count as overdue from now on", "file", l.path, "error", err)
		return l
	}
	l.saved = data
	return l
}

// join fills in what is known of accounts. A balance given by hand wins over one
// that was told. An account is overdue since it was first seen below zero, unless
// that is given.
func (l *ledger) join(accounts []fleet.Account, now time.Time) []fleet.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make(map[string]ledgerPage, len(accounts))
	for i := range accounts {
		a := &accounts[i]
		p := l.pages[a.Name]
		if a.Balance == nil && a.Provider != "" {
			a.Balance = p.Told
		}
		p.OverdueSince = since(p.OverdueSince, a, now)
		a.OverdueSince = p.OverdueSince
		if p.Told != nil || !p.OverdueSince.IsZero() {
			kept[a.Name] = p
		}
	}
	l.pages = kept
	l.save()
	return accounts
}

// since tells from when an account is overdue; zero when it is not. A moment that
// lies ahead is of a clock that was set back.
func since(before time.Time, a *fleet.Account, now time.Time) time.Time {
	switch {
	case !a.OverdueSince.IsZero():
		return a.OverdueSince
	case !a.Overdue():
		return time.Time{}
	case before.IsZero() || before.After(now):
		return now.UTC().Truncate(time.Second)
	}
	return before
}

// told notes what a cloud told, and says whether others see anything change.
func (l *ledger) told(account string, b fleet.Balance) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.faults, account)
	p := l.pages[account]
	old := p.Told
	p.Told = &b
	l.pages[account] = p
	l.save()
	// Its age is seen, too, but is no news.
	return old == nil || old.Amount != b.Amount || old.Currency != b.Currency || b.At.Sub(old.At) > staleBalance
}

// fresh gives accounts the newest age of what was told of them.
func (l *ledger) fresh(accounts []fleet.Account) []fleet.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range accounts {
		a := &accounts[i]
		if told := l.pages[a.Name].Told; told != nil && a.Balance != nil && !a.Balance.At.IsZero() && a.Balance.Amount == told.Amount {
			a.Balance = told
		}
	}
	return accounts
}

// failed notes why a balance could not be asked for.
func (l *ledger) failed(account string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.faults[account] != err.Error() {
		l.log.Warn("the balance is not known anew", "account", account, "error", err)
	}
	l.faults[account] = err.Error()
}

// staleBalance is how old a balance may be before it is remarked on.
const staleBalance = 24 * time.Hour

// remarks are what a person should know about balances.
func (l *ledger) remarks(now time.Time) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, name := range slices.Sorted(maps.Keys(l.faults)) {
		text := fmt.Sprintf("account %s: its balance cannot be asked for: %s", name, l.faults[name])
		if p := l.pages[name]; p.Told != nil && now.Sub(p.Told.At) > staleBalance {
			text += "; what counts is that of " + p.Told.At.UTC().Format("2006-01-02 15:04 UTC")
		}
		out = append(out, text)
	}
	return out
}

// forget drops what is noted about accounts that are asked no more.
func (l *ledger) forget(asked func(account string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.faults, func(name, _ string) bool { return !asked(name) })
}

// save writes the file anew when it would say something else. l.mu is held.
func (l *ledger) save() {
	if l.path == "" {
		return
	}
	data, err := json.MarshalIndent(l.pages, "", " ")
	if err == nil && bytes.Equal(data, l.saved) {
		return
	}
	if err == nil {
		err = os.WriteFile(l.path+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(l.path+".new", l.path)
	}
	if err != nil {
		l.log.Warn("balances could not be saved", "file", l.path, "error", err)
		return
	}
	l.saved = data
}
