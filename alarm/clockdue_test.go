package alarm

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

const sixHours = 6 * time.Hour

// steppedRig is an Engine whose clock is moved by hand.
type steppedRig struct {
	*Engine
	wall    time.Time
	began   time.Time
	journal *memoryJournal
}

func newSteppedRig(t interface {
	Context() context.Context
	Helper()
	Fatal(args ...any)
}, from time.Time, c Calendar,
) *steppedRig {
	t.Helper()
	r := &steppedRig{wall: from, began: from, journal: newMemoryJournal()}
	var err error
	r.Engine, err = NewEngine(t.Context(), Options{
		Journal: r.journal, Calendar: c, Logger: slog.New(slog.DiscardHandler), Seed: 1, Stepped: true,
		Clocks: func() (time.Time, time.Duration) { return r.wall, r.wall.Sub(r.began) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *steppedRig) told() []string {
	var out []string
	for _, c := range r.journal.commits {
		for i := range c.Events {
			out = append(out, c.Events[i].At.Format(time.RFC3339)+" "+describe(&c.Events[i]))
		}
	}
	return out
}

// drawCalendar draws a fleet of some instances and two accounts, whose moments all come at six-hour marks.
func drawCalendar(t *rapid.T, from time.Time) Calendar {
	accounts := []*fleet.Account{{Name: "acme", Zone: time.UTC}, {Name: "globex", Zone: time.UTC}}
	if rapid.Bool().Draw(t, "unpaid") {
		accounts[0].OverdueSince = from.Add(-time.Duration(rapid.IntRange(0, 16).Draw(t, "since")) * sixHours)
	}
	c := Calendar{}
	for _, a := range accounts {
		c.Payers = append(c.Payers, Payer{Account: a, Overdue: &Rule{Levels: []Level{{Severity: Critical, Threshold: 1, Clear: 0.5}}, Repeat: 24 * time.Hour}})
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "instances") {
		end := from.Add(time.Duration(rapid.IntRange(-40*4, 60*4).Draw(t, "end")) * sixHours)
		a := subscribed(fmt.Sprintf("i-%02d", i), end, accounts[rapid.IntRange(0, 1).Draw(t, "account")], func(term *fleet.Term) {
			term.AutoRenew = rapid.Bool().Draw(t, "automatic")
			term.Frozen = rapid.IntRange(0, 5).Draw(t, "frozen") == 0
		})
		if rapid.Bool().Draw(t, "iot") {
			a = inIoT(a)
		}
		if rapid.Bool().Draw(t, "reminds") {
			rules := *a.Rules
			leads := *rules.Expiry
			leads.Repeat = 36 * time.Hour
			rules.Expiry = &leads
			a.Rules = &rules
		}
		c.Terms = append(c.Terms, a)
	}
	return c
}

// TestRoundsByHand: to look only when something is due finds what looking every six hours at
// all instances does.
func TestRoundsByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)
		end := from.AddDate(0, 0, 100)
		c := drawCalendar(t, from)

		every := newSteppedRig(t, from, c)
		for ; every.wall.Before(end); every.wall = every.wall.Add(sixHours) {
			every.byClock.lookAt, every.byClock.wholeAt = time.Time{}, time.Time{}
			every.Round(t.Context())
		}
		due := newSteppedRig(t, from, c)
		rounds := 0
		for due.wall.Before(end) {
			next := due.Round(t.Context())
			if !next.After(due.wall) {
				t.Fatalf("the next round after %v is to be at %v", due.wall, next)
			}
			due.wall = next
			rounds++
		}
		if diff := cmp.Diff(every.told(), due.told()); diff != "" {
			t.Fatalf("looked at all (-), when due (+):\n%s", diff)
		}
		if most := len(due.told()) + 200; rounds > most {
			t.Errorf("%d rounds for %d events", rounds, len(due.told()))
		}
	})
}
