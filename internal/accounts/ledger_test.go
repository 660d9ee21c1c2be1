package accounts

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/savedfile"
)

func quietLedger(dir string) *Ledger { return OpenLedger(dir, slog.New(slog.DiscardHandler)) }

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
		{"the clock is set back by a day: what follows does not move", fleet.Account{Balance: cny(-1)}, -18 * time.Hour, start.Add(6 * time.Hour)},
		{"and set right again", fleet.Account{Balance: cny(-1)}, 7 * time.Hour, start.Add(6 * time.Hour)},
		{"it is known by hand alone, without any balance", fleet.Account{OverdueSince: given}, 8 * time.Hour, given},
	} {
		step.account.Name = "acme"
		l := quietLedger(dir) // each time after a restart
		got := l.Join([]fleet.Account{step.account}, start.Add(step.after))
		if err := l.Save(); err != nil {
			t.Fatal(err)
		}
		if !got[0].OverdueSince.Equal(step.want) {
			t.Fatalf("%s: since %s, want %s", step.name, got[0].OverdueSince, step.want)
		}
	}
}

// TestLedgerByAClockThatRanAhead: a moment that stays ahead of the clock for a day
// was noted by a wrong one.
func TestLedgerByAClockThatRanAhead(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	l := quietLedger(t.TempDir())
	accounts := func(now time.Time) time.Time {
		return l.Join([]fleet.Account{{Name: "acme", Balance: cny(-1)}}, now)[0].OverdueSince
	}
	wrong := start.AddDate(73, 0, 0)
	if got := accounts(wrong); !got.Equal(wrong) {
		t.Fatalf("overdue since %s", got)
	}
	for _, step := range []struct {
		name   string
		after  time.Duration
		mended bool
		want   time.Time
	}{
		{"seen", 0, false, wrong},
		{"a day less a moment", 24*time.Hour - time.Nanosecond, false, wrong},
		{"a day", 24 * time.Hour, true, start},
		{"and then nothing more", 30 * time.Hour, false, start},
		{"nor after it was set back again, and has caught up", -time.Hour, false, start},
		{"for an hour", time.Hour, false, start},
	} {
		now := start.Add(step.after)
		if mended := l.Mend(now); mended != step.mended {
			t.Errorf("%s: mended %t", step.name, mended)
		}
		if got := accounts(now); !got.Equal(step.want) {
			t.Errorf("%s: overdue since %s, want %s", step.name, got, step.want)
		}
	}
	if len(l.ahead) != 0 {
		t.Errorf("still held to be ahead: %v", l.ahead)
	}
}

// TestLedgerFileThatIsNone: whatever the file holds, balances can be noted, and
// are known after the next restart.
func TestLedgerFileThatIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"cut off": `{"acme": {"amount": "5`, "null": `null`, "empty": ``, "a list": `[]`, "another shape": `{"acme": 5}`, "an amount that is none": `{"acme": {"amount": "abc"}}`,
		"an account that is null": `{"acme": null}`, "without currency": `{"acme": {"amount": "5", "at": "2026-11-01T12:00:00Z"}}`, "bytes": "\x00\xff",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "balances.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			acme := func() []fleet.Account { return []fleet.Account{{Name: "acme", Provider: "aliyun"}} }
			l := quietLedger(dir)
			if got := l.Join(acme(), time.Unix(500, 0)); got[0].Balance != nil || got[0].Overdue() {
				t.Errorf("made up of it: %+v", got)
			}
			l.Report("acme", fleet.Balance{Amount: -5, Currency: "CNY", At: time.Unix(1000, 0).UTC()})
			l.Join(acme(), time.Unix(1000, 0))
			if err := l.Save(); err != nil {
				t.Fatal(err)
			}
			got := quietLedger(dir).Join(acme(), time.Unix(5000, 0))[0]
			if got.Balance == nil || *got.Balance != (fleet.Balance{Amount: -5, Currency: "CNY", At: time.Unix(1000, 0).UTC()}) || !got.OverdueSince.Equal(time.Unix(1000, 0)) {
				t.Errorf("after the file was written anew: %+v, overdue since %s", got.Balance, got.OverdueSince)
			}
		})
	}
}

// TestLedgerThatCannotBeSaved goes on with what it knows, and saves it when it
// can.
func TestLedgerThatCannotBeSaved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	l := quietLedger(dir)
	acme := []fleet.Account{{Name: "acme", Balance: cny(-5)}}
	l.Join(acme, time.Unix(1000, 0))
	if err := l.Save(); err == nil {
		t.Fatal("it was saved into a folder that does not exist")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	acme[0].OverdueSince = time.Time{}
	if got := l.Join(acme, time.Unix(2000, 0)); !got[0].OverdueSince.Equal(time.Unix(1000, 0)) {
		t.Errorf("overdue since %s", got[0].OverdueSince)
	}
	if err := l.Save(); err != nil {
		t.Fatal(err)
	}
	if got := quietLedger(dir).pages["acme"].OverdueSince; !got.Equal(time.Unix(1000, 0)) {
		t.Errorf("saved is %s", got)
	}
}

func TestLedgerFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, amount := rapid.String().Draw(t, "name"), fleet.Amount(rapid.Int64().Draw(t, "amount"))
		name = strings.ToValidUTF8(name, "?")
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC()
		data, err := encodeBalances(map[string]page{name: {Reported: &fleet.Balance{Amount: amount, Currency: "JPY", At: at}, OverdueSince: at.Add(time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		pages, err := decodeBalances(data)
		p := pages[name]
		if err != nil || len(pages) != 1 || p.Reported == nil || p.Reported.Amount != amount || p.Reported.Currency != "JPY" || !p.Reported.At.Equal(at) || !p.OverdueSince.Equal(at.Add(time.Hour)) {
			t.Fatalf("%s is read as %+v, %v", data, pages, err)
		}
	})
}

func FuzzLedgerFile(f *testing.F) {
	f.Add([]byte(`{"acme":{"amount":"-11.19","currency":"CNY","at":"2026-11-01T12:00:00Z","overdue_since":"2026-11-01T12:00:00Z"}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		pages, err := decodeBalances(data)
		if pages == nil || err != nil && len(pages) > 0 {
			t.Fatalf("%v, %v", pages, err)
		}
		again, err := encodeBalances(pages)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if back, err := decodeBalances(again); err != nil || len(back) != len(pages) {
			t.Fatalf("%s is read as %v, %v", again, back, err)
		}
	})
}

// TestLedgerWhoWins: a balance given by hand counts before one that was told, and
// what nobody asks for is not kept.
func TestLedgerWhoWins(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	told := fleet.Balance{Amount: -5_000_000, Currency: "USD", At: now}
	for _, tt := range []struct {
		name    string
		account fleet.Account
		want    string
		kept    bool
	}{
		{"asked", fleet.Account{Provider: "aliyun"}, "-5.00 USD", true},
		{"given by hand", fleet.Account{Provider: "aliyun", Balance: cny(7)}, "7.00 CNY", false},
		{"nobody is asked any more", fleet.Account{}, "unknown", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := quietLedger("")
			l.Report("acme", told)
			tt.account.Name = "acme"
			got := "unknown"
			if b := l.Join([]fleet.Account{tt.account}, now)[0].Balance; b != nil {
				got = b.Amount.String() + " " + b.Currency
			}
			if got != tt.want || (l.pages["acme"].Reported != nil) != tt.kept {
				t.Errorf("%s, kept %+v; want %s", got, l.pages["acme"], tt.want)
			}
		})
	}
}

// TestLedgerRemarks: what a person should know, and nothing else.
func TestLedgerRemarks(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	told := func(l *Ledger, units fleet.Amount, at time.Time) {
		l.Report("acme", fleet.Balance{Amount: units * 1_000_000, Currency: "CNY", At: at})
	}
	for _, tt := range []struct {
		name    string
		account fleet.Account
		prepare func(*Ledger)
		want    string
	}{
		{"all is well", fleet.Account{}, func(l *Ledger) { told(l, 5, now) }, ""},
		{"a day old to the second", fleet.Account{}, func(l *Ledger) { told(l, 5, now.Add(-24*time.Hour)) }, ""},
		{"older than a day", fleet.Account{}, func(l *Ledger) { told(l, 5, now.Add(-24*time.Hour-time.Second)) },
			"account acme: its balance was not reported for more than a day; what counts is that of 2026-10-31 11:59 UTC"},
		{"of a clock that was ahead", fleet.Account{}, func(l *Ledger) { told(l, 5, now.Add(24*time.Hour)) }, ""},
		{"it cannot be asked for", fleet.Account{}, func(l *Ledger) { told(l, 5, now); l.Failed("acme", errors.New("no answer")) },
			"account acme: its balance cannot be asked for: no answer"},
		{"for more than a day", fleet.Account{}, func(l *Ledger) { told(l, 5, now.AddDate(0, 0, -2)); l.Failed("acme", errors.New("no answer")) },
			"account acme: its balance cannot be asked for: no answer; what counts is that of 2026-10-30 12:00 UTC"},
		{"it never could be", fleet.Account{}, func(l *Ledger) { l.Failed("acme", errors.New("no answer")) }, "account acme: its balance cannot be asked for: no answer"},
		{"it can be again", fleet.Account{}, func(l *Ledger) { l.Failed("acme", errors.New("no answer")); told(l, 5, now) }, ""},
		{"nobody asks any more", fleet.Account{}, func(l *Ledger) {
			l.Failed("acme", errors.New("no answer"))
			l.Forget(func(string) bool { return false })
		}, ""},
		{"overdue by hand, and the cloud says otherwise", fleet.Account{OverdueSince: now}, func(l *Ledger) { told(l, 42, now) },
			"account acme: overdue_since says that a bill is unpaid, but its balance is 42.00 CNY: take overdue_since out once it is paid"},
		{"overdue by hand, with a balance by hand that says otherwise", fleet.Account{OverdueSince: now, Balance: cny(0)}, func(*Ledger) {},
			"account acme: overdue_since says that a bill is unpaid, but its balance is 0.00 CNY: take overdue_since out once it is paid"},
		{"overdue from tomorrow", fleet.Account{OverdueSince: now.AddDate(0, 0, 1)}, func(*Ledger) {}, "account acme: overdue_since lies ahead of the clock"},
		{"overdue by hand, and by the cloud", fleet.Account{OverdueSince: now}, func(l *Ledger) { told(l, -42, now) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := quietLedger("")
			tt.prepare(l)
			tt.account.Name, tt.account.Provider = "acme", "aliyun"
			l.Join([]fleet.Account{tt.account}, now)
			if got := strings.Join(l.Remarks(now), "\n"); got != tt.want {
				t.Errorf("remarks: %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLedgerWaitsForNoDisk: while the file is being written, which may take long,
// readings, pages and texts go on.
func TestLedgerWaitsForNoDisk(t *testing.T) {
	l := quietLedger(t.TempDir())
	begun, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	l.file = savedfile.New(savedfile.Options{Path: filepath.Join(t.TempDir(), "balances.json"), What: "balances", Content: func() ([]byte, error) {
		data, err := l.content()
		close(begun)
		<-release // as long as the disk takes
		return data, err
	}})
	go func() { done <- l.Save() }()
	<-begun
	now := time.Unix(1000, 0)
	l.Report("acme", fleet.Balance{Amount: -5, Currency: "CNY", At: now})
	got := l.Fresh(l.Join([]fleet.Account{{Name: "acme", Provider: "aliyun"}}, now))
	if len(got) != 1 || got[0].Balance == nil || !got[0].Overdue() {
		t.Errorf("%+v", got)
	}
	l.Mend(now)
	l.Failed("acme", errors.New("no answer"))
	l.Remarks(now)
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestLedgerIsSaved: Run saves what changed while it runs, tries again after a
// failure, and saves once more at the end.
func TestLedgerIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "later")
		l := quietLedger(dir)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx) }()
		saved := func() fleet.Amount {
			synctest.Wait()
			if told := quietLedger(dir).pages["acme"].Reported; told != nil {
				return told.Amount
			}
			return 0
		}
		has := func(a fleet.Amount) {
			l.Report("acme", fleet.Balance{Amount: a, Currency: "CNY", At: time.Unix(1000, 0)})
		}
		has(1)
		if got := saved(); got != 0 {
			t.Errorf("%v is saved in a folder that does not exist", got)
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute + time.Second)
		if got := saved(); got != 1 {
			t.Errorf("%v is saved after another try", got)
		}
		has(2)
		if got := saved(); got != 2 {
			t.Errorf("%v is saved", got)
		}
		has(3)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := saved(); got != 3 {
			t.Errorf("%v is saved at the end", got)
		}
	})
}
