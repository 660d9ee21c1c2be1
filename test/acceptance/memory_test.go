package acceptance_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/test/server"
)

// varz answers as a NATS server does, with so many bytes.
func varz(w http.ResponseWriter, size int) {
	w.Header().Set("Content-Type", "application/json")
	now := time.Now().UTC()
	_, _ = fmt.Fprintf(w, `{"server_id":"a","now":%q,"start":%q,"connections":95,"max_connections":100,"in_msgs":1,"out_msgs":1,"pad":"`,
		now.Format(time.RFC3339Nano), now.Add(-time.Hour).Format(time.RFC3339Nano))
	part := bytes.Repeat([]byte{'x'}, 64<<10)
	for range size / len(part) {
		if _, err := w.Write(part); err != nil {
			return
		}
	}
	_, _ = w.Write([]byte(`"}`))
}

// TestLittleMemory: a process that may use 64 MB watches 60 instances whose servers answer
// with a megabyte each, and ten whose answers of 15 MB have no room. All alarms go out, those of the
// ten that they are silent; it stays within its memory, and says how many it cannot read.
func TestLittleMemory(t *testing.T) {
	const big, giants, limit = 60, 10, 64 << 20
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasSuffix(r.URL.Path, "/varz"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"total":0,"offset":0,"connections":[]}`))
		case strings.HasPrefix(r.URL.Path, "/giant"):
			varz(w, 15<<20)
		default:
			varz(w, 1<<20)
		}
	}))
	t.Cleanup(page.Close)
	s := &scene{t: t, dir: t.TempDir(), addr: server.FreeAddr(t), hook: newHook(t)}
	s.write("hook.key", hookSecret+"\n")
	var b strings.Builder
	fmt.Fprintf(&b, "server: {listen: %q}\nstorage: {dir: data}\ncollect: {interval: 3s, timeout: 3s}\nalarms:\n  capacity: {for: 0s}\n  no_data: {for: 12s}\n", s.addr)
	fmt.Fprintf(&b, "receivers:\n  - name: oncall\n    webhooks: [{url: \"%s/hook\", secret_file: hook.key}]\ninstances:\n", s.hook.URL)
	for n := range big + giants {
		name := fmt.Sprintf("big%03d", n)
		if n >= big {
			name = fmt.Sprintf("giant%03d", n)
		}
		fmt.Fprintf(&b, "  - id: %s\n    name: %s\n    product: mqtt\n    edition: basic\n    capacity: {connections: 100}\n", name, name)
		fmt.Fprintf(&b, "    source: {type: nats, url: \"%s/%s\"}\n", page.URL, name)
	}
	s.write("brimwatch.yml", b.String())
	s.proc = &process{cmd: exec.Command(os.Getenv("BRIMWATCH_BIN"), "run", "--config.file", "brimwatch.yml"), out: &lockedBuffer{}, ended: make(chan error, 1)}
	p := s.proc
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = s.dir, p.out, p.out
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", limit))
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() { p.stop(t) })

	s.eventually("all alarms have gone out, and ready says how many cannot be read", func() error {
		full, silent := make(map[string]bool), make(map[string]bool)
		for _, a := range s.hook.arrivals() {
			if id := a.labels["instance_id"]; a.labels["alertname"] == "capacity" {
				full[id] = true
			} else {
				silent[id] = true
			}
		}
		if len(full) != big || len(silent) < giants {
			return fmt.Errorf("told of %d full instances and %d silent ones", len(full), len(silent))
		}
		code, body, err := s.get("/-/ready")
		if err != nil || code != http.StatusOK {
			return fmt.Errorf("%d %s, %w", code, body, err)
		}
		if said := regexp.MustCompile(`\d+ instances cannot be read: this process may use 64 MB of memory, and 16 MB of them are kept for storing and sending`).FindString(body); said == "" {
			return fmt.Errorf("it says %s", body)
		}
		return nil
	})
	_, body, err := s.get("/api/v1/instances?limit=1000")
	if err != nil || !regexp.MustCompile(`not read: memory is short, \d+ MB of 64 MB in use`).MatchString(body) {
		t.Errorf("%v: the instances do not say why they cannot be read", err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	peak := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if peak == nil {
		t.Fatalf("no peak in %s", status)
	}
	kB, err := strconv.Atoi(string(peak[1]))
	if err != nil {
		t.Fatal(err)
	}
	if kB<<10 > 2*limit { // with the program itself, and what the database holds
		t.Errorf("it took %d MB, and may use %d MB", kB>>10, limit>>20)
	}
}
