package daemon

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/robots"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestFromAChat: an alarm comes into a chat with a picture that the chat fetches, and with links
// that acknowledge it and silence its instance, all by the name under which others know us.
func TestFromAChat(t *testing.T) {
	const external = "https://brimwatch.example.com"
	var d *Daemon
	request := func(method, address, form string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return ask(t, d, r)
	}
	var mu sync.Mutex
	var fetched []string
	robot := robots.Slack(robots.Options{Key: "T/B/x", Fetches: func(address string) bool {
		w := request(http.MethodGet, address, "")
		_, err := png.Decode(bytes.NewReader(w.Body.Bytes()))
		mu.Lock()
		defer mu.Unlock()
		fetched = append(fetched, fmt.Sprint(w.Code, " ", w.Header().Get("Content-Type"), " ", err))
		return w.Code == http.StatusOK && err == nil
	}})
	slack := httptest.NewServer(robot)
	defer slack.Close()
	d = judging(t, writeConfig(t, `server: {listen: "127.0.0.1:0", external_url: "`+external+`"}
storage: {dir: "DIR/data", retention: 1d}
instances:
  - {id: a, name: Orders, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}}
alarms: {capacity: {for: 0s, clear_for: 0s}}
receivers: [{name: oncall, webhooks: [{url: "`+slack.URL+`/services/T/B/x", format: slack}]}]
`, nil))
	run := newParts()
	run.start("the history", d.history.Run)
	run.start("the dispatcher", d.outbox.Run)
	t.Cleanup(func() {
		if err := run.stop(); err != nil {
			t.Error(err)
		}
	})
	now := time.Now().UTC()
	for i, usage := range []float64{3, 5, 9} {
		r := &fleet.Reading{Instance: "a", At: now.Add(time.Duration(i-2) * 10 * time.Minute), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
		r.Usage[fleet.Connections] = usage
		d.history.Append([]*fleet.Reading{r})
		if i == 2 {
			d.engine.Observe([]*fleet.Reading{r})
		}
	}
	server.Eventually(t, "the alarm has come", func() bool { return len(robot.Taken()) == 1 })
	mu.Lock()
	if len(fetched) != 1 || fetched[0] != "200 image/png <nil>" {
		t.Errorf("the picture: %q", fetched)
	}
	mu.Unlock()
	link := func(name string) string {
		t.Helper()
		found := regexp.MustCompile(`<(` + external + `/[as]/[^|>]*)\|` + name + `>`).FindSubmatch(robot.Taken()[0])
		if found == nil {
			t.Fatalf("no link %s in %s", name, robot.Taken()[0])
		}
		return string(found[1])
	}
	for _, name := range []string{"Acknowledge", "Silence"} {
		if w := request(http.MethodGet, link(name), ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Orders") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	episodes, err := d.outbox.Episodes(t.Context(), alarm.EpisodeFilter{Open: true})
	silences, err2 := d.outbox.Silences(t.Context())
	if err != nil || err2 != nil || len(episodes) != 1 || episodes[0].AckedBy != "" || len(silences) > 0 {
		t.Fatalf("to look at links did something: %+v, %+v, %v, %v", episodes, silences, err, err2)
	}
	for _, name := range []string{"Acknowledge", "Silence"} {
		if w := request(http.MethodPost, link(name), "confirm=yes"); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	episodes, err = d.outbox.Episodes(t.Context(), alarm.EpisodeFilter{Open: true})
	if err != nil || len(episodes) != 1 || episodes[0].AckedBy != "oncall (by link)" {
		t.Errorf("%+v, %v", episodes, err)
	}
	silences, err = d.outbox.Silences(t.Context())
	if err != nil || len(silences) != 1 || silences[0].By != "oncall (by link)" || silences[0].Matchers["instance_id"] != "a" || silences[0].Comment != "by link, for "+episodes[0].Code {
		t.Errorf("%+v, %v", silences, err)
	}
}
