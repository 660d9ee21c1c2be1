package rehearsal

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Loaded is a configuration with what is known beside it.
type Loaded struct {
	Snapshot *config.Snapshot
	Accounts []fleet.Account // with the newest balances that are known
	// Notes say what is not known, a sentence each.
	Notes []string
}

// Load reads a configuration with what a daemon has left in its storage.dir: the instances that
// were found in accounts, and the balances that were told last. It asks nobody and writes nothing,
// so it may be used beside that daemon. at is the moment since when an account that is below zero
// counts as unpaid, where nothing says it.
func Load(path string, at time.Time) (*Loaded, error) {
	s, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	out := &Loaded{Snapshot: s}
	found, err := accounts.Remembered(s, s.Storage.Dir)
	if err != nil {
		return nil, fmt.Errorf("read what was found in accounts: %w", err)
	}
	if len(found) > 0 {
		if out.Snapshot, err = config.LoadWith(path, found); err != nil {
			return nil, err
		}
	}
	if looked := discovering(s); looked != "" && len(found) == 0 {
		out.note("Which instances the account %s has is not known here: no daemon has looked through it with this storage.dir, so only those that are listed are rehearsed.", looked)
	}
	out.Accounts = accounts.OpenLedger(s.Storage.Dir, slog.New(slog.DiscardHandler)).Join(out.Snapshot.AccountList(), at)
	for i := range out.Accounts {
		if a := &out.Accounts[i]; a.Balance == nil && a.OverdueSince.IsZero() && (a.Provider != "" || a.LowBalance > 0) {
			out.note("The balance of %s is not known: it counts as enough.", a.Name)
		}
	}
	return out, nil
}

func (l *Loaded) note(format string, args ...any) {
	const most = 20
	if len(l.Notes) < most {
		l.Notes = append(l.Notes, fmt.Sprintf(format, args...))
	}
}

// discovering names an account that is to be looked through; "" is none.
func discovering(s *config.Snapshot) string {
	first := ""
	for name, c := range s.Clouds {
		if c.Discover != nil && (first == "" || name < first) {
			first = name
		}
	}
	return first
}
