package mosquitto

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/brimwatch/brimwatch/test/server"
)

// passwordFile writes a password_file with one user.
func passwordFile(t testing.TB, username, password string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "passwords")
	tool := server.Find(t, "mosquitto_passwd", "mosquitto")
	if out, err := exec.CommandContext(t.Context(), tool, "-b", "-c", file, username, password).CombinedOutput(); err != nil {
		t.Fatalf("mosquitto_passwd: %v: %s", err, out)
	}
	return file
}

// writeFile writes a file into a folder of the test.
func writeFile(t testing.TB, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatalf("write %s: %v", name, err)
	}
	return file
}
