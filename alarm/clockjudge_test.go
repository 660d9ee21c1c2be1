package alarm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// clockRig is an Engine that judges a calendar inside a bubble.
type clockRig struct {
	forecaster Forecaster
	t          *testing.T
	engine     *Engine
	journal    *memoryJournal
	stop       func()
	seen       int // events that were looked at
}

// usualRules are the rules that hold when nothing is configured.
func usualRules() *CalendarRules {
	ahead := &Leads{Before: []time.Duration{7 * day, 3 * day, day, 0}}
	return &CalendarRules{
		Expiry: ahead, Release: ahead, Suspension: &Leads{Before: []time.Duration{day, 0}},
		AutoRenewal: &Leads{}, CannotRenew: &Leads{Before: []time.Duration{30 * day}}, Overdue: &Leads{Before: []time.Duration{0}},
		Frozen: stateRule(Warning),
	}
}

func stateRule(s Severity) *Rule {
	return &Rule{Levels: []Level{{Severity: s, Threshold: 1, Clear: 0.5}}}
}

func mqttPolicy() fleet.Policy {
	return fleet.Policy{Name: "mqtt", Method: fleet.Subscription, Renewal: fleet.Renewal{First: 9, Last: 1}, Phases: []fleet.Phase{
		{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased},
	}}
}

// subscribed is the calendar of an instance that is paid until end.
func subscribed(id string, end time.Time, account *fleet.Account, change ...func(*fleet.Term)) TermWatch {
	in := &fleet.Instance{ID: id, Name: id, Product: "mqtt", Term: fleet.Term{Method: fleet.Subscription, Expires: end}}
	if account != nil {
		in.Account = account.Name
	}
	for _, f := range change {
		f(&in.Term)
	}
	c := in.Term.Course(mqttPolicy(), account)
	return TermWatch{Instance: in, Course: &c, Account: account, Rules: usualRules()}
}

// inIoT makes an instance one of IoT Platform.
func inIoT(a TermWatch) TermWatch {
	a.Instance.Product, a.Instance.BulkRenewal = "iot", true
	return a
}

func newClockRig(t *testing.T, c Calendar) *clockRig { return newForecastRig(t, c, nil) }

// forecasterFunc is a Forecaster.
type forecasterFunc func(instance string, m fleet.Metric) (time.Time, bool)

func (f forecasterFunc) ThresholdAhead(instance string, m fleet.Metric) (time.Time, bool) {
	return f(instance, m)
}

func newForecastRig(t *testing.T, c Calendar, f Forecaster) *clockRig {
	r := &clockRig{t: t, journal: newMemoryJournal(), forecaster: f}
	r.start(c)
	return r
}

func (r *clockRig) start(c Calendar) {
	r.t.Helper()
	r.run(Options{Journal: r.journal, Forecaster: r.forecaster, Tick: time.Minute, Logger: slog.New(slog.DiscardHandler), Seed: 1}, c)
}

func (r *clockRig) run(o Options, c Calendar) {
	r.t.Helper()
	o.Calendar = c
	e, err := NewEngine(r.t.Context(), o)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	r.engine = e
	r.stop = func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	}
	synctest.Wait()
}

func (r *clockRig) set(c Calendar) {
	r.t.Helper()
	if err := r.engine.SetCalendar(r.t.Context(), c); err != nil {
		r.t.Fatal(err)
	}
}

// until lets time pass and waits for what it causes.
func (r *clockRig) until(at time.Time) {
	pass(time.Until(at) + time.Minute)
}

// want checks what happened since it was called last.
func (r *clockRig) want(want ...string) {
	r.t.Helper()
	var got []string
	r.journal.mu.Lock()
	for _, c := range r.journal.commits {
		for i := range c.Events {
			got = append(got, describe(&c.Events[i]))
		}
	}
	r.journal.mu.Unlock()
	now := got[r.seen:]
	r.seen = len(got)
	if diff := cmp.Diff(want, now); diff != "" && (len(want) > 0 || len(now) > 0) {
		r.t.Fatalf("at %s (-want +got):\n%s", time.Now().UTC().Format(time.RFC3339), diff)
	}
}

// describe writes an event in one line: "raised expiry orders 7d with b, c".
func describe(ev *Event) string {
	out := fmt.Sprintf("%s %s %s%s", ev.Kind, ev.Key.Rule, ev.Key.Account, ev.Key.Instance)
	o := ev.Details
	if o == nil {
		return out
	}
	if Starts(ev.Kind) && ev.Key.Account == "" && ev.Key.Rule != FrozenRule {
		out += fmt.Sprintf(" %dd", int(o.Lead/day))
	}
	if o.Renewed {
		out += " until " + o.Course.From.Format(time.DateOnly)
	}
	if o.AttemptsLeft > 0 {
		out += fmt.Sprintf(" %d left", o.AttemptsLeft)
	}
	var others []string
	for _, a := range o.Others {
		others = append(others, a.Instance.ID)
	}
	if len(others) > 0 {
		out += " with " + strings.Join(others, ", ")
	}
	return out
}

func TestCalendarAfterDowntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().UTC().Truncate(day).Add(10 * day)
		c := Calendar{Terms: []TermWatch{subscribed("a", end, nil)}}
		r := newClockRig(t, c)
		r.until(end.Add(-7 * day))
		r.want("raised expiry a 7d")
		r.stop()
		pass(25 * day) // all of 3d, 1d, 0d and the suspension was missed
		r.start(c)
		r.want("escalated expiry a 0d", "raised suspension a 0d")
		r.stop()
	})
}

func TestCalendarWhenNothingCanBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().UTC().Truncate(day).Add(7 * day)
		r := newClockRig(t, Calendar{})
		r.journal.setFail(errors.New("disk full"))
		if err := r.engine.SetCalendar(t.Context(), Calendar{Terms: []TermWatch{subscribed("a", end, nil)}}); err == nil {
			t.Error("a commit that failed was not told")
		}
		r.until(time.Now().Add(time.Minute))
		r.want()
		r.journal.setFail(nil)
		r.until(time.Now())
		r.want("raised expiry a 7d")
		r.stop()
	})
}

func TestCalendarOfWhatIsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().UTC().Truncate(day).Add(3 * day)
		c := Calendar{Terms: []TermWatch{subscribed("a", end, nil), subscribed("b", end.AddDate(1, 0, 0), nil)}}
		r := newClockRig(t, c)
		r.want("raised expiry a 3d")
		r.set(Calendar{Terms: c.Terms[1:]})
		r.want("withdrawn expiry a")
		if !newestEvents(r.journal)[0].Removed {
			t.Error("it does not say that the instance is gone")
		}
		// It comes back, as an instance that an API had lost: nothing is told twice.
		r.set(c)
		r.want()
		r.until(end.Add(-day))
		r.want("raised expiry a 1d")
		// Its alarm is switched off.
		off := *c.Terms[0].Rules
		off.Expiry = nil
		a := c.Terms[0]
		a.Rules = &off
		r.set(Calendar{Terms: []TermWatch{a}})
		r.want("withdrawn expiry a")
		if newestEvents(r.journal)[0].Removed {
			t.Error("it says that the instance is gone")
		}
		r.until(end.Add(day))
		r.want()
		r.stop()
	})
}

func TestAutomaticRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().UTC().Truncate(day).Add(20 * day)
		renewing := func(end time.Time) Calendar {
			return Calendar{Terms: []TermWatch{subscribed("a", end, nil, func(t *fleet.Term) { t.AutoRenew = true })}}
		}
		r := newClockRig(t, renewing(end))
		r.until(end.Add(-9 * day))
		r.want()
		r.until(end.Add(-8 * day))
		r.want("raised auto_renewal a 8d 7 left")
		r.until(end.Add(-7 * day))
		r.want("raised expiry a 7d")
		r.set(renewing(end.AddDate(0, 1, 0)))
		month := " until " + end.AddDate(0, 1, 0).Format(time.DateOnly)
		r.want("cleared auto_renewal a"+month, "cleared expiry a"+month)
		// In the next month it works: nobody hears of it.
		r.until(end.AddDate(0, 1, 0).Add(-9 * day))
		r.set(renewing(end.AddDate(0, 2, 0)))
		r.until(end.AddDate(0, 2, 0).Add(-10 * day))
		r.want()
		r.stop()
	})
}

func TestOverdueAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC().Truncate(day)
		calendar := func(balance fleet.Amount, since time.Time) Calendar {
			acme := &fleet.Account{Name: "acme", Zone: time.UTC, Balance: &fleet.Balance{Amount: balance * 1e6, Currency: "CNY"}, LowBalance: 100e6, OverdueSince: since}
			payg := &fleet.Instance{ID: "p", Name: "p", Product: "mqtt", Account: "acme", Term: fleet.Term{Method: fleet.PayAsYouGo}}
			course := payg.Term.Course(fleet.Policy{Phases: []fleet.Phase{
				{State: fleet.LifecycleGrace, Hours: 24}, {State: fleet.LifecycleSuspended, Days: 7}, {State: fleet.LifecycleReleased},
			}}, acme)
			return Calendar{
				Terms: []TermWatch{
					subscribed("far", now.Add(300*day), acme), subscribed("near", now.Add(20*day), acme),
					{Instance: payg, Course: &course, Account: acme, Rules: usualRules()},
				},
				Payers: []Payer{{Account: acme, Overdue: stateRule(Critical), LowBalance: stateRule(Warning)}},
			}
		}
		r := newClockRig(t, calendar(104, time.Time{}))
		r.want()
		r.set(calendar(99, time.Time{}))
		r.want("raised low_balance acme with near, far, p")
		r.set(calendar(103, time.Time{})) // above the threshold, not by 5 %
		r.want()
		since := time.Now().UTC()
		r.set(calendar(-1, since))
		r.want("raised overdue acme with p, near, far", "raised cannot_renew near 30d", "raised suspension p 1d")
		r.until(since.Add(day))
		r.want("escalated suspension p 0d", "raised release p 7d")
		r.set(calendar(500, time.Time{}))
		r.want("cleared overdue acme with near, far, p", "cleared low_balance acme with near, far, p", "cleared cannot_renew near", "cleared suspension p", "cleared release p")
		r.stop()
	})
}

// TestInstancesOfOneUnpaidBill: who is told of one of them is told of all.
func TestInstancesOfOneUnpaidBill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acme := &fleet.Account{Name: "acme", Zone: time.UTC, OverdueSince: time.Now().Add(-day)}
		c := Calendar{Payers: []Payer{{Account: acme, Overdue: stateRule(Critical)}}}
		for _, id := range []string{"p", "q", "r"} {
			a := subscribed(id, time.Time{}, acme, func(t *fleet.Term) { t.Method = fleet.PayAsYouGo })
			course := a.Instance.Term.Course(fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleSuspended}}}, acme)
			a.Course = &course
			c.Terms = append(c.Terms, a)
		}
		r := newClockRig(t, c)
		r.want("raised overdue acme with p, q, r", "raised suspension p 0d with q, r", "raised suspension q 0d with p, r", "raised suspension r 0d with p, q")
		r.stop()
	})
}

// TestTopicsOfAnOverdueAccount: what follows from an unpaid bill is one piece of
// news with it, and so is what its payment ends. Deletion is told by itself.
func TestTopicsOfAnOverdueAccount(t *testing.T) {
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	acme := &fleet.Account{Name: "acme", OverdueSince: end}
	paid := &fleet.Account{Name: "acme"}
	payg := func(account *fleet.Account) TermWatch {
		return subscribed("p", end, account, func(t *fleet.Term) { t.Method = fleet.PayAsYouGo })
	}
	told := &slot{state: State{Level: 1}}
	for _, tt := range []struct {
		name string
		term TermWatch
		told *slot // of the account's alarm
		rule RuleName
		kind EventKind
		want string
	}{
		{"a subscription cannot be renewed", subscribed("a", end, acme), nil, CannotRenew, Raised, "account/acme"},
		{"a subscription expires", subscribed("a", end, acme), nil, Expiry, Raised, "instance/a"},
		{"a subscription is deleted", subscribed("a", end, acme), nil, Release, Raised, "instance/a"},
		{"pay-as-you-go stops", payg(acme), nil, Suspension, Raised, "account/acme"},
		{"pay-as-you-go is deleted", payg(acme), nil, Release, Escalated, "account/acme/release"},
		{"paid: nothing is deleted", payg(paid), told, Release, Cleared, "account/acme"},
		{"paid: nothing stops", payg(paid), told, Suspension, Cleared, "account/acme"},
		{"stopped for a reason of its own", payg(paid), nil, Suspension, Raised, "instance/p"},
	} {
		j := clockRound{judge: &clockJudge{slots: map[Key]*slot{}}}
		if tt.told != nil {
			j.judge.slots[Key{Rule: Overdue, Account: "acme", Metric: NoMetric}] = tt.told
		}
		if got := j.topic(&tt.term, tt.rule, tt.kind); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRenewalInBulk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().UTC().Truncate(day).Add(10 * day)
		acme, other := &fleet.Account{Name: "acme", Zone: time.UTC}, &fleet.Account{Name: "other", Zone: time.UTC}
		c := Calendar{Terms: []TermWatch{
			inIoT(subscribed("a", end, acme)), inIoT(subscribed("b", end.Add(4*day), acme)), inIoT(subscribed("c", end.Add(7*day), acme)),
			inIoT(subscribed("late", end.Add(8*day), acme)), inIoT(subscribed("theirs", end, other)), subscribed("mqtt", end, acme),
		}}
		r := newClockRig(t, c)
		r.until(end.Add(-7 * day))
		r.want("raised expiry a 7d with b, c", "raised expiry b 7d with a, c", "raised expiry c 7d with a, b", "raised expiry theirs 7d", "raised expiry mqtt 7d")
		topics := make(map[string][]string)
		r.journal.mu.Lock()
		for _, commit := range r.journal.commits {
			for _, ev := range commit.Events {
				topics[ev.Topic] = append(topics[ev.Topic], ev.Key.Instance)
			}
		}
		r.journal.mu.Unlock()
		if got := topics["bulk/acme/a"]; !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("told together: %v", topics)
		}
		// The others' own step was told with the first; the late one tells its own.
		r.until(end.Add(8*day - 7*day))
		r.want("escalated expiry a 3d with b, c", "escalated expiry b 3d with a, c", "escalated expiry c 3d with a, b", "escalated expiry theirs 3d", "escalated expiry mqtt 3d",
			"escalated expiry a 1d with b, c", "escalated expiry b 1d with a, c", "escalated expiry c 1d with a, b", "escalated expiry theirs 1d", "escalated expiry mqtt 1d",
			"escalated expiry a 0d", "escalated expiry theirs 0d", "escalated expiry mqtt 0d", "raised expiry late 7d")
		r.stop()
	})
}

func TestForecastWaitsForTheMorning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shanghai := time.FixedZone("CST", 8*3600)
		midnight := time.Now().UTC().Truncate(day) // 08:00 there
		type outlook struct {
			at    time.Time
			known bool
		}
		var seen atomic.Value
		seen.Store(outlook{known: true})
		a := subscribed("a", midnight.Add(300*day), &fleet.Account{Name: "acme", Zone: shanghai})
		a.Rules.Forecast = &ForecastRule{Within: 14 * day, Rule: *stateRule(Info)}
		r := newForecastRig(t, Calendar{Terms: []TermWatch{a}}, forecasterFunc(func(_ string, m fleet.Metric) (time.Time, bool) {
			o, ok := seen.Load().(outlook)
			return o.at, ok && o.known && m == fleet.Connections
		}))
		seen.Store(outlook{midnight.Add(10 * day), true})
		r.until(midnight.Add(30 * time.Minute))
		r.want()
		r.until(midnight.Add(2 * time.Hour))
		r.want("raised forecast a 14d")
		seen.Store(outlook{})
		r.until(midnight.Add(20 * time.Hour))
		r.want("lost forecast a")
		seen.Store(outlook{midnight.Add(16 * day), true}) // further away, not by a quarter
		r.until(midnight.Add(30 * time.Hour))
		r.want("found forecast a")
		seen.Store(outlook{known: true})
		r.until(midnight.Add(31 * time.Hour))
		r.want("cleared forecast a")
		r.stop()
	})
}

// pass lets time pass in a bubble, and waits for what it causes.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
