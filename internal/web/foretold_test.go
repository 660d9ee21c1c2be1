package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/internal/web"
)

// foresight foretells the same of every instance; nil knows nothing yet.
type foresight struct{ told *readers.Foretold }

func (f foresight) Foretold(string) (readers.Foretold, bool) {
	if f.told == nil {
		return readers.Foretold{}, false
	}
	return *f.told, true
}

func TestForetoldPanel(t *testing.T) {
	tomorrow := readers.Telling{
		At: now().Add(24 * time.Hour), Recipient: "wei", Channel: "sms", Rule: alarm.CannotRenew, Severity: alarm.Critical, Text: "K7Q2 <b> Orders", Held: "quiet hours", With: 3,
	}
	past := tomorrow
	past.At, past.Text = now().Add(-time.Minute), "too late"
	for _, tc := range []struct {
		name      string
		told      *readers.Foretold
		want, not []string
	}{
		{name: "worked out", want: []string{"This is being worked out."}, not: []string{"<table"}},
		{name: "nothing", told: &readers.Foretold{From: now(), Days: 90}, want: []string{"Nobody will be told anything about it in 90 days"}},
		{
			name: "one message", told: &readers.Foretold{From: now(), Days: 90, Tellings: []readers.Telling{past, tomorrow}, More: true},
			want: []string{"wei", "cannot renew", "critical", "K7Q2 &lt;b&gt; Orders", "held: quiet hours", "with 3 more", "And more."},
			not:  []string{"too late"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := realistic()
			h, err := web.New(web.Options{
				Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Foresight: foresight{tc.told}, Now: now, Zone: time.UTC,
				Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/instances/mqtt-cn-0pp1abc", nil))
			_, panel, found := strings.Cut(w.Body.String(), ` id="foretold">`)
			if !found {
				t.Fatalf("there is no panel: %s", w.Body.String())
			}
			panel, _, _ = strings.Cut(panel, "</section>")
			for _, text := range tc.want {
				if !strings.Contains(panel, text) {
					t.Errorf("it does not say %q:\n%s", text, panel)
				}
			}
			for _, text := range tc.not {
				if strings.Contains(panel, text) {
					t.Errorf("it says %q", text)
				}
			}
		})
	}
}

// TestForetoldPanelInChinese: all of the panel, but for the texts that people will be told.
func TestForetoldPanelInChinese(t *testing.T) {
	f := realistic()
	held := readers.Telling{
		At: now().Add(24 * time.Hour), Recipient: "wei", Channel: "sms", Rule: alarm.CannotRenew, Severity: alarm.Critical, Text: "K7Q2 Orders", Held: "quiet hours", With: 3,
	}
	for name, told := range map[string]*readers.Foretold{"worked out": nil, "nothing": {From: now(), Days: 90}, "one": {From: now(), Days: 90, Tellings: []readers.Telling{held}, More: true}} {
		h, err := web.New(web.Options{
			Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Foresight: foresight{told}, Now: now, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		page := ask(t, h, orders(), chineseBrowser)
		wants(t, text(t, page), "将会发出的通知")
		for _, word := range englishIn(page.Body.String(), append([]string{"K7Q2 Orders"}, f.named()...)) {
			t.Errorf("%s: says %s", name, word)
		}
	}
}
