package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestCalendarWork filters and sorts the calendar and follows it to an instance,
// with and without JavaScript.
func TestCalendarWork(t *testing.T) {
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			b, url := browser(t, realistic(), scripts)
			b.run("navigation", chromedp.Navigate(url), chromedp.Click(`nav a[href="/calendar"]`, chromedp.ByQuery), chromedp.WaitVisible(".ahead", chromedp.ByQuery))
			b.run("filter", chromedp.SetValue("[name=account]", "acme", chromedp.ByQuery), chromedp.SetValue("[name=days]", "30", chromedp.ByQuery),
				chromedp.Click("form.filter button", chromedp.ByQuery), chromedp.WaitVisible(".filter .clear", chromedp.ByQuery))
			if rows := b.sizes(".ahead tbody tr:not(.payer)"); len(rows) != 2 {
				t.Errorf("%d rows, want the two of Orders within 30 days", len(rows))
			}
			var first string
			b.run("sort", chromedp.Click(`.ahead th a[href*="sort=what"]`, chromedp.ByQuery), chromedp.WaitVisible(`.ahead th[aria-sort]:nth-child(4)`, chromedp.ByQuery),
				chromedp.AttributeValue(".ahead tbody tr:not(.payer)", "class", &first, nil, chromedp.ByQuery))
			if first != "suspended" {
				t.Errorf("the gravest comes first, and that is not %q", first)
			}
			b.run("instance", chromedp.Click(".ahead .name", chromedp.ByQuery), chromedp.WaitVisible("#billing", chromedp.ByQuery), chromedp.WaitVisible("#course tr.current", chromedp.ByQuery))
			b.run("how to upgrade, as text", chromedp.WaitVisible("#upgrade", chromedp.ByQuery), chromedp.WaitNotPresent(".actions .button", chromedp.ByQuery))
			b.run("monitor", chromedp.Click(`.actions a[href$="tab=alarms"]`, chromedp.ByQuery), chromedp.WaitVisible(`[name="threshold.connections"]`, chromedp.ByQuery))
			b.clean()
		})
	}
}

// TestTimelineIsReadable looks at the time line on a narrow and on a wide screen:
// its texts keep their size, and no sign or date lies upon another or outside.
func TestTimelineIsReadable(t *testing.T) {
	b, url := browser(t, realistic(), true)
	for _, width := range []int64{400, 1400} {
		for _, path := range []string{"/calendar", "/calendar?account=acme", "/calendar?days=30", "/calendar?days=365"} {
			var faults []string
			b.run(path, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url+path), chromedp.WaitVisible("svg.timeline", chromedp.ByQuery),
				chromedp.Evaluate(`(() => {
					const out = [], at = (e) => e.getBoundingClientRect(), line = document.querySelector("svg.timeline"), room = at(line);
					const inside = (e) => { const r = at(e); if (r.left < room.left - 1 || r.right > room.right + 1) out.push("outside: " + e.textContent); };
					const apart = (list, what) => list.forEach((e, i) => { if (i && at(e).left < at(list[i - 1]).right) out.push(what + " lie upon each other: " + list[i - 1].textContent + ", " + e.textContent); });
					if (document.documentElement.scrollWidth > innerWidth) out.push("the page is wider than the screen");
					if (!line.querySelector(".sign use")) out.push("no sign");
					for (const text of line.querySelectorAll("text")) { inside(text); if (parseFloat(getComputedStyle(text).fontSize) < 11 || at(text).height < 9) out.push("too small: " + text.textContent); }
					for (const sign of line.querySelectorAll("use")) { inside(sign); if (at(sign).width < 6) out.push("a sign is " + at(sign).width + " wide"); }
					apart([...line.querySelectorAll(".dates text")], "dates");
					for (const lane of line.querySelectorAll(".lane")) apart([...lane.querySelectorAll("use")], "signs");
					return out;
				})()`, &faults))
			if len(faults) > 0 {
				t.Errorf("%s at %d: %q", path, width, faults)
			}
			b.picture("timeline")
		}
	}
	b.clean()
}
