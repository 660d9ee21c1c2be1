package outbox

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// handClock is a clock that is moved by hand.
type handClock struct {
	wall   time.Time
	steady time.Duration
}

func (c *handClock) clocks() (time.Time, time.Duration) { return c.wall, c.steady }

// pass lets time go by on both clocks.
func (c *handClock) pass(d time.Duration) { c.wall, c.steady = c.wall.Add(d), c.steady+d }

// openStepped opens an outbox whose clock is moved by hand.
func openStepped(t *testing.T, c *handClock, channels map[string]notifier.Channel, changes ...func(*notifier.Entries)) *rig {
	t.Helper()
	registry := prometheus.NewRegistry()
	b, err := Open(t.Context(), Options{
		Path: dbPath(t), Directory: directoryOf(channels, changes...), Logger: slog.New(slog.DiscardHandler), Registerer: registry, Seed: 1,
		Clocks: c.clocks, Scratch: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &rig{Outbox: b, t: t, registry: registry}
}

// quiet holds what is told to everybody between ten in the evening and seven.
func quiet(e *notifier.Entries) {
	r := e.Receivers["oncall"]
	for i := range r.Targets {
		r.Targets[i].Quiet = &notifier.Quiet{From: 22 * 60, To: 7 * 60}
	}
}

func TestDeliverByHand(t *testing.T) {
	night := time.Date(2031, 3, 1, 23, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name    string
		changes []func(*notifier.Entries)
		waits   []time.Duration
		sent    int
	}{
		{name: "at once", sent: 1},
		{name: "held by quiet hours", changes: []func(*notifier.Entries){quiet}, waits: []time.Duration{8 * time.Hour}, sent: 1},
		{name: "waits for others", changes: []func(*notifier.Entries){groupWait(10 * time.Second)}, waits: []time.Duration{10 * time.Second}, sent: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := &handClock{wall: night}
			ch := &fakeChannel{}
			r := openStepped(t, c, map[string]notifier.Channel{"sms/wei": ch}, tc.changes...)
			r.happen(alarm.Raised, "A2BC")
			wait, some := r.Deliver(t.Context())
			for i, want := range tc.waits {
				if !some || wait != want {
					t.Fatalf("wait %d is %v (%v), want %v", i, wait, some, want)
				}
				if got := len(ch.lines()); got != 0 {
					t.Fatalf("%d messages were sent before their moment", got)
				}
				c.pass(wait)
				wait, some = r.Deliver(t.Context())
			}
			if some {
				t.Errorf("something waits for %v more", wait)
			}
			if got := len(ch.lines()); got != tc.sent {
				t.Errorf("%d messages were sent, want %d", got, tc.sent)
			}
		})
	}
}

// TestAHoldFollowsTheWallClock: what is held until seven goes out at seven, when
// somebody sets the clock in between, too.
func TestAHoldFollowsTheWallClock(t *testing.T) {
	c := &handClock{wall: time.Date(2031, 3, 1, 23, 0, 0, 0, time.UTC)}
	ch := &fakeChannel{}
	r := openStepped(t, c, map[string]notifier.Channel{"sms/wei": ch}, quiet)
	r.happen(alarm.Raised, "A2BC")
	r.Deliver(t.Context())
	c.wall = c.wall.Add(6 * time.Hour)
	if wait, some := r.Deliver(t.Context()); !some || wait != 2*time.Hour {
		t.Fatalf("waits for %v (%v), want two hours", wait, some)
	}
	c.pass(2 * time.Hour)
	if _, some := r.Deliver(context.Background()); some || len(ch.lines()) != 1 {
		t.Errorf("sent %q", ch.lines())
	}
}

// TestDeliverRemovesWhatIsOld: a rehearsal of a year does not keep the whole year.
func TestDeliverRemovesWhatIsOld(t *testing.T) {
	c := &handClock{wall: time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)}
	r := openStepped(t, c, map[string]notifier.Channel{"sms/wei": &fakeChannel{}})
	r.keep = 48 * time.Hour
	for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Cleared} {
		commit := commitOf(kind, "A2BC")
		commit.Events[0].At = c.wall
		if err := r.Commit(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
		r.Deliver(t.Context())
	}
	if n := len(r.states()); n != 2 {
		t.Fatalf("%d notices, want 2", n)
	}
	c.pass(72 * time.Hour)
	r.Deliver(t.Context())
	if n := len(r.states()); n != 0 {
		t.Errorf("%d notices are left", n)
	}
}
