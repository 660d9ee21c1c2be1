package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const tooLate = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
accounts: [{name: acme, balance: {amount: 100, currency: CNY}}]
instances:
  - {id: used, account: acme, product: mqtt, edition: basic, billing: {method: payg, overdue_since: SINCE}}
`

// TestAPersonSaysThatItIsGone: what a person says is in force, and the same everywhere: on the
// list and the page, in the API, on /metrics, and over a restart and another configuration.
func TestAPersonSaysThatItIsGone(t *testing.T) {
	since := time.Now().AddDate(0, 0, -40).Format(time.DateOnly)
	path := writeConfig(t, strings.ReplaceAll(tooLate, "SINCE", since), nil)
	say := func(d *Daemon, body string) *httptest.ResponseRecorder {
		return ask(t, d, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/api/v1/instances/used/confirm", strings.NewReader(body)))
	}
	stands := func(d *Daemon, when, state, reason string) {
		t.Helper()
		for address, text := range map[string]string{
			"/api/v1/instances": `"lifecycle":{"state":"` + state + `"`, "/metrics": `edition="basic",state="` + state + `"} 1`, "/": state, "/instances/used": state,
		} {
			if got := get(t, d, address).Body.String(); !strings.Contains(got, text) {
				t.Errorf("%s: %s does not say %s", when, address, text)
			}
		}
		for _, address := range []string{"/api/v1/instances/used", "/instances/used"} {
			if got := get(t, d, address).Body.String(); !strings.Contains(got, reason) {
				t.Errorf("%s: %s does not say %s", when, address, reason)
			}
		}
	}
	t.Run("before", func(t *testing.T) {
		d := judging(t, path)
		if w := say(d, `{"gone":true,"by":"wei"}`); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"state":"released"`) {
			t.Fatalf("answered %d: %s", w.Code, w.Body)
		}
		stands(d, "gone", "released", "gone: wei said so on ")
		if got := get(t, d, "/api/v1/alarms?state=raised").Body.String(); strings.Contains(got, "used") {
			t.Errorf("alarms are open: %s", got)
		}
		if got := get(t, d, "/api/v1/alarms").Body.String(); !strings.Contains(got, "withdrawn: gone: wei said so on ") {
			t.Errorf("the alarms that ended do not say why: %s", got)
		}
	})
	edit(t, path, ", overdue_since: "+since, "") // somebody has paid
	t.Run("after", func(t *testing.T) {
		d := judging(t, path)
		if err := d.engine.SetCalendar(t.Context(), d.state.Calendar()); err != nil { // it has judged by then
			t.Fatal(err)
		}
		stands(d, "paid, after a restart", "released", "gone: wei said so on ")
		if w := say(d, `{"by":"li"}`); w.Code != http.StatusOK {
			t.Fatalf("answered %d: %s", w.Code, w.Body)
		}
		stands(d, "seen", "active", "li")
		if got := get(t, d, "/api/v1/instances/used/confirmations").Body.String(); strings.Count(got, `"what"`) != 2 || !strings.Contains(got, `"what":"exists","by":"li"`) || !strings.Contains(got, `"what":"gone","by":"wei"`) {
			t.Errorf("the journal has %s", got)
		}
	})
}
