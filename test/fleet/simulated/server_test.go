package simulated

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fleet is a served fleet of 200 instances; it answers on every loopback address.
type fleet struct {
	t      *testing.T
	port   int
	client *http.Client
}

func serveFleet(t *testing.T) *fleet {
	t.Helper()
	now := time.Now()
	server, err := NewServer(Options{Instances: 200, Mode: "small", Start: now, Epoch: now.Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Listen(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	f := &fleet{t: t, port: Port(l), client: &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}}
	t.Cleanup(func() {
		f.client.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return f
}

func (f *fleet) control(path string) string {
	return strings.TrimSuffix(PageURL(0, f.port), pagePath(0)) + path
}

// do sends a request and returns status and body.
func (f *fleet) do(method, url, body string, header http.Header) (int, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	resp, err := f.client.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (f *fleet) get(path string, into any) {
	f.t.Helper()
	status, body := f.do(http.MethodGet, f.control(path), "", nil)
	if status != http.StatusOK {
		f.t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		f.t.Fatalf("%s: %v in %s", path, err, body)
	}
}

func TestInstancesAnswerOnTheirAddresses(t *testing.T) {
	f := serveFleet(t)
	for _, n := range []int{0, 1, 199, 1} {
		status, body := f.do(http.MethodGet, PageURL(n, f.port), "", nil)
		if status != http.StatusOK || len(values(t, []byte(body))) != 6 {
			t.Errorf("instance %d: %d %q", n, status, body)
		}
	}
	for _, path := range []string{"/i/200/metrics", "/i/-1/metrics", "/i/x/metrics", "/i/1"} {
		if status, _ := f.do(http.MethodGet, f.control(path), "", nil); status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, status)
		}
	}
	var stats Stats
	f.get("/stats", &stats)
	if stats.Served != 4 || stats.Read != 3 || stats.Series != 6 || stats.PayloadBytes < 500 {
		t.Errorf("stats: %+v", stats)
	}
}

func TestTriggerLiftsWhatIsExpected(t *testing.T) {
	f := serveFleet(t)
	var expected Expected
	f.get("/expected", &expected)
	if expected.TriggersMillis != [Sets]int64{} {
		t.Errorf("crossed before it was told to: %v", expected.TriggersMillis)
	}
	crossing, expiring := 0, 0
	for _, a := range expected.Alerts {
		if a.Set == ExpirySet {
			expiring++
		} else {
			crossing++
		}
	}
	if crossing != 12 || expiring != 2 { // n mod 60 in 0, 1, 2; and n mod 100 = 99
		t.Errorf("of 200 instances %d cross and %d expire", crossing, expiring)
	}
	// Instance 121 crosses with set 1 on connections.
	connections := func() float64 {
		_, body := f.do(http.MethodGet, PageURL(121, f.port), "", nil)
		return float64(values(t, []byte(body))[Connections.Series()]) / Capacity(121, Connections)
	}
	if u := connections(); u > 0.5 {
		t.Errorf("utilization is %.2f before the trigger", u)
	}
	if status, body := f.do(http.MethodPost, f.control("/trigger?set=1"), "", nil); status != http.StatusOK {
		t.Fatalf("trigger: %d %s", status, body)
	}
	if u := connections(); u < 0.8 {
		t.Errorf("utilization is %.2f after the trigger", u)
	}
	f.get("/expected", &expected)
	if got := expected.TriggersMillis; got[0] != 0 || got[1] == 0 || got[2] != 0 {
		t.Errorf("triggers: %v", got)
	}
	for _, set := range []string{"3", "-1", "", "x"} {
		if status, _ := f.do(http.MethodPost, f.control("/trigger?set="+set), "", nil); status != http.StatusBadRequest {
			t.Errorf("set %q: status %d", set, status)
		}
	}
}

func TestSinkNotesEveryAlert(t *testing.T) {
	f := serveFleet(t)
	began := time.Now()
	body := `{"version":"4","alerts":[
		{"status":"firing","labels":{"alertname":"capacity","instance_id":"7","metric":"connections"}},
		{"status":"resolved","labels":{"alertname":"capacity","instance_id":"8","metric":"send_tps"}}]}`
	for _, id := range []string{"msg_1", "msg_2"} {
		if status, answer := f.do(http.MethodPost, f.control("/hook"), body, http.Header{"Webhook-Id": {id}}); status != http.StatusOK {
			t.Fatalf("hook: %d %s", status, answer)
		}
	}
	for name, body := range map[string]string{"not JSON": "alerts", "too big": `{"alerts":[],"x":"` + strings.Repeat("x", maxBody) + `"}`} {
		if status, _ := f.do(http.MethodPost, f.control("/hook"), body, nil); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, status)
		}
	}
	var events []Event
	f.get("/events", &events)
	if len(events) != 4 {
		t.Fatalf("events: %+v", events)
	}
	want := Event{T: events[1].T, Status: "resolved", Name: "capacity", Instance: "8", Metric: "send_tps", WebhookID: "msg_1"}
	if events[1] != want || events[2].WebhookID != "msg_2" {
		t.Errorf("events: %+v", events)
	}
	if at := events[0].At(); at.Before(began.Add(-time.Millisecond)) || at.After(time.Now()) {
		t.Errorf("came at %v, was sent after %v", at, began)
	}
	var stats Stats
	f.get("/stats", &stats)
	if stats.Posts != 2 || stats.Dropped != 0 {
		t.Errorf("stats: %+v", stats)
	}
}

func TestCapacitiesOfAllInstances(t *testing.T) {
	f := serveFleet(t)
	status, body := f.do(http.MethodGet, f.control("/fleet/metrics"), "", nil)
	if status != http.StatusOK || strings.Count(body, "\ninstance_capacity{") != 800 || strings.Count(body, "\ninstance_expiry_timestamp_seconds{") != 200 {
		t.Errorf("fleet: %d, %d bytes", status, len(body))
	}
	if want := `instance_capacity{instance_id="0",metric="messages_in"} `; !strings.Contains(body, want) {
		t.Errorf("%q is missing", want)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	now := time.Now()
	for name, o := range map[string]Options{
		"no instances":      {Instances: 0, Mode: "full", Start: now, Epoch: now.Add(-time.Hour)},
		"too many":          {Instances: MaxInstances + 1, Mode: "full", Start: now, Epoch: now.Add(-time.Hour)},
		"unknown page":      {Instances: 1, Mode: "", Start: now, Epoch: now.Add(-time.Hour)},
		"epoch after start": {Instances: 1, Mode: "full", Start: now, Epoch: now},
	} {
		if _, err := NewServer(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
