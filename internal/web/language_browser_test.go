package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// inChinese makes the browser ask for Chinese.
func (b *tab) inChinese() {
	b.t.Helper()
	b.run("ask for Chinese", network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": chineseBrowser}))
}

// reads fails when the page's language or its first heading is another one.
func (b *tab) reads(lang, heading string) {
	b.t.Helper()
	var l, h string
	b.run("heading", chromedp.WaitVisible("main h1, main h2", chromedp.ByQuery), chromedp.Evaluate(`document.documentElement.lang`, &l), chromedp.TextContent("main h1", &h, chromedp.ByQuery))
	if l != lang || h != heading {
		b.t.Errorf("the page is in %s with the heading %q, want %s and %q", l, h, lang, heading)
	}
}

// TestSwitchInBrowser: who asks for Chinese gets it, switches to English on a page, and stays with
// it on the next ones, with and without JavaScript.
func TestSwitchInBrowser(t *testing.T) {
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			b, url := browser(t, realistic(), scripts)
			b.inChinese()
			b.run("alarms", chromedp.Navigate(url+"/alarms?state=open"))
			b.reads("zh-CN", "告警")
			b.run("switch", chromedp.Click("a.tongue", chromedp.ByQuery), chromedp.WaitVisible(`html[lang=en] main`, chromedp.ByQuery))
			b.reads("en", "Alarms")
			var at string
			b.run("address", chromedp.Location(&at))
			if at != url+"/alarms?state=open" {
				t.Errorf("the switch led to %s", at)
			}
			b.run("next page", chromedp.Click(`nav a[href="/people"]`, chromedp.ByQuery), chromedp.WaitVisible(`nav a[href="/people"][aria-current]`, chromedp.ByQuery))
			b.reads("en", "People")
			b.run("back", chromedp.Click("a.tongue", chromedp.ByQuery), chromedp.WaitVisible(`html[lang=zh-CN] main`, chromedp.ByQuery))
			b.reads("zh-CN", "联系人")
			b.clean()
		})
	}
}

// TestOpenPageTakesTheNewLanguage: where another language was chosen in another window, all of an
// open page changes, not only what is renewed; and until then what is renewed is in the same language.
func TestOpenPageTakesTheNewLanguage(t *testing.T) {
	f := realistic()
	b, url := browser(t, f, true)
	b.inChinese()
	b.run("list", chromedp.Navigate(url+"/?q=orders"), chromedp.WaitVisible("html[lang=zh-CN] .list", chromedp.ByQuery))
	f.mu.Lock()
	renamed := *f.standings[0].Instance
	renamed.Name = "Orders of tomorrow"
	f.standings[0].Instance = &renamed
	f.mu.Unlock()
	b.run("renewed", chromedp.Poll(`document.querySelector(".list .name").textContent === "Orders of tomorrow" && document.querySelector("main h1").textContent === "实例"`, nil, chromedp.WithPollingTimeout(30*time.Second)))
	b.run("choose in another window", network.SetCookie("brimwatch_lang", "en").WithURL(url).WithHTTPOnly(true))
	b.run("all of it", chromedp.WaitVisible(`html[lang=en] main`, chromedp.ByQuery), chromedp.Poll(`document.querySelector("header nav a").textContent === "Instances" && document.querySelector("main h1").textContent === "Instances"`, nil, chromedp.WithPollingTimeout(30*time.Second)))
	b.clean()
}

// TestChineseFits: pages in Chinese are as wide as their screen, have their contrasts, and say what
// they are to who does not see them.
func TestChineseFits(t *testing.T) {
	b, url := browser(t, realistic(), true)
	b.inChinese()
	for _, screen := range []struct {
		name  string
		width int64
	}{{"wide", 1280}, {"phone", 390}} {
		b.run(screen.name, chromedp.EmulateViewport(screen.width, 844))
		for name, path := range pagePaths() {
			var wide int64
			b.run(name, chromedp.Navigate(url+path), chromedp.WaitVisible("main h1, main h2", chromedp.ByQuery), chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
			b.picture("zh-" + name + "-" + screen.name)
			if wide > screen.width {
				t.Errorf("%s is %v wide on a screen of %d", name, wide, screen.width)
			}
			var pale []string
			b.run("contrast of "+name, chromedp.Evaluate(contrast(), &pale))
			if len(pale) > 0 {
				t.Errorf("%s: contrast below 4.5: %q", name, pale)
			}
			b.unlabelled(name)
		}
	}
	b.clean()
}
