package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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

	mu       sync.Mutex
	told     strings.Builder // what people read, as it came
	day      string          // of the newest
	messages int
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
		Path: filepath.Join(y.dir, "brimwatch.db"), Directory: directory.Through(y.listen), Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Seed: 1,
	})
	if err != nil {
		y.t.Fatal(err)
	}
	y.ledger = accounts.OpenLedger(y.dir, slog.New(slog.DiscardHandler))
	y.state = state.New(s, y.ledger.Join(s.AccountList(), time.Now()), time.Now())
	y.engine, err = alarm.NewEngine(y.t.Context(), alarm.Options{
		Journal: y.outbox, Calendar: y.state.Calendar(), Tick: 10 * time.Minute, Logger: slog.New(slog.DiscardHandler), Seed: uint64(time.Now().Unix()),
		Doubts: func(doubts map[string]time.Time) { y.state.SetDoubts(doubts, time.Now()) },
	})
	if err != nil {
		y.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(y.t.Context())
	done := make(chan error, 2)
	go func() { done <- y.engine.Run(ctx) }()
	go func() { done <- y.outbox.Run(ctx) }()
	y.stop = func() {
		cancel()
		if err := errors.Join(<-done, <-done); err != nil {
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
	y.outbox.SetDirectory(directory.Through(y.listen))
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

// listen is a channel that writes down what a person reads.
func (y *year) listen(notifier.Target) notifier.Channel { return listener{y} }

type listener struct{ y *year }

func (listener) Bundle() int { return 10_000 }

func (l listener) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	now := time.Now().In(l.y.fleet.start.Location())
	what := fmt.Sprintf("%d notices", len(m.Notices))
	if len(m.Notices) == 1 {
		n := &m.Notices[0]
		about := n.Alert.Labels["instance_id"]
		if about == "" {
			about = "account " + n.Alert.Labels["account"]
		}
		what = fmt.Sprintf("%-9s %-12s %-15s", n.Kind, n.Rule, about)
	}
	l.y.mu.Lock()
	defer l.y.mu.Unlock()
	if d := now.Format("2006-01-02 Mon"); d != l.y.day {
		fmt.Fprintf(&l.y.told, "\n%s\n", d)
		l.y.day = d
	}
	l.y.messages++
	fmt.Fprintf(&l.y.told, "  %s %-5s %-38s %s\n", now.Format("15:04"), strings.TrimPrefix(m.Recipient.Name, "sms/"), what, m.Text)
	return notifier.Receipt{Status: notifier.Delivered}, nil
}

// notices writes down what people read, and why they did not read the rest.
func (y *year) notices() string {
	y.t.Helper()
	list, err := y.outbox.Notices(y.t.Context(), notifier.Filter{Limit: 100_000})
	if err != nil {
		y.t.Fatal(err)
	}
	unsent := make(map[string]int)
	for _, n := range list {
		if n.State != notifier.NoticeDelivered {
			reason, _, _ := strings.Cut(n.Reason, " with ")
			unsent[string(n.State)+": "+reason]++
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	out := fmt.Sprintf("%d text messages, of %d notices; times are of Shanghai\n", y.messages, len(list)) + y.told.String() + "\nnot sent\n"
	for _, reason := range slices.Sorted(maps.Keys(unsent)) {
		out += fmt.Sprintf("  %4d %s\n", unsent[reason], reason)
	}
	return out
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
