package outbox

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// heardBy keeps what each recipient was told: a text message's text, or a notice's own words.
type heardBy struct {
	mu   sync.Mutex
	said map[string][]string
}

func (h *heardBy) channel() *fakeChannel {
	return &fakeChannel{bundle: 10, answer: func(m notifier.Message) (notifier.Receipt, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		text := m.Text
		if text == "" {
			text = m.Notices[0].Own
		}
		h.said[m.Recipient.Name] = append(h.said[m.Recipient.Name], text)
		return notifier.Receipt{Status: notifier.Accepted}, nil
	}}
}

func (h *heardBy) to(name string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.said[name])
}

// worded is a directory in which wei, a mailbox and a webhook have templates of their own; boss
// is the fallback.
func worded(t *testing.T, h *heardBy, text, body string) *notifier.Directory {
	t.Helper()
	parse := func(s string) *template.Template {
		made, err := template.ParseLenient(s)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	return directoryOf(nil, func(e *notifier.Entries) {
		e.Receivers = map[string]notifier.Receiver{
			"oncall": {Name: "oncall", Targets: []notifier.Target{
				{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei", Display: "wei"}, Channel: h.channel(), Language: words.ZH, Zone: time.UTC, Template: parse(text)},
				{Recipient: notifier.Recipient{Channel: "email", Name: "email/wei", Display: "wei"}, Channel: h.channel(), Zone: time.UTC, Mail: &notifier.MailTemplate{Subject: parse(text)}},
				{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall"}, Channel: h.channel(), Zone: time.UTC, Template: parse(body)},
			}},
			"boss": {Name: "boss", Targets: []notifier.Target{{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/boss"}, Channel: h.channel(), Zone: time.UTC}}},
		}
		e.Default, e.Fallback = []string{"oncall"}, []string{"boss"}
	})
}

// TestOwnWords: one notice alone is told by the template, over restarts too, and several in
// the words that are shipped.
func TestOwnWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heardBy{said: make(map[string][]string)}
		dir := worded(t, h, `{{.Subject}} {{.MetricName}} {{.Utilization}} {{.Code}}`, `{"code": {{json .Code}}, "share": {{.UtilizationValue}}}`)
		r := open(t, filepath.Join(t.TempDir(), "o.db"), dir)
		r.happen(alarm.Raised, "K7Q2") // stored, and sent after the start
		r.start()
		defer r.stop()
		<-time.After(time.Second)
		if got := h.to("sms/wei"); !slices.Equal(got, []string{"Orders 连接数 75% K7Q2"}) {
			t.Errorf("wei was told %q", got)
		}
		if got := h.to("webhook/oncall"); !slices.Equal(got, []string{`{"code": "K7Q2", "share": 0.75}`}) {
			t.Errorf("the webhook was told %q", got)
		}
		if got := h.to("email/wei"); !slices.Equal(got, []string{`{"subject":"Orders connections 75% K7Q2"}`}) {
			t.Errorf("the mailbox was told %q", got)
		}
		<-time.After(10 * time.Minute)
		one, two := commitOf(alarm.Raised, "M3B4"), commitOf(alarm.Raised, "P5C6")
		if err := r.Commit(t.Context(), alarm.Commit{States: append(one.States, two.States...), Events: append(one.Events, two.Events...)}); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		if got := h.to("sms/wei"); len(got) != 2 || !strings.Contains(got[1], "M3B4") || !strings.Contains(got[1], "P5C6") {
			t.Errorf("of two at once wei was told %q", got)
		}
	})
}

// TestATemplateThatFails: the notice goes out in the words that are shipped, and the fallback
// is told once, over a restart too, and again when the template is another one.
func TestATemplateThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heardBy{said: make(map[string][]string)}
		path := filepath.Join(t.TempDir(), "o.db")
		run := func(text string, codes ...string) {
			r := open(t, path, worded(t, h, text, `{{.Code}}`)).start()
			defer r.stop()
			for _, code := range codes {
				r.happen(alarm.Raised, code)
				<-time.After(10 * time.Minute)
			}
		}
		told := func(what string) (n int) {
			for _, text := range h.to("sms/boss") {
				if strings.Contains(text, "template for "+what+" of oncall fails") {
					n++
				}
			}
			return n
		}
		run(`{{.Nope}}`, "K7Q2", "M3B4")
		run(`{{.Nope}}`, "P5C6")
		if got := h.to("sms/wei"); len(got) != 3 || !strings.HasPrefix(got[0], "K7Q2 警告 Orders：连接数") {
			t.Errorf("wei was told %q", got)
		}
		if got := h.to("email/wei"); !slices.Equal(got, []string{"", "", ""}) {
			t.Errorf("mails in words of their own: %q", got)
		}
		for _, what := range []string{"text messages", "mails"} {
			if n := told(what); n != 1 {
				t.Errorf("the fallback was told of %s %d times: %q", what, n, h.to("sms/boss"))
			}
		}
		run(`{{.Nope}} again`, "R8T4")
		for _, what := range []string{"text messages", "mails"} {
			if n := told(what); n != 2 {
				t.Errorf("of another template for %s the fallback was told %d times: %q", what, n, h.to("sms/boss"))
			}
		}
	})
}
