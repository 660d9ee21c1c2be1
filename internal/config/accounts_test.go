package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestAmountsOfAccounts: no digit is lost between the file and what is judged.
func TestAmountsOfAccounts(t *testing.T) {
	for _, tt := range []struct{ written, want string }{
		{"1200", "1,200.00"}, {"1200.5", "1,200.50"}, {`"1,000.00"`, "1,000.00"}, {"-11.19", "-11.19"}, {"'+5'", "5.00"}, {`" 7 "`, "7.00"},
		{"0.000001", "0.000001"}, {"9007199254740.993", "9,007,199,254,740.993"}, {"007", "7.00"}, {"-0", "0.00"},
	} {
		t.Run(tt.written, func(t *testing.T) {
			s := mustLoad(t, files(t, "brimwatch.yml", "accounts: [{name: acme, low_balance: 0.000001, balance: {amount: "+tt.written+", currency: JPY}}]\n"))
			a := s.Accounts["acme"]
			if a.Balance == nil || a.Balance.Amount.String() != tt.want || a.Balance.Currency != "JPY" || !a.Balance.At.IsZero() || a.LowBalance != 1 {
				t.Errorf("%+v, threshold %s; want %s", a.Balance, a.LowBalance, tt.want)
			}
		})
	}
}

// TestOddAmounts: what YAML would make a number of is not always an amount.
func TestOddAmounts(t *testing.T) {
	for _, written := range []string{"1e3", "0x10", "1_000", ".inf", ".nan", "true", "'1.000,00'", "'1,00'", "12.5%", "{a: 1}", "2026-11-01", "''", "' '", "99999999999999999999"} {
		got := faultsOf(t, "accounts: [{name: acme, low_balance: "+written+"}]\n")
		if !strings.Contains(got, "accounts[0].low_balance: ") {
			t.Errorf("%s is taken for an amount: %s", written, got)
		}
	}
}

func TestOverdueSinceOfAccounts(t *testing.T) {
	for _, tt := range []struct {
		written string
		want    time.Time
	}{
		{"2026-11-20", time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC)}, // the day begins in Shanghai
		{"2026-11-20T18:00:00+08:00", time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)},
		{"null", time.Time{}},
	} {
		a := mustLoad(t, files(t, "brimwatch.yml", "accounts: [{name: acme, time_zone: Asia/Shanghai, overdue_since: "+tt.written+"}]\n")).Accounts["acme"]
		if !a.OverdueSince.Equal(tt.want) || a.Overdue() != !tt.want.IsZero() {
			t.Errorf("%s is %s (overdue %t), want %s", tt.written, a.OverdueSince, a.Overdue(), tt.want)
		}
	}
}

// TestWhoIsToldOfAccounts: an instance's own receivers win over those of its
// account, and these over those of all.
func TestWhoIsToldOfAccounts(t *testing.T) {
	const text = `
accounts: [{name: acme, notify: [ops]}, {name: globex}, {name: quiet, notify: []}]
instances:
  - {id: a, account: acme, product: mqtt}
  - {id: b, account: acme, product: mqtt, notify: [own]}
  - {id: c, account: globex, product: mqtt}
  - {id: d, product: mqtt}
  - {id: e, account: quiet, product: mqtt}
alarms: {notify: [all]}
receivers:
  - {name: all, webhooks: [{url: "http://h/all"}]}
  - {name: ops, webhooks: [{url: "http://h/ops"}]}
  - {name: own, webhooks: [{url: "http://h/own"}]}
`
	s := mustLoad(t, files(t, "brimwatch.yml", text))
	for id, want := range map[string][]string{"a": {"ops"}, "b": {"own"}, "c": {"all"}, "d": {"all"}, "e": {}} {
		i := slices.IndexFunc(s.Instances, func(in Instance) bool { return in.ID == id })
		if got := s.Instances[i].Notify; !slices.Equal(got, want) {
			t.Errorf("of instance %s is told %v, want %v", id, got, want)
		}
	}
	for name, want := range map[string][]string{"acme": {"ops"}, "globex": {"all"}, "quiet": {}} {
		if got := s.AccountNotify[name]; !slices.Equal(got, want) {
			t.Errorf("of account %s is told %v, want %v", name, got, want)
		}
	}
	next := mustLoad(t, files(t, "brimwatch.yml", strings.Replace(text, "name: globex", "name: globex, notify: [ops]", 1)))
	if c := Diff(s, next); !slices.Contains(c.Sections, "accounts") {
		t.Errorf("a reload does not say that receivers of an account changed: %+v", c)
	}
}

// TestThresholdWithoutABalance: a threshold for a balance that nobody tells is
// warned of.
func TestThresholdWithoutABalance(t *testing.T) {
	for _, tt := range []struct {
		name, account string
		warned        bool
	}{
		{"nobody tells it", "{name: acme, low_balance: 5}", true},
		{"given by hand", "{name: acme, low_balance: 5, balance: {amount: 7, currency: CNY}}", false},
		{"asked", "{name: acme, low_balance: 5, provider: aliyun, access_key_id: a, access_key_secret: b}", false},
		{"no threshold", "{name: acme, low_balance: 0}", false},
	} {
		s := mustLoad(t, files(t, "brimwatch.yml", "accounts: ["+tt.account+"]\n"))
		got := false
		for _, w := range s.Warnings {
			got = got || strings.Contains(w.Error(), "nobody tells the balance of acme")
		}
		if got != tt.warned {
			t.Errorf("%s: warned %t: %v", tt.name, got, s.Warnings)
		}
		if b := s.Accounts["acme"].Balance; b != nil && b.Amount != fleet.Amount(7_000_000) {
			t.Errorf("%s: %+v", tt.name, b)
		}
	}
}
