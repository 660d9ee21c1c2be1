package accounts

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/savedfile"
)

// Ledger remembers balances over restarts: the newest that a cloud gave, and since
// when an account is overdue, which no API tells. The balance of an account that
// does not answer stays as it was given last.
//
// Its methods may be called from any goroutine. None of them but Run and Save waits
// for the disk.
type Ledger struct {
	file *savedfile.File
	log  *slog.Logger

	mu       sync.Mutex
	pages    map[string]page
	faults   map[string]string    // by account: why its balance is not known anew
	disputed map[string]string    // by account: what is configured against what was reported
	ahead    map[string]time.Time // by account: since when its OverdueSince lies ahead of the clock
}

// page is what the Ledger knows of one account.
type page struct {
	Reported     *fleet.Balance // by the cloud; nil when nothing was, or nobody asks
	OverdueSince time.Time      // zero when it is not
	Days         []day          // what was reported, a day apart; the newest last
}

// Join fills in what is known of accounts. A balance given by hand wins over one
// that was reported. An account is overdue since it was first seen below zero, unless
// that is given.
func (l *Ledger) Join(accounts []fleet.Account, now time.Time) []fleet.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make(map[string]page, len(accounts))
	l.disputed = make(map[string]string)
	for i := range accounts {
		a := &accounts[i]
		p := l.pages[a.Name]
		if a.Balance != nil || a.Provider == "" {
			p.Reported, p.Days = nil, nil
		}
		if p.Reported != nil {
			a.Balance = p.Reported
		}
		a.DailyUse = dailyUse(p.Days)
		if text := dispute(a, now); text != "" {
			l.disputed[a.Name] = text
		}
		p.OverdueSince = since(p.OverdueSince, a, now)
		a.OverdueSince = p.OverdueSince
		if p.Reported != nil || !p.OverdueSince.IsZero() {
			kept[a.Name] = p
		}
	}
	l.pages = kept
	l.file.Changed()
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
// must not move all that follows from it. Mend corrects those that stay ahead.
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

// Mend corrects moments that were noted by a clock that ran far ahead. When the
// clock has stayed behind one for a day, it is the moment that was wrong: the
// account is overdue since the clock was first seen behind it. It says whether
// anything was corrected.
func (l *Ledger) Mend(now time.Time) bool {
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
		l.file.Changed()
	}
	return mended
}

// Report takes the balance that a cloud reported, and says whether others see anything change.
func (l *Ledger) Report(account string, b fleet.Balance) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.faults, account)
	p := l.pages[account]
	old := p.Reported
	p.Reported = &b
	if old != nil && old.Currency != b.Currency {
		p.Days = nil
	}
	days, dayPassed := noted(p.Days, b)
	p.Days = days
	l.pages[account] = p
	l.file.Changed()
	if old != nil && old.Currency != b.Currency {
		l.log.Warn("the balance is reported in another currency than before; its threshold is held against it as it stands",
			"account", account, "before", old.Currency, "now", b.Currency)
	}
	// Its age is seen, too, but is no news.
	return old == nil || dayPassed || old.Credit != b.Credit || old.Amount != b.Amount || old.Currency != b.Currency || b.At.Sub(old.At) > staleBalance
}

// Fresh gives accounts the newest age of what was reported of them.
func (l *Ledger) Fresh(accounts []fleet.Account) []fleet.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range accounts {
		a := &accounts[i]
		reported := l.pages[a.Name].Reported
		if reported != nil && a.Balance != nil && !a.Balance.At.IsZero() && a.Balance.Amount == reported.Amount && a.Balance.Currency == reported.Currency {
			a.Balance = reported
		}
	}
	return accounts
}

// Failed notes why a balance could not be asked for.
func (l *Ledger) Failed(account string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.faults[account] != err.Error() {
		l.log.Warn("the balance is not known anew", "account", account, "error", err)
	}
	l.faults[account] = err.Error()
}

// Fault says why the balance of an account is not known anew; "" when it is.
func (l *Ledger) Fault(account string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.faults[account]
}

// Forget drops what is noted about accounts that are asked no more.
func (l *Ledger) Forget(asked func(account string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.faults, func(name, _ string) bool { return !asked(name) })
}

// staleBalance is how old a balance may be before it is remarked on.
const staleBalance = 24 * time.Hour

// Remarks are what a person should know about balances.
func (l *Ledger) Remarks(now time.Time) []string {
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
func (l *Ledger) doubt(name string, now time.Time) string {
	fault, reported := l.faults[name], l.pages[name].Reported
	stale := ""
	if reported != nil && now.Sub(reported.At) > staleBalance {
		stale = "what counts is that of " + reported.At.UTC().Format("2006-01-02 15:04 UTC")
	}
	switch {
	case fault == "" && stale == "":
		return ""
	case fault == "":
		return "its balance was not reported for more than a day; " + stale
	case stale == "":
		return "its balance cannot be asked for: " + fault
	}
	return fmt.Sprintf("its balance cannot be asked for: %s; %s", fault, stale)
}
