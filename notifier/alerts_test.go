package notifier

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// speaking is a webhook that reads a language and keeps the hours of a zone.
func speaking(name string, l words.Language, zone *time.Location) Target {
	t := hook(name)
	t.Language, t.Zone = l, zone
	return t
}

// TestWebhooksInTheirLanguage: each webhook is told in its language and zone, of the
// beginning, of the escalation and of the end; what programs compare is the same for all.
func TestWebhooksInTheirLanguage(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	e := entries()
	e.Receivers["oncall"] = Receiver{Name: "oncall", Escalate: []Escalation{{15 * time.Minute, []string{"later"}}}, Targets: []Target{
		speaking("english", words.EN, time.UTC), speaking("chinese", words.ZH, shanghai), speaking("again", words.ZH, shanghai),
	}}
	e.Receivers["later"] = Receiver{Name: "later", Targets: []Target{speaking("later", words.ZH, shanghai)}}
	e.Notify["mqtt-cn-0pp1abc"] = []string{"oncall"}
	d := NewDirectory(e)
	ev := connections(alarm.Raised)

	told := make(map[string]Alert)
	for _, n := range Plan(d, ev, nil, nil, noon()) {
		told[n.Recipient] = n.Alert
	}
	en, zh := told["webhook/english"].Annotations, told["webhook/chinese"].Annotations
	english, chinese := d.entries.Words.told(ev, words.EN, time.UTC), d.entries.Words.told(ev, words.ZH, shanghai)
	for name, want := range map[string]string{"summary": english.summary(), "description": english.description()} {
		if en[name] != want || want == "" {
			t.Errorf("%s in English: %q, want %q", name, en[name], want)
		}
	}
	for name, want := range map[string]string{"summary": chinese.summary(), "description": chinese.description()} {
		if zh[name] != want || !strings.Contains(want, "连接数") {
			t.Errorf("%s in Chinese: %q, want %q", name, zh[name], want)
		}
	}
	if !maps.Equal(told["webhook/english"].Labels, told["webhook/chinese"].Labels) || en["usage"] != zh["usage"] || en["utilization"] != zh["utilization"] {
		t.Errorf("what programs compare differs: %v and %v", told["webhook/english"], told["webhook/chinese"])
	}
	if !maps.Equal(zh, told["webhook/again"].Annotations) {
		t.Errorf("the same language and zone says something else: %v and %v", zh, told["webhook/again"].Annotations)
	}
	if got := told["webhook/later"].Annotations["escalation"]; got != "15分钟内无人确认" {
		t.Errorf("escalation: %q", got)
	}
	if zh["escalation"] != "" {
		t.Error("the escalation of one is written into the annotations of others")
	}

	ended := connections(alarm.Cleared)
	to := []Addressee{
		{Receiver: "oncall", Recipient: "webhook/english", Channel: "webhook"}, {Receiver: "oncall", Recipient: "webhook/chinese", Channel: "webhook"},
	}
	for i, n := range Plan(d, ended, to, nil, noon()) {
		l := []words.Language{words.EN, words.ZH}[i]
		if want := d.entries.Words.told(ended, l, shanghai).summary(); n.Alert.Annotations["summary"] != want {
			t.Errorf("end to %s: %q, want %q", n.Recipient, n.Alert.Annotations["summary"], want)
		}
	}
}

// TestSelfNoticeInTheLanguageOfAWebhook: what Brimwatch tells of itself, too.
func TestSelfNoticeInTheLanguageOfAWebhook(t *testing.T) {
	d := NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": {Name: "oncall", Targets: []Target{speaking("chinese", words.ZH, time.UTC)}}}})
	s := &Self{Rule: DeliveryRule, Subject: "wei", Code: "2AAA", Severity: alarm.Warning, To: []string{"oncall"}}
	s.Text.EN, s.Text.ZH = "Wei cannot be reached.", "无法联系到Wei。"
	notices := SelfNotices(d, s, nil, noon())
	if len(notices) != 1 || notices[0].Alert.Annotations["summary"] != "无法联系到Wei。" || !strings.Contains(notices[0].Alert.Annotations["description"], "无法联系到Wei。") {
		t.Errorf("notices %+v", notices)
	}
}

// TestReaddressedFromAChineseWebhook: what a webhook was to be told goes to a telephone
// in its signs, not as question marks.
func TestReaddressedFromAChineseWebhook(t *testing.T) {
	d := NewDirectory(Entries{})
	n := Notice{Code: "K7Q2", Severity: alarm.Warning, Alert: Alert{Annotations: map[string]string{"summary": "Orders：连接数 72%（3,612/5,000）"}}}
	got := d.Readdressed(n, Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei", Address: "+8613800138000"}})
	if got.Text != "K7Q2 WARNING Orders：连接数 72%（3,612/5,000）" {
		t.Errorf("text %q", got.Text)
	}
}
