package email

import (
	"context"
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/test/golden"
)

// composed is a message as a mail that was read again.
func composed(t *testing.T, m notifier.Message, change ...func(*Options)) read {
	t.Helper()
	content, err := channelTo(t, "127.0.0.1:25", change...).compose(t.Context(), &m)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(content))
}

func chinese(o *Options) { o.Language = words.ZH }

// drawn gives each mail a chart.
func drawn(o *Options) {
	o.Draw = func(context.Context, *notifier.Notice, words.Language, *time.Location) (Chart, bool) {
		return Chart{PNG: []byte("\x89PNG of a chart"), Width: 600, Height: 160, Caption: "Connections: newest 3,612, highest 3,700, capacity 5,000."}, true
	}
}

// TestLetters writes mails of each kind, to be read.
func TestLetters(t *testing.T) {
	several := []notifier.Notice{critical(raised("K7Q2", "mqtt-1", words.EN)), raised("M3XP", "mqtt-2", words.EN), ended(raised("Q4ZT", "mqtt-3", words.EN))}
	late := raised("K7Q2", "mqtt-1", words.EN)
	late.Escalation, late.Alert.Annotations["escalation"] = 15*time.Minute, "nobody has acknowledged it for 15 min"
	for _, tt := range []struct {
		name    string
		notices []notifier.Notice
		change  []func(*Options)
	}{
		{"raised", []notifier.Notice{raised("K7Q2", "mqtt-1", words.EN)}, []func(*Options){drawn}},
		{"raised-zh", []notifier.Notice{raised("K7Q2", "mqtt-1", words.ZH)}, []func(*Options){chinese}},
		{"ended", []notifier.Notice{ended(raised("K7Q2", "mqtt-1", words.EN))}, nil},
		{"escalation", []notifier.Notice{late}, nil},
		{"several", several, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := composed(t, message("li@example.com", tt.notices...), tt.change...)
			var b strings.Builder
			for _, name := range []string{"From", "To", "Date", "Message-Id", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailer", "Content-Language", "Importance"} {
				if v := got.header.Get(name); v != "" {
					fmt.Fprintf(&b, "%s: %s\n", name, v)
				}
			}
			fmt.Fprintf(&b, "Subject: %s\n\n%s", got.subject, got.plain)
			golden.Equal(t, tt.name+".txt", []byte(strings.ReplaceAll(b.String(), "\r\n", "\n")))
			golden.Equal(t, tt.name+".html", []byte(strings.ReplaceAll(got.html, "\r\n", "\n")))
		})
	}
}

// TestChart is part of the mail, and its HTML refers to it.
func TestChart(t *testing.T) {
	got := composed(t, message("li@example.com", raised("K7Q2", "mqtt-1", words.EN)), drawn)
	refers := regexp.MustCompile(`src="cid:([^"]+)"`).FindStringSubmatch(got.html)
	if len(refers) != 2 || string(got.images[refers[1]]) != "\x89PNG of a chart" || !strings.Contains(got.html, "highest 3,700") {
		t.Errorf("the HTML refers to %q, and there are %d images", refers, len(got.images))
	}
	none := raised("K7Q2", "mqtt-1", words.EN)
	delete(none.Alert.Annotations, "usage")
	if got := composed(t, message("li@example.com", none), drawn); len(got.images) > 0 {
		t.Error("what has no figures has a chart")
	}
}

// TestNoHeaderIsInjected: whatever a name holds, the mail has the headers that it has.
func TestNoHeaderIsInjected(t *testing.T) {
	plain := composed(t, message("li@example.com", raised("K7Q2", "mqtt-1", words.EN))).header
	for _, name := range []string{
		"a\r\nBcc: eve@example.com", "a\nBcc: eve@example.com\n\nhello", "a\r\n\r\n<b>hello</b>", "\x00\x1b[31ma\x7f", "\u202egnp.exe", strings.Repeat("long ", 200), "=?utf-8?q?=0D=0ABcc:_eve?=", "\xff\xfe",
		"<script>alert(1)</script>", `"quoted" <eve@example.com>`,
	} {
		t.Run(name, func(t *testing.T) {
			n := raised("K7Q2", "mqtt-1", words.EN)
			n.Alert.Labels["instance"], n.Alert.Labels["team"], n.Alert.Story.Subject, n.Alert.Story.Word = name, name, name, name
			n.Alert.Annotations["summary"] = name
			m := message("li@example.com", n)
			m.ID = "msg_" + name
			got := composed(t, m, func(o *Options) { o.FromName, o.Version = name, name })
			for header := range got.header {
				if plain.Get(header) == "" {
					t.Errorf("there is a header %s: %q", header, got.header.Get(header))
				}
			}
			if list, err := got.header.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != "li@example.com" {
				t.Errorf("it goes to %v, %v", list, err)
			}
			from, err := mail.ParseAddress(got.header.Get("From"))
			if err != nil || from.Address != "brimwatch@example.com" {
				t.Errorf("it comes from %v, %v", from, err)
			}
			for what, text := range map[string]string{"subject": got.subject, "sender": from.Name} {
				if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' || r == unicode.ReplacementChar }) || len([]rune(text)) > mostSubject+4 {
					t.Errorf("the %s is %q", what, text)
				}
			}
			if strings.Contains(got.html, "<script>") || strings.Contains(got.html, "<b>") {
				t.Error("a name is HTML")
			}
		})
	}
}

// TestManyInOneMail: the gravest first, cut between alarms, the rest counted.
func TestManyInOneMail(t *testing.T) {
	var notices []notifier.Notice
	for i := range bundle {
		n := raised(fmt.Sprintf("A%03d", i), fmt.Sprintf("mqtt-%03d", i), words.EN)
		n.Alert.Labels["instance"] = fmt.Sprintf("Orders %03d", i)
		n.Alert.Story.Subject = n.Alert.Labels["instance"]
		n.Alert.Annotations["summary"] = n.Alert.Labels["instance"] + ": connections 3,612 of 5,000 (72%, threshold 70%)"
		if i == bundle-1 {
			n = critical(n)
		}
		notices = append(notices, n)
	}
	got := composed(t, message("li@example.com", notices...))
	if !strings.HasPrefix(got.subject, "Brimwatch: 500 alarms, 1 critical. A499 CRITICAL Orders 499: connections") {
		t.Errorf("subject %q", got.subject)
	}
	if first, second := strings.Index(got.plain, "CRITICAL Orders 499"), strings.Index(got.plain, "WARNING Orders 000"); first < 0 || second < first {
		t.Errorf("the gravest is at %d, the first of the others at %d", first, second)
	}
	if len(got.html) > 100<<10 {
		t.Errorf("the HTML has %d bytes: mail programs cut it off", len(got.html))
	}
	named := len(regexp.MustCompile(`(?m)^(• A|CRITICAL|WARNING)`).FindAllString(got.plain, -1))
	rest := regexp.MustCompile(`(?m)^([0-9,]+) more: https://brimwatch.example.com/alarms\r?$`).FindStringSubmatch(got.plain)
	if rest == nil || named < 50 {
		t.Fatalf("%d are named, rest %q", named, rest)
	}
	if n := bundle - named; rest[1] != words.Count(n) {
		t.Errorf("%d of %d are named, and it counts %s more", named, bundle, rest[1])
	}
	if !strings.Contains(got.html, rest[0][:len(rest[1])+5]) {
		t.Error("the HTML counts no rest")
	}
}

func TestTestNotice(t *testing.T) {
	d := notifier.NewDirectory(notifier.Entries{Words: notifier.Words{ExternalURL: "https://brimwatch.example.com"}})
	for _, l := range []words.Language{words.EN, words.ZH} {
		n := notifier.TestNotice(d, notifier.Target{Recipient: to("li@example.com"), Language: l, Zone: time.UTC}, time.Now())
		got := composed(t, message("li@example.com", n), func(o *Options) { o.Language = l })
		if want := n.Alert.Annotations["summary"]; got.subject != want || !strings.Contains(got.plain, n.Alert.Story.Lines[0]) || got.header.Get("References") != "" {
			t.Errorf("subject %q, text %q", got.subject, got.plain)
		}
	}
}

// TestCells: a bar is as wide as it is, and reaches its mark when the share has reached the
// threshold.
func TestCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &card.Figures{Share: rapid.Float64Range(-1, 3).Draw(t, "share"), Threshold: rapid.Float64Range(0, 1.5).Draw(t, "threshold")}
		all := cells(f, "red")
		sum, reached, marked := 0, true, false
		for _, c := range all {
			if c.Permille <= 0 {
				t.Fatalf("%v", all)
			}
			sum += c.Permille
			switch {
			case c.Colour == mark:
				marked = true
			case c.Colour == free && !marked:
				reached = false
			}
		}
		if sum != 1000 {
			t.Fatalf("%v is %d wide", all, sum)
		}
		if over := f.Share >= f.Threshold; marked && over != reached {
			t.Fatalf("%v with %+v", all, f)
		}
	})
	if cells(&card.Figures{Share: math.NaN()}, "red") != nil || cells(nil, "red") != nil {
		t.Error("what is not known has a bar")
	}
}

func TestFaultsOfOptions(t *testing.T) {
	good := Options{Host: "h", Port: 25, Security: NoTLS, From: "a@b.example"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Options){
		"no host": func(o *Options) { o.Host = "" }, "a URL": func(o *Options) { o.Host = "smtp://h" }, "no port": func(o *Options) { o.Port = 0 }, "no security": func(o *Options) { o.Security = "" },
		"no sender": func(o *Options) { o.From = "" }, "no address": func(o *Options) { o.From = "a" }, "two lines": func(o *Options) { o.From = "a@b\r\nRCPT TO:<c@d>" },
		"a user alone": func(o *Options) { o.Username = "u" },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	ch := channelTo(t, "127.0.0.1:1")
	if _, err := ch.Send(t.Context(), message("li@example.com")); !notifier.IsPermanent(err) {
		t.Errorf("no notices: %v", err)
	}
	for _, address := range []string{"", "li", "li@example.com\r\nDATA", "<li@example.com>"} {
		if _, err := ch.Send(t.Context(), message(address, raised("K7Q2", "mqtt-1", words.EN))); !notifier.IsPermanent(err) || !notifier.IsAboutRecipient(err) {
			t.Errorf("%q: %v", address, err)
		}
	}
	self := raised("4D7R", "x", words.EN)
	self.Rule, self.Kind = notifier.DeliveryRule, alarm.Raised
	self.Alert.Annotations["summary"] = "wei was not told of K7Q2 Orders."
	if got := composed(t, message("li@example.com", self)); got.subject != "4D7R Brimwatch: wei was not told of K7Q2 Orders." {
		t.Errorf("subject %q", got.subject)
	}
}

// TestCellsNearTheThreshold: a bar that is rounded to the place of its mark reaches it only where
// the share has reached the threshold.
func TestCellsNearTheThreshold(t *testing.T) {
	got := cells(&card.Figures{Share: 0.0155029296875, Threshold: 0.015625}, "red")
	if want := []cell{{15, "red"}, {1, free}, {markWidth, mark}, {978, free}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
