package rehearsal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/config"
)

// load loads a configuration. Its storage is a folder in which nobody may write anything.
func load(tb testing.TB, text string) *config.Snapshot {
	tb.Helper()
	dir := tb.TempDir()
	path := filepath.Join(dir, "brimwatch.yml")
	text = strings.ReplaceAll("storage: {dir: DIR/data}\n"+text, "DIR", dir)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
