package daemon

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// TestAnAnswerProvesANumber: what comes in by text message is on the page, in the API, and
// is known after a restart.
func TestAnAnswerProvesANumber(t *testing.T) {
	path := writeConfig(t, texting, nil)
	d := judging(t, path)
	if got := get(t, d, "/api/v1/people").Body.String(); strings.Count(got, `"state":"unproved"`) != 2 {
		t.Errorf("at first: %s", got)
	}
	w := call(t, d, twilio.InboundPath, "hush-hush", url.Values{"MessageSid": {"SM1"}, "From": {"+8613800138000"}, "To": {"+15005550006"}, "Body": {"hello"}})
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	got := get(t, d, "/api/v1/people").Body.String()
	if strings.Count(got, `"state":"proved"`) != 1 || strings.Contains(got, "13800138000") {
		t.Errorf("after the answer: %s", got)
	}
	if page := get(t, d, "/people").Body.String(); !strings.Contains(page, "…8000") || strings.Contains(page, "13800138000") {
		t.Errorf("the page: %s", page)
	}
}

// TestHeartbeat: it is sent where the configuration in force says, and not while nothing
// is read.
func TestHeartbeat(t *testing.T) {
	beats := make(chan string, 100)
	far := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { beats <- r.Method + " " + r.URL.Path }))
	defer far.Close()
	path := writeConfig(t, "server: {listen: \"127.0.0.1:0\"}\nstorage: {dir: \"DIR/data\", retention: 1d}\nheartbeat: {url: \""+far.URL+"/one\", every: 1s}\ninstances: []\n", nil)
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	await := func(want string) {
		t.Helper()
		guard := time.After(patience)
		for {
			select {
			case got := <-beats:
				if got == want {
					return
				}
			case <-guard:
				t.Fatalf("no %s", want)
			}
		}
	}
	await("GET /one")
	edit(t, path, "/one\", every: 1s", "/two\", every: 1s, method: POST")
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	await("POST /two")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestNotAlive(t *testing.T) {
	d := judging(t, writeConfig(t, texting, nil))
	if err := d.alive(time.Now()); err == nil || err.Error() != "no instance has been read yet" {
		t.Errorf("before a reading: %v", err)
	}
	raised(t, d) // observes a reading
	if got := targetOf(d.state.Configuration()); got.URL != "" {
		t.Errorf("a heartbeat that is not configured goes to %s", got.URL)
	}
}
