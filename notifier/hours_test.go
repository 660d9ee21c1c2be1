package notifier

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// step is an event of a rule of the calendar so long before its moment.
func step(kind alarm.EventKind, rule alarm.RuleName, now time.Time, left time.Duration) *alarm.Event {
	ev := connections(kind)
	ev.Key.Rule, ev.Key.Metric, ev.At = rule, alarm.NoMetric, now
	ev.Details = &alarm.Details{At: now.Add(left), Lead: max(left, 0), Course: &fleet.Course{Zone: time.UTC, Term: fleet.Term{Expires: now.Add(left)}}}
	return ev
}

// TestHourFor: what waits for nine o'clock, and what does not.
func TestHourFor(t *testing.T) {
	const day = 24 * time.Hour
	nine := 9 * 60
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, shanghai) }
	for _, tt := range []struct {
		name string
		kind alarm.EventKind
		rule alarm.RuleName
		now  time.Time
		left time.Duration
		last bool
		off  bool
		want time.Time // zero is at once
	}{
		{"seven days ahead, at midnight", alarm.Raised, alarm.Expiry, at(4, 0), 7 * day, false, false, at(4, 9)},
		{"seven days ahead, in the afternoon", alarm.Raised, alarm.Expiry, at(4, 15), 7 * day, false, false, at(5, 9)},
		{"a sharper step", alarm.Escalated, alarm.Release, at(4, 0), 3 * day, false, false, at(4, 9)},
		{"a day ahead, at midnight", alarm.Escalated, alarm.Suspension, at(4, 0), day, false, false, at(4, 9)},
		{"a day ahead, in the afternoon: nine o'clock would leave too little", alarm.Escalated, alarm.Suspension, at(4, 15), day, false, false, time.Time{}},
		{"the evening before", alarm.Escalated, alarm.Expiry, at(4, 18), 9 * time.Hour, false, false, time.Time{}},
		{"the last warning", alarm.Escalated, alarm.Expiry, at(4, 0), day, true, false, time.Time{}},
		{"at nine", alarm.Escalated, alarm.Expiry, at(4, 9), 3 * day, false, false, time.Time{}},
		{"it has happened", alarm.Escalated, alarm.Release, at(4, 0), 0, false, false, time.Time{}},
		{"it has happened while Brimwatch was down", alarm.Escalated, alarm.Release, at(4, 3), -9 * day, false, false, time.Time{}},
		{"a reminder of what is ahead", alarm.Reminded, alarm.Expiry, at(4, 0), 3 * day, false, false, at(4, 9)},
		{"a reminder of what has happened", alarm.Reminded, alarm.Expiry, at(4, 0), -day, false, false, at(4, 9)},
		{"automatic renewal", alarm.Raised, alarm.AutoRenewal, at(4, 0), 8 * day, false, false, at(4, 9)},
		{"cannot renew", alarm.Raised, alarm.CannotRenew, at(4, 0), 30 * day, false, false, at(4, 9)},
		{"an unpaid bill is no step", alarm.Raised, alarm.Overdue, at(4, 0), 0, false, false, time.Time{}},
		{"nor is a frozen instance", alarm.Raised, alarm.FrozenRule, at(4, 0), day, false, false, time.Time{}},
		{"nor is a reading", alarm.Raised, alarm.Capacity, at(4, 0), day, false, false, time.Time{}},
		{"off", alarm.Raised, alarm.Expiry, at(4, 0), 7 * day, false, true, time.Time{}},
	} {
		ev := step(tt.kind, tt.rule, tt.now.UTC(), tt.left)
		ev.Details.Last = tt.last
		target := Target{Zone: shanghai, Hour: &nine}
		if tt.off {
			target.Hour = nil
		}
		if got := hourFor(ev, target, tt.now.UTC()); !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got.In(shanghai), tt.want)
		}
	}
}

// by is a target of a channel.
func by(channel, name string) Target {
	return Target{Recipient: Recipient{Channel: channel, Name: channel + "/" + name, Address: name}, Zone: time.UTC}
}

// TestHoursCompose: the hour with quiet hours, mute times, silences, groups, escalations, rotas
// and webhooks. It is noon; people are told at one o'clock.
func TestHoursCompose(t *testing.T) {
	one := 13 * 60
	at := func(target Target) Target {
		target.Hour = &one
		return target
	}
	quiet := func(target Target, to int) Target {
		target.Quiet = &Quiet{From: 11 * 60, To: to}
		return target
	}
	silence := func(until time.Duration) []Silence {
		return []Silence{{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(until)}}
	}
	for _, tt := range []struct {
		name      string
		kind      alarm.EventKind
		left      time.Duration
		receivers []Receiver
		silences  []Silence
		want      []string
	}{
		{"a person waits, a webhook does not", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", Targets: []Target{at(phone("wei", "+1")), hook("h")}}}, nil,
			[]string{"raised sms/wei r held: told at 13:00 (calendar_at) until 13:00:00", "raised webhook/h r"}},
		{"a webhook with an hour of its own", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", Targets: []Target{at(hook("h"))}}}, nil,
			[]string{"raised webhook/h r held: told at 13:00 (calendar_at) until 13:00:00"}},
		{"quiet until before", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", Targets: []Target{quiet(at(phone("wei", "+1")), 12*60+30)}}}, nil,
			[]string{"raised sms/wei r held: told at 13:00 (calendar_at) until 13:00:00"}},
		{"quiet until after", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", Targets: []Target{quiet(at(phone("wei", "+1")), 14*60)}}}, nil,
			[]string{"raised sms/wei r held: quiet hours until 14:00:00"}},
		{"silent until before", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", Targets: []Target{at(phone("wei", "+1"))}}}, silence(30 * time.Minute),
			[]string{"raised sms/wei r held: told at 13:00 (calendar_at) until 13:00:00"}},
		{"silent until after", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", Targets: []Target{at(phone("wei", "+1"))}}}, silence(2 * time.Hour),
			[]string{"raised sms/wei r held: silenced by s1 until 14:00:00"}},
		{"a group that waits", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", GroupWait: time.Minute, Targets: []Target{at(phone("wei", "+1")), phone("li", "+2")}}}, nil,
			[]string{"raised sms/wei r held: told at 13:00 (calendar_at) until 13:00:00", "raised sms/li r until 12:01:00"}},
		{"what has happened, in quiet hours", alarm.Escalated, 0, []Receiver{{Name: "r", Targets: []Target{quiet(at(phone("wei", "+1")), 14*60)}}}, nil,
			[]string{"escalated sms/wei r held: quiet hours until 14:00:00"}},
		{"an escalation counts from when somebody is told", alarm.Raised, 72 * time.Hour, []Receiver{
			{Name: "r", Targets: []Target{at(phone("wei", "+1")), hook("h")}, Escalate: []Escalation{{After: 15 * time.Minute, To: []string{"managers"}}}},
			{Name: "managers", Targets: []Target{phone("tom", "+3")}},
		}, nil, []string{
			"raised sms/wei r held: told at 13:00 (calendar_at) until 13:00:00", "raised webhook/h r",
			"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2 until 13:15:00",
		}},
		{"who gets e-mail counts as somebody, a program does not", alarm.Raised, 72 * time.Hour, []Receiver{
			{Name: "r", Targets: []Target{at(by("email", "li")), by("alertmanager", "am")}, Escalate: []Escalation{{After: 15 * time.Minute, To: []string{"managers"}}}},
			{Name: "managers", Targets: []Target{phone("tom", "+3")}},
		}, nil, []string{
			"raised email/li r held: told at 13:00 (calendar_at) until 13:00:00", "raised alertmanager/am r",
			"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2 until 13:15:00",
		}},
		{"somebody is told at once, and so does the escalation count", alarm.Raised, 72 * time.Hour, []Receiver{
			{Name: "r", Targets: []Target{at(phone("wei", "+1")), phone("li", "+2")}, Escalate: []Escalation{{After: 15 * time.Minute, To: []string{"managers"}}}},
			{Name: "managers", Targets: []Target{at(phone("tom", "+3"))}},
		}, nil, []string{
			"raised sms/wei r held: told at 13:00 (calendar_at) until 13:00:00", "raised sms/li r",
			"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2, then told at 13:00 (calendar_at) until 13:00:00",
		}},
		{"who is on call at one", alarm.Raised, 72 * time.Hour, []Receiver{{Name: "r", OnCall: []OnCall{{
			Rota:   rota.Rota{Name: "primary", Days: 1, Minute: 12*60 + 30, Zone: time.UTC, People: []string{"wei", "li"}, First: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)},
			People: map[string]Target{"wei": at(phone("wei", "+1")), "li": at(phone("li", "+2"))},
		}}}}, nil, []string{"raised sms/li r held: told at 13:00 (calendar_at) until 13:00:00"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Entries{Receivers: map[string]Receiver{}, Default: []string{"r"}}
			for _, r := range tt.receivers {
				e.Receivers[r.Name] = r
			}
			got := told(Plan(NewDirectory(e), step(tt.kind, alarm.Expiry, noon(), tt.left), nil, tt.silences, noon()))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
