package alarm

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

// change is what an owner does at a moment: another term, or rules that are off; or what a person
// says of whether the instance exists.
type change struct {
	at   time.Time
	term TermWatch
	says bool
	gone bool
}

// drawChanges draws what happens to the instances of a calendar, at six-hour marks and in order.
func drawChanges(t *rapid.T, c Calendar, from time.Time) []change {
	var out []change
	at := from
	for range rapid.IntRange(0, 8).Draw(t, "changes") {
		at = at.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "later")) * sixHours)
		a := c.Terms[rapid.IntRange(0, len(c.Terms)-1).Draw(t, "which")]
		in := *a.Instance
		in.Term.Expires = from.Add(time.Duration(rapid.IntRange(-40*4, 200*4).Draw(t, "end")) * sixHours)
		course := in.Term.Course(a.Course.Policy, a.Account)
		next := TermWatch{Instance: &in, Course: &course, Account: a.Account, Rules: a.Rules}
		if rapid.IntRange(0, 3).Draw(t, "switches off") == 0 {
			rules := *a.Rules
			rules.Release = nil
			if rapid.Bool().Draw(t, "expiry, too") {
				rules.Expiry = nil
			}
			next.Rules = &rules
		}
		out = append(out, change{at, next, rapid.IntRange(0, 2).Draw(t, "says") == 0, rapid.Bool().Draw(t, "gone")})
	}
	return out
}

// hearing keeps what the rig is told of whether instances exist.
func (r *steppedRig) hearing() *map[string]fleet.Existence {
	known := new(map[string]fleet.Existence)
	r.onExistence = func(d map[string]fleet.Existence) { *known = d }
	return known
}

// make lets an owner act, or a person speak.
func (r *steppedRig) make(ctx context.Context, c *change) error {
	if !c.says {
		return r.SetTerms(ctx, []TermWatch{c.term})
	}
	err := r.Confirm(ctx, c.term.Instance.ID, c.gone, "wei")
	if errors.Is(err, ErrNotAsked) {
		return nil
	}
	return err
}

// TestRoundsByHandWithRenewals: while terms change and rules are switched off, to look only at what
// is due, stores, tells and doubts what looking at all does. So does what people say.
func TestRoundsByHandWithRenewals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)
		end := from.AddDate(0, 0, 70)
		c := drawCalendar(t, from)
		for i := range c.Terms {
			if rapid.IntRange(0, 4).Draw(t, "without release") == 0 {
				rules := *c.Terms[i].Rules
				rules.Release = nil
				c.Terms[i].Rules = &rules
			}
		}
		changes := drawChanges(t, c, from)
		copied := func() Calendar { return Calendar{Terms: append([]TermWatch(nil), c.Terms...), Payers: c.Payers} }

		every, due := newSteppedRig(t, from, copied()), newSteppedRig(t, from, copied())
		knownOfAll, knownOfDue := every.hearing(), due.hearing()
		next := from
		stored := 0 // how often both have stored something: nothing else changes what they have
		for at := from; at.Before(end); at = at.Add(sixHours) {
			every.wall, due.wall = at, at
			for len(changes) > 0 && !changes[0].at.After(at) {
				for _, r := range []*steppedRig{every, due} {
					if err := r.make(t.Context(), &changes[0]); err != nil {
						t.Fatal(err)
					}
				}
				changes, next = changes[1:], at
				due.byClock.lookAt = time.Time{} // as every looks twice at this moment, too
			}
			every.byClock.lookAt, every.byClock.wholeAt, every.byClock.strays.known = time.Time{}, time.Time{}, false
			every.Round(t.Context())
			if !at.Before(next) {
				next = due.Round(t.Context())
			}
			if !maps.EqualFunc(*knownOfAll, *knownOfDue, fleet.Existence.Equal) {
				t.Fatalf("%v: of all %v is known, of what is due %v", at, *knownOfAll, *knownOfDue)
			}
			commits := len(every.journal.commits) + len(due.journal.commits)
			if commits == stored {
				continue
			}
			stored = commits
			if diff := cmp.Diff(every.journal.states, due.journal.states); diff != "" {
				t.Fatalf("%v: stored by all (-), by what is due (+):\n%s", at, diff)
			}
			if diff := cmp.Diff(every.journal.told, due.journal.told); diff != "" {
				t.Fatalf("%v: remembered by all (-), by what is due (+):\n%s", at, diff)
			}
		}
		if diff := cmp.Diff(every.told(), due.told()); diff != "" {
			t.Fatalf("looked at all (-), when due (+):\n%s", diff)
		}
		for id, a := range due.byClock.terms {
			if a.Instance.ID != id {
				t.Fatalf("%s is at the place of %s", a.Instance.ID, id)
			}
		}
	})
}
