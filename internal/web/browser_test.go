package web_test

import (
	"context"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// browser starts a Chromium without a window, and a server of f for it. The
// context ends after three minutes, of a busy machine.
func browser(t *testing.T, f *fake, scripts bool) (*tab, string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed for this test; install the Debian package chromium")
	}
	server := httptest.NewServer(handler(t, f))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute) // t.Context ends before the browser can
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.WindowSize(1280, 900), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("blink-settings", "imagesEnabled=true,scriptEnabled="+map[bool]string{true: "true", false: "false"}[scripts]),
	)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		// The browser has a new, empty profile, which goes when it has ended.
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("end the browser: %v", err)
		}
		chromedp.FromContext(ctx).Allocator.Wait()
	})
	b := &tab{t: t, ctx: ctx, server: server}
	chromedp.ListenTarget(ctx, b.listen)
	b.run("start", network.Enable(), cdplog.Enable())
	return b, server.URL
}

// tab is one page of a browser that notes what goes wrong on it.
type tab struct {
	t      *testing.T
	ctx    context.Context
	server *httptest.Server

	mu       sync.Mutex
	problems []string
	foreign  []string // addresses outside this machine that were asked for
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			b.problems = append(b.problems, "console: "+string(e.Args[0].Value))
		}
	case *cdplog.EventEntryAdded:
		b.problems = append(b.problems, "log: "+e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "http://127.0.0.1:") && !strings.HasPrefix(e.Request.URL, "data:") {
			b.foreign = append(b.foreign, e.Request.URL)
		}
	}
}

// run does the actions, or fails naming what they are for.
func (b *tab) run(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// clean fails when the pages so far had a problem.
func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.problems) > 0 || len(b.foreign) > 0 {
		b.t.Errorf("problems: %q, requests to elsewhere: %q", b.problems, b.foreign)
	}
}

// picture keeps what the page looks like where BRIMWATCH_PICTURES says.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("BRIMWATCH_PICTURES")
	if dir == "" {
		return
	}
	var png []byte
	b.run("picture "+name, chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func orders() string { return "/instances/mqtt-cn-0pp1abc" }

// pagePaths are the pages by what pictures of them are called.
func pagePaths() map[string]string {
	return map[string]string{
		"instances": "/", "information": orders(), "statistics": orders() + "?tab=statistics&last=24h", "monitoring": orders() + "?tab=alarms",
		"alarms": "/alarms", "notices": "/notices", "people": "/people", "silences": "/silences", "silence-preview": "/silences?labels=instance_id%3Dmqtt-cn-0pp1abc&for=2h&comment=upgrade", "silence-of-nothing": "/silences?labels=tem%3Dorders&for=2h", "no-match": "/?q=nothing-is-called-so", "silent": "/instances/mqtt-cn-3silent",
		"calendar": "/calendar", "calendar-account": "/calendar?account=acme&sort=what", "calendar-year": "/calendar?days=365", "billing": "/instances/rmq-cn-9old",
		"calendar-only": "/instances/iot-060a0nk0", "memory": "/instances/r-bp1zxszhcgatnx?tab=statistics&last=7d",
		"on-call": "/oncall", "side-by-side": "/statistics?instance=mqtt-cn-0pp1abc&instance=mqtt-cn-5over&last=24h", "statistics-search": "/statistics?q=mqtt", "statistics-ahead": orders() + "?tab=statistics&from=2026-11-20T00:00&to=2026-11-30T00:00",
	}
}

func TestPagesInBrowser(t *testing.T) {
	b, url := browser(t, realistic(), true)
	for _, scheme := range []string{"light", "dark"} {
		b.run(scheme, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
		for name, path := range pagePaths() {
			b.run(name, chromedp.Navigate(url+path), chromedp.WaitVisible("main h1, main h2", chromedp.ByQuery))
			b.picture(name + "-" + scheme)
			var pale []string
			b.run("contrast of "+name, chromedp.Evaluate(contrast(), &pale))
			if len(pale) > 0 {
				t.Errorf("%s, %s: contrast below 4.5: %q", name, scheme, pale)
			}
			b.unlabelled(name)
		}
	}
	b.clean()
}

// contrast is a script that lists texts whose contrast with what lies behind them
// is below 4.5 (WCAG 2.2, 1.4.3).
func contrast() string {
	return `(() => {
		const rgb = (s) => { const n = s.match(/[\d.]+/g).map(Number); return { c: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 }; };
		const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
		const behind = (e) => { for (; e; e = e.parentElement) { const b = rgb(getComputedStyle(e).backgroundColor); if (b.a === 1) return b.c; } return [255, 255, 255]; };
		const out = new Set();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const e = walk.currentNode.parentElement;
			if (!walk.currentNode.data.trim() || e.closest("title, option, .hide, .skip, [hidden]") || !e.getClientRects().length) continue;
			const style = getComputedStyle(e);
			const [a, b] = [light(rgb(e.closest("svg") ? style.fill : style.color).c), light(behind(e))].sort((x, y) => y - x);
			const ratio = (a + 0.05) / (b + 0.05);
			if (ratio < 4.5) out.add(walk.currentNode.data.trim() + " " + ratio.toFixed(2));
		}
		return [...out];
	})()`
}

// unlabelled fails when a field, a picture or a table says nothing to somebody who
// does not see it.
func (b *tab) unlabelled(name string) {
	b.t.Helper()
	var bare []string
	b.run("labels of "+name, chromedp.Evaluate(`(() => {
		const out = [];
		for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (!e.labels?.length && !e.ariaLabel) out.push(e.outerHTML);
		for (const e of document.querySelectorAll("svg:not(svg svg), table, nav")) if (!e.ariaLabel && !e.caption) out.push(e.outerHTML.slice(0, 200));
		for (const e of document.querySelectorAll("th:not([scope]), img:not([alt])")) out.push(e.outerHTML);
		return out;
	})()`, &bare))
	if len(bare) > 0 {
		b.t.Errorf("%s: without a name: %q", name, bare)
	}
}

// box is a place on the screen.
type box struct{ Width, Height float64 }

// sizes returns how large the elements are that a selector finds.
func (b *tab) sizes(selector string) []box {
	b.t.Helper()
	var out []box
	b.run("sizes of "+selector, chromedp.Evaluate(`[...document.querySelectorAll(`+strconv.Quote(selector)+`)].map((e) => { const r = e.getBoundingClientRect(); return { Width: r.width, Height: r.height }; })`, &out))
	return out
}

func TestBarsAndLinesAreVisible(t *testing.T) {
	b, url := browser(t, realistic(), true)
	b.run("list", chromedp.Navigate(url+"/?q=orders"), chromedp.WaitVisible(".meter.raised .bar .fill", chromedp.ByQuery))
	tracks, fills, ticks := b.sizes(".bar .track"), b.sizes(".bar .fill"), b.sizes(".bar .tick")
	if len(tracks) != 3 || len(fills) != 3 || len(ticks) != 3 {
		t.Fatalf("%d tracks, %d fills, %d ticks, want 3 of each", len(tracks), len(fills), len(ticks))
	}
	for i, share := range []float64{0.5124, 0.412, 0.7224} {
		if tracks[i].Width < 100 || tracks[i].Height < 5 || fills[i].Height < 5 || ticks[i].Height < 5 {
			t.Errorf("bar %d is too small: track %v, fill %v, tick %v", i, tracks[i], fills[i], ticks[i])
		}
		if got := fills[i].Width / tracks[i].Width; math.Abs(got-share) > 0.01 {
			t.Errorf("bar %d is filled to %.3f, want %.3f", i, got, share)
		}
	}
	b.run("charts", chromedp.Navigate(url+orders()+"?tab=statistics"), chromedp.WaitVisible("svg.chart", chromedp.ByQuery))
	for _, line := range []string{"usage", "capacity", "level"} {
		found := b.sizes(".chart ." + line + " polyline")
		if len(found) < 3 {
			t.Errorf("%d lines of %s, want one for each metric with a capacity", len(found), line)
		}
		for _, l := range found {
			if l.Width < 100 {
				t.Errorf("a line of %s is %v large", line, l)
			}
		}
	}
	b.clean()
}

func TestPhone(t *testing.T) {
	b, url := browser(t, realistic(), true)
	b.run("phone", chromedp.EmulateViewport(390, 844))
	for name, path := range pagePaths() {
		var wide float64
		b.run(name, chromedp.Navigate(url+path), chromedp.WaitVisible("main h1, main h2", chromedp.ByQuery), chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
		b.picture(name + "-phone")
		if wide > 390 {
			t.Errorf("%s is %v wide on a screen of 390", name, wide)
		}
	}
	b.clean()
}

// TestWork does what people do on the pages, with and without JavaScript.
func TestWork(t *testing.T) {
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			b, url := browser(t, f, scripts)
			t.Run("filter", func(t *testing.T) {
				b.run("filter", chromedp.Navigate(url), chromedp.SetValue("[name=q]", "orders", chromedp.ByQuery), chromedp.Click("form.filter button", chromedp.ByQuery),
					chromedp.WaitVisible(".filter .clear", chromedp.ByQuery))
				var rows []*cdp.Node
				b.run("rows", chromedp.Nodes(".list tbody tr", &rows, chromedp.ByQueryAll))
				if len(rows) != 1 {
					t.Errorf("%d rows, want only Orders", len(rows))
				}
			})
			t.Run("search", func(t *testing.T) {
				b.run("search", chromedp.Navigate(url+orders()+"?tab=statistics"), chromedp.WaitVisible("svg.chart", chromedp.ByQuery),
					chromedp.SetValue("[name=from]", "2026-11-20T08:00", chromedp.ByQuery), chromedp.SetValue("[name=to]", "2026-11-20T09:00", chromedp.ByQuery),
					chromedp.Click("#search", chromedp.ByQuery), chromedp.WaitVisible(`[name=from][value="2026-11-20T08:00"]`, chromedp.ByQuery))
				var axis string
				b.run("axis", chromedp.TextContent(".chart .axis", &axis, chromedp.ByQuery))
				if axis != "08:0008:1008:2008:3008:4008:5009:00" {
					t.Errorf("the axis reads %s", axis)
				}
				b.run("quick range", chromedp.Click(`.quick a[href*="last=7d"]`, chromedp.ByQuery), chromedp.WaitVisible(`.quick a[href*="last=7d"][aria-current]`, chromedp.ByQuery))
				b.run("table", chromedp.Click("details summary", chromedp.ByQuery), chromedp.WaitVisible("details[open] td", chromedp.ByQuery))
			})
			t.Run("thresholds", func(t *testing.T) {
				b.run("thresholds", chromedp.Navigate(url+orders()+"?tab=alarms"),
					chromedp.SetValue(`[name="threshold.connections"]`, "80", chromedp.ByQuery), chromedp.Click(`[name="enabled.subscriptions"]`, chromedp.ByQuery),
					chromedp.Click("main form button", chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery))
				b.picture("saved")
				f.mu.Lock()
				defer f.mu.Unlock()
				off := false
				want := map[fleet.Metric]alarm.Setting{fleet.Subscriptions: {Enabled: &off}, fleet.Connections: {Threshold: "80"}}
				if diff := cmp.Diff(want, f.settings); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
			t.Run("acknowledge", func(t *testing.T) {
				b.run("acknowledge", chromedp.Navigate(url+"/alarms"), chromedp.SetValue(`form[action="/alarms/K7Q2/ack"] [name=by]`, "wei", chromedp.ByQuery),
					chromedp.Click(`form[action="/alarms/K7Q2/ack"] button`, chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery),
					chromedp.WaitNotPresent(`form[action="/alarms/K7Q2/ack"]`, chromedp.ByQuery))
				b.picture("acknowledged")
				var next string
				b.run("next", chromedp.Value(`form[action="/alarms/T6JP/ack"] [name=by]`, &next, chromedp.ByQuery))
				if next != "wei" {
					t.Errorf("the next alarm is acknowledged by %q, want wei to be filled in", next)
				}
				f.mu.Lock()
				defer f.mu.Unlock()
				if !slices.Equal(f.acks, []string{"K7Q2 by wei"}) {
					t.Error(f.acks)
				}
			})
			b.clean()
		})
	}
}

func TestOpenPageStaysFresh(t *testing.T) {
	f := realistic()
	b, url := browser(t, f, true)
	b.run("list", chromedp.Navigate(url+"/?q=orders"), chromedp.WaitVisible(".list", chromedp.ByQuery))
	f.mu.Lock()
	renamed := *f.standings[0].Instance
	renamed.Name = "Orders of tomorrow"
	f.standings[0].Instance = &renamed
	f.mu.Unlock()
	b.run("new name", chromedp.Poll(`document.querySelector(".list .name").textContent === "Orders of tomorrow"`, nil, chromedp.WithPollingTimeout(30*time.Second)))
	b.clean()

	b.server.Close()
	b.run("no answer", chromedp.WaitVisible("#stale", chromedp.ByQuery), chromedp.WaitVisible(".list .name", chromedp.ByQuery))
	b.picture("no-answer")
}
