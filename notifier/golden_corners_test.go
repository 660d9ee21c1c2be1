package notifier

import (
	"fmt"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
)

// owing is the same actor whose account has an unpaid bill since the end.
func (s *stage) owing(a actor) actor {
	return a.but(func(t *fleet.Term) { t.OverdueSince = time.Time{} }).of(func(p *fleet.Account) {
		p.OverdueSince, p.Balance = s.end, &fleet.Balance{Amount: -1_234_500_000, Currency: "CNY"}
	})
}

// dateless is the same actor, the end of whose term is not known.
func (a actor) dateless() actor { return a.but(func(t *fleet.Term) { t.Expires = time.Time{} }) }

// alike makes an event speak for others to which the same happens.
func (s *stage) alike(ev *alarm.Event, a actor, names ...string) *alarm.Event {
	for _, name := range names {
		other := a.but(func(*fleet.Term) {})
		other.in.ID, other.in.Name = "other-"+name, name
		ev.Details.Others = append(ev.Details.Others, s.affected(other, ev.At))
	}
	return ev
}

// lost makes an event one of a date that is not known any more.
func lost(ev *alarm.Event) { ev.Known, ev.Details.At = false, time.Time{} }

func TestNoticesForSeveralInstances(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	owes, held := s.owing(cast["MQTT, billed by use"]), s.owing(cast["MQTT"])
	chinese := owes.but(func(*fleet.Term) {}).of(func(p *fleet.Account) { p.Name = "销售部" })
	chinese.in.Account, chinese.in.Name = "销售部", "Orders of all Europe"
	stops, deleted := moment(s.course(owes), alarm.Suspension), moment(s.course(owes), alarm.Release)
	paid := owes.of(func(p *fleet.Account) {
		p.OverdueSince, p.Balance = time.Time{}, &fleet.Balance{Amount: 5_000_000_000, Currency: "CNY"}
	})
	s.golden("alike", []scene{
		{"suspension: one more", s.alike(s.event(alarm.Raised, alarm.Suspension, owes, stops.Add(-12*time.Hour)), owes, "Stock")},
		{"suspension: three more, at its moment", s.alike(s.event(alarm.Escalated, alarm.Suspension, owes, stops), owes, "Stock", "Mail", "Meters")},
		{"suspension: one more, of an account with a Chinese name", s.alike(s.event(alarm.Raised, alarm.Suspension, chinese, stops.Add(-12*time.Hour)), chinese, "Stock")},
		{"suspension: one more, over", s.alike(s.event(alarm.Cleared, alarm.Suspension, paid, stops.Add(day)), paid, "Stock")},
		{"release: two more", s.alike(s.event(alarm.Raised, alarm.Release, owes, deleted.Add(-3*day)), owes, "Stock", "Mail")},
		{"release: two more, over", s.alike(s.event(alarm.Cleared, alarm.Release, paid, deleted.Add(-day)), paid, "Stock", "Mail")},
		{"cannot_renew: two more", s.alike(s.event(alarm.Raised, alarm.CannotRenew, held, s.end.Add(-3*day)), held, "Stock", "Mail")},
	})
}

// TestNoticesOfUnknownDates: what a notice says when its date is not known any more.
func TestNoticesOfUnknownDates(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	var scenes []scene
	for _, rule := range []alarm.RuleName{alarm.Expiry, alarm.Suspension, alarm.Release, alarm.AutoRenewal, alarm.CannotRenew} {
		for _, name := range []string{"IoT Enterprise", "RocketMQ 4.x Platinum, downgrade set"} {
			scenes = append(scenes, scene{string(rule) + ": " + name, with(s.event(alarm.Reminded, rule, cast[name].dateless(), s.end), lost)})
		}
	}
	reported := cast["MQTT"].dateless().but(func(t *fleet.Term) { t.SuspendsAt, t.ReleasesAt = s.end.Add(-10*day), s.end })
	down := cast["RocketMQ 4.x Platinum, downgrade set"].dateless().but(func(t *fleet.Term) { t.SuspendsAt, t.ReleasesAt = s.end.Add(-10*day), s.end })
	s.golden("unknown_dates", append(scenes,
		scene{"expiry: the cloud tells stop and release, and no end", with(s.event(alarm.Reminded, alarm.Expiry, reported, s.end.Add(-12*day)), lost)},
		scene{"suspension: the cloud tells it, and no end", s.event(alarm.Raised, alarm.Suspension, reported, s.end.Add(-11*day))},
		scene{"release: the cloud tells it, and no end", s.event(alarm.Raised, alarm.Release, reported, s.end.Add(-3*day))},
		scene{"release: the cloud told it, and no end", s.event(alarm.Reminded, alarm.Release, reported, s.end.Add(day))},
		scene{"suspension: the cloud tells it where a downgrade is set, and no end", s.event(alarm.Raised, alarm.Suspension, down, s.end.Add(-11*day))},
		scene{"release: the cloud tells it where a downgrade is set, and no end", s.event(alarm.Raised, alarm.Release, down, s.end.Add(-3*day))},
		scene{"release: the cloud told it where a downgrade is set, and no end", s.event(alarm.Reminded, alarm.Release, down, s.end.Add(day))},
		scene{"overdue: nobody knows since when", with(s.event(alarm.Reminded, alarm.Overdue, cast["MQTT, billed by use"], s.end), lost)},
		scene{"overdue: a subscription, nobody knows since when", with(s.event(alarm.Reminded, alarm.Overdue, cast["MQTT"], s.end.Add(-day)), lost)},
		scene{"overdue: a subscription of which no end is known", s.event(alarm.Raised, alarm.Overdue, cast["MQTT"].dateless().but(func(t *fleet.Term) { t.OverdueSince = s.end }), s.end.Add(day))},
		scene{"overdue: a subscription that has ended", s.event(alarm.Raised, alarm.Overdue, cast["MQTT"].but(func(t *fleet.Term) { t.OverdueSince = s.end }), s.end.Add(day))},
	))
}

// TestNoticesOfRareCourses: products of one's own, policies that nobody ships, and
// dates that a cloud tells otherwise.
func TestNoticesOfRareCourses(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	s.catalogue.Policies["graceful"] = fleet.Policy{
		Name: "graceful", Method: fleet.Subscription, Downgrades: true,
		Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 3}, {State: fleet.LifecycleSuspended, Days: 3}, {State: fleet.LifecycleReleased}},
	}
	under := func(a actor, policy string) actor { return a.but(func(t *fleet.Term) { t.Policy = policy }) }
	own := under(cast["a product without a policy"], "mqtt")
	bare := under(cast["MQTT"], "")
	down := under(cast["RocketMQ 4.x Platinum, downgrade set"], "graceful")
	later := cast["IoT Enterprise"].but(func(t *fleet.Term) { t.SuspendsAt = s.end.Add(3 * day) })
	bulk := s.alike(s.event(alarm.Raised, alarm.Expiry, later, s.end.Add(-3*day)), later, "Stock")
	renewing := cast["RocketMQ 5.x"].but(func(t *fleet.Term) { t.AutoRenew = true })
	bin, unpaid := cast["Redis"], cast["Redis, billed by use"]
	owes := s.owing(cast["MQTT"])
	var scenes []scene
	on := func(rule alarm.RuleName, what string, a actor, days ...int) {
		for _, d := range days {
			scenes = append(scenes, scene{fmt.Sprintf("%s: %s, day %+d", rule, what, d), s.event(alarm.Reminded, rule, a, s.end.AddDate(0, 0, d))})
		}
	}
	on(alarm.Expiry, "a product of one's own", own, -3, 1)
	on(alarm.Release, "a product of one's own", own, 28)
	on(alarm.Expiry, "MQTT without a policy", bare, -3, 1)
	on(alarm.Expiry, "RocketMQ 5.x, to be renewed automatically", renewing, -10, -3, 1)
	on(alarm.Expiry, "MQTT, its account is overdue", owes, -3, 1)
	on(alarm.Expiry, "a downgrade after days of grace", down, -3, 0, 1, 3, 4, 6)
	on(alarm.Suspension, "a downgrade after days of grace", down, 1, 4)
	on(alarm.Expiry, "Redis", bin, 16, 31, 40)
	on(alarm.Suspension, "Redis", bin, 16, 31, 40)
	on(alarm.Overdue, "Redis, billed by use", unpaid, 16, 31, 40)
	s.golden("rare_courses", append(scenes,
		scene{"expiry: two of IoT Platform that are stopped three days after their ends", bulk},
		scene{"suspension: later today", s.event(alarm.Raised, alarm.Suspension, cast["IoT legacy public"], s.end.Add(14*time.Hour))},
		scene{"auto_renewal: one attempt is left", s.event(alarm.Reminded, alarm.AutoRenewal, renewing, s.end.Add(-36*time.Hour))},
		scene{"suspension: billed by use, and nobody knows the account", with(s.event(alarm.Raised, alarm.Suspension, cast["MQTT, billed by use"], s.end.Add(25*time.Hour)), func(ev *alarm.Event) { ev.Details.Account = nil })},
	))
}

// TestNoticesOfEndings has an event for each reason why an episode is over.
func TestNoticesOfEndings(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	renewed := func(name string) actor {
		return cast[name].but(func(t *fleet.Term) { t.Expires = s.end.AddDate(1, 0, 0) })
	}
	settled := func(name string) actor {
		return cast[name].but(func(t *fleet.Term) { t.OverdueSince = time.Time{} })
	}
	as := func(goesOn bool, heading string, rule alarm.RuleName, a actor, now time.Time) scene {
		return scene{heading, with(s.event(alarm.Cleared, rule, a, now), func(ev *alarm.Event) { ev.Details.Renewed = goesOn })}
	}
	free := cast["MQTT"].but(func(t *fleet.Term) { t.Method = fleet.Free })
	down := cast["RocketMQ 4.x Platinum, downgrade set"]
	now := s.end.Add(-day)
	s.golden("endings", []scene{
		as(true, "suspension: renewed", alarm.Suspension, renewed("IoT Enterprise"), now),
		as(true, "release: renewed", alarm.Release, renewed("Redis"), now),
		as(true, "expiry: another end counts, which is past", alarm.Expiry, cast["MQTT"], s.end.Add(day)),
		as(false, "cannot_renew: the account has paid after the end", alarm.CannotRenew, cast["MQTT"], s.end.Add(day)),
		as(false, "auto_renewal: switched off after the end", alarm.AutoRenewal, cast["MQTT"], s.end.Add(day)),
		as(false, "auto_renewal: it is billed by use now", alarm.AutoRenewal, settled("MQTT, billed by use"), now),
		as(true, "auto_renewal: it has paid", alarm.AutoRenewal, renewed("RocketMQ 5.x"), now),
		as(false, "overdue: the account's alarm speaks for it", alarm.Overdue, cast["IoT legacy public"], s.end.Add(day)),
		as(false, "overdue: the bill of one of IoT Platform is paid", alarm.Overdue, settled("IoT legacy public"), s.end.Add(day)),
		as(false, "expiry: converted", alarm.Expiry, down, s.end.AddDate(0, 0, 8)),
		as(false, "release: to be converted", alarm.Release, down, now),
		as(false, "expiry: free now", alarm.Expiry, free, now),
		as(false, "release: free now", alarm.Release, free, now),
		as(false, "expiry: billed by use now", alarm.Expiry, settled("MQTT, billed by use"), now),
		as(false, "suspension: no bill is overdue", alarm.Suspension, settled("IoT legacy public"), s.end.Add(day)),
		as(false, "suspension: called off", alarm.Suspension, cast["Redis"], now),
		as(false, "release: called off", alarm.Release, cast["IoT Enterprise"], now),
		as(false, "expiry: nobody knows why", alarm.Expiry, cast["IoT Enterprise"], now),
		as(false, "cannot_renew: the end is not known", alarm.CannotRenew, cast["MQTT"].dateless(), now),
	})
}

func TestNoticesOfRareAccounts(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	now := s.end.Add(time.Hour)
	named := func(a actor, name string, change func(*fleet.Term)) actor {
		out := a.but(change)
		out.in.Name = name
		return out
	}
	same := func(*fleet.Term) {}
	ends := func(at time.Time) func(*fleet.Term) {
		return func(t *fleet.Term) { t.Expires, t.AutoRenew = at, true }
	}
	chat, shop := named(cast["MQTT"], "Chat", ends(s.end.AddDate(0, 0, 20))), named(cast["MQTT"], "Shop of all Europe", ends(s.end.AddDate(0, 0, 9)))
	gone := named(cast["MQTT, billed by use"], "Orders", same)
	sure := named(cast["MQTT, billed by use"], "Stock", func(t *fleet.Term) { t.Policy = "" })
	payer := func(change func(*fleet.Account)) *fleet.Account {
		a := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: -1_234_500_000, Currency: "CNY"}, LowBalance: 500_000_000}
		change(a)
		return a
	}
	nothing := func(*fleet.Account) {}
	poor := func(a *fleet.Account) { a.Balance.Amount = 80_000_000 }
	s.golden("rare_accounts", []scene{
		{"overdue: nobody knows since when", s.accountEvent(alarm.Raised, alarm.Overdue, payer(nothing), now, chat)},
		{"overdue: since a moment that is ahead, by this clock", s.accountEvent(alarm.Raised, alarm.Overdue, payer(func(a *fleet.Account) { a.OverdueSince = now.Add(1) }), now, chat)},
		{"overdue: since this moment", s.accountEvent(alarm.Raised, alarm.Overdue, payer(func(a *fleet.Account) { a.OverdueSince = now }), now, chat)},
		{"overdue: no balance is known", s.accountEvent(alarm.Raised, alarm.Overdue, payer(func(a *fleet.Account) { a.Balance, a.OverdueSince = nil, s.end }), now, chat)},
		{"overdue: a month later", s.accountEvent(alarm.Reminded, alarm.Overdue, payer(func(a *fleet.Account) { a.OverdueSince = s.end }), now.AddDate(0, 1, 0), gone, sure, chat, named(cast["MQTT"], "Shop", func(t *fleet.Term) { t.Expires = time.Time{} }))},
		{"overdue: two stop, with names that are long or Chinese", s.accountEvent(alarm.Raised, alarm.Overdue, payer(func(a *fleet.Account) { a.OverdueSince = s.end }), now, named(gone, "订单", same), named(gone, "Orders of all Europe", same))},
		{"overdue: an account with a long name", s.accountEvent(alarm.Raised, alarm.Overdue, payer(func(a *fleet.Account) { a.Name = "the whole of the acme corporation" }), now, chat)},
		{"overdue: an account with a Chinese name, so it is UCS-2", s.accountEvent(alarm.Raised, alarm.Overdue, payer(func(a *fleet.Account) { a.Name = "销售部" }), now, chat)},
		{"overdue: paid, and no balance is known", s.accountEvent(alarm.Cleared, alarm.Overdue, payer(func(a *fleet.Account) { a.Balance = nil }), now)},
		{"low_balance: two renew, one is billed by use", s.accountEvent(alarm.Raised, alarm.LowBalance, payer(poor), now, chat, shop, gone)},
		{"low_balance: a Chinese name is renewed", s.accountEvent(alarm.Raised, alarm.LowBalance, payer(poor), now, named(chat, "订单", ends(s.end.AddDate(0, 0, 3))))},
		{"low_balance: reminded, a bill is unpaid and no balance is known", s.accountEvent(alarm.Reminded, alarm.LowBalance, payer(func(a *fleet.Account) { a.Balance, a.OverdueSince = nil, s.end }), now, chat)},
		{"low_balance: reminded, and its threshold is gone", s.accountEvent(alarm.Reminded, alarm.LowBalance, payer(func(a *fleet.Account) { a.LowBalance = 0 }), now, chat)},
		{"low_balance: over, and no balance is known", s.accountEvent(alarm.Cleared, alarm.LowBalance, payer(func(a *fleet.Account) { a.Balance = nil }), now)},
		{"low_balance: two stop", with(s.accountEvent(alarm.Reminded, alarm.LowBalance, payer(poor), now, chat, shop, gone), func(ev *alarm.Event) { ev.Known = false })},
	})
}

// TestEventsWithoutDetails: what is not known to be of the calendar or of an account
// has its reason as its body.
func TestEventsWithoutDetails(t *testing.T) {
	in := orders()
	for _, tt := range []struct {
		name     string
		key      alarm.Key
		instance *fleet.Instance
		details  *alarm.Details
	}{
		{"a forecast", alarm.Key{Rule: alarm.Forecast, Instance: in.ID, Metric: fleet.Connections}, in, nil},
		{"an expiry", alarm.Key{Rule: alarm.Expiry, Instance: in.ID, Metric: alarm.NoMetric}, in, nil},
		{"an expiry without a course", alarm.Key{Rule: alarm.Expiry, Instance: in.ID, Metric: alarm.NoMetric}, in, &alarm.Details{}},
		{"an account", alarm.Key{Rule: alarm.Overdue, Account: "acme", Metric: alarm.NoMetric}, nil, nil},
	} {
		ev := &alarm.Event{Kind: alarm.Raised, Key: tt.key, Code: "K7Q2", Severity: alarm.Warning, At: noon(), RaisedAt: noon(), Instance: tt.instance, Details: tt.details, Reason: "it is so"}
		for _, l := range lexicon.Languages() {
			if say := (Words{}).told(ev, l, time.UTC); len(say.facts) != 1 || say.facts[0].Message != "it is so" || len(say.steps) > 0 || say.advice != "" {
				t.Errorf("%s: %+v", tt.name, say)
			}
		}
	}
}

// TestAlertOfAnEnd: attempts that are left are no matter once an episode is over.
func TestAlertOfAnEnd(t *testing.T) {
	s := newStage(t)
	a := s.cast()["MQTT"].but(func(t *fleet.Term) { t.AutoRenew = true })
	for kind, want := range map[alarm.EventKind]bool{alarm.Raised: true, alarm.Reminded: true, alarm.Cleared: false} {
		_, got := s.words().alert(s.event(kind, alarm.AutoRenewal, a, s.end.Add(-8*day))).Annotations["attempts_left"]
		if got != want {
			t.Errorf("%s: attempts_left is there: %v", kind, got)
		}
	}
	expiry := s.words().alert(s.event(alarm.Raised, alarm.Expiry, a, s.end.Add(-8*day))).Annotations
	if _, ok := expiry["attempts_left"]; ok {
		t.Error("an expiry tells attempts of automatic renewal")
	}
	if names, ok := expiry["instances"]; ok {
		t.Errorf("it speaks for no others, and tells of %q", names)
	}
}
