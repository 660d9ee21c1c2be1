package alarm

import (
	"log/slog"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// byUse is the calendar of an instance that is paid as it goes: a day of grace, seven days
// stopped, and then deleted.
func byUse(id string, account *fleet.Account, change ...func(*fleet.Term)) TermWatch {
	in := &fleet.Instance{ID: id, Name: id, Product: "mqtt", Account: account.Name, Term: fleet.Term{Method: fleet.PayAsYouGo}}
	for _, f := range change {
		f(&in.Term)
	}
	p := fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Hours: 24}, {State: fleet.LifecycleSuspended, Days: 7}, {State: fleet.LifecycleReleased}}}
	c := in.Term.Course(p, account)
	return TermWatch{Instance: in, Course: &c, Account: account, Rules: usualRules()}
}

// doubtRig is an Engine with one instance whose account owes.
type doubtRig struct {
	*clockRig

	since  time.Time
	listed atomic.Int64 // Unix milliseconds
	known  map[string]fleet.Existence
	rich   *fleet.Account
}

func newDoubtRig(t *testing.T) *doubtRig {
	since := time.Now().UTC().Truncate(day)
	return &doubtRig{
		clockRig: &clockRig{t: t, journal: newMemoryJournal()}, since: since,
		rich: &fleet.Account{Name: "acme", Zone: time.UTC, Balance: &fleet.Balance{Amount: 1}},
	}
}

func (r *doubtRig) broke() *fleet.Account {
	return &fleet.Account{Name: "acme", Zone: time.UTC, Balance: &fleet.Balance{Amount: -1}, OverdueSince: r.since}
}

func (r *doubtRig) options() Options {
	return Options{
		Journal: r.journal, Tick: time.Minute, Logger: slog.New(slog.DiscardHandler), Seed: 1,
		Watches:   []Watch{{Instance: &fleet.Instance{ID: "a", Name: "a"}, Every: 24 * time.Hour}},
		Existence: func(k map[string]fleet.Existence) { r.known = k },
		Listed:    func(string) time.Time { return fromMilli(r.listed.Load()) },
	}
}

// wantDoubt checks what is in doubt, and where the calendar stands by that.
func (r *doubtRig) wantDoubt(doubtful bool) {
	r.t.Helper()
	synctest.Wait()
	want := map[string]fleet.Existence{}
	if doubtful {
		want["a"] = fleet.Existence{Due: r.since.AddDate(0, 0, 8)}
	}
	if !maps.EqualFunc(r.known, want, fleet.Existence.Equal) {
		r.t.Fatalf("in doubt at %s: %v, want %v", time.Now().UTC(), r.known, want)
	}
}

// last returns the newest event.
func (r *doubtRig) last() *Event {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	for i := len(r.journal.commits) - 1; i >= 0; i-- {
		if events := r.journal.commits[i].Events; len(events) > 0 {
			return &events[len(events)-1]
		}
	}
	return nil
}

// TestPaidAfterTheDeletionWasDue: whether the instance exists is in doubt until somebody
// says so, over restarts.
func TestPaidAfterTheDeletionWasDue(t *testing.T) {
	off := usualRules()
	off.Release = nil
	for _, tt := range []struct {
		name   string
		rules  *CalendarRules
		before int // days after the bill at which it is paid
		answer func(*doubtRig)
		change func(*fleet.Term)
		doubt  bool // at first
		remain bool // after the answer
	}{
		{"paid in time", usualRules(), 7, nil, nil, false, false},
		{"paid too late, and nobody says", usualRules(), 9, nil, nil, true, true},
		{"the release rule is off", off, 9, nil, nil, true, true},
		{"its source answers", usualRules(), 9, func(r *doubtRig) {
			r.engine.Observe([]*fleet.Reading{{Instance: "a", At: time.Now(), Up: true}})
		}, nil, true, false},
		{"its source does not", usualRules(), 9, func(r *doubtRig) {
			r.engine.Observe([]*fleet.Reading{{Instance: "a", At: time.Now(), Reason: "refused"}})
		}, nil, true, true},
		{"the cloud lists it", usualRules(), 9, func(r *doubtRig) { r.listed.Store(milli(time.Now())) }, nil, true, false},
		{"the cloud listed it before", usualRules(), 9, func(r *doubtRig) { r.listed.Store(milli(r.since)) }, nil, true, true},
		{"a person saw it", usualRules(), 9, nil, func(t *fleet.Term) { t.Confirmed = time.Now().Add(time.Hour) }, false, false},
		{"a person saw it before", usualRules(), 9, nil, func(t *fleet.Term) { t.Confirmed = time.Now().Add(-5 * day) }, true, true},
		{"a person saw it in a year that is to come", usualRules(), 9, nil, func(t *fleet.Term) { t.Confirmed = time.Now().Add(300 * day) }, true, true},
		{"it is a subscription now", usualRules(), 9, nil, func(t *fleet.Term) { t.Method, t.Expires = fleet.Subscription, time.Now().Add(90*day) }, true, true},
		{"it is free now", usualRules(), 9, nil, func(t *fleet.Term) { t.Method = fleet.Free }, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newDoubtRig(t)
				watch := func(a *fleet.Account, change ...func(*fleet.Term)) Calendar {
					w := byUse("a", a, change...)
					w.Rules = tt.rules
					return Calendar{Terms: []TermWatch{w}, Payers: []Payer{{Account: a, Overdue: stateRule(Critical), LowBalance: stateRule(Warning)}}}
				}
				r.run(r.options(), watch(r.broke()))
				r.until(r.since.AddDate(0, 0, tt.before))
				r.stop()
				r.run(r.options(), watch(r.broke()))
				r.wantDoubt(false)
				var paid Calendar
				if tt.change != nil {
					paid = watch(r.rich, tt.change)
				} else {
					paid = watch(r.rich)
				}
				r.set(paid)
				r.wantDoubt(tt.doubt)
				if ev := r.last(); tt.doubt && tt.rules.Release != nil && (ev.Kind != Cleared || ev.Key.Rule != Release || !ev.Details.WasDue.Equal(r.since.AddDate(0, 0, 8)) ||
					ev.Details.Lifecycle.State != fleet.LifecycleUnknown || ev.Details.Renewed) {
					t.Errorf("%+v of %+v", ev, ev.Details)
				}
				r.stop()
				r.known = nil
				r.run(r.options(), paid)
				r.wantDoubt(tt.doubt)
				if tt.answer != nil {
					tt.answer(r)
				}
				pass(5 * time.Minute)
				r.wantDoubt(tt.remain)
				r.stop()
				r.known = nil
				r.run(r.options(), paid)
				r.wantDoubt(tt.remain)
				r.stop()
			})
		})
	}
}

// TestAccountSaysWhatIsInDoubt: the end of the account's alarm names what was due for deletion.
func TestAccountSaysWhatIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newDoubtRig(t)
		watch := func(a *fleet.Account) Calendar {
			return Calendar{Terms: []TermWatch{byUse("a", a)}, Payers: []Payer{{Account: a, Overdue: stateRule(Critical)}}}
		}
		r.run(r.options(), watch(r.broke()))
		r.until(r.since.AddDate(0, 0, 9))
		r.set(watch(r.rich))
		for _, ev := range r.journal.commits[len(r.journal.commits)-1].Events {
			if ev.Key.Rule != Overdue {
				continue
			}
			if o := ev.Details.Others; len(o) != 1 || o[0].Course.Doubt.IsZero() || o[0].Lifecycle.State != fleet.LifecycleUnknown {
				t.Errorf("%+v", o)
			}
			r.stop()
			return
		}
		t.Error("the account's alarm did not end")
		r.stop()
	})
}

// TestAutomaticRenewalFails: told a day after the first attempt, on the day of the last, and at
// the end, when nothing tries any more; over restarts once each.
func TestAutomaticRenewalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().UTC().Truncate(day).Add(20 * day)
		w := subscribed("a", end, nil, func(t *fleet.Term) { t.AutoRenew = true })
		w.Rules = &CalendarRules{AutoRenewal: &Leads{}}
		c := Calendar{Terms: []TermWatch{w}}
		r := newClockRig(t, c)
		for _, s := range []struct {
			days     int
			want     string
			severity Severity
			last     bool
		}{
			{-8, "raised auto_renewal a 8d 7 left", Warning, false}, {-1, "escalated auto_renewal a 1d 1 left", Critical, true}, {0, "escalated auto_renewal a 0d", Critical, false},
		} {
			r.until(end.AddDate(0, 0, s.days))
			r.want(s.want)
			events := r.journal.commits[len(r.journal.commits)-1].Events
			if ev := &events[len(events)-1]; ev.Severity != s.severity || ev.Details.LastAttempt != s.last {
				t.Errorf("%d days: %s, the last %v", s.days, ev.Severity, ev.Details.LastAttempt)
			}
			r.stop()
			r.start(c)
			r.want()
		}
		r.stop()
	})
}

// TestClockSetBackOverADeletion: a clock that ran ahead called the deletion due; paid for by the
// right time, nothing is in doubt.
func TestClockSetBackOverADeletion(t *testing.T) {
	now := in2026(time.November, 1)
	a := &fleet.Account{Name: "acme", Zone: time.UTC, Balance: &fleet.Balance{Amount: 1}}
	j := judgeOf(now, byUse("a", a))
	j.judge.slots[releaseOf("a")] = &slot{key: releaseOf("a"), memory: &Memory{Due: milli(now.AddDate(0, 0, 30))}}
	j.watches()
	if !j.terms[0].Course.Doubt.IsZero() || len(j.known) > 0 || j.found["a"].Due != milli(now.AddDate(0, 0, 30)) {
		t.Errorf("%s, %v, %v", j.terms[0].Course.Doubt, j.known, j.found)
	}
}
