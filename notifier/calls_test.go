package notifier

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/rota"
	"github.com/brimwatch/brimwatch/test/golden"
)

// TestWhoIsCalled: a call is planned for something critical, after a while without an
// acknowledgement, and for no end.
func TestWhoIsCalled(t *testing.T) {
	target := func(channel string, turn int) Target {
		return Target{Recipient: Recipient{Channel: channel, Name: channel + "/wei", Address: "+8613800138000"}, Zone: time.UTC, Turn: turn}
	}
	directory := func(after time.Duration, targets ...Target) *Directory {
		return NewDirectory(Entries{
			Receivers: map[string]Receiver{"oncall": {Name: "oncall", Targets: targets, CallAfter: after, Within: time.Hour, WithinCritical: 2 * time.Minute}}, Default: []string{"oncall"},
			Words: Words{Title: func(*fleet.Instance, words.Language) string { return "MQTT Basic" }},
		})
	}
	listed := directory(0, target("sms", 0), target(VoiceChannel, 0))
	critical := func(kind alarm.EventKind) *alarm.Event {
		return with(connections(kind), func(ev *alarm.Event) { ev.Severity = alarm.Critical })
	}
	for _, tt := range []struct {
		name string
		d    *Directory
		ev   *alarm.Event
		want []string
	}{
		{"something critical", listed, critical(alarm.Raised), []string{"sms/wei", "voice/wei in 5m0s: escalation: until somebody acknowledges K7Q2"}},
		{"it became critical", listed, critical(alarm.Escalated), []string{"sms/wei", "voice/wei in 5m0s: escalation: until somebody acknowledges K7Q2"}},
		{"a warning", listed, connections(alarm.Raised), []string{"sms/wei"}},
		{"a reminder", listed, critical(alarm.Reminded), []string{"sms/wei"}},
		{"sooner", directory(time.Minute, target("sms", 0), target(VoiceChannel, 0)), critical(alarm.Raised), []string{"sms/wei", "voice/wei in 1m0s: escalation: until somebody acknowledges K7Q2"}},
		{"as the next way", directory(0, target("sms", 0), target(VoiceChannel, 1)), critical(alarm.Raised), []string{"sms/wei", "voice/wei in 2m0s: turn: until SMS has delivered K7Q2"}},
		{"as the next way of a warning", directory(0, target("sms", 0), target(VoiceChannel, 1)), connections(alarm.Raised), []string{"sms/wei"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, n := range Plan(tt.d, tt.ev, nil, nil, noon()) {
				line := n.Recipient
				if n.Hold != "" {
					line += fmt.Sprintf(" in %v: %s", n.NotBefore.Sub(noon()), n.Hold)
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
	told := []Addressee{{Receiver: "oncall", Recipient: "sms/wei", Channel: "sms", Address: "+8613800138000"}, {Receiver: "oncall", Recipient: "voice/wei", Channel: VoiceChannel, Address: "+8613800138000"}}
	if ends := Plan(listed, critical(alarm.Cleared), told, nil, noon()); len(ends) != 1 || ends[0].Channel != "sms" {
		t.Errorf("the end is told by %+v", ends)
	}
}

// TestAloud: what a call says has no signs that a voice cannot read.
func TestAloud(t *testing.T) {
	w := Words{ExternalURL: "https://b.example.com", Title: func(*fleet.Instance, words.Language) string { return "MQTT Basic" }}
	critical := with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Severity, ev.Usage, ev.Threshold = alarm.Critical, 4850, 0.9 })
	tps := with(connections(alarm.Raised), func(ev *alarm.Event) {
		ev.Severity, ev.Usage, ev.Capacity, ev.Threshold = alarm.Critical, 972.4, 1000, 0.9
		ev.Key.Metric = fleet.MessageTPS
	})
	unread := regexp.MustCompile(`[%/&<>#_*|]|https?:`)
	var b strings.Builder
	for _, ev := range []*alarm.Event{critical, tps, connections(alarm.Raised)} {
		for _, l := range []words.Language{words.EN, words.ZH} {
			text := w.aloud(ev, l, time.UTC, unanswered(5*time.Minute, l))
			if sign := unread.FindString(text); sign != "" {
				t.Errorf("no voice reads %q: %s", sign, text)
			}
			fmt.Fprintf(&b, "%s\n", text)
		}
	}
	golden.Equal(t, "notices/aloud.txt", []byte(b.String()))
}

// TestRotasAreCalled: whoever is on call when the call is made, and each once.
func TestRotasAreCalled(t *testing.T) {
	target := func(channel, name string) Target {
		return Target{Recipient: Recipient{Channel: channel, Name: channel + "/" + name, Address: "+86138001380" + name, Display: name}, Zone: time.UTC}
	}
	people := func(channel string, names ...string) map[string]Target {
		out := make(map[string]Target)
		for _, n := range names {
			out[n] = target(channel, n)
		}
		return out
	}
	// Turns of a day, which change hands at 12:03; noon is wei's.
	daily := rota.Rota{Name: "primary", Days: 1, Minute: 12*60 + 3, Zone: time.UTC, First: noon().Truncate(24*time.Hour).AddDate(0, 0, -1), People: []string{"wei", "li"}}
	gone := daily
	gone.Overrides = []rota.Override{{From: noon().Add(time.Minute), To: noon().Add(time.Hour)}}
	critical := with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Severity = alarm.Critical })
	directory := func(r Receiver) *Directory {
		r.Name = "oncall"
		return NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": r}, Default: []string{"oncall"}, Words: Words{Title: func(*fleet.Instance, words.Language) string { return "MQTT Basic" }}})
	}
	texts, calls := OnCall{Rota: daily, People: people("sms", "wei", "li")}, OnCall{Rota: daily, People: people(VoiceChannel, "wei", "li")}
	for _, tt := range []struct {
		name string
		r    Receiver
		want []string
	}{
		{"who is on call by then", Receiver{OnCall: []OnCall{texts, calls}}, []string{"sms/wei", "voice/li in 5m0s"}},
		{"before the hand-over", Receiver{OnCall: []OnCall{texts, calls}, CallAfter: 2 * time.Minute}, []string{"sms/wei", "voice/wei in 2m0s"}},
		{"once, though listed by name, too", Receiver{OnCall: []OnCall{texts, calls}, Targets: []Target{target(VoiceChannel, "li")}}, []string{"sms/wei", "voice/li in 5m0s"}},
		{"nobody by then: who was", Receiver{OnCall: []OnCall{{Rota: gone, People: calls.People}}, Targets: []Target{target("sms", "wei")}}, []string{"sms/wei", "voice/wei in 5m0s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := directory(tt.r)
			var got []string
			for _, n := range Plan(d, critical, nil, nil, noon()) {
				line := n.Recipient
				if n.Hold != "" {
					line += fmt.Sprintf(" in %v", n.NotBefore.Sub(noon()))
				}
				if _, known := d.Reach(n, ""); !known {
					line += ", whom nothing reaches"
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNobodyIsOnCallToBeCalled: that is noted once, though a rota is texted and called.
func TestNobodyIsOnCallToBeCalled(t *testing.T) {
	nobody := rota.Rota{Name: "primary", Days: 1, Zone: time.UTC, First: noon(), People: []string{"wei"}, Overrides: []rota.Override{{From: noon().Add(-time.Hour), To: noon().Add(time.Hour)}}}
	of := func(channel string) OnCall {
		return OnCall{Rota: nobody, People: map[string]Target{"wei": {Recipient: Recipient{Channel: channel, Name: channel + "/wei", Address: "+8613800138000", Display: "wei"}, Zone: time.UTC}}}
	}
	d := NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": {Name: "oncall", OnCall: []OnCall{of("sms"), of(VoiceChannel)}}}, Default: []string{"oncall"}, Words: Words{Title: func(*fleet.Instance, words.Language) string { return "MQTT Basic" }}})
	var got []string
	for _, n := range Plan(d, with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Severity = alarm.Critical }), nil, nil, noon()) {
		got = append(got, n.Recipient+" "+n.Drop)
	}
	want := []string{"sms/oncall/primary nobody is on call in primary; nobody else is there, so all of its people are told", "sms/wei ", "voice/wei "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}
