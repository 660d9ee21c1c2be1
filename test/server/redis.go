package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Redis starts a Redis server on a free loopback port, without persistence. The
// lines of configuration come after those that are set here and replace them
// where they name the same option.
func Redis(t testing.TB, config ...string) *Server {
	t.Helper()
	addr, dir := FreeAddr(t), t.TempDir()
	lines := append([]string{
		"bind 127.0.0.1", fmt.Sprintf("port %d", Port(t, addr)), "daemonize no", "dir " + dir,
		`save ""`, "appendonly no",
	}, config...)
	file := filepath.Join(dir, "redis.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatalf("write redis.conf: %v", err)
	}
	return Start(t, Program{
		Binary: "redis-server", Package: "redis-server", Args: []string{file}, Addr: addr,
		// Not a connection to try: it would be counted.
		Says: "Ready to accept connections",
	})
}
