package acceptance_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite" // as another program that opens the database

	"github.com/brimwatch/brimwatch/test/server"
)

// TestLockedDatabase: another program holds the database for good. The alarm goes out
// all the same, once, and says that it is not recorded; ready says why. When the database
// is free, the alarm is stored, and nobody is told again.
func TestLockedDatabase(t *testing.T) {
	var connections atomic.Int64
	connections.Store(10)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = fmt.Fprintln(w, "connections", connections.Load())
	}))
	t.Cleanup(page.Close)
	s := &scene{t: t, dir: t.TempDir(), addr: server.FreeAddr(t), hook: newHook(t)}
	s.write("hook.key", hookSecret+"\n")
	s.write("brimwatch.yml", fmt.Sprintf(`server: {listen: %q}
storage: {dir: data}
collect: {interval: 1s, timeout: 1s}
alarms:
  capacity: {for: 0s, clear_for: 0s}
receivers:
  - name: oncall
    webhooks: [{url: "%s/hook", secret_file: hook.key}]
instances:
  - id: orders
    name: Orders
    product: mqtt
    edition: basic
    capacity: {connections: 100}
    source: {type: exposition, url: %q, mapping: {connections: {series: connections, kind: gauge}}}
`, s.addr, s.hook.URL, page.URL))
	s.start()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "data", "brimwatch.db")+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	lock, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	connections.Store(97)
	s.eventually("it is told without being recorded", func() error {
		came := s.hook.arrivals()
		if len(came) != 1 || !strings.Contains(came[0].annotations["not_recorded"], "database locked") {
			return fmt.Errorf("arrived: %v", came)
		}
		return nil
	})
	if code, body, err := s.get("/-/ready"); err != nil || code != http.StatusServiceUnavailable || !strings.Contains(body, "cannot be stored (locked)") {
		t.Errorf("ready says %d %s, %v", code, body, err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	s.eventually("it is stored as sent", func() error {
		_, body, err := s.get("/api/v1/notices")
		if err == nil && !strings.Contains(body, "told while it could not be stored") {
			err = fmt.Errorf("notices: %s", body)
		}
		return err
	})
	connections.Store(10)
	s.eventually("its end is told", func() error {
		if came := s.hook.arrivals(); len(came) != 2 || came[1].status != "resolved" || came[1].annotations["not_recorded"] != "" {
			return fmt.Errorf("arrived: %v", came)
		}
		return nil
	})
}
