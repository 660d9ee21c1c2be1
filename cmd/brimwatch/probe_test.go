package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
)

// TestProbeOnATerminal: a source whose rate needs a second reading is read again, and a bar says so.
func TestProbeOnATerminal(t *testing.T) {
	var asked atomic.Int64
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE app_in_total counter\napp_in_total %d\n", 4000+200*asked.Add(1))
	}))
	defer page.Close()
	file := filepath.Join(t.TempDir(), "brimwatch.yml")
	text := fmt.Sprintf(`instances: [{id: a, product: mqtt, capacity: {send_tps: 1000}, source: {type: exposition, url: %q, mapping: {send_tps: {series: app_in_total, kind: counter}}}}]`, page.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := onScreen(t, nil, "check", "--probe", file)
	s.until("░ 0 of 1 read")
	s.until("1 are read a second time for their rates")
	s.until("\r\x1b[K") // the bar is taken away
	s.until("is fine: 1 instance")
	s.end(0)
	// About 200 in two seconds, on a machine that may be slow.
	if shown := s.whole.String(); !regexp.MustCompile(`a +exposition +send_tps +[1-9][0-9.]* +1,000 +configured `).MatchString(shown) {
		t.Errorf("no rate in %q", shown)
	}
}
