package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// until waits until a script says yes.
func until(script string) chromedp.Action {
	return chromedp.Poll(script, nil, chromedp.WithPollingTimeout(20*time.Second))
}

// rename gives an instance of the fake another name.
func (f *fake) rename(i int, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in := *f.standings[i].Instance
	in.Name = name
	f.standings[i].Instance = &in
}

// TestRefreshKeepsWhatPeopleDid: what was opened, chosen, typed and focused stays while the page is
// renewed around it, and the dialog says what a threshold would have come to.
func TestRefreshKeepsWhatPeopleDid(t *testing.T) {
	f := realistic()
	f.remarks = []string{"a remark", "another"}
	b, url := browser(t, f, true)
	b.run("list", chromedp.Navigate(url+"/?state=raised"), chromedp.WaitVisible(".list", chromedp.ByQuery),
		chromedp.Click(".remarks summary", chromedp.ByQuery), chromedp.Click(`input[name=id][value="mqtt-cn-0pp1abc"]`, chromedp.ByQuery),
		chromedp.SetValue("select[name=product]", "redis", chromedp.ByQuery), chromedp.SendKeys("input[name=q]", "tele", chromedp.ByQuery),
		chromedp.Evaluate(`(() => { const q = document.querySelector("input[name=q]"); q.focus(); q.setSelectionRange(1, 3); window.kept = [q, document.querySelector(".remarks"), document.querySelector('.list tr:has([value="mqtt-cn-0pp1abc"])')]; })()`, nil))
	type kept struct {
		Open, Chosen, Same, Focus bool
		Typed, Product, Count     string
		From, To                  int
	}
	state := func() (out kept) {
		b.run("what is kept", chromedp.Evaluate(`(() => { const q = document.querySelector("input[name=q]"); return {
			Open: document.querySelector(".remarks").open, Chosen: document.querySelector('input[name=id][value="mqtt-cn-0pp1abc"]').checked, Focus: document.activeElement === q,
			Same: window.kept[0] === q && window.kept[1] === document.querySelector(".remarks") && window.kept[2] === document.querySelector('.list tr:has([value="mqtt-cn-0pp1abc"])'),
			Typed: q.value, Product: document.querySelector("select[name=product]").value, Count: document.querySelector("[data-count]").textContent, From: q.selectionStart, To: q.selectionEnd }; })()`, &out))
		return out
	}
	want := kept{Open: true, Chosen: true, Same: true, Focus: true, Typed: "tele", Product: "redis", Count: "1 chosen:", From: 1, To: 3}
	f.rename(1, "Telemetry of tomorrow")
	f.mu.Lock()
	f.remarks = append(f.remarks, "a third")
	f.mu.Unlock()
	b.run("renewed", until(`document.querySelectorAll(".remarks li").length === 3 && [...document.querySelectorAll(".name")].some((n) => n.textContent === "Telemetry of tomorrow")`))
	if diff := cmp.Diff(want, state()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	f.mu.Lock() // Orders goes down: it leaves the list of raised ones, and its place before
	f.standings[0].States[fleet.Connections], f.standings[0].Severities = fleet.MetricOK, fleet.Severities{}
	f.mu.Unlock()
	b.run("it left the page", until(`document.querySelector(".list tr.left th")?.textContent.includes("no longer on this page")`))
	if diff := cmp.Diff(want, state()); diff != "" {
		t.Errorf("after it left, -want +got:\n%s", diff)
	}
	b.picture("left")
	f.mu.Lock()
	f.standings[0].States[fleet.Connections], f.standings[0].Severities[fleet.Connections] = fleet.MetricRaised, string(alarm.Critical)
	f.mu.Unlock()
	b.run("it is back", until(`!document.querySelector(".list tr.left") && document.querySelector('.list tr:has([value="mqtt-cn-0pp1abc"])').classList.contains("critical") && !document.querySelector(".note")`))
	if diff := cmp.Diff(want, state()); diff != "" {
		t.Errorf("after it came back, -want +got:\n%s", diff)
	}

	b.run("an instance", chromedp.Navigate(url+orders()), chromedp.WaitVisible("#history", chromedp.ByQuery), chromedp.Click("#history details summary", chromedp.ByQuery))
	f.rename(0, "Orders of tomorrow")
	b.run("renewed around what is open", until(`document.querySelector("h1").textContent.includes("Orders of tomorrow")`), chromedp.WaitVisible("#history details[open] td", chromedp.ByQuery))

	f.mu.Lock()
	f.preview = readers.AlarmPreview{Days: 30, Since: now().AddDate(0, 0, -30), Metrics: map[fleet.Metric]readers.MetricPreview{fleet.Connections: {Known: true, Highest: 0.84, Raised: 4, Now: 7}}}
	f.mu.Unlock()
	const says = `with 80% you would have been warned 4 times in the last 30 days; with what is in force, 7 times; the highest was 84%.`
	b.run("dialog", chromedp.Navigate(url+orders()+"?tab=alarms"), chromedp.Clear(`[name="threshold.connections"]`, chromedp.ByQuery), chromedp.SendKeys(`[name="threshold.connections"]`, "80", chromedp.ByQuery),
		until(`document.getElementById("preview.connections").textContent.includes("`+says+`")`))
	b.picture("preview")
	if f.edits != 0 {
		t.Error("a preview saves")
	}
	var wide float64
	b.run("on a telephone", chromedp.EmulateViewport(390, 844), chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
	b.picture("preview-phone")
	if wide > 390 {
		t.Errorf("the dialog is %v wide on a screen of 390", wide)
	}
	b.run("save", chromedp.Click("#dialog button:not([name])", chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery))
	b.clean()
}
