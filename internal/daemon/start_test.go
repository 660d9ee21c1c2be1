package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
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

// TestWhatIsOverAtTheStartIsNotTold: while nothing ran a hold was over, and the instance was
// renewed. The fleet around it is large enough for its judgement to take a while.
func TestWhatIsOverAtTheStartIsNotTold(t *testing.T) {
	var told atomic.Bool
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		told.Store(told.Load() || r.URL.Path == "/orders")
	}))
	defer hook.Close()
	day := func(n int) string { return time.Now().AddDate(0, 0, n).UTC().Format(time.DateOnly) }
	text := fmt.Sprintf(`server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
receivers: [{name: orders, webhooks: [{url: %[1]q}]}, {name: others, webhooks: [{url: %[2]q}]}]
alarms: {notify: [others]}
instances:
  - {id: orders, product: redis, notify: [orders], billing: {method: subscription, expires: %[3]s}}
`, hook.URL+"/orders", hook.URL+"/others", day(3))
	for n := range 3000 {
		text += fmt.Sprintf("  - {id: cache-%d, product: redis, billing: {method: subscription, expires: %s}}\n", n, day(3))
	}
	path := writeConfig(t, text, nil)
	heldYesterday(t, path)
	edit(t, path, "expires: "+day(3), "expires: 2099-12-31") // that of orders comes first

	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	var list []notifier.Record
	server.Eventually(t, "what is held is let go", func() bool {
		if list, err = d.outbox.Notices(t.Context(), notifier.Filter{Instance: "orders"}); err != nil {
			t.Fatal(err)
		}
		return len(list) > 0 && list[0].State != notifier.Held && list[0].State != notifier.Pending
	})
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(list) != 1 || list[0].State != notifier.Dropped || !strings.HasPrefix(list[0].Reason, "the alarm ended while this was held") {
		t.Errorf("of %d notices about the instance that is renewed the newest is %s: %s", len(list), list[0].State, list[0].Reason)
	}
	if told.Load() {
		t.Error("somebody is told of it")
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
