package notifier

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/test/golden"
)

// scene is one event with a heading for whoever reads the golden file.
type scene struct {
	heading string
	ev      *alarm.Event
}

// played writes what is said of a scene: the text messages with their lengths, the
// descriptions, and the bodies that texts are made of, from the longest.
func (s *stage) played(sc scene) string {
	w := s.words()
	var b strings.Builder
	fmt.Fprintf(&b, "== %s\n", sc.heading)
	for _, l := range []words.Language{words.EN, words.ZH} {
		text := w.text(sc.ev, l, s.zone)
		n, gsm := sms.Segments(text)
		if n != 1 || gsm != (l == words.EN && !strings.Contains(sc.heading, "UCS-2")) {
			s.Errorf("%s: %d segments, GSM-7 %v: %s", sc.heading, n, gsm, text)
		}
		say, full := w.spoken(sc.ev, l, s.zone), w.told(sc.ev, l, s.zone)
		fmt.Fprintf(&b, "%s, %d segment, %d signs:\n    %s\n    > %s\n", l, n, utf8.RuneCountInString(text), text, full.description())
		for _, f := range say.facts {
			if f.Weight != facts.Full {
				fmt.Fprintf(&b, "    - %s\n", weighed(f))
			}
		}
	}
	return b.String()
}

// weighed writes the forms of a fact in a text message, before them how soon it goes.
func weighed(f lexicon.Part) string {
	out := [...]string{facts.Aside: "aside", facts.Plain: "plain", facts.Grave: "grave", facts.Gravest: "gravest"}[f.Weight] + ": " + strings.TrimSpace(f.Message)
	for _, shorter := range []string{f.Tight, f.Brief} {
		if shorter != "" && shorter != f.Message {
			out += " | " + strings.TrimSpace(shorter)
		}
	}
	return out
}

// golden holds scenes against a file; -update writes it anew.
func (s *stage) golden(name string, scenes []scene) {
	s.Helper()
	var b strings.Builder
	for i, sc := range scenes {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.played(sc))
	}
	golden.Equal(s, filepath.Join("notices", name+".txt"), []byte(b.String()))
}

// cast is one actor of each kind.
func (s *stage) cast() map[string]actor {
	downgrade := func(t *fleet.Term) { t.PostExpiration = fleet.Downgrade }
	return map[string]actor{
		"MQTT":                                 s.paid("Orders", "mqtt", "basic", fleet.Subscription),
		"MQTT, billed by use":                  s.paid("Orders", "mqtt", "basic", fleet.PayAsYouGo),
		"RocketMQ 4.x Platinum":                s.paid("Orders", "rocketmq", "platinum-4", fleet.Subscription),
		"RocketMQ 4.x Platinum, downgrade set": s.paid("Orders", "rocketmq", "platinum-4", fleet.Subscription).but(downgrade),
		"RocketMQ 4.x Standard":                s.paid("Orders", "rocketmq", "standard-4", fleet.PayAsYouGo),
		"RocketMQ 5.x":                         s.paid("Orders", "rocketmq", "professional", fleet.Subscription),
		"IoT Enterprise":                       s.paid("Orders", "iot", "enterprise", fleet.Subscription),
		"IoT legacy public":                    s.paid("Orders", "iot", "public-legacy", fleet.PayAsYouGo),
		"IoT new public":                       s.paid("Orders", "iot", "public-new", fleet.Free),
		"Redis":                                s.paid("Orders", "redis", "community", fleet.Subscription),
		"Redis, billed by use":                 s.paid("Orders", "redis", "community", fleet.PayAsYouGo),
		"a product without a policy":           s.paid("Orders", "ours", "", fleet.Subscription),
	}
}

func subscribed() []string {
	return []string{"MQTT", "RocketMQ 4.x Platinum", "RocketMQ 4.x Platinum, downgrade set", "RocketMQ 5.x", "IoT Enterprise", "Redis", "a product without a policy"}
}

func billed() []string {
	return []string{"MQTT, billed by use", "RocketMQ 4.x Standard", "IoT legacy public", "Redis, billed by use"}
}

// beat is one event of a course, by how long after its moment it is told.
type beat struct {
	name  string
	kind  alarm.EventKind
	after time.Duration
}

const day = 24 * time.Hour

func beats() []beat {
	return []beat{
		{"3 days ahead", alarm.Raised, -3 * day}, {"at its moment", alarm.Escalated, 4 * time.Second}, {"30 hours late, after downtime", alarm.Raised, 30 * time.Hour},
	}
}

// dates plays the beats of a rule for each actor that it concerns.
func (s *stage) dates(rule alarm.RuleName, actors []string, beats []beat) []scene {
	var out []scene
	for _, name := range actors {
		a := s.cast()[name]
		at := moment(s.course(a), rule)
		if at.IsZero() {
			continue
		}
		for _, b := range beats {
			out = append(out, scene{fmt.Sprintf("%s: %s, %s, %s", rule, name, b.name, b.kind), s.event(b.kind, rule, a, at.Add(b.after))})
		}
	}
	return out
}

func TestNoticesOfTheCalendar(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	renewed := func(name string) actor {
		return cast[name].but(func(t *fleet.Term) { t.Expires = s.end.AddDate(1, 0, 0) })
	}
	single := func(rule alarm.RuleName) []scene {
		a := cast["IoT Enterprise"]
		return []scene{
			{string(rule) + ": still so two days later, reminded", s.event(alarm.Reminded, rule, a, moment(s.course(a), rule).Add(2*day))},
			{string(rule) + ": renewed", s.event(alarm.Cleared, rule, renewed("IoT Enterprise"), s.end.Add(-day))},
			{string(rule) + ": no longer watched", s.event(alarm.Withdrawn, rule, a, s.end)},
		}
	}
	all := append(subscribed(), billed()...)
	s.golden("expiry", append(s.dates(alarm.Expiry, subscribed(), beats()), single(alarm.Expiry)...))
	s.golden("suspension", append(s.dates(alarm.Suspension, all, []beat{{"a day ahead", alarm.Raised, -day}, beats()[1], beats()[2]}), single(alarm.Suspension)...))
	s.golden("release", append(s.dates(alarm.Release, all, beats()), single(alarm.Release)...))

	unpaid := []beat{{"at once", alarm.Raised, 4 * time.Second}, {"five days later", alarm.Reminded, 5 * day}}
	bill := func(name string) actor {
		return cast[name].but(func(t *fleet.Term) { t.OverdueSince, t.Expires = s.end, s.end.AddDate(0, 2, 0) })
	}
	settled := cast["MQTT, billed by use"].but(func(t *fleet.Term) { t.OverdueSince = time.Time{} })
	s.golden("overdue", append(s.dates(alarm.Overdue, billed(), unpaid),
		scene{"overdue: a subscription", s.event(alarm.Raised, alarm.Overdue, bill("IoT Enterprise"), s.end.Add(time.Hour))},
		scene{"overdue: paid", s.event(alarm.Cleared, alarm.Overdue, settled, s.end.Add(day))},
		scene{"overdue: no longer watched", s.event(alarm.Withdrawn, alarm.Overdue, settled, s.end.Add(day))},
	))

	automatic := func(name string) actor {
		return cast[name].but(func(t *fleet.Term) { t.AutoRenew = true }).of(func(a *fleet.Account) { a.Balance = &fleet.Balance{Amount: 1_012_500_000, Currency: "CNY"} })
	}
	var scenes []scene
	for _, name := range subscribed()[:6] {
		a := automatic(name)
		at := s.end.AddDate(0, 0, 1-s.course(a).Policy.Renewal.First)
		scenes = append(scenes, scene{"auto_renewal: " + name + ", a day after its first attempt", s.event(alarm.Raised, alarm.AutoRenewal, a, at)})
	}
	off := cast["MQTT"]
	scenes = append(scenes,
		scene{"auto_renewal: the last attempt is made", s.event(alarm.Reminded, alarm.AutoRenewal, automatic("MQTT"), s.end.Add(-12*time.Hour))},
		scene{"auto_renewal: the term is over", s.event(alarm.Reminded, alarm.AutoRenewal, automatic("MQTT"), s.end.Add(12*time.Hour))},
		scene{"auto_renewal: it has paid", s.event(alarm.Cleared, alarm.AutoRenewal, renewed("MQTT"), s.end.Add(-7*day))},
		scene{"auto_renewal: switched off", with(s.event(alarm.Cleared, alarm.AutoRenewal, off, s.end.Add(-7*day)), func(ev *alarm.Event) { ev.Details.Renewed = false })},
	)
	s.golden("auto_renewal", scenes)

	broke := func(name string) actor {
		return cast[name].of(func(a *fleet.Account) {
			a.Balance, a.OverdueSince = &fleet.Balance{Amount: -1_234_500_000, Currency: "CNY"}, s.end.Add(-20*day)
		})
	}
	scenes = nil
	for _, name := range subscribed() {
		scenes = append(scenes, scene{"cannot_renew: " + name, s.event(alarm.Raised, alarm.CannotRenew, broke(name), s.end.Add(-20*day))})
	}
	scenes = append(scenes,
		scene{"cannot_renew: the term is over", s.event(alarm.Reminded, alarm.CannotRenew, broke("IoT Enterprise"), s.end.Add(5*day))},
		scene{"cannot_renew: the account has paid", with(s.event(alarm.Cleared, alarm.CannotRenew, cast["IoT Enterprise"], s.end.Add(-5*day)), func(ev *alarm.Event) { ev.Details.Renewed = false })},
	)
	s.golden("cannot_renew", scenes)

	cold := cast["IoT new public"].but(func(t *fleet.Term) { t.OverdueSince, t.Frozen = time.Time{}, true })
	s.golden("frozen", []scene{
		{"frozen: IoT new public", s.event(alarm.Raised, alarm.FrozenRule, cold, s.end)},
		{"frozen: the trial goes on", s.event(alarm.Cleared, alarm.FrozenRule, cast["IoT new public"], s.end)},
	})
}

func TestNoticesInBulk(t *testing.T) {
	s := newStage(t)
	first := s.paid("Orders", "iot", "enterprise", fleet.Subscription)
	ev := s.event(alarm.Raised, alarm.Expiry, first, s.end.Add(-7*day))
	for i, name := range []string{"Stock", "Mail", "Telemetry of the vehicles"} {
		other := s.paid(name, "iot", "enterprise", fleet.Subscription).but(func(t *fleet.Term) { t.Expires = s.end.AddDate(0, 0, 2*i+1) })
		other.in.ID = "iot-" + name
		ev.Details.Others = append(ev.Details.Others, s.affected(other, ev.At))
	}
	two := with(s.event(alarm.Raised, alarm.Expiry, first, s.end.Add(-7*day)), func(two *alarm.Event) { two.Details.Others = ev.Details.Others[:1] })
	s.golden("bulk", []scene{{"expiry: four instances of IoT Platform in one week", ev}, {"expiry: two instances of IoT Platform in one week", two}})
}

func TestNoticesOfAccounts(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	now := s.end.Add(time.Hour)
	byUse := func(name string) actor {
		return cast[name].but(func(t *fleet.Term) { t.OverdueSince = time.Time{} })
	}
	named := func(a actor, name string) actor { a.in.Name = name; return a }
	fleetOf := []actor{
		named(byUse("MQTT, billed by use"), "Orders"), named(byUse("RocketMQ 4.x Standard"), "Stock"), named(byUse("IoT legacy public"), "Meters"),
		named(byUse("Redis, billed by use"), "Sessions"), named(byUse("IoT new public"), "Trial"),
		named(cast["IoT Enterprise"].but(func(t *fleet.Term) { t.Expires = s.end.AddDate(0, 0, 9) }), "Vehicles"),
		named(cast["MQTT"].but(func(t *fleet.Term) { t.Expires, t.AutoRenew = s.end.AddDate(0, 0, 20), true }), "Chat"),
	}
	broke := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: -1_234_500_000, Currency: "CNY"}, OverdueSince: s.end, LowBalance: 500_000_000}
	low := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: 80_000_000, Currency: "CNY"}, LowBalance: 500_000_000}
	rich := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: 5_000_000_000, Currency: "CNY"}, LowBalance: 500_000_000}
	unknown := &fleet.Account{Name: "acme", Zone: s.zone, LowBalance: 500_000_000}
	lost := func(ev *alarm.Event) { ev.Known = false }
	s.golden("account", []scene{
		{"overdue: an account", s.accountEvent(alarm.Raised, alarm.Overdue, broke, now, fleetOf...)},
		{"overdue: two days later", s.accountEvent(alarm.Reminded, alarm.Overdue, broke, now.Add(2*day), fleetOf...)},
		{"overdue: an account with one instance", s.accountEvent(alarm.Raised, alarm.Overdue, broke, now, fleetOf[0])},
		{"overdue: an account without instances", s.accountEvent(alarm.Raised, alarm.Overdue, broke, now)},
		{"overdue: its balance is not known any more", with(s.accountEvent(alarm.Reminded, alarm.Overdue, unknown, now, fleetOf...), lost)},
		{"overdue: paid", s.accountEvent(alarm.Cleared, alarm.Overdue, rich, now, fleetOf...)},
		{"low_balance: an account", s.accountEvent(alarm.Raised, alarm.LowBalance, low, now, fleetOf...)},
		{"low_balance: nothing renews from it", s.accountEvent(alarm.Reminded, alarm.LowBalance, low, now)},
		{"low_balance: its balance is not known any more", with(s.accountEvent(alarm.Reminded, alarm.LowBalance, unknown, now), lost)},
		{"low_balance: topped up", s.accountEvent(alarm.Cleared, alarm.LowBalance, rich, now, fleetOf...)},
		{"low_balance: no longer watched", s.accountEvent(alarm.Withdrawn, alarm.LowBalance, rich, now)},
	})
}
