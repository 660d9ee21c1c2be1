package daemon

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// ledger keeps over restarts what is known of balances: what a cloud told, and
// since when an account is overdue, which no API tells. A balance that cannot be
// asked for stays as it was told last.
type ledger struct {
	path string // "" keeps nothing
	log  *slog.Logger

	mu       sync.Mutex
	saved    []byte
	pages    map[string]ledgerPage
	faults   map[string]string    // by account: why its balance is not known anew
	disputed map[string]string    // by account: what is configured against what was told
	ahead    map[string]time.Time // by account: since when its OverdueSince lies ahead of the clock
}

// ledgerPage is what is known of one account.
type ledgerPage struct {
	Told         *fleet.Balance // by the cloud; nil when nothing was, or nobody asks
	OverdueSince time.Time      // zero when it is not
}

// join fills in what is known of accounts. A balance given by hand wins over one
// that was told. An account is overdue since it was first seen below zero, unless
// that is given.
func (l *ledger) join(accounts []fleet.Account, now time.Time) []fleet.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make(map[string]ledgerPage, len(accounts))
	l.disputed = make(map[string]string)
	for i := range accounts {
		a := &accounts[i]
		p := l.pages[a.Name]
		if a.Balance != nil || a.Provider == "" {
			p.Told = nil
		}
		if p.Told != nil {
			a.Balance = p.Told
		}
		if text := dispute(a, now); text != "" {
			l.disputed[a.Name] = text
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

// dispute says what speaks against an overdue_since that is configured; "" when
// nothing does.
func dispute(a *fleet.Account, now time.Time) string {
	switch b := a.Balance; {
	case a.OverdueSince.After(now):
		return "overdue_since lies ahead of the clock"
	case !a.OverdueSince.IsZero() && b != nil && b.Amount >= 0:
		return "overdue_since says that a bill is unpaid, but its balance is " + b.Amount.String() + " " + b.Currency + ": take overdue_since out once it is paid"
	}
	return ""
}

// since tells from when an account is overdue; zero when it is not. A moment that
// was noted stands, whatever the clock says now: one that was set back for an hour
// must not move all that follows from it. mend sees to those that stay ahead.
func since(before time.Time, a *fleet.Account, now time.Time) time.Time {
	switch {
	case !a.OverdueSince.IsZero():
		return a.OverdueSince
	case !a.Overdue():
		return time.Time{}
	case before.IsZero():
		return now.UTC().Truncate(time.Second)
	}
	return before
}

// aheadFor is how long a moment that was noted may lie ahead of the clock. A
// clock that was set back by a day has caught up by then.
const aheadFor = 24 * time.Hour

// mend corrects moments that were noted by a clock that ran far ahead. When the
// clock has stayed behind one for a day, it is the moment that was wrong: the
// account is overdue since the clock was first seen behind it. It says whether
// anything was corrected.
func (l *ledger) mend(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.ahead, func(name string, _ time.Time) bool { return !l.pages[name].OverdueSince.After(now) })
	mended := false
	for name, p := range l.pages {
		first, noted := l.ahead[name]
		switch {
		case !p.OverdueSince.After(now):
		case !noted:
			l.ahead[name] = now
		case now.Sub(first) >= aheadFor: // by the monotonic clock, which nobody sets
			p.OverdueSince = first.UTC().Truncate(time.Second)
			l.pages[name] = p
			delete(l.ahead, name)
			mended = true
		}
	}
	if mended {
		l.save()
	}
	return mended
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
	if old != nil && old.Currency != b.Currency {
		l.log.Warn("the balance is told in another currency than before; marks for it are held against it as they stand",
			"account", account, "before", old.Currency, "now", b.Currency)
	}
	// Its age is seen, too, but is no news.
	return old == nil || old.Amount != b.Amount || old.Currency != b.Currency || b.At.Sub(old.At) > staleBalance
}

// fresh gives accounts the newest age of what was told of them.
func (l *ledger) fresh(accounts []fleet.Account) []fleet.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range accounts {
		a := &accounts[i]
		told := l.pages[a.Name].Told
		if told != nil && a.Balance != nil && !a.Balance.At.IsZero() && a.Balance.Amount == told.Amount && a.Balance.Currency == told.Currency {
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

// forget drops what is noted about accounts that are asked no more.
func (l *ledger) forget(asked func(account string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.faults, func(name, _ string) bool { return !asked(name) })
}

// staleBalance is how old a balance may be before it is remarked on.
const staleBalance = 24 * time.Hour

// remarks are what a person should know about balances.
func (l *ledger) remarks(now time.Time) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := make(map[string]bool)
	for name := range l.pages {
		names[name] = true
	}
	for _, said := range []map[string]string{l.faults, l.disputed} {
		for name := range said {
			names[name] = true
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if text := l.doubt(name, now); text != "" {
			out = append(out, "account "+name+": "+text)
		}
		if text := l.disputed[name]; text != "" {
			out = append(out, "account "+name+": "+text)
		}
	}
	return out
}

// doubt says why the balance of an account may be another by now; "" when nothing
// speaks for that. l.mu is held.
func (l *ledger) doubt(name string, now time.Time) string {
	fault, told := l.faults[name], l.pages[name].Told
	stale := ""
	if told != nil && now.Sub(told.At) > staleBalance {
		stale = "what counts is that of " + told.At.UTC().Format("2006-01-02 15:04 UTC")
	}
	switch {
	case fault == "" && stale == "":
		return ""
	case fault == "":
		return "its balance was not told for more than a day; " + stale
	case stale == "":
		return "its balance cannot be asked for: " + fault
	}
	return fmt.Sprintf("its balance cannot be asked for: %s; %s", fault, stale)
}
