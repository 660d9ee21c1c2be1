package email

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/template"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/server"
)

// worded is a notice in words of its own.
func worded(t *testing.T, n notifier.Notice, as notifier.OwnMail) notifier.Notice {
	t.Helper()
	own, err := json.Marshal(as)
	if err != nil {
		t.Fatal(err)
	}
	n.Own = string(own)
	return n
}

// linked gives each mail links.
func linked(o *Options) {
	o.Links = func(*notifier.Notice, notifier.Recipient) card.Links {
		return card.Links{Page: "https://brimwatch.example.com/i/1", Acknowledge: "https://brimwatch.example.com/a/1", Silence: "https://brimwatch.example.com/s/1"}
	}
}

func TestOwnWords(t *testing.T) {
	one := raised("K7Q2", "mqtt-1", words.EN)
	const shipped, text = "Connections 3,612 of 5,000", "House form 7\n  Orders <b> & co\n\nCall the desk."
	for _, tt := range []struct {
		name             string
		notice           notifier.Notice
		repeat           bool
		subject          string
		plain, html      []string
		notPlain, notHTM string
	}{
		{"a subject alone", worded(t, one, notifier.OwnMail{Subject: "[ops] Orders"}), false, "[ops] Orders", []string{shipped}, []string{shipped}, "House form", "House form"},
		{"a subject of what follows", worded(t, ended(one), notifier.OwnMail{Subject: "[ops] Orders"}), false, "Re: [ops] Orders", []string{shipped}, nil, "House form", "House form"},
		{
			"a text alone", worded(t, one, notifier.OwnMail{Text: text}), false, "K7Q2 Orders: connections",
			[]string{"House form 7\n  Orders <b> & co\n\nCall the desk.\n\nAcknowledge: https://brimwatch.example.com/a/1\nSilence: https://brimwatch.example.com/s/1\n\n-- \n"},
			[]string{"<p style=\"margin:6px 0\">House form 7<br>\u00a0\u00a0Orders &lt;b&gt; &amp; co</p>\n<p style=\"margin:6px 0\">Call the desk.</p>", "https://brimwatch.example.com/a/1", "cid:chart.png", "highest 3,700"},
			shipped, shipped,
		},
		{
			"HTML", worded(t, one, notifier.OwnMail{Text: text, HTML: "<h1>House form</h1>"}), false, "K7Q2 Orders: connections",
			[]string{"Call the desk."}, []string{"<h1>House form</h1>", "cid:chart.png", "https://brimwatch.example.com/s/1"}, shipped, "Call the desk.</p>",
		},
		{
			"a possible repeat", worded(t, one, notifier.OwnMail{Text: text}), true, "K7Q2 Orders: connections",
			[]string{"This may be a repeat: nobody answered the first time.\n\nHouse form 7"}, []string{"This may be a repeat"}, shipped, shipped,
		},
		{"what cannot be read", func() notifier.Notice { n := one; n.Own = "{"; return n }(), false, "K7Q2 Orders: connections", []string{shipped}, []string{shipped}, "House form", "House form"},
		{"a text of blanks", worded(t, one, notifier.OwnMail{Text: " \n "}), false, "K7Q2 Orders: connections", []string{"-- \n"}, []string{"cid:chart.png"}, shipped, shipped},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := message("li@example.com", tt.notice)
			m.InDoubt = tt.repeat
			got := composed(t, m, drawn, linked)
			got.plain, got.html = strings.ReplaceAll(got.plain, "\r\n", "\n"), strings.ReplaceAll(got.html, "\r\n", "\n")
			if got.subject != tt.subject {
				t.Errorf("subject %q; want %q", got.subject, tt.subject)
			}
			for _, want := range tt.plain {
				if !strings.Contains(got.plain, want) {
					t.Errorf("the text lacks %q: %s", want, got.plain)
				}
			}
			for _, want := range tt.html {
				if !strings.Contains(got.html, want) {
					t.Errorf("the HTML lacks %q: %s", want, got.html)
				}
			}
			if strings.Contains(got.plain, tt.notPlain) || strings.Contains(got.html, tt.notHTM) {
				t.Errorf("%s\n%s\nhold what they should not", got.plain, got.html)
			}
		})
	}
}

// TestOwnLetter writes a mail in words of its own, to be read.
func TestOwnLetter(t *testing.T) {
	n := worded(t, raised("K7Q2", "mqtt-1", words.EN), notifier.OwnMail{Subject: "[ops] K7Q2 Orders", Text: "House form 7\n\nOrders: connections 72%.\nCall the desk."})
	got := composed(t, message("li@example.com", n), drawn, linked)
	golden.Equal(t, "own.txt", []byte(fmt.Sprintf("Subject: %s\n\n%s", got.subject, strings.ReplaceAll(got.plain, "\r\n", "\n"))))
	golden.Equal(t, "own.html", []byte(strings.ReplaceAll(got.html, "\r\n", "\n")))
}

// TestSeveralKeepTheShippedForm: a template that knows one notice cannot word two.
func TestSeveralKeepTheShippedForm(t *testing.T) {
	own := notifier.OwnMail{Subject: "[ops]", Text: "House form"}
	got := composed(t, message("li@example.com", worded(t, raised("K7Q2", "mqtt-1", words.EN), own), worded(t, raised("M3XP", "mqtt-2", words.EN), own)))
	if strings.Contains(got.subject, "[ops]") || strings.Contains(got.plain, "House form") || !strings.Contains(got.subject, "2 alarms") {
		t.Errorf("%q: %s", got.subject, got.plain)
	}
}

// TestOwnSubjectsAreOneLine: whatever a template prints, a mail that reaches the server has the
// headers that it has, and the thread that it belongs to.
func TestOwnSubjectsAreOneLine(t *testing.T) {
	s := server.SMTP(t, server.MailOptions{})
	ch := channelTo(t, s.Addr)
	first := raised("K7Q2", "mqtt-1", words.EN)
	plain := composed(t, message("li@example.com", ended(first))).header
	for _, subject := range []string{
		"a\r\nBcc: eve@example.com", "a\nBcc: eve@example.com\n\nhello", "a\r\n\r\n.\r\nQUIT", "\x00\x1b[31ma", "=?utf-8?q?=0D=0ABcc:_eve?=", strings.Repeat("订单", 400), "a\u2028b\u0085c",
	} {
		before := len(s.Mails())
		if _, err := ch.Send(t.Context(), message("li@example.com", worded(t, ended(first), notifier.OwnMail{Subject: subject, Text: "a\r\n.\r\nb"}))); err != nil {
			t.Fatalf("%q: %v", subject, err)
		}
		mails := s.Mails()
		if len(mails) != before+1 {
			t.Fatalf("%q: %d mails arrived", subject, len(mails)-before)
		}
		got := parse(t, mails[before].Content)
		for header := range got.header {
			if plain.Get(header) == "" {
				t.Errorf("%q: there is a header %s: %q", subject, header, got.header.Get(header))
			}
		}
		if list, err := got.header.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != "li@example.com" {
			t.Errorf("%q: it goes to %v, %v", subject, list, err)
		}
		if n := len([]rune(got.subject)); strings.ContainsAny(got.subject, "\r\n\x00\x1b\u2028\u0085") || n > notifier.MostSubject+len("Re: ") {
			t.Errorf("%q became %q", subject, got.subject)
		}
		if got.header.Get("References") != plain.Get("References") || got.header.Get("In-Reply-To") != plain.Get("In-Reply-To") {
			t.Errorf("%q: it stands in the thread %s", subject, got.header.Get("References"))
		}
	}
}

// TestOwnWordsArrive: from an alarm to the mail server. Templates that fail change nothing about
// who is told: the shipped words arrive, and the fallback hears of it.
func TestOwnWordsArrive(t *testing.T) {
	for _, tt := range []struct {
		name, subject, text string
		arrives, says       string
		fails               bool
	}{
		{"in words of their own", "[ops] {{.Code}} {{.Instance}}", "House form: {{.Utilization}}", "[ops] A2BC Orders", "House form: 75%", false},
		{"that fail", "[ops] {{.Code}}", "{{.Nope}}", "A2BC Orders: connections", "WARNING Orders", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			subject, err := template.ParseLenient(tt.subject)
			if err != nil {
				t.Fatal(err)
			}
			text, err := template.ParseLenient(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			s, boss := server.SMTP(t, server.MailOptions{}), &others{}
			dir := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{
				"oncall": {Name: "oncall", Targets: []notifier.Target{{Recipient: to("li@example.com"), Channel: channelTo(t, s.Addr), Zone: time.UTC, Mail: &notifier.MailTemplate{Subject: subject, Text: text}}}},
				"boss":   {Name: "boss", Targets: []notifier.Target{{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/boss", Address: "http://h", Display: "h"}, Channel: boss, Zone: time.UTC}}},
			}, Default: []string{"oncall"}, Fallback: []string{"boss"}})
			commitRaised(t, opened(t, dir))
			server.Eventually(t, "the mail arrives", func() bool { return len(s.Mails()) == 1 })
			if got := parse(t, s.Mails()[0].Content); got.subject != tt.arrives || !strings.Contains(got.plain, tt.says) || !strings.Contains(got.html, tt.says) {
				t.Errorf("%q: %s\n%s", got.subject, got.plain, got.html)
			}
			if tt.fails {
				server.Eventually(t, "the fallback is told", func() bool { return boss.heardOf(notifier.TemplateRule) })
			} else if boss.heardOf(notifier.TemplateRule) {
				t.Error("the fallback is told of a template that does not fail")
			}
		})
	}
}
