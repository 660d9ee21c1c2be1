package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/golden"
)

// patience bounds every wait of these tests; what is waited for comes much sooner.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// writeConfig writes a configuration and the files it names into a folder of its
// own. DIR in it is that folder. It returns the path of brimwatch.yml.
func writeConfig(t *testing.T, text string, others map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "brimwatch.yml")
	rewrite(t, path, strings.ReplaceAll(text, "DIR", dir))
	for name, content := range others {
		rewrite(t, filepath.Join(dir, name), content)
	}
	return path
}

func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit replaces a piece of a file.
func edit(t *testing.T, path, before, after string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), before) {
		t.Fatalf("%s does not have %q", path, before)
	}
	rewrite(t, path, strings.Replace(string(text), before, after, 1))
}

// build builds a Daemon of which nothing runs yet.
func build(t *testing.T, path string) (*Daemon, error) {
	t.Helper()
	return New(t.Context(), Options{ConfigFile: path, Version: "test", Logger: slog.New(slog.DiscardHandler)})
}

// judging builds a Daemon of which only the engine runs, which a reload speaks
// to. Nobody watches its files, so that they change only when a test asks.
func judging(t *testing.T, path string) *Daemon {
	t.Helper()
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	run := newParts()
	run.start("the alarm engine", d.engine.Run)
	t.Cleanup(func() {
		if err := run.stop(); err != nil {
			t.Errorf("stop the engine: %v", err)
		}
		if err := d.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

// gauge reads a metric without labels as a scraper would.
func gauge(t *testing.T, d *Daemon, name string) float64 {
	t.Helper()
	families, err := d.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// ask sends a request through the daemon's own door, as from this machine.
func ask(t *testing.T, d *Daemon, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9740}))
	w := httptest.NewRecorder()
	d.server.Handler.ServeHTTP(w, r)
	return w
}

// get asks for a path by a name that is ours.
func get(t *testing.T, d *Daemon, path string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, d, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
}
