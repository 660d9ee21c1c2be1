package web_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// answer runs a script and returns what it comes to.
func answer[T any](b *tab, what, script string) T {
	b.t.Helper()
	var out T
	b.run(what, chromedp.Evaluate(script, &out))
	return out
}

// TestChartsAnswer does with charts what people do: by pointer, finger and keyboard, on a
// desk and on a telephone.
func TestChartsAnswer(t *testing.T) {
	b, url := browser(t, realistic(), true)
	page := url + orders() + "?tab=statistics&last=6h&zone=UTC"
	connections := `[data-key$=" connections"]`
	readout := `document.querySelector('` + connections + ` .readout').textContent`
	plot := connections + " .plot"
	begin := func(address string) {
		t.Helper()
		b.run("charts", chromedp.Navigate(address), chromedp.WaitVisible(plot+".live", chromedp.ByQuery))
	}
	middle := func() (x, y float64) {
		t.Helper()
		b.run("into sight", chromedp.ScrollIntoView(plot, chromedp.ByQuery))
		place := answer[[]float64](b, "place", `(() => { const r = document.querySelector('`+plot+` .canvas').getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2, r.width]; })()`)
		return place[0], place[1]
	}

	t.Run("pointer", func(t *testing.T) {
		begin(page)
		x, y := middle()
		b.run("pointer", chromedp.MouseEvent(input.MouseMoved, x+30, y))
		text := answer[string](b, "readout", readout)
		if !strings.Contains(text, "of 5,000") || !strings.HasPrefix(text, "2026-11-23 00:") || !strings.Contains(text, "average") {
			t.Errorf("the pointer reads %q", text)
		}
		if n := answer[int](b, "crosses", `document.querySelectorAll(".cross").length`); n != 5 {
			t.Errorf("%d charts show the moment, want all 5", n)
		}
		b.picture("statistics-cross")
	})
	t.Run("keyboard", func(t *testing.T) {
		begin(page)
		b.run("focus", chromedp.Focus(plot, chromedp.ByQuery), chromedp.KeyEvent(kb.Home))
		first := answer[string](b, "readout", readout)
		b.run("right", chromedp.KeyEvent(kb.ArrowRight))
		second := answer[string](b, "readout", readout)
		if !strings.HasPrefix(first, "2026-11-22 21:12:00") || !strings.HasPrefix(second, "2026-11-22 21:13:00") {
			t.Errorf("the arrow keys read %q, then %q", first, second)
		}
		if said := answer[string](b, "said", `document.querySelector('`+plot+`').getAttribute("aria-valuetext")`); said != second {
			t.Errorf("a screen reader hears %q", said)
		}
	})
	t.Run("closer and back by keyboard", func(t *testing.T) {
		begin(page)
		b.run("choose", chromedp.Focus(plot, chromedp.ByQuery), chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.PageDown, chromedp.KeyModifiers(input.ModifierShift)), chromedp.KeyEvent(kb.Enter),
			chromedp.WaitVisible(`[name=from][value="2026-11-22T21:12"]`, chromedp.ByQuery), chromedp.WaitVisible(`[name=to][value="2026-11-22T21:22"]`, chromedp.ByQuery))
		b.run("back", chromedp.Focus(plot, chromedp.ByQuery), chromedp.KeyEvent(kb.Escape), chromedp.WaitVisible(`[name=to][value="2026-11-23T03:12"]`, chromedp.ByQuery))
	})
	t.Run("drag and back", func(t *testing.T) {
		begin(page)
		x, y := middle()
		b.run("drag", chromedp.MouseEvent(input.MousePressed, x-100, y, chromedp.ButtonType(input.Left)), chromedp.MouseEvent(input.MouseMoved, x-40, y, chromedp.ButtonType(input.Left)))
		if n := answer[int](b, "choice", `document.querySelectorAll(".choice").length`); n != 5 {
			t.Errorf("%d charts show the range that is being chosen", n)
		}
		b.picture("statistics-drag")
		b.run("drop", chromedp.MouseEvent(input.MouseMoved, x+100, y, chromedp.ButtonType(input.Left)), chromedp.MouseEvent(input.MouseReleased, x+100, y, chromedp.ButtonType(input.Left)),
			chromedp.Poll(`new URL(location.href).searchParams.has("from")`, nil, chromedp.WithPollingTimeout(10*time.Second)))
		span := answer[float64](b, "span", `document.getElementById("statistics").dataset.to - document.getElementById("statistics").dataset.from`)
		width := answer[float64](b, "width", `document.querySelector('`+plot+` .canvas').getBoundingClientRect().width`)
		if want := 200 / width * 6 * 3600; math.Abs(span-want) > 300 {
			t.Errorf("the range is %v s long, want about %v", span, want)
		}
		b.run("back", chromedp.Focus(plot, chromedp.ByQuery), chromedp.KeyEvent(kb.Escape), chromedp.Poll(`new URL(location.href).searchParams.get("last") === "6h"`, nil, chromedp.WithPollingTimeout(10*time.Second)))
	})
	t.Run("the zone of the viewer", func(t *testing.T) {
		b.run("zone", emulation.SetTimezoneOverride("America/New_York"), chromedp.Navigate(url+orders()+"?tab=statistics&last=6h"),
			chromedp.WaitVisible(`[name=to][value="2026-11-22T22:12"]`, chromedp.ByQuery))
		b.run("again", chromedp.Reload(), chromedp.WaitVisible(`[name=to][value="2026-11-22T22:12"]`, chromedp.ByQuery), emulation.SetTimezoneOverride("UTC"))
	})
	t.Run("side by side", func(t *testing.T) {
		b.run("open", chromedp.Navigate(url+"/statistics?instance=mqtt-cn-0pp1abc&last=24h&zone=UTC"), chromedp.WaitVisible(plot, chromedp.ByQuery))
		b.run("add", chromedp.SetValue(`input[name=q]`, "telemetry", chromedp.ByQuery), chromedp.Click(`form[role=search] button`, chromedp.ByQuery), chromedp.WaitVisible(".matches a", chromedp.ByQuery),
			chromedp.Click(".matches a", chromedp.ByQuery), chromedp.WaitVisible(`[data-key="mqtt-cn-7hk2telemetry connections"]`, chromedp.ByQuery))
		scales := `[...document.querySelectorAll('` + connections + ` .grid')].map((g) => [...g.querySelectorAll("text")].pop().textContent)`
		tops := answer[[]string](b, "scales", scales)
		if len(tops) != 2 || tops[0] != "6k" || tops[1] != "150k" {
			t.Errorf("the scales go up to %q, want each its own: one is twenty times the other", tops)
		}
		b.picture("statistics-side-by-side")
		b.run("same scale", chromedp.Click(`.chip[href*="scale=same"]`, chromedp.ByQuery), chromedp.WaitVisible(`.chip[href*="scale=same"][aria-current]`, chromedp.ByQuery))
		if tops = answer[[]string](b, "scales", scales); len(tops) != 2 || tops[0] != "150k" || tops[1] != "150k" {
			t.Errorf("the same scale goes up to %q", tops)
		}
	})
	t.Run("telephone", func(t *testing.T) {
		b.run("telephone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
		begin(page)
		if wide := answer[float64](b, "width", `document.documentElement.scrollWidth`); wide > 390 {
			t.Errorf("the page is %v wide on a screen of 390", wide)
		}
		for _, out := range answer[[]string](b, "texts", `[...document.querySelectorAll("svg.chart text")].filter((e) => { const r = e.getBoundingClientRect(); return r.width && (r.left < 0 || r.right > 390); }).map((e) => e.textContent)`) {
			t.Errorf("%q lies beside the screen", out)
		}
		for _, over := range answer[[]string](b, "ticks", `[...document.querySelectorAll("svg.chart")].flatMap((s) => { const all = [...s.querySelectorAll(".axis text")].filter((e) => e.getBoundingClientRect().width); return all.slice(1).filter((e, i) => e.getBoundingClientRect().left < all[i].getBoundingClientRect().right + 3).map((e) => e.textContent); })`) {
			t.Errorf("tick %q covers the one before", over)
		}
		// The newest point of the usage is in sight without moving anything but the page.
		x, y := middle()
		if right := answer[float64](b, "newest", `(() => { const r = document.querySelector('`+connections+` .lines .usage polyline:last-child').getBoundingClientRect(); return r.right; })()`); right < 300 || right > 390 {
			t.Errorf("the newest point lies at %v", right)
		}
		b.run("touch", chromedp.ActionFunc(touch(x, y)))
		if text := answer[string](b, "readout", readout); !strings.Contains(text, "of 5,000") {
			t.Errorf("a finger reads %q", text)
		}
		b.picture("statistics-telephone")
	})
	b.clean()
}

// TestOpenChartsStayFresh: figures come anew while the range ends now, and what somebody reads
// stays where it is.
func TestOpenChartsStayFresh(t *testing.T) {
	f := realistic()
	b, url := browser(t, f, true)
	b.run("charts", chromedp.Navigate(url+orders()+"?tab=statistics&last=1h&zone=UTC"), chromedp.WaitVisible(".plot.live", chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector(".stat details").open = true; document.querySelector("[name=from]").value = "2026-01-01T00:00"; 0`, nil),
		chromedp.Focus(`[data-key$=" connections"] .plot`, chromedp.ByQuery), chromedp.KeyEvent(kb.Home))
	before := answer[string](b, "readout", `document.querySelector('[data-key$=" connections"] .readout').textContent`)
	b.run("nothing yet", chromedp.Evaluate(`document.querySelector("#charts").dataset.old = "1"; 0`, nil))
	f.mu.Lock()
	f.standings[0].Reading.Usage[4] = 4444
	f.mu.Unlock()
	b.run("fresh", chromedp.Evaluate(`document.dispatchEvent(new Event("visibilitychange")); 0`, nil), chromedp.Poll(`!document.querySelector("#charts").dataset.old`, nil, chromedp.WithPollingTimeout(40*time.Second)))
	if after := answer[string](b, "readout", `document.querySelector('[data-key$=" connections"] .readout').textContent`); after == before || !strings.HasPrefix(after, before[:19]) {
		t.Errorf("the cross-hair read %q and reads %q: want other figures of the same moment", before, after)
	}
	if !answer[bool](b, "kept", `document.querySelector(".stat details").open && document.querySelector("[name=from]").value === "2026-01-01T00:00" && document.activeElement.matches('[data-key$=" connections"] .plot')`) {
		t.Error("what was open, typed and in focus did not stay")
	}
	b.clean()
}

// touch puts a finger on a place, and takes it away.
func touch(x, y float64) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if err := input.DispatchTouchEvent(input.TouchStart, []*input.TouchPoint{{X: x, Y: y}}).Do(ctx); err != nil {
			return err
		}
		return input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}).Do(ctx)
	}
}
