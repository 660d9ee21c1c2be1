package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/test/server"
)

// hooked is a receiver of webhooks, at the path /wanted; everything else is gone.
type hooked struct {
	*httptest.Server

	mu   sync.Mutex
	told string // all bodies
}

func newHooked(t *testing.T) *hooked {
	t.Helper()
	h := &hooked{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/wanted" {
			w.WriteHeader(http.StatusGone)
			return
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told += string(body)
	}))
	t.Cleanup(h.Close)
	return h
}

// heard tells whether an instance is among what came.
func (h *hooked) heard(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Contains(h.told, fmt.Sprintf(`"instance_id":%q`, id))
}

// dated writes a configuration of two instances, of which a path of h is told, among so many others
// that their judgement takes a while. All terms end on one day, which those of orders says first.
func (h *hooked) dated(path string) (text, expires string) {
	expires = "expires: " + time.Now().AddDate(0, 0, 3).UTC().Format(time.DateOnly)
	text = fmt.Sprintf(`server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
receivers: [{name: team, webhooks: [{url: "%[1]s/%[2]s"}]}, {name: others, webhooks: [{url: "%[1]s/others"}]}]
alarms: {notify: [others]}
instances:
  - {id: orders, product: redis, notify: [team], billing: {method: subscription, %[3]s}}
  - {id: payments, product: redis, notify: [team], billing: {method: subscription, %[3]s}}
`, h.URL, path, expires)
	for n := range 3000 {
		text += fmt.Sprintf("  - {id: cache-%d, product: redis, billing: {method: subscription, %s}}\n", n, expires)
	}
	return text, expires
}

// running runs a daemon until the test ends.
func running(t *testing.T, path string) *Daemon {
	t.Helper()
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return d
}

// newest is what became of the newest notice about an instance.
func newest(t *testing.T, d *Daemon, id string) (n notifier.Record) {
	t.Helper()
	list, err := d.outbox.Notices(t.Context(), notifier.Filter{Instance: id})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) > 0 {
		n = list[0]
	}
	return n
}

// TestWhatIsOverAtTheStartIsNotTold: while nothing ran a hold was over, and one of two instances
// was renewed.
func TestWhatIsOverAtTheStartIsNotTold(t *testing.T) {
	h := newHooked(t)
	text, expires := h.dated("wanted")
	path := writeConfig(t, text, nil)
	heldYesterday(t, path)
	edit(t, path, expires, "expires: 2099-12-31") // of orders

	d := running(t, path)
	server.Eventually(t, "what is still so is told", func() bool { return h.heard("payments") })
	if n := newest(t, d, "orders"); n.State != notifier.Dropped || !strings.HasPrefix(n.Reason, "the alarm ended while this was held") || h.heard("orders") {
		t.Errorf("the notice about what is renewed is %s: %s", n.State, n.Reason)
	}
}

// TestWhatAReloadEndsIsNotTold: an address is corrected and an instance renewed at once. Who could
// not be reached before is told of open alarms, and that is none any more.
func TestWhatAReloadEndsIsNotTold(t *testing.T) {
	h := newHooked(t)
	text, expires := h.dated("wrong")
	path := writeConfig(t, text, nil)
	d := running(t, path)
	for _, id := range []string{"orders", "payments"} {
		server.Eventually(t, "the wrong address is given up", func() bool { return newest(t, d, id).State == notifier.Dead })
	}
	text = strings.Replace(strings.Replace(text, "/wrong", "/wanted", 1), expires, "expires: 2099-12-31", 1)
	rewrite(t, path, strings.ReplaceAll(text, "DIR", filepath.Dir(path)))
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Eventually(t, "what is still so is told", func() bool { return h.heard("payments") })
	if h.heard("orders") {
		t.Errorf("somebody is told of what is over; the notice is %s", newest(t, d, "orders").State)
	}
}

// heldYesterday lets Brimwatch live for a moment of yesterday, at which a silence held what there
// was to tell. It is over by now.
func heldYesterday(t *testing.T, path string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := config.Load(path)
	must(err)
	yesterday := time.Now().Add(-24 * time.Hour).UTC()
	clocks := func() (time.Time, time.Duration) { return yesterday, 0 }
	directory, err := receivers.Directory(s, "test")
	must(err)
	log := slog.New(slog.DiscardHandler)
	b, err := outbox.Open(t.Context(), outbox.Options{
		Path: filepath.Join(s.Storage.Dir, "brimwatch.db"), Directory: directory, Logger: log, Registerer: prometheus.NewRegistry(), Clocks: clocks,
	})
	must(err)
	_, err = b.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"alertname": "expiry"}, Until: yesterday.Add(time.Hour)})
	must(err)
	f := state.New(s, nil, yesterday)
	e, err := alarm.NewEngine(t.Context(), alarm.Options{Journal: b, Calendar: f.Calendar(), Logger: log, Clocks: clocks, Stepped: true})
	must(err)
	e.Round(t.Context())
	must(b.Close())
}
