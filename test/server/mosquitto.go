package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Mosquitto starts a Mosquitto broker on a free loopback port. The lines of
// configuration come after those of its first listener, so they may set options
// of that listener, global ones, or begin further listeners. Anonymous clients
// are allowed unless a line says otherwise, and $SYS is refreshed as often as
// possible unless a line sets sys_interval.
func Mosquitto(t testing.TB, config ...string) *Server {
	t.Helper()
	addr := FreeAddr(t)
	lines := []string{"persistence false", "log_dest stderr"}
	if os.Geteuid() == 0 {
		// It would drop to the user mosquitto, who may not read a test's files.
		lines = append(lines, "user root")
	}
	if !sets(config, "sys_interval") {
		lines = append(lines, "sys_interval 1")
	}
	lines = append(lines, fmt.Sprintf("listener %d 127.0.0.1", Port(t, addr)))
	if !sets(config, "allow_anonymous") {
		lines = append(lines, "allow_anonymous true")
	}
	lines = append(lines, config...)

	file := filepath.Join(t.TempDir(), "mosquitto.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatalf("write mosquitto.conf: %v", err)
	}
	return Start(t, Program{
		Binary: "mosquitto", Package: "mosquitto", Args: []string{"-c", file}, Addr: addr,
		// Not a connection to try: 2.0.11 counts one that is closed without a
		// CONNECT off twice, and then takes one more than its max_connections.
		Says: " running\n",
	})
}

// sets tells whether a line of config sets option.
func sets(config []string, option string) bool {
	for _, line := range config {
		if strings.HasPrefix(strings.TrimSpace(line), option+" ") {
			return true
		}
	}
	return false
}
