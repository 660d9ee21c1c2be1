package web_test

import (
	"net/http"
	"net/http/httptest"
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
	if f.links == nil {
		f.links = links.New()
	}
	return links.Path + f.links.Token(l)
}

// TestALinkAsksBeforeItActs: to open it acknowledges nothing, however it is opened; to press
// the button does.
func TestALinkAsksBeforeItActs(t *testing.T) {
	f := realistic()
	path := linkOf(t, f, "K7Q2")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut} {
		w := httptest.NewRecorder()
		handler(t, f).ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if len(f.acks) > 0 {
			t.Fatalf("%s acknowledged %v", method, f.acks)
		}
	}
	w := get(t, f, path)
	wants(t, text(t, w), "Alarm K7Q2", "Orders", "Acknowledge K7Q2 as wei", "Nothing happens before you press it.")
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("it may be kept: %q", got)
	}
	w = post(t, f, path, nil)
	wants(t, text(t, w), "Alarm K7Q2 is acknowledged.")
	if len(f.acks) != 1 || f.acks[0] != "K7Q2 by wei" {
		t.Errorf("acknowledged: %q", f.acks)
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
		{"it has expired", "K7Q2", func(l *links.Link) { l.Expires = now() }, nil, 410, "This link has expired"},
		{"it is cut", "K7Q2", nil, func(s string) string { return s[:len(s)-1] }, 404, "This link leads nowhere"},
		{"it is of somebody else", "K7Q2", nil, func(string) string {
			return links.Path + links.New().Token(links.Link{Code: "K7Q2", By: "eve", Expires: now().Add(time.Hour)})
		}, 404, "This link leads nowhere"},
		{"there is no such alarm", "ZZZZ", nil, nil, 200, "This alarm has ended"},
		{"the code is that of another alarm by now", "K7Q2", func(l *links.Link) { l.RaisedAt = l.RaisedAt.Add(-time.Hour) }, nil, 200, "This alarm has ended"},
		{"somebody has acknowledged", "W5BA", nil, nil, 200, "acknowledged by li"},
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
			for _, w := range []*httptest.ResponseRecorder{get(t, f, path), post(t, f, path, nil)} {
				if said := text(t, w); w.Code != tt.status || !strings.Contains(said, tt.want) {
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
	if w := post(t, f, linkOf(t, f, "K7Q2"), nil, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || len(f.acks) > 0 {
		t.Errorf("status %d, acknowledged %q", w.Code, f.acks)
	}
}
