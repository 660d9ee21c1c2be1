package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// pollerRig asks the stand-in cloud for the balance of one account.
type pollerRig struct {
	*Poller
	cloud   *cloud.Server
	changes int
	isGiven bool
	now     time.Time
}

// BalanceGiven tells that the test gives balances by hand.
func (r *pollerRig) BalanceGiven(string) bool { return r.isGiven }

// asked is a Manual that gives no balance by hand.
type asked struct{}

func (asked) BalanceGiven(string) bool { return false }

// aCloud serves an account that has 1,000 CNY left.
func aCloud(t *testing.T) (*cloud.Server, string) {
	t.Helper()
	s, err := cloud.New(cloud.Options{Accounts: []cloud.Account{{
		UID: "1234567890", Balance: cloud.Balance{AvailableAmount: "1,000.00", Currency: "CNY"},
		Keys: []cloud.Key{{ID: "LTAI5tExample", Secret: "very-secret"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

func newPollerRig(t *testing.T) *pollerRig {
	t.Helper()
	s, endpoint := aCloud(t)
	account, err := aliyun.NewAccount(aliyun.AccountOptions{Name: "acme", AccessKeyID: "LTAI5tExample", AccessKeySecret: "very-secret", Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := account.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &pollerRig{cloud: s, now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	c := &Accounts{}
	c.shown.Store(&Set{"acme": {cloud: account}})
	r.Poller = NewPoller(c, quietLedger(t.TempDir()), r, func(context.Context) { r.changes++ })
	return r
}

// balance is what the ledger knows, after some time and a round of asking.
func (r *pollerRig) balance(t *testing.T, after time.Duration) string {
	t.Helper()
	r.now = r.now.Add(after)
	r.Round(t.Context(), r.now)
	a := r.ledger.Join([]fleet.Account{{Name: "acme", Provider: "aliyun"}}, r.now)[0]
	if a.Balance == nil {
		return "unknown"
	}
	return a.Balance.Amount.String() + " " + a.Balance.Currency
}

func (r *pollerRig) has(amount string) {
	r.cloud.Change(func(accounts []*cloud.Account) { accounts[0].Balance.AvailableAmount = amount })
}

func TestBalancesAreAsked(t *testing.T) {
	r := newPollerRig(t)
	want := func(what, got, balance string, changes int) {
		t.Helper()
		if got != balance || r.changes != changes {
			t.Fatalf("%s: %s after %d changes, want %s after %d", what, got, r.changes, balance, changes)
		}
	}
	want("at once", r.balance(t, 0), "1,000.00 CNY", 1)
	r.has("-11.19")
	want("not due yet", r.balance(t, 5*time.Minute), "1,000.00 CNY", 1)
	want("due", r.balance(t, 5*time.Minute), "-11.19 CNY", 2)
	want("nothing new", r.balance(t, 10*time.Minute), "-11.19 CNY", 2)
	if got := r.ledger.Join([]fleet.Account{{Name: "acme", Provider: "aliyun"}}, r.now)[0]; !got.Overdue() || r.now.Sub(got.OverdueSince) != 10*time.Minute {
		t.Errorf("overdue since %s", got.OverdueSince)
	}

	// What cannot be read changes nothing, and says so; after a day with its age.
	for _, odd := range []string{"", "abc", "1.000,00"} {
		r.has(odd)
		want("odd "+odd, r.balance(t, time.Hour), "-11.19 CNY", 2)
		if got := r.ledger.Remarks(r.now); len(got) != 1 || !strings.Contains(got[0], "account acme") {
			t.Errorf("remarks: %q", got)
		}
	}
	r.has("7.50")
	want("back", r.balance(t, time.Hour), "7.50 CNY", 3)
	if got := r.ledger.Remarks(r.now); len(got) != 0 {
		t.Errorf("remarks: %q", got)
	}
	r.cloud.Change(func(accounts []*cloud.Account) { accounts[0].Balance.Currency = "USD" })
	want("in another currency, with the same figure", r.balance(t, time.Hour), "7.50 USD", 4)

	// Given by hand: it is asked no more.
	r.isGiven = true
	r.has("9999")
	want("given by hand", r.balance(t, time.Hour), "7.50 USD", 4)
	r.isGiven = false
	want("and asked again, at once", r.balance(t, time.Second), "9,999.00 USD", 5)
}

// TestBalanceOfANewKey: an account with another key is due at once, also when it
// was refused before.
func TestBalanceOfANewKey(t *testing.T) {
	r := newPollerRig(t)
	denied := true
	r.read = func(context.Context, *aliyun.Account, time.Time) (fleet.Balance, error) {
		if denied {
			return fleet.Balance{}, &aliyun.CallError{Code: "NotAuthorized", Status: 403}
		}
		return fleet.Balance{Amount: 5_000_000, Currency: "CNY", At: r.now}, nil
	}
	if got := r.balance(t, 0); got != "unknown" {
		t.Fatalf("the balance is %s", got)
	}
	denied = false
	if got := r.balance(t, time.Second); got != "unknown" {
		t.Fatalf("it was asked anew, a second after it was refused: %s", got)
	}
	r.accounts.shown.Store(&Set{"acme": {}})
	if got := r.balance(t, time.Second); got != "5.00 CNY" {
		t.Errorf("the balance is %s", got)
	}
}

// pollInBubble runs a Poller over as many accounts by a clock of its own, and
// returns at which moments after the start the first of them was asked.
func pollInBubble(t *testing.T, accounts int, long time.Duration, read func(ctx context.Context, nth int) error) (times []time.Duration, l *Ledger) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		set := make(Set, accounts)
		first := &aliyun.Account{}
		for i := range accounts {
			set[fmt.Sprintf("acme-%03d", i)] = &Account{cloud: &aliyun.Account{}}
		}
		set["acme-000"].cloud = first
		c := &Accounts{}
		c.shown.Store(&set)
		l = quietLedger("")
		poller := NewPoller(c, l, asked{}, func(context.Context) {})
		start := time.Now()
		poller.read = func(ctx context.Context, a *aliyun.Account, now time.Time) (fleet.Balance, error) {
			nth := 0
			if a == first {
				nth = len(times)
				times = append(times, time.Since(start))
			}
			return fleet.Balance{Amount: 1, Currency: "CNY", At: now}, read(ctx, nth)
		}
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		if err := poller.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return times, l
}

func minutes(ds []time.Duration) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%.0f ", d.Minutes())
	}
	return strings.TrimSpace(b.String())
}

// TestBalancesInTime: an account is asked every ten minutes; less often while it
// refuses, but soon again after it could not be reached.
func TestBalancesInTime(t *testing.T) {
	for _, tt := range []struct {
		name string
		read func(ctx context.Context, nth int) error
		want string // in minutes after the start
	}{
		{"it answers", func(context.Context, int) error { return nil }, "0 10 20 30 40 50 60 70 80 90 100 110 120"},
		{"it cannot be reached", func(context.Context, int) error { return errors.New("no answer") }, "0 1 3 7 15 25 35 45 55 65 75 85 95 105 115 125"},
		{"it refuses", func(context.Context, int) error { return &aliyun.CallError{Code: "NotAuthorized", Status: 403} }, "0 1 3 7 15 31 63 123"},
		{"it refuses twice", func(_ context.Context, nth int) error {
			if nth < 2 {
				return &aliyun.CallError{Code: "NotAuthorized", Status: 403}
			}
			return nil
		}, "0 1 3 13 23 33 43 53 63 73 83 93 103 113 123"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			times, _ := pollInBubble(t, 1, 125*time.Minute+time.Second, tt.read)
			if got := minutes(times); got != tt.want {
				t.Errorf("asked after %s minutes, want %s", got, tt.want)
			}
		})
	}
}

// TestBalanceThatIsNeverAnswered: that an account does not answer is said.
func TestBalanceThatIsNeverAnswered(t *testing.T) {
	_, l := pollInBubble(t, 1, time.Minute, func(ctx context.Context, _ int) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if got := l.Remarks(time.Now()); len(got) != 1 || !strings.Contains(got[0], "account acme-000: its balance cannot be asked for") {
		t.Errorf("remarks: %q", got)
	}
}

// TestBalancesOfMany: accounts are asked some at a time, and all of them.
func TestBalancesOfMany(t *testing.T) {
	var now, most, all atomic.Int32
	_, l := pollInBubble(t, 100, 5*time.Minute, func(context.Context, int) error {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		all.Add(1)
		<-time.After(10 * time.Second) // in the time of the bubble
		return nil
	})
	if most.Load() != balanceParallel || all.Load() != 100 || len(l.pages) != 100 {
		t.Errorf("%d asked, %d at the same time, %d known", all.Load(), most.Load(), len(l.pages))
	}
}

// TestBalancesEndInTime: what is cut off because we stop is no fault of the cloud.
func TestBalancesEndInTime(t *testing.T) {
	_, l := pollInBubble(t, 3, balanceTimeout/2, func(ctx context.Context, _ int) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if got := l.Remarks(time.Now()); len(got) != 0 {
		t.Errorf("remarks: %q", got)
	}
}
