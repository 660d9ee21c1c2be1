package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/brimwatch/brimwatch/notifier/rota"
)

// manned gives the fleet two rotas; the first has an override and a gap.
func (f *fake) manned() {
	day := now().Truncate(24 * time.Hour)
	f.rotas = []rota.Rota{
		{
			Name: "primary", Days: 7, Minute: 9 * 60, Zone: shanghai(), People: []string{"wei", "li"}, First: day,
			Overrides: []rota.Override{
				{From: day.AddDate(0, 0, 2), To: day.AddDate(0, 0, 3), Person: "tom"},
				{From: day.AddDate(0, 0, 10), To: day.AddDate(0, 0, 11)},
			},
		},
		{Name: "managers", Days: 1, Minute: 9 * 60, Zone: time.UTC, People: []string{"ann <b>", "bo"}, First: day},
	}
}

func TestOnCallPage(t *testing.T) {
	w := get(t, realistic(), "/oncall")
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	said := text(t, w)
	wants(t, said,
		"wei is on call until 2026-11-25 08:00:00 UTC+8, in 1 d 20 h. Then tom",
		"weekly, hand-over Mon 09:00 CST: wei, li",
		"Nobody is on call from 2026-12-03 08:00:00 UTC+8 to 2026-12-04 08:00:00 UTC+8. Give the override a person, or remove it.",
		"tom 2026-11-25 08:00:00 UTC+8", "override",
		"bo is on call until 2026-11-23 09:00:00 UTC", "daily, hand-over 09:00 UTC: ann <b>, bo",
	)
	if strings.Contains(w.Body.String(), "ann <b>") {
		t.Error("a name is not escaped")
	}
	if n := strings.Count(w.Body.String(), `<svg class="timeline"`); n != 2 {
		t.Errorf("%d time lines, want one for each rota", n)
	}
	if n := strings.Count(w.Body.String(), `<tr class="current">`); n != 2 {
		t.Errorf("%d rows are marked as now", n)
	}
	wants(t, w.Body.String(), `<tr class=" gap">`, `class="span override"`, `class="span gap"`, `<line class="now"`, `<a href="/oncall" aria-current="page">On call</a>`)
}

func TestOnCallPageWithinAGap(t *testing.T) {
	f := realistic()
	f.rotas[0].Overrides = append(f.rotas[0].Overrides, rota.Override{From: now().Add(-time.Hour), To: now().Add(time.Hour)})
	wants(t, text(t, get(t, f, "/oncall?days=7")), "Nobody is on call until 2026-11-23 12:12:04 UTC+8, in 1 h. The others of its receivers are told, or the fallback. Then wei",
		"Nobody is on call from 2026-11-23 10:12:04 UTC+8 to 2026-11-23 12:12:04 UTC+8")
}

func TestOnCallPageIsBounded(t *testing.T) {
	f := realistic()
	f.rotas = []rota.Rota{{Name: "r", Days: 1, Zone: time.UTC, People: []string{"a"}, First: rota.FixedMonday()}}
	day := now().Truncate(24 * time.Hour)
	for i := range 90 {
		f.rotas[0].Overrides = append(f.rotas[0].Overrides, rota.Override{From: day.AddDate(0, 0, i).Add(6 * time.Hour), To: day.AddDate(0, 0, i).Add(7 * time.Hour), Person: "b"})
	}
	wants(t, text(t, get(t, f, "/oncall?days=90")), "171 more follow; brimwatch oncall r --days 90 lists all.")
}

// TestOnCallWork goes to the page and looks further ahead, with and without JavaScript, and
// holds its time line against a narrow and a wide screen.
func TestOnCallWork(t *testing.T) {
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			b, url := browser(t, realistic(), scripts)
			b.run("navigation", chromedp.Navigate(url), chromedp.Click(`nav a[href="/oncall"]`, chromedp.ByQuery), chromedp.WaitVisible(".shifts", chromedp.ByQuery))
			few := len(b.sizes(".shifts tbody tr"))
			b.run("further", chromedp.Click(`.chips a[href="/oncall?days=90"]`, chromedp.ByQuery), chromedp.WaitVisible(`.chips a[href="/oncall?days=90"][aria-current]`, chromedp.ByQuery))
			if more := len(b.sizes(".shifts tbody tr")); more <= few {
				t.Errorf("%d rows for 90 days, %d for 28", more, few)
			}
			b.clean()
		})
	}
}

func TestShiftsAreReadable(t *testing.T) {
	b, url := browser(t, realistic(), true)
	for _, width := range []int64{390, 1400} {
		for _, path := range []string{"/oncall", "/oncall?days=7", "/oncall?days=90"} {
			var faults []string
			b.run(path, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url+path), chromedp.WaitVisible("svg.timeline", chromedp.ByQuery),
				chromedp.Evaluate(`(() => {
					const out = [], at = (e) => e.getBoundingClientRect();
					if (document.documentElement.scrollWidth > innerWidth) out.push("the page is " + document.documentElement.scrollWidth + " wide");
					for (const line of document.querySelectorAll("svg.timeline")) {
						const room = at(line);
						if (!line.querySelector("rect.span") || !line.querySelector("line.now")) out.push("no shift, or now is not marked");
						for (const e of line.querySelectorAll("rect.span, text")) { const r = at(e); if (r.left < room.left - 1 || r.right > room.right + 1) out.push("outside: " + e.textContent); }
						for (const lane of line.querySelectorAll(".lane")) {
							const spans = [...lane.querySelectorAll("rect.span")];
							spans.forEach((e, i) => { if (i && at(e).left < at(spans[i - 1]).right - 0.5) out.push("shifts lie upon each other: " + e.textContent); });
						}
					}
					return out;
				})()`, &faults))
			if len(faults) > 0 {
				t.Errorf("%s at %d: %q", path, width, faults)
			}
			b.picture("oncall")
		}
	}
	b.clean()
}
