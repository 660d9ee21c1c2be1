package alarm

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// confirm lets a person say something of the instance.
func (r *doubtRig) confirm(gone bool, by string) {
	r.t.Helper()
	if err := r.engine.Confirm(r.t.Context(), "a", gone, by); err != nil {
		r.t.Fatal(err)
	}
}

// said returns what the journal has of what people said, in order.
func (r *doubtRig) said() (out []string) {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	for _, c := range r.journal.commits {
		for _, s := range c.Said {
			out = append(out, string(s.What)+" "+s.Instance+" "+s.By+" "+s.Reason)
		}
	}
	return out
}

// ended returns of which rules an alarm was withdrawn because the instance is gone.
func (r *doubtRig) ended() map[RuleName]string {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	out := make(map[RuleName]string)
	for _, c := range r.journal.commits {
		for i := range c.Events {
			if ev := &c.Events[i]; ev.Kind == Withdrawn {
				out[ev.Key.Rule] = ev.By + ": " + ev.Reason
			}
		}
	}
	return out
}

// events counts what happened so far.
func (r *doubtRig) events() (n int) {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	for _, c := range r.journal.commits {
		n += len(c.Events)
	}
	return n
}

// paid is the calendar after the account has paid.
func (r *doubtRig) paid(change ...func(*fleet.Term)) Calendar {
	return Calendar{Terms: []TermWatch{byUse("a", r.rich, change...)}, Payers: []Payer{{Account: r.rich, Overdue: stateRule(Critical)}}}
}

// TestAPersonSays: what a person says of an instance whose deletion was due ends the doubt, over
// restarts, until something that knows better says otherwise.
func TestAPersonSays(t *testing.T) {
	const gone, exists = true, false
	up := func(r *doubtRig, _ time.Time) {
		r.engine.Observe([]*fleet.Reading{{Instance: "a", At: time.Now(), Up: true}})
	}
	subscribe := func(days int) func(*fleet.Term) {
		end := time.Now().UTC().Truncate(day).AddDate(0, 0, days)
		return func(t *fleet.Term) { t.Method, t.Expires = fleet.Subscription, end }
	}
	for _, tt := range []struct {
		name   string
		gone   bool
		then   func(r *doubtRig, said time.Time)
		state  fleet.LifecycleState // after that
		said   bool                 // whether the word holds then
		reason string               // why it was taken back; "" when it was not
	}{
		{"it exists", exists, nil, fleet.LifecycleActive, true, ""},
		{"it is gone", gone, nil, fleet.LifecycleReleased, true, ""},
		{"gone, and its source answers", gone, up, fleet.LifecycleActive, false, "it exists, by its source, by the list of its cloud, or by the configuration"},
		{"gone, and its source does not answer", gone, func(r *doubtRig, _ time.Time) {
			r.engine.Observe([]*fleet.Reading{{Instance: "a", At: time.Now(), Reason: "refused"}})
		}, fleet.LifecycleReleased, true, ""},
		{"gone, and the cloud lists it", gone, func(r *doubtRig, _ time.Time) { r.listed.Store(milli(time.Now())) }, fleet.LifecycleActive, false, "it exists, by its source, by the list of its cloud, or by the configuration"},
		{"gone, and the cloud listed it before", gone, func(r *doubtRig, said time.Time) { r.listed.Store(milli(said.Add(-20 * day))) }, fleet.LifecycleReleased, true, ""},
		{"gone, and somebody else saw it", gone, func(r *doubtRig, _ time.Time) { r.confirm(exists, "Li") }, fleet.LifecycleActive, true, ""},
		{"it exists, and somebody else sees that it does not", exists, func(r *doubtRig, _ time.Time) { r.confirm(gone, "Li") }, fleet.LifecycleReleased, true, ""},
		{"gone, and it has another term", gone, func(r *doubtRig, _ time.Time) { r.set(r.paid(subscribe(90))) }, fleet.LifecycleUnknown, false, "it has another term"},
		{"it exists, and has another term", exists, func(r *doubtRig, _ time.Time) { r.set(r.paid(subscribe(90))) }, fleet.LifecycleActive, false, "it has another term"},
		{"gone, and its account pays no more", gone, func(r *doubtRig, _ time.Time) {
			a := r.broke()
			a.OverdueSince = time.Now()
			r.set(Calendar{Terms: []TermWatch{byUse("a", a)}, Payers: []Payer{{Account: a, Overdue: stateRule(Critical)}}})
			r.until(time.Now().Add(9 * day))
		}, fleet.LifecycleReleased, true, ""},
		{"it exists, and is due once more", exists, func(r *doubtRig, _ time.Time) {
			a := r.broke()
			a.OverdueSince = time.Now()
			r.set(Calendar{Terms: []TermWatch{byUse("a", a)}, Payers: []Payer{{Account: a, Overdue: stateRule(Critical)}}})
			r.until(time.Now().Add(9 * day))
		}, fleet.LifecycleReleased, false, "its deletion was due again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newDoubtRig(t)
				owes := Calendar{Terms: []TermWatch{byUse("a", r.broke())}, Payers: []Payer{{Account: r.broke(), Overdue: stateRule(Critical)}}}
				r.run(r.options(), owes)
				r.until(r.since.AddDate(0, 0, 9))
				r.set(r.paid())
				r.wantDoubt(true)
				said := time.Now()
				r.confirm(tt.gone, "Wei")
				synctest.Wait()
				if k := r.known["a"]; k.Said.By != "Wei" || k.Said.Gone != tt.gone || !k.Said.At.Equal(said.Truncate(time.Millisecond)) || k.Due.IsZero() == tt.gone {
					t.Errorf("known %+v", k)
				}
				current := r.paid()
				r.stop()
				r.known = nil
				r.run(r.options(), current)
				synctest.Wait()
				if k := r.known["a"]; k.Said.By != "Wei" {
					t.Errorf("after a restart %+v", k)
				}
				if tt.then != nil {
					pass(time.Minute)
					tt.then(r, said)
				}
				pass(3 * time.Minute)
				synctest.Wait()
				w := r.engine.byClock.terms["a"]
				c := w.Course.Told(r.known["a"])
				if got := c.StateAt(time.Now()); got != tt.state || c.Said.At.IsZero() == tt.said {
					t.Errorf("%s, said %+v", got, c.Said)
				}
				back := ""
				for _, line := range r.said()[1:] {
					if line == "taken_back a Wei "+tt.reason {
						back = tt.reason
					}
				}
				if back != tt.reason {
					t.Errorf("the journal has %q", r.said())
				}
				r.stop()
			})
		})
	}
}

// TestGoneEndsAlarms: what is said to be gone has no alarms any more, and raises none.
func TestGoneEndsAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newDoubtRig(t)
		watch := func(a *fleet.Account, change ...func(*fleet.Term)) Calendar {
			return Calendar{Terms: []TermWatch{byUse("a", a, change...)}}
		}
		r.run(r.options(), watch(r.broke()))
		r.until(r.since.AddDate(0, 0, 9))
		if err := r.engine.Confirm(t.Context(), "a", true, "Wei"); err != nil {
			t.Fatal(err)
		}
		want := "Wei: gone: Wei said so on " + time.Now().UTC().Format("2006-01-02 15:04 UTC")
		if got := r.ended(); got[Release] != want || got[Suspension] != want {
			t.Errorf("%q, want each %q", got, want)
		}
		events := r.events()
		r.set(watch(r.rich, func(t *fleet.Term) { t.OverdueSince = time.Now().Add(-time.Hour) }))
		pass(20 * day)
		if n := r.events(); n != events {
			t.Errorf("%d events after it was gone, the last %+v", n-events, r.last())
		}
		r.stop()
	})
}

// TestNotAsked: what nobody asks, or what the source contradicts, is not taken down.
func TestNotAsked(t *testing.T) {
	for _, tt := range []struct {
		name     string
		instance string
		after    int // days after the bill
		up       bool
		gone     bool
		want     error
	}{
		{"another instance", "b", 9, false, true, ErrNotWatched},
		{"not due yet", "a", 7, false, true, ErrNotAsked},
		{"not due yet, and seen", "a", 7, false, false, ErrNotAsked},
		{"due", "a", 9, false, true, nil},
		{"due, and seen", "a", 9, false, false, nil},
		{"its source answers", "a", 9, true, true, ErrAnswers},
		{"its source answers, and it is seen", "a", 9, true, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newDoubtRig(t)
				r.run(r.options(), Calendar{Terms: []TermWatch{byUse("a", r.broke())}})
				r.until(r.since.AddDate(0, 0, tt.after))
				if tt.up {
					r.engine.Observe([]*fleet.Reading{{Instance: "a", At: time.Now(), Up: true}})
					synctest.Wait()
				}
				if err := r.engine.Confirm(t.Context(), tt.instance, tt.gone, "Wei"); !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
				if n := len(r.said()); (n == 1) != (tt.want == nil) {
					t.Errorf("%q", r.said())
				}
				r.stop()
			})
		})
	}
}
