// Package cardtest has notices for the tests of channels that lay notices out: one of each
// kind, as they are really decided, in English and Chinese, and a bundle of many.
package cardtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// Scene is a message with a name.
type Scene struct {
	Name    string
	Message notifier.Message
}

// External is where the pages of Brimwatch are in all scenes.
const External = "https://brimwatch.example.com"

// Zone is the zone of who reads the scenes.
func Zone(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// noon is when the scenes are played.
func noon() time.Time { return time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) }

// Scenes are messages of each kind to a webhook in a language.
func Scenes(t testing.TB, l words.Language) []Scene {
	t.Helper()
	s := stage{t: t, language: l, zone: Zone(t)}
	s.to = notifier.Target{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall", Display: "https://hooks.example.com"}, Language: l, Zone: s.zone}
	s.directory = notifier.NewDirectory(notifier.Entries{
		Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{s.to}}},
		Default:   []string{"oncall"},
		Words:     notifier.Words{ExternalURL: External, Title: title, Guide: guide},
	})
	critical := capacity(alarm.Escalated)
	critical.Severity, critical.Usage, critical.Threshold = alarm.Critical, 4850, 0.9
	full := capacity(alarm.Raised)
	full.Severity, full.Usage, full.Threshold = alarm.Critical, 5210, 0.9
	ended := capacity(alarm.Cleared)
	ended.Usage, ended.Peak, ended.PeakOf, ended.At = 2900, 4100, 5000, noon().Add(25*time.Minute)
	reminded := capacity(alarm.Reminded)
	reminded.At = noon().Add(24 * time.Hour)
	silent := capacity(alarm.Raised)
	silent.Key = alarm.Key{Rule: alarm.NoData, Instance: silent.Instance.ID, Metric: alarm.NoMetric}
	silent.Reason, silent.Threshold, silent.Capacity = "connection refused", 0, 0
	return []Scene{
		{"raised", s.of(capacity(alarm.Raised))}, {"critical", s.of(critical)}, {"full", s.of(full)}, {"reminder", s.of(reminded)},
		{"ended", s.of(ended)}, {"calendar", s.of(s.expiry())}, {"account", s.of(s.overdue())}, {"no_data", s.of(silent)},
		{"test", s.message(notifier.TestNotice(s.directory, s.to, noon()))},
		{"bundle", s.bundle(70)},
	}
}

// Raised is the beginning of one alarm, as Scenes has it.
func Raised(t testing.TB, l words.Language) notifier.Message {
	t.Helper()
	return Scenes(t, l)[0].Message
}

type stage struct {
	t         testing.TB
	language  words.Language
	zone      *time.Location
	to        notifier.Target
	directory *notifier.Directory
}

// of is the message that an event causes.
func (s *stage) of(ev *alarm.Event) notifier.Message {
	s.t.Helper()
	told := []notifier.Addressee{{Receiver: "oncall", Recipient: s.to.Recipient.Name, Channel: "webhook", Display: s.to.Recipient.Display, ToldAt: noon()}}
	notices := notifier.Plan(s.directory, ev, told, nil, ev.At)
	if len(notices) != 1 {
		s.t.Fatalf("an event of the kind %s causes %d notices", ev.Kind, len(notices))
	}
	return s.message(notices...)
}

func (s *stage) message(notices ...notifier.Notice) notifier.Message {
	return notifier.Message{ID: "msg_2kq7", Recipient: s.to.Recipient, Notices: notices, Attempt: 1}
}

// bundle is many alarms at once: some critical, some that last, some that are over.
func (s *stage) bundle(n int) notifier.Message {
	var out []notifier.Notice
	for i := range n {
		kind := alarm.Raised
		switch {
		case i%10 == 9:
			kind = alarm.Reminded
		case i%7 == 6:
			kind = alarm.Cleared
		}
		ev := capacity(kind)
		in := *ev.Instance
		in.ID, in.Name = fmt.Sprintf("mqtt-cn-%03d", i+1), fmt.Sprintf("Orders-%d", i+1)
		ev.Instance, ev.Key.Instance = &in, in.ID
		ev.Code = fmt.Sprintf("K%c%c%c", 'A'+i/20, '2'+i%8, 'A'+i%20)
		ev.Usage += float64(i * 10)
		if i%12 == 0 && kind == alarm.Raised {
			ev.Severity, ev.Usage, ev.Threshold = alarm.Critical, 4900, 0.9
		}
		out = append(out, s.of(ev).Notices...)
	}
	return s.message(out...)
}

func orders() *fleet.Instance {
	return &fleet.Instance{
		ID: "mqtt-cn-0pp1abc", Name: "Orders", Account: "acme", Product: "mqtt", Edition: "basic",
		Labels: []fleet.Label{{Name: "env", Value: "prod"}, {Name: "team", Value: "orders"}},
	}
}

// capacity is an event of connections that fill up.
func capacity(kind alarm.EventKind) *alarm.Event {
	return &alarm.Event{
		Kind: kind, Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-cn-0pp1abc", Metric: fleet.Connections},
		Code: "K7Q2", At: noon(), RaisedAt: noon(), Since: noon().Add(-time.Minute), Severity: alarm.Warning,
		Known: true, Usage: 3612, Capacity: 5000, Threshold: 0.7, Instance: orders(),
	}
}

// expiry is a term that ends in three days.
func (s *stage) expiry() *alarm.Event {
	in := orders()
	in.Term = fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: time.Date(2026, 11, 26, 0, 0, 0, 0, s.zone).UTC(), PostExpiration: fleet.Release}
	payer := &fleet.Account{Name: "acme", Zone: s.zone}
	course := in.Term.Course(fleet.Policy{
		Name: "mqtt", Method: fleet.Subscription,
		Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}},
	}, payer)
	return &alarm.Event{
		Kind: alarm.Raised, Key: alarm.Key{Rule: alarm.Expiry, Instance: in.ID, Metric: alarm.NoMetric}, Code: "M3B4", At: noon(), RaisedAt: noon(),
		Severity: alarm.Critical, Known: true, Instance: in,
		Details: &alarm.Details{At: course.Term.Expires, Course: &course, Lifecycle: course.At(noon()), Account: payer},
	}
}

// overdue is an account that has not paid.
func (s *stage) overdue() *alarm.Event {
	payer := &fleet.Account{
		Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: -1_234_500_000, Currency: "CNY"}, OverdueSince: noon().Add(-time.Hour), LowBalance: 500_000_000,
	}
	return &alarm.Event{
		Kind: alarm.Raised, Key: alarm.Key{Rule: alarm.Overdue, Account: payer.Name, Metric: alarm.NoMetric}, Code: "P9X1", At: noon(), RaisedAt: noon(),
		Severity: alarm.Critical, Known: true, Details: &alarm.Details{At: noon(), Account: payer},
	}
}

func title(_ *fleet.Instance, l words.Language) string {
	return l.Choose("MQTT Basic", "MQTT 基础版")
}

func guide(_ *fleet.Instance, l words.Language) fleet.Guide {
	return fleet.Guide{
		Renew: l.Choose("Renew it in the console under Subscription.", "请在控制台续费。"), Upgrade: l.Choose("Change the specification in the console.", "请在控制台升配。"),
		Contents: l.Choose("topics and group IDs", "Topic和Group ID"),
	}
}
