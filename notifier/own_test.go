package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/template"
)

func lenient(t *testing.T, source string) *template.Template {
	t.Helper()
	made, err := template.ParseLenient(source)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestWhatTemplatesRead: a text message and a webhook in two languages, of a metric, of a
// date and of an escalation.
func TestWhatTemplatesRead(t *testing.T) {
	s := newStage(t)
	expiry := s.event(alarm.Raised, alarm.Expiry, s.cast()["MQTT"], s.end.Add(-3*day))
	const figures = `{{.Code}}|{{.Kind}}|{{.Rule}}|{{.Severity}}|{{.Word}}|{{.Subject}}|{{.About}}|{{.MetricName}}|{{.Usage}}|{{.Capacity}}|{{.Utilization}}|{{.Threshold}}|{{.UtilizationValue}}|{{.ThresholdValue}}|{{.Began}}|{{.Language}}|{{.Recipient}}|{{.Ended}}`
	const dates = `{{.Expires}}|{{.Releases}}|{{.MetricName}}|{{.Usage}}|{{.UsageValue}}|{{.Labels.nobody}}|{{len .Lines | lt 0}}|{{.Account}}|{{.Link}}`
	for _, tt := range []struct {
		name     string
		ev       *alarm.Event
		channel  string
		language words.Language
		source   string
		want     string
	}{
		{"a text message in Chinese", connections(alarm.Raised), "sms", words.ZH, figures, "K7Q2|raised|capacity|warning|警告|Orders|MQTT 基础版|连接数|3,612|5,000|72%|70%|0.7224|0.7|2026-11-22 20:00 UTC+8|zh|wei|false"},
		{"a webhook in English", connections(alarm.Cleared), "webhook", words.EN, figures, "K7Q2|cleared|capacity|warning|ENDED|Orders|MQTT Basic|connections|3,612|5,000|72%|70%|0.7224|0.7|2026-11-22 20:00 UTC+8|en|wei|true"},
		{"a date", expiry, "webhook", words.ZH, dates, "2026-12-05 00:00 UTC+8|2027-01-04 00:00 UTC+8|||0||true|acme|https://brimwatch.example.com/instances/mqtt-cn-0pp1abc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := NewDirectory(Entries{Words: s.words()})
			to := Target{Recipient: Recipient{Channel: tt.channel, Name: tt.channel + "/wei", Display: "wei"}, Language: tt.language, Zone: s.zone, Template: lenient(t, tt.source)}
			n := d.Try(tt.ev, "oncall", to, tt.ev.At)
			if n.Own != tt.want || n.TemplateFault != "" {
				t.Errorf("%q (%s); want %q", n.Own, n.TemplateFault, tt.want)
			}
		})
	}
}

// TestOneAloneIsWordedOtherwise: a text message that tells of one notice is worded by its
// template, with what has to be said besides; one that tells of several is not.
func TestOneAloneIsWordedOtherwise(t *testing.T) {
	to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Zone: time.UTC, Template: lenient(t, "house form {{.Code}}\n  {{.Subject}}")}
	d := NewDirectory(Entries{})
	one := d.Try(connections(alarm.Raised), "oncall", to, noon())
	one.LeftOut = 2
	if c := d.Compose(to, []Notice{one}, "; more is held"); c.Text != "house form K7Q2 Orders (2 earlier changes left out); more is held" || c.Under[0] != "K7Q2" {
		t.Errorf("alone: %+v", c)
	}
	two := d.Try(connections(alarm.Raised), "oncall", to, noon())
	two.ID, two.Code, two.Alert.Labels = "other", "M3B4", map[string]string{"instance": "Stock", "instance_id": "other"}
	if c := d.Compose(to, []Notice{one, two}); strings.Contains(c.Text, "house form") {
		t.Errorf("of two: %+v", c)
	}
}

// TestTemplatesThatFail keep the words that are shipped.
func TestTemplatesThatFail(t *testing.T) {
	d := NewDirectory(Entries{})
	for source, want := range map[string]string{
		`{{.Nope}}`: "there is no .Nope", `{{if .Ended}}x{{end}}`: "it prints nothing", `{{range .Lines}}{{end}}` + "\n": "it prints nothing",
		strings.Repeat("house form ", 60): "longer than 4 segments",
	} {
		to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Zone: time.UTC, Template: lenient(t, source)}
		n := d.Try(connections(alarm.Raised), "oncall", to, noon())
		if n.Own != "" || !strings.Contains(n.TemplateFault, want) || !strings.HasPrefix(n.Text, "K7Q2 WARNING Orders") {
			t.Errorf("%s: %q, %q, %q", source, n.Own, n.TemplateFault, n.Text)
		}
	}
}

// TestEscalationsInOwnWords say why they are told, in the language of the reader.
func TestEscalationsInOwnWords(t *testing.T) {
	to := func(name string) Target {
		return Target{Recipient: Recipient{Channel: "sms", Name: "sms/" + name, Address: "+86" + name}, Language: words.ZH, Zone: time.UTC, Template: lenient(t, "{{.Code}} {{.Why}}")}
	}
	d := NewDirectory(Entries{Receivers: map[string]Receiver{
		"a": {Name: "a", Targets: []Target{to("1380")}, Escalate: []Escalation{{After: 15 * time.Minute, To: []string{"b"}}}}, "b": {Name: "b", Targets: []Target{to("1381")}},
	}, Default: []string{"a"}})
	got := Plan(d, connections(alarm.Raised), nil, nil, noon())
	if len(got) != 2 || got[0].Own != "K7Q2" || !strings.Contains(got[1].Own, "15分钟") {
		t.Errorf("%q, %q", got[0].Own, got[1].Own)
	}
}

// TestOwnNoticesOfBrimwatch: a webhook with a template gets them in its shape, and text
// messages keep their words.
func TestOwnNoticesOfBrimwatch(t *testing.T) {
	d := NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": {Name: "oncall", Targets: []Target{
		{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Zone: time.UTC, Template: lenient(t, "house form")},
		{Recipient: Recipient{Channel: "webhook", Name: "webhook/oncall"}, Zone: time.UTC, Template: lenient(t, `{"rule": {{json .Rule}}, "text": {{json .Summary}}}`), TemplateJSON: true},
	}}}, Default: []string{"oncall"}})
	self := Damaged(d, "old.db")
	self.Code = "4D7R"
	got := SelfNotices(d, &self, nil, noon())
	if len(got) != 2 || got[0].Own != "" || !strings.HasPrefix(got[1].Own, `{"rule": "store", "text": "the database was damaged.`) {
		t.Errorf("%+v", got)
	}
	for target := range d.Targets() {
		n := TestNotice(d, target, noon())
		if own := target.Recipient.Channel == "webhook"; own != strings.HasPrefix(n.Own, `{"rule": "test"`) || !own && n.Own != "" {
			t.Errorf("a test to %s: %q", n.Recipient, n.Own)
		}
	}
	fails := TemplateFails(d, &Notice{Receiver: "oncall", Channel: "sms", Code: "K7Q2", TemplateFault: "there is no .Nope"})
	fails.Code = "4D7R"
	for _, l := range []words.Language{words.EN, words.ZH} {
		if text := fails.text(fails.event(noon()), l); len([]rune(text)) > 160 {
			t.Errorf("%s", text)
		}
	}
}
