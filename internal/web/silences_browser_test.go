package web_test

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestSilencesWork looks at a silence, adds and ends it, and acknowledges several alarms,
// with and without JavaScript.
func TestSilencesWork(t *testing.T) {
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			b, url := browser(t, f, scripts)
			b.run("from an alarm", chromedp.Navigate(url+"/alarms"), chromedp.Click(`[aria-label="Silence K7Q2"]`, chromedp.ByQuery), chromedp.WaitVisible("#preview", chromedp.ByQuery))
			b.run("another label", chromedp.Navigate(url+"/silences"), chromedp.SetValue("[name=labels]", "instance_id=mqtt-cn-0pp1abc", chromedp.ByQuery),
				chromedp.SetValue(`form[method=get] [name=comment]`, "upgrade", chromedp.ByQuery), chromedp.Click(`form[method=get] button`, chromedp.ByQuery),
				chromedp.WaitVisible("#preview", chromedp.ByQuery))
			if rows := b.sizes("#preview .code"); len(rows) != 2 {
				t.Errorf("%d open alarms, want the two of Orders", len(rows))
			}
			b.run("add", chromedp.SetValue("#preview [name=by]", "wei", chromedp.ByQuery), chromedp.Click("#preview button", chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery))
			b.picture("silence-added")
			f.mu.Lock()
			if len(f.silences) != 1 || f.silences[0].By != "wei" || f.silences[0].Comment != "upgrade" {
				t.Errorf("%+v", f.silences)
			}
			f.mu.Unlock()
			b.run("end", chromedp.Click("form.end button", chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery), chromedp.WaitNotPresent("form.end", chromedp.ByQuery))

			b.run("choose two by the keyboard", chromedp.Navigate(url+"/alarms"), chromedp.WaitVisible("#several", chromedp.ByQuery),
				chromedp.Focus(`[aria-label="Choose K7Q2"]`, chromedp.ByQuery), chromedp.SendKeys(`[aria-label="Choose K7Q2"]`, " ", chromedp.ByQuery),
				chromedp.SendKeys(`[aria-label="Choose T6JP"]`, " ", chromedp.ByQuery),
				chromedp.SetValue("#several [name=by]", "wei", chromedp.ByQuery), chromedp.Click(`#several [value=chosen]`, chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery),
				chromedp.WaitNotPresent(`[aria-label="Choose K7Q2"]`, chromedp.ByQuery))
			f.mu.Lock()
			slices.Sort(f.acks)
			if !slices.Equal(f.acks, []string{"K7Q2 by wei", "T6JP by wei"}) {
				t.Error(f.acks)
			}
			f.mu.Unlock()
			b.run("search notices", chromedp.Navigate(url+"/notices"), chromedp.SetValue("[name=code]", "w5ba", chromedp.ByQuery), chromedp.Click("form.filter button", chromedp.ByQuery),
				chromedp.WaitVisible(".filter .clear", chromedp.ByQuery))
			if rows := b.sizes(".notices tbody tr"); len(rows) != 1 {
				t.Errorf("%d notices, want one", len(rows))
			}
			b.run("try now", chromedp.Click("form.try button", chromedp.ByQuery), chromedp.WaitVisible(".banner.good", chromedp.ByQuery))
			if f.mu.Lock(); f.retried != 1 {
				t.Errorf("tried %d times", f.retried)
			}
			f.mu.Unlock()
			b.clean()
		})
	}
}
