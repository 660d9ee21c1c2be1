package alertmanager_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alertmanager"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/test/server"
)

// house is an outbox whose receiver has an Alertmanager, with what keeps alarms firing there.
type house struct {
	t      *testing.T
	path   string
	outbox *outbox.Outbox
	keeper *alertmanager.Keeper
	stop   func()
}

func newHouse(t *testing.T, addresses ...string) *house {
	t.Helper()
	h := &house{t: t, path: filepath.Join(t.TempDir(), "brimwatch.db")}
	h.open(addresses...)
	t.Cleanup(func() { h.stop() })
	return h
}

// open opens the outbox for a receiver with Alertmanagers at some addresses, and lets it
// work.
func (h *house) open(addresses ...string) {
	h.t.Helper()
	r := notifier.Receiver{Name: "oncall"}
	for i, address := range addresses {
		url := "http://" + address
		r.Targets = append(r.Targets, notifier.Target{
			Recipient: notifier.Recipient{Channel: "alertmanager", Name: fmt.Sprintf("alertmanager/oncall/%d", i), Address: url, Display: url},
			Channel:   newChannel(h.t, alertmanager.Options{URL: url}), Zone: time.UTC, Way: "alertmanager " + url,
		})
	}
	dir := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{"oncall": r}, Default: []string{"oncall"}})
	var err error
	h.outbox, err = outbox.Open(h.t.Context(), outbox.Options{Path: h.path, Directory: dir, Logger: slog.New(slog.DiscardHandler), Seed: 1})
	if err != nil {
		h.t.Fatal(err)
	}
	h.keeper, err = alertmanager.NewKeeper(alertmanager.KeeperOptions{Store: h.outbox, Logger: slog.New(slog.DiscardHandler), Every: 100 * time.Millisecond})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- h.outbox.Run(ctx) }()
	go func() { ended <- h.keeper.Run(ctx) }()
	h.stop = func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				h.t.Error(err)
			}
		}
		if err := h.outbox.Close(); err != nil {
			h.t.Error(err)
		}
		h.stop = func() {}
	}
}

// happen commits an event of the alarm of an instance, of the episode that began at a moment.
func (h *house) happen(kind alarm.EventKind, id, code string, severity alarm.Severity, began time.Time) {
	h.t.Helper()
	key := alarm.Key{Rule: alarm.Capacity, Instance: id, Metric: fleet.Connections}
	state := alarm.State{Level: 1, Code: code, RaisedAt: began.UnixNano()}
	if notifier.Ends(kind) {
		state = alarm.State{}
	}
	err := h.outbox.Commit(h.t.Context(), alarm.Commit{
		States: []alarm.Record{{Key: key, State: state}},
		Events: []alarm.Event{{
			Kind: kind, Key: key, Code: code, At: time.Now().UTC(), RaisedAt: began.UTC(), Severity: severity, By: "wei",
			Known: true, Usage: 75, Capacity: 100, Threshold: 0.7, Instance: &fleet.Instance{ID: id, Name: "Orders"},
		}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// fires waits until exactly these alerts fire, as instance and severity.
func (h *house) fires(what, address string, want ...string) []server.Alert {
	h.t.Helper()
	var alerts []server.Alert
	server.Eventually(h.t, fmt.Sprintf("%s: %q fire", what, want), func() bool {
		alerts = server.Firing(h.t, address)
		var got []string
		for _, a := range alerts {
			got = append(got, a.Labels["instance_id"]+" "+a.Labels["severity"])
		}
		slices.Sort(got)
		return slices.Equal(got, want)
	})
	return alerts
}

// repeated waits until what fires was repeated once more: with another end, which is an earlier
// one where the clock of the other side was found to be behind ours.
func (h *house) repeated(what, address string) {
	h.t.Helper()
	until := server.Firing(h.t, address)[0].EndsAt
	server.Eventually(h.t, what+": it is repeated", func() bool {
		alerts := server.Firing(h.t, address)
		return len(alerts) > 0 && !alerts[0].EndsAt.Equal(until)
	})
}

// TestARealAlertmanager shows what is open for as long as it is open, whatever is restarted.
func TestARealAlertmanager(t *testing.T) {
	first, second := server.Alertmanager(t), server.Alertmanager(t)
	h := newHouse(t, first.Addr, second.Addr)
	began := time.Now()
	h.happen(alarm.Raised, "a", "K7Q2", alarm.Warning, began)
	for _, s := range []*server.Server{first, second} { // each of the cluster is told
		a := h.fires("raised", s.Addr, "a warning")[0]
		if a.Labels["alertname"] != "capacity" || a.Labels["metric"] != "connections" || !strings.Contains(a.Annotations["summary"], "connections 75 of 100") {
			t.Errorf("it shows %+v", a)
		}
		if a.EndsAt.Sub(a.UpdatedAt) < 2*time.Minute { // both by its own clock
			t.Errorf("it is over at %s, with the resolve_timeout of the Alertmanager", a.EndsAt)
		}
	}
	h.repeated("open", first.Addr)
	h.happen(alarm.Acked, "a", "K7Q2", alarm.Warning, began)
	h.repeated("acknowledged", first.Addr)

	first.Kill()
	server.Eventually(t, "it is remarked that it is away", func() bool { return len(h.keeper.Remarks()) == 1 })
	if got := h.keeper.Remarks()[0]; !strings.Contains(got, "http://"+first.Addr) || !strings.Contains(got, "refused") {
		t.Errorf("the remark is %q", got)
	}
	first.Start()
	h.fires("the Alertmanager was restarted", first.Addr, "a warning")
	server.Eventually(t, "nothing is remarked", func() bool { return len(h.keeper.Remarks()) == 0 })

	h.stop()
	first.Kill()
	first.Start()
	h.open(first.Addr, second.Addr)
	h.fires("both were restarted", first.Addr, "a warning")

	h.happen(alarm.Escalated, "a", "K7Q2", alarm.Critical, began)
	h.fires("it is another alert, and the one before is over", first.Addr, "a critical")
	h.happen(alarm.Raised, "b", "M3XP", alarm.Warning, time.Now())
	h.fires("one more", first.Addr, "a critical", "b warning")
	h.happen(alarm.Cleared, "a", "K7Q2", alarm.Warning, began) // its labels are not those that were told last
	h.fires("over", first.Addr, "b warning")
	h.happen(alarm.Cleared, "b", "M3XP", alarm.Warning, began)
	h.fires("all over", first.Addr)
	h.fires("all over", second.Addr)

	h.happen(alarm.Raised, "a", "Q4ZT", alarm.Critical, time.Now())
	h.fires("raised again", first.Addr, "a critical")
	h.repeated("raised again, while the end before is repeated", first.Addr)
	h.fires("raised again", first.Addr, "a critical")
}

// An end that happens while the Alertmanager hangs is told when it goes on.
func TestAnEndWhileItIsAway(t *testing.T) {
	s := server.Alertmanager(t)
	h := newHouse(t, s.Addr)
	began := time.Now()
	h.happen(alarm.Raised, "a", "K7Q2", alarm.Warning, began)
	h.fires("raised", s.Addr, "a warning")
	s.Signal(syscall.SIGSTOP)
	h.happen(alarm.Cleared, "a", "K7Q2", alarm.Warning, began)
	s.Signal(syscall.SIGCONT)
	h.fires("over", s.Addr)
}
