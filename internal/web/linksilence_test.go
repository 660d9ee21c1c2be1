package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
)

// silenceOf is the path of a link with which oncall silences an instance of the fake.
func silenceOf(f *fake, change ...func(*links.Silence)) string {
	l := links.Silence{Instance: "mqtt-cn-0pp1abc", For: 2 * time.Hour, Code: "K7Q2", By: "oncall", Expires: now().Add(30 * time.Hour)}
	for _, c := range change {
		c(&l)
	}
	return f.signer().SilenceAddress(l)
}

// TestSilenceByLink: the page says what would be held and until when, the button does it, and a
// second press holds nothing for longer.
func TestSilenceByLink(t *testing.T) {
	f := realistic()
	path := silenceOf(f)
	wants(t, text(t, get(t, f, path)), "Silence Orders?", "Instance Orders mqtt-cn-0pp1abc MQ for MQTT, Basic Edition", "Until 2026-11-23 05:12:04 UTC in 2 h",
		"Silence it for 2 h Nothing happens before you press it.")
	w := press(t, f, path, "li")
	want := []notifier.Silence{{
		ID: "sil_1", Matchers: map[string]string{"instance_id": "mqtt-cn-0pp1abc"}, Until: now().Add(2 * time.Hour), By: "li (by link to oncall)", Comment: "by link, for K7Q2", CreatedAt: now(),
	}}
	if diff := cmp.Diff(want, f.silences); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	wants(t, text(t, w), "The silence is in force.", "Orders is silenced", "Until 2026-11-23 05:12:04 UTC", "li (by link to oncall)", "It ends by itself",
		"this link can be used again, until 2026-11-24 09:12:04", "To end it now or to choose another time, open Silences")
	w = press(t, f, path, "wei")
	if said := text(t, w); len(f.silences) != 1 || strings.Contains(said, "is in force") || strings.Contains(w.Body.String(), "<form") {
		t.Errorf("pressed again: %+v, %s", f.silences, said)
	}
	f.silences[0].Until = now()
	if press(t, f, path, ""); len(f.silences) != 2 || f.silences[1].By != "oncall (by link)" {
		t.Errorf("after its end: %+v", f.silences)
	}
}

// TestSilencedOtherwise: a silence of the same instance counts, the longest of several; one that
// needs more than the instance holds less than the link would.
func TestSilencedOtherwise(t *testing.T) {
	f := realistic()
	orders := func(until time.Duration, more ...string) notifier.Silence {
		s := notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-cn-0pp1abc"}, Until: now().Add(until), By: "chen"}
		for _, label := range more {
			s.Matchers[label] = "x"
		}
		return s
	}
	f.silences = []notifier.Silence{orders(time.Hour, "metric"), orders(0)}
	wants(t, text(t, get(t, f, silenceOf(f))), "Silence Orders?")
	f.silences = append(f.silences, orders(time.Minute), orders(50*time.Hour), orders(time.Hour))
	wants(t, text(t, get(t, f, silenceOf(f))), "Orders is silenced", "Until 2026-11-25 05:12:04 UTC", "chen")
}

// TestSilencesThatLeadNowhere: what is forged, too old, or of an instance that is gone changes
// nothing, and says what to do.
func TestSilencesThatLeadNowhere(t *testing.T) {
	for _, tt := range []struct {
		name   string
		path   func(*fake) string
		status int
		want   string
	}{
		{"it has expired", func(f *fake) string { return silenceOf(f, func(l *links.Silence) { l.Expires = now() }) }, 410,
			"This link has expired Silence the instance on the page of silences, or by answering the text message with MUTE, the code of the alarm and 2h."},
		{"it is cut", func(f *fake) string { s := silenceOf(f); return s[:len(s)-1] }, 404, "This link leads nowhere"},
		{"it acknowledges", func(f *fake) string {
			return links.SilencePath + f.signer().Token(links.Link{Code: "K7Q2", By: "wei", Expires: now().Add(time.Hour)})
		}, 404, "This link leads nowhere"},
		{"the instance is gone", func(f *fake) string { return silenceOf(f, func(l *links.Silence) { l.Instance = "mqtt-cn-gone" }) }, 200, "This instance is not watched any more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			path := tt.path(f)
			answers := []*httptest.ResponseRecorder{get(t, f, path)}
			if tt.status == http.StatusOK {
				answers = append(answers, press(t, f, path, ""))
			} else {
				answers = append(answers, post(t, f, path, pressed("")))
			}
			for _, w := range answers {
				if said := text(t, w); w.Code != tt.status || !strings.Contains(said, tt.want) {
					t.Errorf("status %d: %s", w.Code, said)
				}
			}
			if len(f.silences) > 0 {
				t.Errorf("silenced: %+v", f.silences)
			}
		})
	}
}

// TestSilenceNotStored: who pressed is told that nothing is silenced, without particulars.
func TestSilenceNotStored(t *testing.T) {
	f := realistic()
	f.refuse = errors.New("write /var/lib/brimwatch.db: no space left on device")
	w := post(t, f, silenceOf(f), pressed(""))
	if said := text(t, w); w.Code != http.StatusInternalServerError || !strings.Contains(said, "The silence was not added") || strings.Contains(said, "brimwatch.db") {
		t.Errorf("%d %s", w.Code, said)
	}
}

// TestLinksInChinese: who asks for Chinese reads what they do, and who did it.
func TestLinksInChinese(t *testing.T) {
	f := realistic()
	said := func(path string) string {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", chineseBrowser)
		w := httptest.NewRecorder()
		handler(t, f).ServeHTTP(w, r)
		return text(t, w)
	}
	ack, silence := linkOf(t, f, "K7Q2"), silenceOf(f)
	wants(t, said(ack), "告警 K7Q2", "您的姓名（可不填）", "按下之前不会执行任何操作。")
	wants(t, said(silence), "静默 Orders？", "静默 2小时", "按下之前不会执行任何操作。")
	press(t, f, ack, "li")
	press(t, f, silence, "")
	wants(t, said(ack), "li（通过发给 wei 的链接）", "此处无需再做任何操作")
	wants(t, said(silence), "Orders 已静默", "oncall（通过链接）", "此链接可再次使用")
	wants(t, said("/alarms"), "✓ li（通过发给 wei 的链接）")
	wants(t, said("/silences"), "oncall（通过链接）")
}
