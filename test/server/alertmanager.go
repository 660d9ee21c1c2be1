package server

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Alertmanager starts an Alertmanager on a free loopback port that is alone and tells
// nobody. An alert that says no end of its own is over after two seconds there.
func Alertmanager(t testing.TB) *Server {
	t.Helper()
	dir, addr := t.TempDir(), FreeAddr(t)
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, []byte("global: {resolve_timeout: 2s}\nroute: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600); err != nil {
		t.Fatalf("write alertmanager.yml: %v", err)
	}
	return Start(t, Program{
		Binary: "prometheus-alertmanager", Package: "prometheus-alertmanager", Addr: addr,
		Args:  []string{"--config.file=" + file, "--storage.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + addr, "--cluster.listen-address="},
		Ready: answersOK("/-/ready"),
	})
}

// Alert is an alert that fires at an Alertmanager, as amtool shows it.
type Alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	UpdatedAt    time.Time         `json:"updatedAt"` // by the clock of the Alertmanager
	GeneratorURL string            `json:"generatorURL"`
}

// Firing asks amtool, Alertmanager's own client, what fires at the Alertmanager at an
// address.
func Firing(t testing.TB, addr string) []Alert {
	t.Helper()
	amtool := Find(t, "amtool", "prometheus-alertmanager")
	cmd := exec.CommandContext(t.Context(), amtool, "--alertmanager.url=http://"+addr, "--output=json", "alert", "query") //nolint:gosec // a test says what it asks
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("amtool: %v", err)
	}
	var alerts []Alert
	if err := json.Unmarshal(out, &alerts); err != nil {
		t.Fatalf("read what amtool shows: %v\n%s", err, out)
	}
	return alerts
}
