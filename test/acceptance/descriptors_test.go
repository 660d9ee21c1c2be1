package acceptance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/server"
)

// TestFewDescriptors: a process that may open 256 files watches 400 instances. It
// reads those it has room for, all alarms go out, and it says how many it cannot read.
func TestFewDescriptors(t *testing.T) {
	const instances, files = 400, 256
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = fmt.Fprintln(w, "connections 95")
	}))
	t.Cleanup(page.Close)
	s := &scene{t: t, dir: t.TempDir(), addr: server.FreeAddr(t), hook: newHook(t)}
	s.write("hook.key", hookSecret+"\n")
	var b strings.Builder
	fmt.Fprintf(&b, "server: {listen: %q}\nstorage: {dir: data}\ncollect: {interval: 2s, timeout: 2s}\nalarms:\n  capacity: {for: 0s}\n  no_data: {for: 4s}\n", s.addr)
	fmt.Fprintf(&b, "receivers:\n  - name: oncall\n    webhooks: [{url: \"%s/hook\", secret_file: hook.key}]\ninstances:\n", s.hook.URL)
	for n := range instances {
		fmt.Fprintf(&b, "  - id: i%03d\n    name: I%03d\n    product: mqtt\n    edition: basic\n    capacity: {connections: 100}\n", n, n)
		fmt.Fprintf(&b, "    source: {type: exposition, url: \"%s/%d\", mapping: {connections: {series: connections, kind: gauge}}}\n", page.URL, n)
	}
	s.write("brimwatch.yml", b.String())
	s.proc = &process{
		cmd: exec.Command("sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$BRIMWATCH_BIN" run --config.file brimwatch.yml`, files)), out: &lockedBuffer{}, ended: make(chan error, 1),
	}
	p := s.proc
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = s.dir, p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() { p.stop(t) })

	s.eventually("all alarms have gone out, and ready says how many cannot be read", func() error {
		code, body, err := s.get("/-/ready")
		if err != nil || code != http.StatusOK {
			return fmt.Errorf("%d %s, %w", code, body, err)
		}
		said := regexp.MustCompile(`(\d+) instances cannot be read: this process may open 256 files.*to 1024`).FindStringSubmatch(body)
		if said == nil {
			return fmt.Errorf("it says %s", body)
		}
		unread, err := strconv.Atoi(said[1])
		if err != nil {
			return err
		}
		full, silent := make(map[string]bool), false
		for _, a := range s.hook.arrivals() {
			if a.labels["alertname"] == "capacity" {
				full[a.labels["instance_id"]] = true
			} else {
				silent = true
			}
		}
		if len(full) != instances-unread || len(full) < 20 || !silent {
			return fmt.Errorf("told of %d full instances, and of silent ones: %v; %d cannot be read", len(full), silent, unread)
		}
		return nil
	})
	code, body, err := s.get("/api/v1/instances?limit=1000")
	if err != nil || code != http.StatusOK || !json.Valid([]byte(body)) || !strings.Contains(body, "no file descriptor is left for it") {
		t.Errorf("%d, %v: the instances do not say why they cannot be read", code, err)
	}
	if out := p.out.String(); strings.Contains(out, "too many open files") {
		t.Errorf("somebody else ran out of descriptors:\n%s", out)
	}
}
