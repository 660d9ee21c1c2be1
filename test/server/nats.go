package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// NATS starts a NATS server on a free loopback port with JetStream, and returns
// also the address of its monitoring port. The lines of configuration are added
// to those, and may hold blocks such as cluster {…}.
func NATS(t testing.TB, config ...string) (server *Server, monitor string) {
	t.Helper()
	dir, addr := t.TempDir(), FreeAddr(t)
	monitor = FreeAddr(t)
	lines := append([]string{
		fmt.Sprintf("listen: %q", addr),
		fmt.Sprintf("http: %q", monitor),
		fmt.Sprintf("server_name: node-%d", Port(t, addr)),
		fmt.Sprintf("jetstream { store_dir: %q }", filepath.Join(dir, "jetstream")),
	}, config...)
	file := filepath.Join(dir, "nats.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatalf("write nats.conf: %v", err)
	}
	server = Start(t, Program{
		Binary: "nats-server", Package: "nats-server", Args: []string{"-c", file}, Addr: addr,
		Says: "Server is ready\n",
	})
	return server, monitor
}
