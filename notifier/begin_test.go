package notifier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/rota"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/test/golden"
)

// phone is the target of a contact with a number.
func phone(name, number string) Target {
	return Target{Recipient: Recipient{Channel: "sms", Name: "sms/" + name, Address: number, Display: name}, Channel: nobody{}, Zone: time.UTC}
}

func hook(receiver string) Target {
	return Target{Recipient: Recipient{Channel: "webhook", Name: "webhook/" + receiver, Display: receiver}, Channel: nobody{}, Zone: time.UTC}
}

// daily is a rota in which wei is on call on 22 November 2026 until 13:00, and then li.
func daily(overrides ...rota.Override) OnCall {
	return OnCall{
		Rota: rota.Rota{
			Name: "primary", Days: 1, Minute: 13 * 60, Zone: time.UTC, People: []string{"wei", "li"},
			First: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Overrides: overrides,
		},
		People: map[string]Target{"wei": phone("wei", "+1"), "li": phone("li", "+2")},
	}
}

// gone is an override by which nobody is on call around noon.
func gone() rota.Override {
	return rota.Override{From: noon().Add(-time.Hour), To: noon().Add(time.Hour)}
}

// told writes notices down in short, with what is only kept.
func told(ns []Notice) []string {
	out := planned(ns)
	for i, n := range ns {
		if n.Drop != "" {
			out[i] += " dropped: " + n.Drop
		}
	}
	return out
}

func TestBeginning(t *testing.T) {
	quiet := func(target Target) Target {
		target.Quiet = &Quiet{From: 11 * 60, To: 18 * 60}
		return target
	}
	tests := []struct {
		name      string
		kind      alarm.EventKind // "" is raised
		now       time.Time       // zero is noon
		receivers []Receiver
		fallback  []string
		want      []string
	}{
		{
			name: "who is on call is told", receivers: []Receiver{{Name: "oncall", OnCall: []OnCall{daily()}}},
			want: []string{"raised sms/wei oncall"},
		},
		{
			name: "after the hand-over the next", now: noon().Add(time.Hour), receivers: []Receiver{{Name: "oncall", OnCall: []OnCall{daily()}}},
			want: []string{"raised sms/li oncall"},
		},
		{
			name: "besides the targets, each once", receivers: []Receiver{{Name: "oncall", Targets: []Target{phone("wei", "+1"), hook("h")}, OnCall: []OnCall{daily()}}},
			want: []string{"raised sms/wei oncall", "raised webhook/h oncall"},
		},
		{
			name: "they wait for others, too", receivers: []Receiver{{Name: "oncall", GroupWait: time.Minute, OnCall: []OnCall{daily()}}},
			want: []string{"raised sms/wei oncall until 12:01:00"},
		},
		{
			name: "nobody is on call: the others of the receiver", receivers: []Receiver{{Name: "oncall", Targets: []Target{hook("h")}, OnCall: []OnCall{daily(gone())}}},
			want: []string{
				"raised sms/oncall/primary oncall dropped: nobody is on call in primary; the others of the receiver oncall are told",
				"raised webhook/h oncall",
			},
		},
		{
			name: "nobody is on call and nobody else is there: the fallback", fallback: []string{"managers"},
			receivers: []Receiver{{Name: "oncall", OnCall: []OnCall{daily(gone())}}, {Name: "managers", Targets: []Target{phone("tom", "+3")}}},
			want: []string{
				"raised sms/oncall/primary oncall dropped: nobody is on call in primary; told instead: managers", "raised sms/tom managers",
			},
		},
		{
			name: "without a fallback: the receivers of alarms.notify",
			receivers: []Receiver{
				{Name: "oncall", OnCall: []OnCall{daily(gone())}},
				{Name: "default", Targets: []Target{hook("h")}},
			},
			want: []string{
				"raised sms/oncall/primary oncall dropped: nobody is on call in primary; told instead: default", "raised webhook/h default",
			},
		},
		{
			name: "nobody at all: all people of the rota", fallback: []string{"oncall"},
			receivers: []Receiver{{Name: "oncall", OnCall: []OnCall{daily(gone())}}},
			want: []string{
				"raised sms/oncall/primary oncall dropped: nobody is on call in primary; nobody else is there, so all of its people are told",
				"raised sms/wei oncall", "raised sms/li oncall",
			},
		},
		{
			name:      "two contacts with one number are told once",
			receivers: []Receiver{{Name: "oncall", Targets: []Target{phone("duty", "+1"), phone("wei", "+1"), phone("li", "+2")}}},
			want: []string{
				"raised sms/duty oncall", "raised sms/wei oncall dropped: told with duty, who has the same number", "raised sms/li oncall",
			},
		},
		{
			name:      "of two contacts with one number the one that is not asleep",
			receivers: []Receiver{{Name: "oncall", Targets: []Target{quiet(phone("duty", "+1")), phone("wei", "+1")}}},
			want: []string{
				"raised sms/duty oncall dropped: told with wei, who has the same number", "raised sms/wei oncall",
			},
		},
		{
			name:      "contacts of which no number is known are not the same",
			receivers: []Receiver{{Name: "oncall", Targets: []Target{phone("duty", ""), phone("wei", "")}}},
			want:      []string{"raised sms/duty oncall", "raised sms/wei oncall"},
		},
		{
			name: "of two receivers the one that is not muted",
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{quiet(phone("wei", "+1"))}},
				{Name: "owners", Targets: []Target{phone("wei", "+1")}},
			},
			want: []string{"raised sms/wei owners"},
		},
		{
			name: "an escalation",
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{15 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{phone("tom", "+3"), hook("m")}},
			},
			want: []string{
				"raised sms/wei oncall",
				"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2 until 12:15:00",
				"raised webhook/m managers held: escalation: until somebody acknowledges K7Q2 until 12:15:00",
			},
		},
		{
			name: "an alarm that gets graver escalates anew", kind: alarm.Escalated,
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{15 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{phone("tom", "+3")}},
			},
			want: []string{"escalated sms/wei oncall", "escalated sms/tom managers held: escalation: until somebody acknowledges K7Q2 until 12:15:00"},
		},
		{
			name: "a reminder does not", kind: alarm.Reminded,
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{15 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{phone("tom", "+3")}},
			},
			want: []string{"reminded sms/wei oncall"},
		},
		{
			name: "neither does an alarm that begins to flap: it was raised, and is escalated by that", kind: alarm.BeganFlapping,
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{15 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{phone("tom", "+3")}},
			},
			want: []string{"flapping sms/wei oncall"},
		},
		{
			name: "who is told at once is not told by the escalation, nor twice by it",
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{30 * time.Minute, []string{"all"}}, {10 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{phone("tom", "+3")}},
				{Name: "all", Targets: []Target{phone("wei", "+1"), phone("wei's other name", "+1"), phone("tom", "+3"), phone("boss", "+3"), phone("li", "+2")}},
			},
			want: []string{
				"raised sms/wei oncall",
				"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2 until 12:10:00",
				"raised sms/li all held: escalation: until somebody acknowledges K7Q2 until 12:30:00",
			},
		},
		{
			name: "steps of a receiver that is escalated to count from there",
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{15 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{phone("tom", "+3")}, Escalate: []Escalation{{time.Hour, []string{"board"}}}},
				{Name: "board", Targets: []Target{phone("ann", "+4")}, Escalate: []Escalation{{time.Hour, []string{"oncall"}}}},
			},
			want: []string{
				"raised sms/wei oncall",
				"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2 until 12:15:00",
				"raised sms/ann board held: escalation: until somebody acknowledges K7Q2 until 13:15:00",
			},
		},
		{
			name: "who is on call when it goes out is escalated to", now: noon().Add(50 * time.Minute),
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("tom", "+3")}, Escalate: []Escalation{{15 * time.Minute, []string{"rota"}}}},
				{Name: "rota", OnCall: []OnCall{daily()}},
			},
			want: []string{"raised sms/tom oncall", "raised sms/li rota held: escalation: until somebody acknowledges K7Q2 until 13:05:00"},
		},
		{
			name: "an escalation into quiet hours",
			receivers: []Receiver{
				{Name: "oncall", Targets: []Target{phone("wei", "+1")}, Escalate: []Escalation{{15 * time.Minute, []string{"managers"}}}},
				{Name: "managers", Targets: []Target{quiet(phone("tom", "+3"))}},
			},
			want: []string{
				"raised sms/wei oncall",
				"raised sms/tom managers held: escalation: until somebody acknowledges K7Q2, then quiet hours until 18:00:00",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := Entries{Receivers: map[string]Receiver{}, Default: []string{"default"}, Fallback: tt.fallback}
			for _, r := range tt.receivers {
				e.Receivers[r.Name] = r
			}
			e.Notify = map[string][]string{"mqtt-cn-0pp1abc": {"oncall", "owners"}}
			ev := connections(alarm.Raised)
			if tt.kind != "" {
				ev.Kind = tt.kind
			}
			now := tt.now
			if now.IsZero() {
				now = noon()
			}
			d := NewDirectory(e)
			notices := Plan(d, ev, nil, nil, now)
			if diff := cmp.Diff(tt.want, told(notices)); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
			for _, n := range notices {
				if _, found := d.Find(n.Receiver, n.Recipient); !found && n.Drop == "" {
					t.Errorf("%s of %s cannot be found again", n.Recipient, n.Receiver)
				}
				if (n.Escalation > 0) != strings.HasPrefix(n.Hold, "escalation: ") {
					t.Errorf("%s: escalation after %s, held by %q", n.Recipient, n.Escalation, n.Hold)
				}
			}
		})
	}
}

// TestEscalationIsSilencedToo: a silence that lasts longer than the wait holds the
// escalation until it ends.
func TestEscalationIsSilencedToo(t *testing.T) {
	e := entries()
	owners := e.Receivers["owners"]
	owners.Targets, owners.Escalate = nil, []Escalation{{15 * time.Minute, []string{"oncall"}}}
	e.Receivers["owners"] = owners
	e.Notify["mqtt-cn-0pp1abc"] = []string{"owners"}
	silence := Silence{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(time.Hour)}
	const held = " oncall held: escalation: until somebody acknowledges K7Q2, then silenced by s1 until 13:00:00"
	want := []string{"raised sms/wei" + held, "raised webhook/oncall/1" + held}
	if diff := cmp.Diff(want, planned(Plan(NewDirectory(e), connections(alarm.Raised), nil, []Silence{silence}, noon()))); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// TestPeopleOfARotaAreTargets: what is done for all targets is done for who can be on call.
func TestPeopleOfARotaAreTargets(t *testing.T) {
	r := Receiver{Name: "oncall", Targets: []Target{phone("li", "+2")}, OnCall: []OnCall{daily(rota.Override{Person: "ann"})}}
	r.OnCall[0].People["ann"] = phone("ann", "+4")
	d := NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": r}})
	var got []string
	for target := range d.Targets() {
		got = append(got, target.Recipient.Name)
	}
	if diff := cmp.Diff([]string{"sms/li", "sms/wei", "sms/ann"}, got); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

// TestThroughOthers: who can be on call is reached through the other channel, too.
func TestThroughOthers(t *testing.T) {
	type written struct{ nobody }
	d := NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": {Name: "oncall", OnCall: []OnCall{daily()}}}})
	for target := range d.Through(func(Target) Channel { return written{} }).Targets() {
		if _, ok := target.Channel.(written); !ok {
			t.Errorf("%s is reached through %T", target.Recipient.Name, target.Channel)
		}
	}
	for target := range d.Targets() {
		if _, ok := target.Channel.(nobody); !ok {
			t.Errorf("%s of before is reached through %T", target.Recipient.Name, target.Channel)
		}
	}
}

// TestInPlaceOfWhoIsGone: who is on call at this moment stands in for somebody who left
// the rota.
func TestInPlaceOfWhoIsGone(t *testing.T) {
	d := NewDirectory(Entries{
		Receivers: map[string]Receiver{"oncall": {Name: "oncall", Targets: []Target{hook("h")}, OnCall: []OnCall{daily()}}},
		Default:   []string{"oncall"},
	})
	for _, receiver := range []string{"oncall", "gone"} {
		var got []string
		for _, target := range d.InPlaceOf(Notice{Receiver: receiver, Recipient: "sms/tom"}, noon().Add(time.Hour)) {
			got = append(got, target.Recipient.Name)
		}
		if diff := cmp.Diff([]string{"webhook/h", "sms/li"}, got); diff != "" {
			t.Errorf("in the place of %s (-want +got):\n%s", receiver, diff)
		}
	}
}

// TestUnanswered holds the texts of escalations against a golden file. Each fits into one segment.
func TestUnanswered(t *testing.T) {
	silent := with(connections(alarm.Raised), func(ev *alarm.Event) {
		ev.Key = alarm.Key{Rule: alarm.NoData, Instance: "mqtt-cn-0pp1abc", Metric: alarm.NoMetric}
		ev.Reason = longReason
	})
	long := with(connections(alarm.Escalated), func(ev *alarm.Event) {
		ev.Severity, ev.Threshold, ev.Usage = alarm.Critical, 0.9, 4650
		ev.Instance.Name = "The orders of all shops of the northern provinces"
	})
	var b strings.Builder
	w := Words{Title: func(*fleet.Instance, words.Language) string { return "MQTT Basic" }}
	for _, ev := range []*alarm.Event{connections(alarm.Raised), silent, long} {
		for _, after := range []time.Duration{15 * time.Minute, 90 * time.Minute, 7 * 24 * time.Hour} {
			for _, l := range []words.Language{words.EN, words.ZH} {
				text := w.becauseOf(unanswered(after, l), ev, l, time.UTC)
				if n, gsm := sms.Segments(text); n != 1 || gsm != (l == words.EN) {
					t.Errorf("%d segments, GSM-7 %v: %s", n, gsm, text)
				}
				fmt.Fprintf(&b, "%s\n", text)
			}
		}
	}
	golden.Equal(t, "notices/unanswered.txt", []byte(b.String()))
}

// TestAlertOfAnEscalation: a program is told, too, why it gets the alert only now.
func TestAlertOfAnEscalation(t *testing.T) {
	e := entries()
	e.Receivers["oncall"] = Receiver{Name: "oncall", Escalate: []Escalation{{15 * time.Minute, []string{"hooks"}}}}
	e.Receivers["hooks"] = Receiver{Name: "hooks", Targets: []Target{hook("h")}}
	e.Notify["mqtt-cn-0pp1abc"] = []string{"oncall"}
	notices := Plan(NewDirectory(e), connections(alarm.Raised), nil, nil, noon())
	if len(notices) != 1 || notices[0].Alert.Annotations["escalation"] != "nobody acknowledged within 15 min" || notices[0].Text != "" {
		t.Errorf("notices %+v", notices)
	}
}
