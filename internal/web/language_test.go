package web_test

import (
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
)

const chineseBrowser = "zh-CN,zh;q=0.9,en;q=0.8"

// ask asks for a page as a browser with a language does, and maybe with a cookie.
func ask(t *testing.T, h http.Handler, path, accept string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if accept != "" {
		r.Header.Set("Accept-Language", accept)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestLanguageOfTheReader: the choice goes before what the browser asks for, and who
// asks for neither language reads English.
func TestLanguageOfTheReader(t *testing.T) {
	h := handler(t, realistic())
	for _, tt := range []struct{ name, accept, cookie, want string }{
		{"nothing is asked for", "", "", "en"},
		{"English", "en-GB,en;q=0.9", "", "en"},
		{"Chinese", chineseBrowser, "", "zh-CN"},
		{"Chinese of Taiwan", "zh-TW", "", "zh-CN"},
		{"Chinese of Hong Kong", "zh-Hant-HK,en;q=0.5", "", "zh-CN"},
		{"Chinese of Singapore", "zh-SG", "", "zh-CN"},
		{"English first", "en-US,en;q=0.9,zh-CN;q=0.8", "", "en"},
		{"English is worth more, later in the list", "zh;q=0.1, en;q=0.9", "", "en"},
		{"neither", "de-DE,fr;q=0.7", "", "en"},
		{"neither at first", "de-DE,zh;q=0.7", "", "zh-CN"},
		{"anything", "*", "", "en"},
		{"rubbish", ";;q=x,,\x00zh-zh-zh", "", "en"},
		{"the choice of Chinese", "en", "zh", "zh-CN"},
		{"the choice of English", chineseBrowser, "en", "en"},
		{"a choice that does not exist", chineseBrowser, "fr", "zh-CN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var cookies []*http.Cookie
			if tt.cookie != "" {
				cookies = append(cookies, &http.Cookie{Name: "brimwatch_lang", Value: tt.cookie})
			}
			w := ask(t, h, "/", tt.accept, cookies...)
			if got := w.Header().Get("Content-Language"); got != tt.want || !strings.Contains(w.Body.String(), `<html lang="`+tt.want+`">`) {
				t.Errorf("the page is in %s, want %s", got, tt.want)
			}
			if vary := w.Header().Values("Vary"); !slices.Equal(vary, []string{"Accept-Encoding", "Accept-Language, Cookie", "Brimwatch-Parts"}) {
				t.Errorf("Vary is %q", vary)
			}
		})
	}
}

// TestSwitch: the link of a page leads to the same page in the other language, and the
// choice stays.
func TestSwitch(t *testing.T) {
	h := handler(t, realistic())
	link := regexp.MustCompile(`<a class="tongue" href="([^"]+)" lang="([^"]+)"[^>]*>([^<]+)</a>`)
	follow := func(page *httptest.ResponseRecorder, want string) (to string, choice *http.Cookie) {
		t.Helper()
		m := link.FindStringSubmatch(page.Body.String())
		if m == nil || m[3] != want {
			t.Fatalf("the switch is %q, want %s", m, want)
		}
		w := ask(t, h, html.UnescapeString(m[1]), "")
		cookies := w.Result().Cookies()
		if w.Code != http.StatusSeeOther || len(cookies) != 1 {
			t.Fatalf("%d, cookies %v", w.Code, cookies)
		}
		c := cookies[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge < 24*3600 {
			t.Errorf("the cookie is %v", c)
		}
		return w.Header().Get("Location"), c
	}
	to, choice := follow(ask(t, h, "/alarms?state=open&instance=mqtt-cn-0pp1abc", ""), "中文")
	if to != "/alarms?instance=mqtt-cn-0pp1abc&state=open" {
		t.Errorf("leads to %s", to)
	}
	page := ask(t, h, to, "en", choice)
	wants(t, text(t, page), "告警", "未结束")
	to, choice = follow(page, "English")
	wants(t, text(t, ask(t, h, to, chineseBrowser, choice)), "Alarms", "Acknowledge")
}

// TestSwitchLeadsNowhereElse: whatever the address was, the answer leads to this server.
func TestSwitchLeadsNowhereElse(t *testing.T) {
	h := handler(t, realistic())
	for _, path := range []string{
		"//evil.example/?lang=zh", "/%2F%2Fevil.example/?lang=zh", "/\\evil.example?lang=zh", "/%5C%5Cevil.example?lang=zh", "///evil.example?lang=zh", "//evil.example:80%2f?lang=zh",
	} {
		r := &http.Request{Method: http.MethodGet, Header: http.Header{}, Host: "brimwatch.example", Body: http.NoBody}
		var err error
		if r.URL, err = url.ParseRequestURI(path); err != nil {
			t.Logf("%s is no address: %v", path, err)
			continue
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || to.Host != "" || to.Scheme != "" || strings.HasPrefix(to.EscapedPath(), "//") || strings.HasPrefix(w.Header().Get("Location"), "/\\") {
			t.Errorf("%s leads to %q, %v", path, w.Header().Get("Location"), err)
		}
	}
}

// TestNoChoiceByAForm: a form chooses no language, and a language that does not exist is none.
func TestNoChoiceByAForm(t *testing.T) {
	f := realistic()
	w := post(t, f, "/alarms/K7Q2/ack?lang=zh", url.Values{"by": {"wei"}})
	if w.Code != http.StatusSeeOther || !slices.Equal(f.acks, []string{"K7Q2 by wei"}) {
		t.Errorf("%d, %v", w.Code, f.acks)
	}
	for _, path := range []string{"/?lang=fr", "/?lang=", "/?lang=zh-CN"} {
		if w := get(t, f, path); w.Code != http.StatusOK || len(w.Result().Cookies()) != 0 {
			t.Errorf("%s: %d, %v", path, w.Code, w.Result().Cookies())
		}
	}
}

// named lists what is called something in a fleet: names and identifiers, which are the
// same in every language, and the texts that people were sent.
func (f *fake) named() []string {
	out := []string{"brimwatch", "Brimwatch", "instance_id=mqtt-1", "instance_id=mqtt-cn-0pp1abc", "mqtt-1", "capacity:", "none", "sil_1"}
	add := func(texts ...string) { out = append(out, texts...) }
	for i := range f.standings {
		in := f.standings[i].Instance
		add(in.ID, in.Name, in.Product, in.Edition, in.Spec, in.Account, in.Term.Policy)
		for _, l := range in.Labels {
			add(l.Name+"="+l.Value, l.Name, l.Value)
		}
		if r := f.standings[i].Reading; r != nil {
			add(r.Reason) // in a tooltip it cannot be marked as English
		}
		if c := f.standings[i].Course; c != nil {
			add(c.Policy.Name, c.Policy.Source)
		}
	}
	for i := range f.episodes {
		add(f.episodes[i].Code, f.episodes[i].Key.Instance, f.episodes[i].AckedBy)
	}
	for i := range f.records {
		n := &f.records[i]
		add(n.Code, n.Display, n.Receiver, n.Text, n.Said, n.Recipient, n.Alert.Annotations["summary"])
	}
	for i := range f.people {
		add(f.people[i].Name)
		add(f.people[i].Receivers...)
	}
	for i := range f.rotas {
		add(f.rotas[i].Name, f.rotas[i].Zone.String())
		add(f.rotas[i].Everybody()...)
	}
	for i := range f.silences {
		s := &f.silences[i]
		add(s.By, s.Comment)
		for name, value := range s.Matchers {
			add(name+"="+value, name, value)
		}
	}
	for _, s := range f.said {
		add(s.By)
	}
	for _, o := range f.optouts {
		add(o.Name)
	}
	for i := range f.accounts {
		add(f.accounts[i].Name)
	}
	add("MQ for MQTT", "RocketMQ", "Redis", "IoT Platform")
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) }) // the longer one first: the other may stand in it
	return slices.DeleteFunc(out, func(s string) bool { return len(s) < 2 })
}

// englishIn returns the English words that a Chinese page says, outside of code and of what is
// marked as English.
func englishIn(page string, names []string) []string {
	for _, part := range []string{
		`(?s)<head>.*?</head>`, `(?s)<code[^>]*>.*?</code>`, `(?s)<pre>.*?</pre>`, `(?s)<[a-z]+ [^>]*lang="en"[^>]*>.*?</[a-z]+>`, `<option>[^<]*`, `(?s)<textarea.*?</textarea>`,
	} {
		page = regexp.MustCompile(part).ReplaceAllString(page, " ")
	}
	var said strings.Builder
	for _, m := range regexp.MustCompile(`(?:aria-label|title|placeholder|alt|data-text)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		said.WriteString(m[1] + "\n")
	}
	said.WriteString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "\n"))
	text := html.UnescapeString(said.String())
	for _, name := range names {
		text = strings.ReplaceAll(text, name, " ")
	}
	var out []string
	usual := []string{"ID", "TPS", "Webhook", "UTC", "CST", "CET", "GiB", "MiB", "KiB", "STOP", "START", "UTF", "CSV", "JSON", "SVG", "PNG", "API", "Asia", "Shanghai", "Host", "CNY", "USD", "calendar", "ics", "days", "account", "product", "lang", "zh"}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "/calendar.ics") {
			continue
		}
		for _, word := range regexp.MustCompile(`[A-Za-z]{2,}`).FindAllString(line, -1) {
			if !slices.Contains(usual, word) {
				out = append(out, word+" in: "+strings.TrimSpace(line))
			}
		}
	}
	return out
}

// TestChinesePagesSayNothingInEnglish walks every page, of a full fleet, of one with faults and of
// an empty one.
func TestChinesePagesSayNothingInEnglish(t *testing.T) {
	full, silenced, empty, broken := realistic(), realistic(), &fake{}, realistic()
	silenced.silences = []notifier.Silence{
		{ID: "sil_1", Matchers: map[string]string{"instance_id": "mqtt-cn-0pp1abc"}, Until: now().Add(3600e9), By: "wei", CreatedAt: now()},
		{ID: "sil_2", Matchers: map[string]string{"team": "none"}, Until: now().Add(3600e9), By: "wei", Comment: "maintenance", CreatedAt: now()},
	}
	silenced.optouts = []notifier.Optout{{Name: "carol", Since: now().Add(-3600e9)}}
	silenced.rotas = nil
	broken.broken = errors.New("the disk is gone")
	chosen := url.Values{"labels": {"instance_id=mqtt-cn-0pp1abc\nteam=orders"}, "for": {"2h"}}.Encode()
	wrong := url.Values{"labels": {"team\nx=\u0007"}, "for": {"90000h"}, "comment": {"a\u202eb"}}.Encode()
	tests := []struct {
		name  string
		of    *fake
		paths []string
	}{
		{"all", full, []string{
			"/", "/?q=nothing", "/?state=expiring&sort=name", "/calendar", "/calendar?days=365&sort=what", "/calendar?product=none", "/oncall", "/oncall?days=90", "/alarms", "/alarms?state=cleared", "/alarms?instance=mqtt-cn-0pp1abc",
			"/alarms?acked=K7Q2", "/alarms?acked=3&gone=1", "/alarms?acked=0", "/silences", "/silences?added=1", "/silences?ended=1", "/silences?" + chosen, "/silences?" + wrong, "/notices", "/notices?code=K7Q2", "/notices?tried=1", "/notices?from=x", "/notices?from=2026-11-24T00:00&to=2026-11-23T00:00", "/people", "/none",
			"/statistics", "/statistics?q=nothing", "/statistics?instance=mqtt-cn-0pp1abc&instance=mqtt-cn-5over&last=24h&step=15m&zone=UTC", "/statistics?instance=none", "/statistics?instance=mqtt-cn-0pp1abc&zone=x", "/statistics?instance=mqtt-cn-0pp1abc&last=1h&step=x",
			"/statistics?instance=mqtt-cn-0pp1abc&last=1h&step=1d", "/statistics?instance=mqtt-cn-0pp1abc&last=1y&step=1s", "/statistics?instance=mqtt-cn-0pp1abc&from=2026-11-20T00:00&to=2026-12-30T00:00", "/statistics?instance=mqtt-cn-0pp1abc&from=2027-11-20T00:00&to=2027-12-30T00:00",
		}},
		{"in doubt", inDoubt(), []string{orders(), orders() + "?confirmed=exists", orders() + "?confirmed=gone", "/"}},
		{"with silences", silenced, []string{"/silences", "/notices", "/oncall"}},
		{"empty", empty, []string{"/", "/calendar", "/oncall", "/alarms", "/silences", "/notices", "/notices?state=held", "/people", "/instances/none"}},
		{"broken", broken, []string{"/alarms", "/silences", "/notices", "/people", "/instances/mqtt-cn-0pp1abc", "/instances/mqtt-cn-0pp1abc?tab=statistics"}},
	}
	for i := range full.standings {
		link := "/instances/" + full.standings[i].Instance.ID
		tests[0].paths = append(tests[0].paths, link, link+"?tab=statistics", link+"?tab=statistics&last=30d", link+"?tab=statistics&from=x&to=y", link+"?tab=alarms", link+"?tab=alarms&saved=1", link+"?tab=alarms&saved=0")
	}
	tests[0].paths = append(tests[0].paths, linkOf(t, full, "K7Q2"), linkOf(t, full, "K7Q2", func(l *links.Link) { l.RaisedAt = now() }), links.Path+"AQ", linkOf(t, full, "K7Q2", func(l *links.Link) { l.Expires = now() }))
	for _, tt := range tests {
		names := tt.of.named()
		h := handler(t, tt.of)
		for _, path := range tt.paths {
			w := ask(t, h, path, chineseBrowser)
			for _, word := range englishIn(w.Body.String(), names) {
				t.Errorf("%s, %s says %s", tt.name, path, word)
			}
			if !regexp.MustCompile(`\p{Han}`).MatchString(w.Body.String()) || strings.Contains(w.Body.String(), "%!") {
				t.Errorf("%s, %s is not in Chinese, or has a broken phrase", tt.name, path)
			}
		}
	}
}

// TestChineseAnswersOfForms: what a form was refused for, too.
func TestChineseAnswersOfForms(t *testing.T) {
	f := realistic()
	f.refuse = errors.New("the disk is gone")
	for _, tt := range []struct {
		name, path string
		form       url.Values
		want       string
	}{
		{"who?", "/alarms/K7Q2/ack", url.Values{}, "由谁确认 K7Q2？"},
		{"a name that is none", "/alarms/K7Q2/ack", url.Values{"by": {"a\u202eb"}}, "会改变文字方向"},
		{"no such alarm", "/alarms/ZZZZ/ack", url.Values{"by": {"wei"}}, "没有代码为 ZZZZ 的未结束告警"},
		{"nothing chosen", "/alarms/ack", url.Values{"by": {"wei"}}, "未选择告警"},
		{"several who?", "/alarms/ack", url.Values{"code": {"K7Q2"}}, "由谁确认？"},
		{"several refused", "/alarms/ack", url.Values{"code": {"K7Q2"}, "by": {"wei"}}, "未能全部确认"},
		{"a silence of everything", "/silences", url.Values{"labels": {""}, "for": {"2h"}, "by": {"wei"}}, "未填写标签"},
		{"a silence refused", "/silences", url.Values{"labels": {"team=orders"}, "for": {"2h"}, "by": {"wei"}}, "静默未能添加"},
		{"no such silence", "/silences/sil_9/end", url.Values{}, "没有这个静默"},
		{"an empty threshold", "/instances/mqtt-cn-0pp1abc/alarms", url.Values{"was.connections": {"70"}, "wasenabled.connections": {"on"}, "threshold.connections": {""}, "enabled.connections": {"on"}}, "阈值为空"},
		{"a refused threshold", "/instances/mqtt-cn-0pp1abc/alarms", url.Values{"was.connections": {"70"}, "threshold.connections": {"80%"}, "enabled.connections": {"on"}}, "未作任何更改"},
		{"no such instance", "/instances/none/alarms", url.Values{}, "没有 ID 为 none 的实例"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := post(t, f, tt.path, tt.form, "Accept-Language", chineseBrowser)
			wants(t, text(t, w), tt.want)
			for _, word := range englishIn(w.Body.String(), append(f.named(), "ZZZZ")) {
				t.Errorf("says %s", word)
			}
		})
	}
	w := post(t, f, "/alarms/ack", url.Values{"by": {"wei"}}, "Accept-Language", chineseBrowser, "Sec-Fetch-Site", "cross-site")
	wants(t, text(t, w), "该表单来自其他网站")
}

// TestFeedInChinese: the feed speaks the language of its address, whoever fetches it, and the page
// in Chinese names that address.
func TestFeedInChinese(t *testing.T) {
	h := handler(t, realistic())
	feed := ask(t, h, "/calendar.ics?lang=zh", "").Body.String()
	wants(t, feed, "//Brimwatch 1.2.3//ZH", "到期", "最后一天")
	if again := ask(t, h, "/calendar.ics", chineseBrowser); strings.Contains(again.Body.String(), "到期") || again.Header().Get("Vary") != "Accept-Encoding" || len(again.Result().Cookies()) != 0 {
		t.Errorf("a feed without a language speaks that of the reader: %v", again.Header())
	}
	wants(t, ask(t, h, "/calendar?product=mqtt", chineseBrowser).Body.String(), `href="/calendar.ics?lang=zh&amp;product=mqtt"`)
	if w := ask(t, h, "/calendar.ics?lang=zh&days=0", ""); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "整数") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestForeignWordsAreMarked: what a server answered stays as it is, and says that it is English.
func TestForeignWordsAreMarked(t *testing.T) {
	w := ask(t, handler(t, realistic()), "/notices", chineseBrowser)
	wants(t, w.Body.String(), `<code class="said" lang="en">HTTP 503 Service Unavailable: try again later</code>`)
	wants(t, ask(t, handler(t, realistic()), "/people", chineseBrowser).Body.String(), `已受理，但未送达：<code class="said" lang="en">30003: the handset of bob cannot be reached</code>`)
	if strings.Contains(get(t, realistic(), "/notices").Body.String(), `class="said"`) {
		t.Error("an English page marks English words")
	}
}
