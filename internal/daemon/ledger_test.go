package daemon

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/internal/cloud"
	"github.com/brimwatch/brimwatch/internal/fleet"
)

func quietLedger(dir string) *ledger { return openLedger(dir, slog.New(slog.DiscardHandler)) }

func cny(units fleet.Amount) *fleet.Balance {
	return &fleet.Balance{Amount: units * 1_000_000, Currency: "CNY"}
}

// TestLedgerRemembersSinceWhen: an account is overdue since it was first seen so,
// over restarts, and until it is not.
func TestLedgerRemembersSinceWhen(t *testing.T) {
	dir := t.TempDir()
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	given := start.AddDate(0, 0, -3)
	for _, step := range []struct {
		name    string
		account fleet.Account
		after   time.Duration
		want    time.Time
	}{
		{"it can pay", fleet.Account{Balance: cny(5)}, 0, time.Time{}},
		{"first seen below zero", fleet.Account{Balance: cny(-5)}, time.Hour, start.Add(time.Hour)},
		{"still", fleet.Account{Balance: cny(-50)}, 2 * time.Hour, start.Add(time.Hour)},
		{"somebody knows better", fleet.Account{Balance: cny(-50), OverdueSince: given}, 3 * time.Hour, given},
		{"and that stays", fleet.Account{Balance: cny(-50)}, 4 * time.Hour, given},
		{"paid", fleet.Account{Balance: cny(0)}, 5 * time.Hour, time.Time{}},
		{"again", fleet.Account{Balance: cny(-1)}, 6 * time.Hour, start.Add(6 * time.Hour)},
		{"the clock is set back: it cannot be since a moment that lies ahead", fleet.Account{Balance: cny(-1)}, -18 * time.Hour, start.Add(-18 * time.Hour)},
	} {
		step.account.Name = "acme"
		got := quietLedger(dir).join([]fleet.Account{step.account}, start.Add(step.after)) // each time after a restart
		if !got[0].OverdueSince.Equal(step.want) {
			t.Fatalf("%s: since %s, want %s", step.name, got[0].OverdueSince, step.want)
		}
	}
}

func TestLedgerFileThatIsNone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "balances.json"), []byte(`{"acme": 5`), 0o600); err != nil {
		t.Fatal(err)
	}
	l := quietLedger(dir)
	if got := l.join([]fleet.Account{{Name: "acme", Balance: cny(-5)}}, time.Unix(1000, 0)); !got[0].OverdueSince.Equal(time.Unix(1000, 0)) {
		t.Errorf("%+v", got)
	}
	if got := quietLedger(dir).join([]fleet.Account{{Name: "acme", Balance: cny(-5)}}, time.Unix(5000, 0)); !got[0].OverdueSince.Equal(time.Unix(1000, 0)) {
		t.Errorf("after the file was written anew: %+v", got)
	}
}

// clerkRig asks the stand-in cloud for the balance of one account.
type clerkRig struct {
	*balanceClerk
	cloud   *cloud.Server
	changes int
	given   bool
	now     time.Time
}

func newClerkRig(t *testing.T) *clerkRig {
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
	r := &clerkRig{cloud: s, now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	c := &clouds{}
	c.shown.Store(&cloudSet{"acme": {account: account}})
	r.balanceClerk = &balanceClerk{
		clouds: c, ledger: quietLedger(t.TempDir()), given: func(string) bool { return r.given }, changed: func(context.Context) { r.changes++ },
		due: map[string]time.Time{}, wait: map[string]time.Duration{}, asked: map[string]*cloudAccount{},
	}
	return r
}

// balance is what the ledger knows, after some time and a round of asking.
func (r *clerkRig) balance(t *testing.T, after time.Duration) string {
	t.Helper()
	r.now = r.now.Add(after)
	r.round(t.Context(), r.now)
	a := r.ledger.join([]fleet.Account{{Name: "acme", Provider: "aliyun"}}, r.now)[0]
	if a.Balance == nil {
		return "unknown"
	}
	return a.Balance.Amount.String() + " " + a.Balance.Currency
}

func (r *clerkRig) has(amount string) {
	r.cloud.Change(func(accounts []*cloud.Account) { accounts[0].Balance.AvailableAmount = amount })
}

func TestBalancesAreAsked(t *testing.T) {
	r := newClerkRig(t)
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
	if got := r.ledger.join([]fleet.Account{{Name: "acme", Provider: "aliyun"}}, r.now)[0]; !got.Overdue() || r.now.Sub(got.OverdueSince) != 10*time.Minute {
		t.Errorf("overdue since %s", got.OverdueSince)
	}

	// What cannot be read changes nothing, and says so; after a day with its age.
	for _, odd := range []string{"", "abc", "1.000,00"} {
		r.has(odd)
		want("odd "+odd, r.balance(t, time.Hour), "-11.19 CNY", 2)
		if got := r.ledger.remarks(r.now); len(got) != 1 || !strings.Contains(got[0], "account acme") {
			t.Errorf("remarks: %q", got)
		}
	}
	if got := r.ledger.remarks(r.now.Add(24 * time.Hour)); !strings.Contains(got[0], "what counts is that of 2026-11-01") {
		t.Errorf("remarks: %q", got)
	}
	r.has("7.50")
	want("back", r.balance(t, time.Hour), "7.50 CNY", 3)
	if got := r.ledger.remarks(r.now); len(got) != 0 {
		t.Errorf("remarks: %q", got)
	}

	// Given by hand: it is asked no more.
	r.given = true
	r.has("9999")
	want("given by hand", r.balance(t, time.Hour), "7.50 CNY", 3)
}
