package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/links"
)

// linkOf is the path of a link with which wei acknowledges an alarm of the fake.
func linkOf(t *testing.T, f *fake, code string, change ...func(*links.Link)) string {
	t.Helper()
	l := links.Link{Code: code, By: "wei", Expires: now().Add(time.Hour)}
	for _, e := range f.episodes {
		if e.Code == code {
			l.RaisedAt = e.RaisedAt
		}
	}
	for _, c := range change {
		c(&l)
	}
	return links.Path + f.signer().Token(l)
}

// signer is that of the links of the fake.
func (f *fake) signer() *links.Signer {
	if f.links == nil {
		f.links = links.New()
	}
	return f.links
}

// pressed is the form of a link whose button was pressed.
func pressed(by string) url.Values { return url.Values{"confirm": {"yes"}, "by": {by}} }

// press presses the button on the page of a link, and returns the page that it leads to.
func press(t *testing.T, f *fake, path, by string) *httptest.ResponseRecorder {
	t.Helper()
	w := post(t, f, path, pressed(by))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("the button led to %d: %s", w.Code, text(t, w))
	}
	return get(t, f, w.Header().Get("Location"))
}

// previews are requests of programs that look at links before people do, or for them.
func previews() map[string]func(path string) *http.Request {
	headed := func(name, value string) func(string) *http.Request {
		return func(path string) *http.Request {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set(name, value)
			return r
		}
	}
	plain := func(method, body string) func(string) *http.Request {
		return func(path string) *http.Request {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		}
	}
	return map[string]func(string) *http.Request{
		"GET": plain(http.MethodGet, ""), "HEAD": plain(http.MethodHead, ""), "OPTIONS": plain(http.MethodOptions, ""), "PUT": plain(http.MethodPut, "confirm=yes"),
		"GET with the form in its address": func(path string) *http.Request {
			return httptest.NewRequest(http.MethodGet, path+"?confirm=yes&by=eve&done=1", nil)
		},
		"POST with the form in its address": func(path string) *http.Request {
			return httptest.NewRequest(http.MethodPost, path+"?confirm=yes&by=eve", nil)
		},
		"a prefetch": headed("Sec-Purpose", "prefetch"), "a prerender": headed("Sec-Purpose", "prefetch;prerender"), "an old prefetch": headed("Purpose", "prefetch"),
		"another old one": headed("X-Moz", "prefetch"), "Slack": headed("User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
		"a mail gateway":             headed("User-Agent", "Mozilla/5.0 (compatible; LinkScanner)"),
		"a POST without the button":  plain(http.MethodPost, ""),
		"one with a name":            plain(http.MethodPost, "by=eve"),
		"one with something else":    plain(http.MethodPost, "confirm=no"),
		"one with a body of its own": plain(http.MethodPost, "{}"),
	}
}

// TestProgramsAcknowledgeNothing: however a link is looked at, it acts for nobody who did not
// press its button.
func TestProgramsAcknowledgeNothing(t *testing.T) {
	f := realistic()
	ack, silence := linkOf(t, f, "K7Q2"), silenceOf(f)
	h := handler(t, f)
	for name, request := range previews() {
		for _, path := range []string{ack, silence} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, request(path))
			if len(f.acks) > 0 || len(f.silences) > 0 {
				t.Fatalf("%s acknowledged %q, silenced %+v", name, f.acks, f.silences)
			}
			if strings.Contains(w.Body.String(), "is acknowledged") || strings.Contains(w.Body.String(), "is in force") {
				t.Errorf("%s is told that it acted", name)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s may keep it: %q", name, got)
			}
		}
	}
}

// TestALinkAsksBeforeItActs: its page shows the alarm and a button, and after that who pressed it.
func TestALinkAsksBeforeItActs(t *testing.T) {
	f := realistic()
	path := linkOf(t, f, "K7Q2")
	w := get(t, f, path)
	wants(t, text(t, w), "Alarm K7Q2", "Orders mqtt-cn-0pp1abc", "72% 3,612 of 5,000 threshold 70%", "Acknowledge K7Q2 Nothing happens before you press it.")
	wants(t, w.Body.String(), `<input type="text" name="by" value="" placeholder="wei" maxlength="64"`)
	w = press(t, f, path, "")
	wants(t, text(t, w), "Alarm K7Q2 is acknowledged.", "✓ wei (by link)", "There is nothing to be done here any more")
	if strings.Contains(w.Body.String(), "<form") {
		t.Error("it can be pressed again")
	}
	if len(f.acks) != 1 || f.acks[0] != "K7Q2 by wei (by link)" {
		t.Errorf("acknowledged: %q", f.acks)
	}
	if said := text(t, get(t, f, path)); strings.Contains(said, "is acknowledged.") {
		t.Errorf("who opens it later is told that it was they: %s", said)
	}
}

// TestWhoActsByALink: a chat has many readers, so who presses may say who they are; what is not
// a name is refused, and a long one is shortened.
func TestWhoActsByALink(t *testing.T) {
	for name, tt := range map[string]struct{ typed, by string }{
		"nobody says":  {"", "oncall (by link)"},
		"blanks":       {"   ", "oncall (by link)"},
		"somebody":     {"li", "li (by link to oncall)"},
		"many blanks":  {"  li   wei ", "li wei (by link to oncall)"},
		"a long name":  {strings.Repeat("name ", 40), strings.Repeat("name ", 4) + "nam… (by link to oncall)"},
		"the same one": {"oncall", "oncall (by link)"},
	} {
		f := realistic()
		path := linkOf(t, f, "K7Q2", func(l *links.Link) { l.By = "oncall" })
		if press(t, f, path, tt.typed); len(f.acks) != 1 || f.acks[0] != "K7Q2 by "+tt.by {
			t.Errorf("%s: acknowledged %q, want %q", name, f.acks, tt.by)
		}
	}
	f := realistic()
	w := post(t, f, linkOf(t, f, "K7Q2"), pressed("li\nroot"))
	if w.Code != http.StatusBadRequest || !strings.Contains(text(t, w), "This name cannot be taken") || len(f.acks) > 0 {
		t.Errorf("%d, acknowledged %q: %s", w.Code, f.acks, text(t, w))
	}
}

// TestALinkShowsItsAlarmAlone: the pages of links lead nobody on who has not signed in, and name
// nothing of the fleet but what they are about.
func TestALinkShowsItsAlarmAlone(t *testing.T) {
	f := realistic()
	f.remarks = []string{"a remark for the operator"}
	ack, silence := linkOf(t, f, "K7Q2"), silenceOf(f)
	pages := map[string]string{"asked": get(t, f, ack).Body.String(), "asked to silence": get(t, f, silence).Body.String()}
	pages["acknowledged"], pages["silenced"] = press(t, f, ack, "").Body.String(), press(t, f, silence, "").Body.String()
	pages["expired"] = get(t, f, linkOf(t, f, "K7Q2", func(l *links.Link) { l.Expires = now() })).Body.String()
	pages["ended"] = get(t, f, linkOf(t, f, "ZZZZ")).Body.String()
	f.broken = errors.New("open /var/lib/brimwatch/brimwatch.db: no such file")
	pages["broken"] = get(t, f, ack).Body.String()
	pages["broken silences"] = get(t, f, silence).Body.String()
	for name, page := range pages {
		for _, other := range []string{"<nav", "/metrics", "/notices", "/instances/", "T6JP", "M4RX", "W5BA", "Payments", "Vehicle", "Session cache", "remark", "brimwatch.db", "data-refresh"} {
			if strings.Contains(page, other) {
				t.Errorf("%s: the page has %q", name, other)
			}
		}
	}
}

// TestLinksThatLeadNowhere: what is forged, too old, or of an alarm that is over changes
// nothing, and says so.
func TestLinksThatLeadNowhere(t *testing.T) {
	for _, tt := range []struct {
		name   string
		code   string
		change func(*links.Link)
		spoil  func(string) string
		status int
		want   string
	}{
		{"it has expired", "K7Q2", func(l *links.Link) { l.Expires = now() }, nil, 410, "This link has expired Acknowledge the alarm on its page, or by answering the text message."},
		{"it is cut", "K7Q2", nil, func(s string) string { return s[:len(s)-1] }, 404, "This link leads nowhere"},
		{"it is of somebody else", "K7Q2", nil, func(string) string {
			return links.Path + links.New().Token(links.Link{Code: "K7Q2", By: "eve", Expires: now().Add(time.Hour)})
		}, 404, "This link leads nowhere"},
		{"there is no such alarm", "ZZZZ", nil, nil, 200, "This alarm has ended"},
		{"the code is that of another alarm by now", "K7Q2", func(l *links.Link) { l.RaisedAt = l.RaisedAt.Add(-time.Hour) }, nil, 200, "This alarm has ended"},
		{"somebody has acknowledged", "W5BA", nil, nil, 200, "✓ li now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			for i := range f.episodes {
				if e := &f.episodes[i]; e.Code == "W5BA" {
					e.AckedBy, e.AckedAt = "li", now()
				}
			}
			var changes []func(*links.Link)
			if tt.change != nil {
				changes = append(changes, tt.change)
			}
			path := linkOf(t, f, tt.code, changes...)
			if tt.spoil != nil {
				path = tt.spoil(path)
			}
			answers := []*httptest.ResponseRecorder{get(t, f, path)}
			if tt.status == http.StatusOK {
				answers = append(answers, press(t, f, path, ""))
			} else {
				answers = append(answers, post(t, f, path, pressed("")))
			}
			for _, w := range answers {
				if said := text(t, w); w.Code != tt.status || !strings.Contains(said, tt.want) || strings.Contains(said, "is acknowledged.") {
					t.Errorf("status %d: %s", w.Code, said)
				}
			}
			if len(f.acks) > 0 {
				t.Errorf("acknowledged: %q", f.acks)
			}
		})
	}
}

// TestALinkFromElsewhere: a page of somebody else cannot press the button.
func TestALinkFromElsewhere(t *testing.T) {
	f := realistic()
	for _, path := range []string{linkOf(t, f, "K7Q2"), silenceOf(f)} {
		if w := post(t, f, path, pressed(""), "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || len(f.acks)+len(f.silences) > 0 {
			t.Errorf("status %d, acknowledged %q, silenced %+v", w.Code, f.acks, f.silences)
		}
	}
}

// TestNoLinks: where there is no signer, there are no links.
func TestNoLinks(t *testing.T) {
	f := realistic()
	path := linkOf(t, f, "K7Q2")
	f.links = nil
	if w := get(t, f, path); w.Code != http.StatusNotFound || w.Header().Get("X-Robots-Tag") != "noindex" {
		t.Errorf("status %d", w.Code)
	}
}
