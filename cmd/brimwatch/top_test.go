package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// far is a Brimwatch whose answers a test chooses.
type far struct {
	url   string
	lost  atomic.Bool
	asked atomic.Int64
}

func serveFleet(t *testing.T) *far {
	t.Helper()
	f := &far{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		f.asked.Add(1)
		if f.lost.Load() {
			panic(http.ErrAbortHandler)
		}
		one := func(id string, usage float64, state string) wire.Instance {
			return wire.Instance{ID: id, Name: id, Product: "mqtt", State: state, Watched: true, Lifecycle: wire.Lifecycle{State: "active"}, Metrics: map[string]wire.Metric{
				"connections": {Usage: &usage, Capacity: new(100.0), Utilization: new(usage / 100), Threshold: new(0.7), State: state},
			}}
		}
		_ = json.NewEncoder(w).Encode(wire.Instances{Instances: []wire.Instance{one("alpha", 12, "ok"), one("omega", 91, "raised")}})
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// TestTopOnATerminal presses keys, resizes, and looks at how the terminal is left.
func TestTopOnATerminal(t *testing.T) {
	t.Run("keys", func(t *testing.T) {
		far := serveFleet(t)
		s := onScreen(t, nil, "top", "--url", far.url)
		s.until("\x1b[?1049h")
		s.until("omega")
		s.until("alpha")
		if raw := s.settings(); raw == s.before {
			t.Error("the terminal is not raw")
		}
		s.press("/al")
		s.until("Filter: al")
		s.press("\r")
		s.until("filter: al")
		s.press("\x1b")
		s.until("omega")
		s.press("?")
		s.until("this list")
		s.press("?")
		if err := pty.Setsize(s.tty, &pty.Winsize{Rows: 10, Cols: 140}); err != nil {
			t.Fatal(err)
		}
		s.until("PRODUCT") // which 80 cells have no room for
		s.press("q")
		s.end(0)
	})
	t.Run("Ctrl-C over a daemon that is lost", func(t *testing.T) {
		far := serveFleet(t)
		s := onScreen(t, nil, "top", "--url", far.url, "--every", "1s")
		s.until("omega")
		far.lost.Store(true)
		s.until("No answer since")
		far.lost.Store(false)
		s.until("2 instances")
		s.press("\x03")
		s.end(0)
	})
	t.Run("nobody answers", func(t *testing.T) {
		s := onScreen(t, nil, "top", "--url", "http://127.0.0.1:1")
		s.until("No answer so far")
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		s.end(0)
	})
	t.Run("in Chinese without colours", func(t *testing.T) {
		far := serveFleet(t)
		s := onScreen(t, []string{"NO_COLOR=1"}, "top", "--url", far.url, "--lang", "zh")
		s.until("告警中")
		s.press("q")
		s.end(0)
		if got := s.whole.String(); strings.Contains(got, "\x1b[31") || strings.Contains(got, "\x1b[1m") {
			t.Errorf("colours in %q", got)
		}
	})
}
