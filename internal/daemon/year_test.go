package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/test/golden"
)

// year is Brimwatch as it lives through a year: engine, outbox and words, on
// configurations as owners change them.
type year struct {
	t     *testing.T
	dir   string
	fleet *yearFleet

	outbox *outbox.Outbox
	engine *alarm.Engine
	ledger *accounts.Ledger
	state  *state.Fleet
	stop   func()
}

// open starts it on the configuration of the present day.
func (y *year) open() {
	y.t.Helper()
	s := y.load()
	directory, err := receivers.Directory(s, "test")
	if err != nil {
		y.t.Fatal(err)
	}
	y.outbox, err = outbox.Open(y.t.Context(), outbox.Options{
		Path: filepath.Join(y.dir, "brimwatch.db"), Directory: directory, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Seed: 1,
	})
	if err != nil {
		y.t.Fatal(err)
	}
	y.ledger = accounts.OpenLedger(y.dir, slog.New(slog.DiscardHandler))
	y.state = state.New(s, y.ledger.Join(s.AccountList(), time.Now()), time.Now())
	y.engine, err = alarm.NewEngine(y.t.Context(), alarm.Options{
		Journal: y.outbox, Calendar: y.state.Calendar(), Tick: 10 * time.Minute, Logger: slog.New(slog.DiscardHandler), Seed: uint64(time.Now().Unix()),
	})
	if err != nil {
		y.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(y.t.Context())
	done := make(chan error, 1)
	go func() { done <- y.engine.Run(ctx) }()
	y.stop = func() {
		cancel()
		if err := <-done; err != nil {
			y.t.Error(err)
		}
		if err := errors.Join(y.ledger.Save(), y.outbox.Close()); err != nil {
			y.t.Error(err)
		}
	}
	synctest.Wait()
}

func (y *year) load() *config.Snapshot {
	y.t.Helper()
	path := filepath.Join(y.dir, "brimwatch.yml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(y.fleet.yaml(), "DIR", y.dir)), 0o600); err != nil {
		y.t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		y.t.Fatal(err)
	}
	return s
}

// reload puts the configuration of the present day into force, as a reload does.
func (y *year) reload() {
	y.t.Helper()
	s := y.load()
	directory, err := receivers.Directory(s, "test")
	if err != nil {
		y.t.Fatal(err)
	}
	y.outbox.SetDirectory(directory)
	y.state.Set(s, y.ledger.Join(s.AccountList(), time.Now()), time.Now())
	if err := y.engine.SetCalendar(y.t.Context(), y.state.Calendar()); err != nil {
		y.t.Fatal(err)
	}
}

// live lets days pass: owners act every hour, and what they change is taken.
func (y *year) live(until time.Time) {
	for time.Now().Before(until) {
		<-time.After(time.Hour)
		synctest.Wait()
		if y.fleet.act(time.Now()) {
			y.reload()
		}
	}
}

// account returns an account of the fleet.
func (y *year) account(name string) *yearAccount {
	i := slices.IndexFunc(y.fleet.accounts, func(a *yearAccount) bool { return a.name == name })
	return y.fleet.accounts[i]
}

// notices writes all notices down as a person reads them.
func (y *year) notices() string {
	y.t.Helper()
	list, err := y.outbox.Notices(y.t.Context(), notifier.Filter{Limit: 100_000})
	if err != nil {
		y.t.Fatal(err)
	}
	var b strings.Builder
	day, sent := "", 0
	for _, n := range slices.Backward(list) {
		at := n.CreatedAt.In(y.fleet.start.Location())
		if d := at.Format("2006-01-02 Mon"); d != day {
			fmt.Fprintf(&b, "\n%s\n", d)
			day = d
		}
		about := n.Alert.Labels["instance_id"]
		if about == "" {
			about = "account " + n.Alert.Labels["account"]
		}
		text := n.Text
		if n.State == notifier.Dropped {
			text = "(" + n.Reason + ")"
		} else {
			sent++
		}
		fmt.Fprintf(&b, "  %s %-5s %-9s %-12s %-15s %s\n", at.Format("15:04"), n.Recipient[len("sms/"):], n.Kind, n.Rule, about, text)
	}
	return fmt.Sprintf("%d text messages, of %d notices; times are of Shanghai\n", sent, len(list)) + b.String()
}

// TestYear is a year of 200 instances of all kinds: renewals ahead, late and
// never, automatic ones that work and fail, accounts that run dry, and Brimwatch
// itself down for two weeks. The golden file is what people were told.
func TestYear(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		shanghai, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2001, 1, 1, 0, 0, 0, 0, shanghai)
		<-time.After(time.Until(start))
		y := &year{t: t, dir: dir, fleet: newYearFleet(start)}
		y.open()
		day := func(month time.Month, d, hour int) time.Time {
			return time.Date(2001, month, d, hour, 0, 0, 0, shanghai)
		}

		y.live(day(3, 10, 14))
		y.account("acme").balance = "700" // below its mark
		y.reload()
		y.live(day(3, 12, 9))
		y.account("acme").balance = "-11.19"
		y.reload()
		y.live(day(3, 13, 20))
		y.account("acme").balance = "8000"
		y.reload()

		y.live(day(5, 4, 11))
		y.fleet.instances[slices.IndexFunc(y.fleet.instances, func(in *yearInstance) bool { return in.id == "iot-new-03" })].frozen = true
		y.reload()
		y.live(day(5, 6, 16))
		y.fleet.instances[slices.IndexFunc(y.fleet.instances, func(in *yearInstance) bool { return in.id == "iot-new-03" })].frozen = false
		y.reload()

		y.live(day(9, 1, 7))
		y.account("globex").balance = "-250"
		y.reload()
		y.live(day(9, 24, 7))
		y.account("globex").balance = `"1,500.00"`
		y.reload()

		// A fortnight without Brimwatch, in which owners go on.
		y.live(day(11, 9, 8))
		y.stop()
		<-time.After(14 * 24 * time.Hour)
		y.fleet.act(time.Now())
		y.open()

		y.live(day(12, 31, 23))
		got := y.notices()
		y.stop()
		golden.Equal(t, "year.txt", []byte(got))
	})
}
