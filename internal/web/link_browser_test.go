package web_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/brimwatch/brimwatch/internal/links"
)

// TestLinksOnATelephone opens the links of a notice on a telephone, in both languages, without
// JavaScript: the pages fit, say what they are, ask once, and act.
func TestLinksOnATelephone(t *testing.T) {
	f := realistic()
	f.signer()
	b, url := browser(t, f, false)
	const width, finger = 390, 44
	look := func(name string) {
		t.Helper()
		var wide int64
		b.run(name, chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
		if wide > width {
			t.Errorf("%s is %d wide", name, wide)
		}
		for _, scheme := range []string{"light", "dark"} {
			b.run(scheme, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
			var pale []string
			b.run("contrast of "+name, chromedp.Evaluate(contrast(), &pale))
			if len(pale) > 0 {
				t.Errorf("%s, %s: contrast below 4.5: %q", name, scheme, pale)
			}
			b.picture("link-" + name + "-" + scheme)
		}
		b.unlabelled(name)
	}
	b.run("telephone", chromedp.EmulateViewport(width, 844))
	for lang, codes := range map[string]struct{ accept, code, instance string }{"en": {"en", "K7Q2", "mqtt-cn-0pp1abc"}, "zh": {chineseBrowser, "T6JP", "mqtt-cn-5over"}} {
		b.run(lang, network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": codes.accept}))
		for name, path := range map[string]string{"ack": linkOf(t, f, codes.code), "silence": silenceOf(f, func(l *links.Silence) { l.Instance = codes.instance })} {
			b.run(name, chromedp.Navigate(url+path), chromedp.WaitVisible("main form button", chromedp.ByQuery))
			if sizes := b.sizes("main form button"); len(sizes) != 1 || sizes[0].Height < finger {
				t.Errorf("the button of %s is %v high", name, sizes)
			}
			look(name + "-" + lang)
			b.run("say who", chromedp.SetValue("[name=by]", "li", chromedp.ByQuery), chromedp.Click("main form button", chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery), chromedp.WaitNotPresent("main form", chromedp.ByQuery))
			look(name + "-done-" + lang)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.acks) != 2 || len(f.silences) != 2 {
		t.Errorf("acknowledged %q, silenced %+v", f.acks, f.silences)
	}
	b.clean()
}
