package alarm

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestSchedule has the steps of each rule, in days from the end of the term or the
// beginning of a debt.
func TestSchedule(t *testing.T) {
	end := in2026(time.December, 1)
	free := &fleet.Account{Name: "acme", Zone: time.UTC}
	broke := &fleet.Account{Name: "acme", Zone: time.UTC, OverdueSince: end}
	method := func(m fleet.Method) func(*fleet.Term) { return func(t *fleet.Term) { t.Method = m } }
	renewing := func(t *fleet.Term) { t.AutoRenew = true }
	unknown := func(t *fleet.Term) { t.Expires = time.Time{} }
	owed := func(t *fleet.Term) { t.OverdueSince = end }
	suspends := func(t *fleet.Term) { t.SuspendsAt = end.AddDate(0, 0, 5) }
	under := func(a TermWatch, p fleet.Policy) TermWatch {
		c := a.Instance.Term.Course(p, a.Account)
		a.Course = &c
		return a
	}
	noGrace := fleet.Policy{Method: fleet.Subscription, Phases: []fleet.Phase{{State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}}}
	late := mqttPolicy()
	late.Renewal = fleet.Renewal{First: 5, Last: 1}
	once, twice := mqttPolicy(), mqttPolicy()
	once.Renewal, twice.Renewal = fleet.Renewal{First: 7, Last: 7}, fleet.Renewal{First: 4, Last: 3}
	downgrades := noGrace
	downgrades.Downgrades = true
	payg := fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Hours: 24}, {State: fleet.LifecycleSuspended, Days: 7}, {State: fleet.LifecycleReleased}}}
	atOnce := downgrades
	atOnce.UnsubscribesAtOnce = true
	unsubscribed := func(t *fleet.Term) { t.UnsubscribedAt = end.AddDate(0, 0, -10) }
	downgrade := func(t *fleet.Term) { t.PostExpiration = fleet.Downgrade }

	for _, tt := range []struct {
		name string
		term TermWatch
		now  int // days from end
		want map[RuleName]string
	}{
		{"a subscription", subscribed("a", end, free), -40, map[RuleName]string{Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "1@14! 0@15!", Release: "7@23 3@27 1@29! 0@30!"}},
		{"its account is overdue", subscribed("a", end, broke), -40, map[RuleName]string{
			Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "1@14! 0@15!", Release: "7@23 3@27 1@29! 0@30!", CannotRenew: "30@-30"}},
		{"renewed automatically: nothing is told before the day after the first attempt", subscribed("a", end, free, renewing), -40, map[RuleName]string{
			Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "1@14! 0@15!", Release: "7@23 3@27 1@29! 0@30!", AutoRenewal: "8@-8 1@-1! 0@0!"}},
		{"renewed automatically, late", under(subscribed("a", end, free, renewing), late), -40, map[RuleName]string{Expiry: "7@-4 3@-3 1@-1! 0@0!", Suspension: "1@14! 0@15!", Release: "7@23 3@27 1@29! 0@30!", AutoRenewal: "4@-4 1@-1! 0@0!"}},
		{"one attempt: its failure is the last word", under(subscribed("a", end, free, renewing), once), -40, map[RuleName]string{Expiry: "7@-6 3@-3 1@-1! 0@0!", Suspension: "1@14! 0@15!", Release: "7@23 3@27 1@29! 0@30!", AutoRenewal: "6@-6!"}},
		{"two attempts, the last three days ahead", under(subscribed("a", end, free, renewing), twice), -40, map[RuleName]string{Expiry: "7@-3 3@-3 1@-1! 0@0!", Suspension: "1@14! 0@15!", Release: "7@23 3@27 1@29! 0@30!", AutoRenewal: "3@-3 2@-2!"}},
		{"renewed automatically, and nobody knows when", under(subscribed("a", end, free, renewing), noGrace), -40, map[RuleName]string{Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "0@0!", Release: "7@8 3@12 1@14! 0@15!"}},
		{"the cloud reports a release, and no end is known", subscribed("a", end, free, unknown, func(t *fleet.Term) { t.ReleasesAt = end }), -40, map[RuleName]string{Expiry: "", Release: "7@-7 3@-3 1@-1! 0@0!"}},
		{"no end is known", subscribed("a", end, free, unknown), -40, map[RuleName]string{Expiry: "", Suspension: "", Release: ""}},
		{"no end is known, and renewed automatically", subscribed("a", end, free, unknown, renewing), -40, map[RuleName]string{Expiry: "", Suspension: "", Release: "", AutoRenewal: ""}},
		{"no end is known, and the account is overdue", subscribed("a", end, broke, unknown), -40, map[RuleName]string{Expiry: "", Suspension: "", Release: "", CannotRenew: ""}},
		{"no grace: the suspension comes with the end", under(subscribed("a", end, free), noGrace), -40, map[RuleName]string{Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "0@0!", Release: "7@8 3@12 1@14! 0@15!"}},
		{"the cloud told a suspension: it has a grace", under(subscribed("a", end, free, suspends), noGrace), -40, map[RuleName]string{Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "1@4! 0@5!", Release: "7@13 3@17 1@19! 0@20!"}},
		{"to be converted", under(subscribed("a", end, free, downgrade), downgrades), 0, map[RuleName]string{Expiry: "7@-7 3@-3 1@-1! 0@0!", Suspension: "0@0!"}},
		{"to be unsubscribed, and deleted then", under(subscribed("a", end, free, unsubscribed), atOnce), -40, map[RuleName]string{Expiry: "7@-17 3@-13 1@-11! 0@-10!", Release: "7@-10 3@-10 1@-10! 0@-10!"}},
		{"to be unsubscribed, and its account is overdue", under(subscribed("a", end, broke, unsubscribed), atOnce), -40, map[RuleName]string{Expiry: "7@-17 3@-13 1@-11! 0@-10!", Release: "7@-10 3@-10 1@-10! 0@-10!"}},
		{"to be unsubscribed, and nobody knows what follows", under(subscribed("a", end, free, unsubscribed), noGrace), -40, map[RuleName]string{Expiry: "7@-17 3@-13 1@-11! 0@-10!"}},
		{"converted", under(subscribed("a", end, free, downgrade), downgrades), 15, map[RuleName]string{}},
		{"free", subscribed("a", end, free, method(fleet.Free), owed), -40, map[RuleName]string{}},
		{"pay-as-you-go", under(subscribed("a", time.Time{}, free, method(fleet.PayAsYouGo)), payg), 0, map[RuleName]string{}},
		{"pay-as-you-go is not renewed", under(subscribed("a", time.Time{}, free, method(fleet.PayAsYouGo), renewing), payg), 0, map[RuleName]string{}},
		{"pay-as-you-go, and its account is overdue", under(subscribed("a", time.Time{}, broke, method(fleet.PayAsYouGo)), payg), 0, map[RuleName]string{
			Suspension: "1@0! 0@1!", Release: "7@1 3@5 1@7! 0@8!"}},
		{"pay-as-you-go, and its own bill is unpaid", under(subscribed("a", time.Time{}, free, method(fleet.PayAsYouGo), owed), payg), 0, map[RuleName]string{
			Suspension: "1@0! 0@1!", Release: "7@1 3@5 1@7! 0@8!", Overdue: "0@0!"}},
		{"both: the account's alarm speaks for it", under(subscribed("a", time.Time{}, broke, method(fleet.PayAsYouGo), owed), payg), 0, map[RuleName]string{
			Suspension: "1@0! 0@1!", Release: "7@1 3@5 1@7! 0@8!", Overdue: ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := map[RuleName]string{}
			for _, r := range tt.term.schedule(end.AddDate(0, 0, tt.now), 0) {
				if !r.Applies {
					continue
				}
				var steps []string
				for _, s := range r.Steps {
					step := fmt.Sprintf("%d@%d", int(s.Lead/day), int(s.At.Sub(end)/day))
					if s.Severity == Critical {
						step += "!"
					}
					steps = append(steps, step)
				}
				got[r.Rule] = strings.Join(steps, " ")
				if len(steps) > 0 && r.Anchor.IsZero() {
					t.Errorf("%s: steps without an anchor", r.Rule)
				}
			}
			for _, name := range []RuleName{Expiry, Suspension, Release, AutoRenewal, CannotRenew, Overdue} {
				want, on := tt.want[name]
				if steps, ok := got[name]; ok != on || steps != want {
					t.Errorf("%s: %q, %v; want %q, %v", name, steps, ok, want, on)
				}
			}
		})
	}
}

// TestOneRuleAlone: each rule is worked out without the others.
func TestOneRuleAlone(t *testing.T) {
	end := in2026(time.December, 1)
	a := subscribed("a", end, &fleet.Account{Name: "acme", Zone: time.UTC}, func(t *fleet.Term) { t.AutoRenew, t.OverdueSince = true, end })
	l := &Leads{Repeat: time.Hour}
	for name, rules := range map[RuleName]*CalendarRules{
		Expiry: {Expiry: l}, Suspension: {Suspension: l}, Release: {Release: l}, AutoRenewal: {AutoRenewal: l}, CannotRenew: {CannotRenew: l}, Overdue: {Overdue: l},
	} {
		a.Rules = rules
		if got := a.schedule(end, 0); len(got) != 1 || got[0].Rule != name || got[0].Repeat != time.Hour {
			t.Errorf("%s: %+v", name, got)
		}
	}
	a.Rules = nil
	if got := a.schedule(end, 0); got != nil {
		t.Errorf("all is off: %+v", got)
	}
	a.Rules, a.Course = usualRules(), nil
	if got := a.schedule(end, 0); got != nil {
		t.Errorf("without a course: %+v", got)
	}
}

// TestPulledAhead: a step that is due for others of the same account comes now; one
// that has come, and any other, stay where they are.
func TestPulledAhead(t *testing.T) {
	end := in2026(time.December, 10)
	a := subscribed("a", end, &fleet.Account{Name: "acme", Zone: time.UTC})
	for _, tt := range []struct {
		name   string
		days   int // from the end
		pulled time.Duration
		want   time.Time // of the step of seven days
	}{
		{"it is", -10, 7 * day, end.AddDate(0, 0, -10)},
		{"another is", -10, 3 * day, end.AddDate(0, 0, -7)},
		{"it has come", -6, 7 * day, end.AddDate(0, 0, -7)},
		{"nothing is pulled, and never the end itself", -10, 0, end.AddDate(0, 0, -7)},
	} {
		r := a.expiry(a.Rules.Expiry, end.AddDate(0, 0, tt.days), tt.pulled)
		if got := r.Steps[0].At; !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if last := r.Steps[3].At; !last.Equal(end) {
			t.Errorf("%s: the end is told at %s", tt.name, last)
		}
	}
}

func TestSeverityOfAStep(t *testing.T) {
	for _, tt := range []struct {
		leads Leads
		lead  time.Duration
		want  Severity
	}{
		{Leads{}, 7 * day, Warning}, {Leads{}, day + 1, Warning}, {Leads{}, day, Critical}, {Leads{}, 0, Critical},
		{Leads{Severity: Info}, 0, Info}, {Leads{Severity: Critical}, 7 * day, Critical},
	} {
		if got := tt.leads.severityOf(tt.lead); got != tt.want {
			t.Errorf("%q, %s ahead: %s, want %s", tt.leads.Severity, tt.lead, got, tt.want)
		}
	}
}

// TestConfiguredSeverities: what is configured goes before what a rule says itself.
func TestConfiguredSeverities(t *testing.T) {
	end := in2026(time.December, 1)
	broke := &fleet.Account{Name: "acme", Zone: time.UTC, OverdueSince: end}
	a := subscribed("a", end, broke, func(t *fleet.Term) { t.AutoRenew = true })
	before := []time.Duration{0}
	for _, tt := range []struct {
		name string
		rule func(*Leads) DateRule
		own  Severity
	}{
		{"auto_renewal", a.autoRenewal, Warning}, {"cannot_renew", a.cannotRenew, Warning},
	} {
		if got := tt.rule(&Leads{Before: before}).Steps[0].Severity; got != tt.own {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.own)
		}
		if got := tt.rule(&Leads{Before: before, Severity: Info}).Steps[0].Severity; got != Info {
			t.Errorf("%s: %s, want what is configured", tt.name, got)
		}
	}
}

// TestWhenToLookAgain: at the next step, the next reminder or the end of the rule,
// whichever comes first.
func TestWhenToLookAgain(t *testing.T) {
	now := in2026(time.May, 1)
	at := func(h int) time.Time { return now.Add(time.Duration(h) * time.Hour) }
	step := func(h int) DateStep { return DateStep{At: at(h)} }
	told := func(h int) State { return State{Level: 1, NotifiedAt: milli(at(h))} }
	acked := told(-1)
	acked.AckedAt = 1
	for _, tt := range []struct {
		name  string
		rule  DateRule
		state State
		want  time.Time
	}{
		{"never", DateRule{}, State{}, time.Time{}},
		{"all steps have come", DateRule{Steps: []DateStep{step(-2), step(0)}}, State{}, time.Time{}},
		{"the next step", DateRule{Steps: []DateStep{step(-2), step(3), step(9)}}, State{}, at(3)},
		{"the next step, in whatever order", DateRule{Steps: []DateStep{step(9), step(3)}}, State{}, at(3)},
		{"a reminder", DateRule{Repeat: 2 * time.Hour}, told(-1), at(1)},
		{"a reminder before the next step", DateRule{Repeat: 2 * time.Hour, Steps: []DateStep{step(3)}}, told(-1), at(1)},
		{"the next step before a reminder", DateRule{Repeat: 5 * time.Hour, Steps: []DateStep{step(3)}}, told(-1), at(3)},
		{"no reminder of what is acknowledged", DateRule{Repeat: 2 * time.Hour}, acked, time.Time{}},
		{"no reminder of what is not raised", DateRule{Repeat: 2 * time.Hour}, State{NotifiedAt: milli(at(-1))}, time.Time{}},
		{"reminders are off", DateRule{}, told(-1), time.Time{}},
		{"the end of the rule", DateRule{Ends: at(4)}, State{}, at(4)},
		{"the end of the rule before the next step", DateRule{Ends: at(4), Steps: []DateStep{step(5)}}, State{}, at(4)},
		{"the next step before the end of the rule", DateRule{Ends: at(4), Steps: []DateStep{step(3)}}, State{}, at(3)},
		{"the rule has ended", DateRule{Ends: at(0)}, State{}, time.Time{}},
	} {
		if got := tt.rule.next(tt.state, now); !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
