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
