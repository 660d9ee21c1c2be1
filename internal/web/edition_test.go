package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/web"
)

// advisor advises one thing to the instance Orders, and nothing to others.
type advisor struct {
	given   advice.Input
	outlook advice.Outlook
}

func (a *advisor) Advice(id string) (advice.Advice, bool) {
	if id != "mqtt-cn-0pp1abc" {
		return advice.Advice{}, false
	}
	return advice.Advise(a.given), true
}

func (a *advisor) Outlook(string, fleet.Metric) (advice.Outlook, bool) { return a.outlook, true }

// editionPage returns the page of an instance with the words of an advisor on it.
func editionPage(t *testing.T, a *advisor, path string) *httptest.ResponseRecorder {
	t.Helper()
	f := realistic()
	h, err := web.New(web.Options{
		Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Advisor: a, Now: now, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// connectionsOf is an MQTT instance of 5,000 connections that may be exchanged for
// one of 10,000 <of which a browser makes no markup>.
func connectionsOf(peak float64, days int) advice.Input {
	spec := func(name string, n float64) advice.Spec {
		return advice.Spec{Name: name, Capacity: fleet.Amounts{fleet.Connections: n}}
	}
	in := advice.Input{
		Instance: &fleet.Instance{ID: "mqtt-cn-0pp1abc", Edition: "basic"},
		Product: &advice.Product{
			Editions: []advice.Edition{{Name: "basic", Specs: []advice.Spec{spec("1k", 1000), spec("5k", 5000), spec("<10k>", 10000)}}},
			Changes:  []advice.Change{{From: "*", To: advice.Same, Direction: advice.Both, Allowed: true, By: advice.ByConsole, Note: map[string]string{"en": "Takes effect at once."}}},
		},
	}
	in.Capacity[fleet.Connections], in.Thresholds[fleet.Connections] = 5000, 0.7
	window := advice.Window{Peak: peak, P99: peak - 100}
	in.Usage[fleet.Connections] = advice.Usage{Known: true, Days: days, Week: window, Month: window}
	return in
}

func TestEditionPanel(t *testing.T) {
	day := func(n int) time.Time { return now().AddDate(0, 0, n) }
	trend := advice.Outlook{Trend: true, Threshold: advice.Range{Earliest: day(5), Likely: day(9), Latest: day(20)}, Capacity: advice.Range{Earliest: day(60), Likely: day(100)}}
	for _, tt := range []struct {
		name string
		a    advisor
		says []string
	}{
		{"larger", advisor{connectionsOf(3612, 30), trend}, []string{
			"Edition basic <10k> would fit basic <10k> would fit. Connections reached 3,612 of 5,000 (threshold 70%), so it needs at least 5,161. Takes effect at once.",
			"Connections 3,612 3,612 3,512 5,000 10,000 2026-12-02 (2026-11-28 to 2026-12-13) 2027-03-03 (2027-01-22 to more than a year)",
			"From 30 full days of the last 30.",
		}},
		{"smaller", advisor{connectionsOf(500, 30), advice.Outlook{Reason: "no trend"}}, []string{"Edition basic 1k would do", "Connections 500 500 400 5,000 1,000 no trend"}},
		{"enough", advisor{connectionsOf(2000, 30), advice.Outlook{Reason: "no trend"}}, []string{"Edition fits The present capacity is enough. "}},
		{"young", advisor{connectionsOf(2000, 1), advice.Outlook{}}, []string{"Edition not enough history yet There is not enough history: 1 full day of 7.", "not known yet", "From 1 full day of the last 30."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := editionPage(t, &tt.a, "/instances/mqtt-cn-0pp1abc")
			if w.Code != http.StatusOK {
				t.Fatalf("status %d", w.Code)
			}
			wants(t, text(t, w), tt.says...)
		})
	}
	t.Run("the edition stays", func(t *testing.T) {
		f := realistic()
		f.standings[0].Instance.Edition = "basic"
		h, err := web.New(web.Options{
			Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Advisor: &advisor{given: connectionsOf(3612, 30)}, Now: now, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/instances/mqtt-cn-0pp1abc", nil))
		wants(t, text(t, w), "Edition <10k> would fit basic <10k> would fit.")
		wants(t, w.Body.String(), `<b>&lt;10k&gt;</b> would fit`)
	})
	t.Run("nothing to say", func(t *testing.T) {
		for _, path := range []string{"/instances/mqtt-cn-7hk2telemetry", "/instances/mqtt-cn-0pp1abc?tab=alarms"} {
			w := editionPage(t, &advisor{given: connectionsOf(3612, 30)}, path)
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `id="edition"`) {
				t.Errorf("%s: status %d, and a panel", path, w.Code)
			}
		}
		if w := get(t, realistic(), "/instances/mqtt-cn-0pp1abc"); strings.Contains(w.Body.String(), `id="edition"`) {
			t.Error("a panel without an advisor")
		}
	})
}
