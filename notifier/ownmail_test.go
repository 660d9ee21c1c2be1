package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// mailed is somebody whose mails are worded by templates; "" is none.
func mailed(t *testing.T, subject, text, html string) Target {
	t.Helper()
	to := Target{Recipient: Recipient{Channel: "email", Name: "email/wei", Display: "wei"}, Language: words.ZH, Zone: time.FixedZone("UTC+8", 8*3600), Mail: &MailTemplate{}}
	if subject != "" {
		to.Mail.Subject = lenient(t, subject)
	}
	if text != "" {
		to.Mail.Text = lenient(t, text)
	}
	if html != "" {
		made, err := template.ParseHTML(html)
		if err != nil {
			t.Fatal(err)
		}
		to.Mail.HTML = made
	}
	return to
}

func TestMailInOwnWords(t *testing.T) {
	d := NewDirectory(Entries{})
	ev := connections(alarm.Raised)
	for _, tt := range []struct {
		name, subject, text, html string
		want                      OwnMail
		part, fault               string
	}{
		{"all three", "{{.Code}}  {{.Word}}\n{{.MetricName}}", "{{.Subject}}\r\n  {{.Utilization}}\n\n", "<b>{{.Subject}}</b>", OwnMail{"K7Q2 警告 连接数", "Orders\n  72%", "<b>Orders</b>"}, "", ""},
		{"a subject alone", "{{.Code}}", "", "", OwnMail{Subject: "K7Q2"}, "", ""},
		{"HTML is escaped", "", "x", `<a href="{{.Link}}" title="{{print "\"<"}}">{{print "<script>"}}</a>`, OwnMail{Text: "x", HTML: `<a href="/instances/mqtt-cn-0pp1abc" title="&#34;&lt;">&lt;script&gt;</a>`}, "", ""},
		{"what nobody sees", "a\x00\u202eb\r\nBcc: eve@example.com", "a\x00\u202eb\r\rc", "", OwnMail{Subject: "ab Bcc: eve@example.com", Text: "ab\n\nc"}, "", ""},
		{"no such field", "{{.Nope}}", "x", "", OwnMail{}, MailSubject, "there is no .Nope"},
		{"an empty subject", "{{if .Ended}}x{{end}}", "x", "", OwnMail{}, MailSubject, "it prints nothing"},
		{"an empty text", "x", "\n \t", "", OwnMail{}, MailText, "it prints nothing"},
		{"a subject that is just short enough", strings.Repeat("订", MostSubject), "", "", OwnMail{Subject: strings.Repeat("订", MostSubject)}, "", ""},
		{"a long subject", strings.Repeat("x", MostSubject+1), "x", "", OwnMail{}, MailSubject, "longer than 200 signs"},
		{"a long text", "", `{{$x := "` + strings.Repeat("0123456789", 720) + `"}}{{$x}}{{$x}}{{$x}}`, "", OwnMail{}, MailText, "longer than 20 kB"},
		{"HTML that fails", "x", "x", "{{index .Lines 99}}", OwnMail{}, MailHTML, "out of range"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := d.Try(ev, "oncall", mailed(t, tt.subject, tt.text, tt.html), ev.At)
			if got := n.Mail(); got != tt.want || n.TemplatePart != tt.part || !strings.Contains(n.TemplateFault, tt.fault) || (tt.fault == "") != (n.TemplateFault == "") || (n.Own == "") != (tt.want == OwnMail{}) {
				t.Errorf("%+v, %s: %q; want %+v, %s: %q", got, n.TemplatePart, n.TemplateFault, tt.want, tt.part, tt.fault)
			}
		})
	}
}

// TestMailTemplatesHaveKeys: one that is changed in any part is another one, whose failure is
// told again.
func TestMailTemplatesHaveKeys(t *testing.T) {
	known := make(map[string]bool)
	for _, parts := range [][3]string{{"a", "b", ""}, {"b", "a", ""}, {"ab", "", ""}, {"", "ab", ""}, {"a", "b", "c"}} {
		to := mailed(t, parts[0], parts[1], parts[2])
		if key := to.TemplateKey("oncall"); key == "" || known[key] {
			t.Errorf("%q has the key %q", parts, key)
		} else {
			known[key] = true
		}
	}
}

// TestMailsAboutBrimwatch keep their words, and a template for mails that fails is told of by
// its name.
func TestMailsAboutBrimwatch(t *testing.T) {
	to := mailed(t, "house form", "house form", "")
	d := NewDirectory(Entries{Receivers: map[string]Receiver{"oncall": {Name: "oncall", Targets: []Target{to}}}, Default: []string{"oncall"}})
	self := Damaged(d, "old.db")
	self.Code = "4D7R"
	if got := SelfNotices(d, &self, nil, noon()); len(got) != 1 || got[0].Own != "" {
		t.Errorf("%+v", got)
	}
	if n := TestNotice(d, to, noon()); n.Own != "" {
		t.Errorf("a test: %q", n.Own)
	}
	fails := TemplateFails(d, &Notice{Receiver: "oncall", Channel: "email", Code: "K7Q2", TemplatePart: MailSubject, TemplateFault: "it prints nothing"})
	if !strings.Contains(fails.Text.EN, "the template for mails of oncall fails") || !strings.Contains(fails.Text.ZH, "oncall的邮件模板出错") || !strings.Contains(fails.Advice, "K7Q2: subject: it prints nothing.") {
		t.Errorf("%+v", fails)
	}
}
