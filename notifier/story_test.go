package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// TestStory: the parts of an alert, put together, are its description, in every language.
func TestStory(t *testing.T) {
	s := newStage(t)
	reminded := connections(alarm.Reminded)
	events := map[string]*alarm.Event{
		"a figure": connections(alarm.Raised), "a reminder": reminded, "an end": connections(alarm.Cleared),
		"a date":     s.event(alarm.Raised, alarm.Expiry, s.cast()["MQTT"], s.end.Add(-day)),
		"an account": s.accountEvent(alarm.Raised, alarm.Overdue, &fleet.Account{Name: "acme", Zone: s.zone, OverdueSince: s.end}, s.end.Add(time.Hour)),
	}
	for name, ev := range events {
		for _, l := range []words.Language{words.EN, words.ZH} {
			a := s.words().alertIn(ev, l, s.zone)
			story, blank := a.Story, l.Choose(" ", "")
			about := ""
			if story.About != "" {
				about = l.Choose(" (", "（") + story.About + l.Choose(")", "）")
			}
			said := append(append([]string(nil), story.Lines...), a.Annotations["advice"])
			if a.Annotations["advice"] == "" {
				said = story.Lines
			}
			want := ev.Code + " " + story.Word + " " + story.Subject + about + l.Choose(": ", "：") + strings.Join(said, blank)
			if got := a.Annotations["description"]; got != want {
				t.Errorf("%s in %s: the description is %q, its parts %q", name, l, got, want)
			}
		}
	}
}

// TestThresholdAnnotation: programs read the threshold that was crossed.
func TestThresholdAnnotation(t *testing.T) {
	if got := (Words{}).alert(connections(alarm.Raised)).Annotations["threshold"]; got != "70%" {
		t.Errorf("threshold %q", got)
	}
	ev := connections(alarm.Raised)
	ev.Threshold = 0
	if got, some := (Words{}).alert(ev).Annotations["threshold"]; some {
		t.Errorf("an event without a threshold has %q", got)
	}
}

// TestStoriesOfBrimwatchItself: what Brimwatch tells of itself has its parts, and so has a test.
func TestStoriesOfBrimwatchItself(t *testing.T) {
	d := directory()
	hook := func(l words.Language) Target {
		return Target{Recipient: Recipient{Channel: "webhook", Name: "webhook/oncall/1"}, Language: l}
	}
	test := TestNotice(d, hook(words.ZH), time.Now()).Alert.Story
	if test.Word != "测试" || test.Subject != "Brimwatch" || len(test.Lines) != 1 || strings.Contains(test.Lines[0], "TEST") {
		t.Errorf("a test: %+v", test)
	}
	lost := Unreachable(d, "oncall", "sms/wei", "wei", "K7Q2 Orders", "21614: no mobile number")
	lost.Code = "4D7R"
	for _, ended := range []bool{false, true} {
		lost.Ended = ended
		got := lost.notice(d, "oncall", hook(words.EN), time.Now()).Alert.Story
		if word := map[bool]string{false: "CRITICAL", true: "ENDED"}[ended]; got.Word != word || got.Subject != "Brimwatch" || got.Lines[0] != lost.Text.EN {
			t.Errorf("somebody cannot be reached: %+v", got)
		}
	}
}
