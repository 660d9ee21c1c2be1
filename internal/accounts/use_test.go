package accounts

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestDailyUse: a day costs what it costs on most days, whatever was paid in and
// whatever was renewed; too few days say nothing.
func TestDailyUse(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		every time.Duration
		yuan  []fleet.Amount // a day apart each
		want  fleet.Amount
		known bool
	}{
		{"nothing was recorded", 24 * time.Hour, nil, 0, false},
		{"three days are too few", 24 * time.Hour, []fleet.Amount{100, 90, 80}, 0, false},
		{"four balances", 24 * time.Hour, []fleet.Amount{100, 90, 80, 70}, 10, true},
		{"twice as fast", 12 * time.Hour, []fleet.Amount{100, 90, 80, 70}, 20, true},
		{"a payment", 24 * time.Hour, []fleet.Amount{100, 90, 1080, 1070, 1060}, 10, true},
		{"a payment each other day leaves too little", 24 * time.Hour, []fleet.Amount{100, 90, 1080, 1070, 2000}, 0, false},
		{"a renewal", 24 * time.Hour, []fleet.Amount{2000, 1990, 790, 780, 770}, 10, true},
		{"days that differ", 24 * time.Hour, []fleet.Amount{100, 92, 80, 68, 54}, 12, true},
		{"of an even number, what lies between", 24 * time.Hour, []fleet.Amount{100, 92, 80, 66, 50}, 13, true},
		{"it costs nothing", 24 * time.Hour, []fleet.Amount{100, 100, 100, 100}, 0, true},
		{"below zero it goes on", 24 * time.Hour, []fleet.Amount{5, -5, -15, -25}, 10, true},
		{"balances that lie too far apart", 96 * time.Hour, []fleet.Amount{100, 90, 80, 70, 60}, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var days []day
			for i, y := range tt.yuan {
				days = append(days, day{At: start.Add(time.Duration(i) * tt.every), Amount: y * 1_000_000})
			}
			got := dailyUse(days)
			if (got != nil) != tt.known || got != nil && *got != tt.want*1_000_000 {
				t.Errorf("%v, want %d of %v", got, tt.want, tt.known)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		var days []day
		at := start
		for _, amount := range rapid.SliceOf(rapid.Int64()).Draw(t, "amounts") {
			at = at.Add(time.Duration(rapid.Int64Range(1, int64(longestGap)).Draw(t, "apart")))
			days = append(days, day{At: at, Amount: fleet.Amount(amount)})
		}
		if got := dailyUse(days); got != nil && *got < 0 {
			t.Fatalf("a day costs %v", *got)
		}
	})
}

// TestLedgerLearnsTheDailyUse from what is reported every ten minutes, over a restart, and
// forgets it with the currency, with a balance that is given by hand, and when the clock
// turns out to have run ahead.
func TestLedgerLearnsTheDailyUse(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	l := quietLedger(dir)
	report := func(currency string, days int, from fleet.Amount) {
		for range days * 24 * 6 {
			l.Report("acme", fleet.Balance{Amount: from, Currency: currency, At: now, Credit: 5})
			now, from = now.Add(10*time.Minute), from-1_000_000
		}
	}
	use := func(a fleet.Account) *fleet.Amount {
		a.Name, a.Provider = "acme", "aliyun"
		return l.Join([]fleet.Account{a}, now)[0].DailyUse
	}
	report("CNY", 2, 10_000e6)
	if got := use(fleet.Account{}); got != nil {
		t.Fatalf("after two days: %v", got)
	}
	report("CNY", 20, 9_000e6)
	if n := len(l.pages["acme"].Days); n != daysKept {
		t.Errorf("%d days are kept", n)
	}
	if err := l.Save(); err != nil {
		t.Fatal(err)
	}
	l = quietLedger(dir)
	if got := use(fleet.Account{}); got == nil || *got != 144_000_000 {
		t.Fatalf("after a restart: %v", got)
	}
	if got := l.pages["acme"].Reported.Credit; got != 5 {
		t.Errorf("after a restart its credit is %d", got)
	}
	report("USD", 1, 9_000e6)
	if got := use(fleet.Account{}); got != nil {
		t.Errorf("in another currency: %v", got)
	}
	report("USD", 5, 9_000e6)
	now = now.AddDate(0, 0, -30)
	report("USD", 1, 9_000e6)
	if got := use(fleet.Account{}); got != nil || len(l.pages["acme"].Days) > 2 {
		t.Errorf("after the clock was set back by a month: %v of %v", got, l.pages["acme"].Days)
	}
	report("USD", 5, 9_000e6)
	if got := use(fleet.Account{Balance: cny(5)}); got != nil {
		t.Errorf("with a balance given by hand: %v", got)
	}
}
