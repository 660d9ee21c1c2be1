package check

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAddress(t *testing.T) {
	for listen, want := range map[string]string{
		`"127.0.0.1:9740"`: "http://127.0.0.1:9740", `"0.0.0.0:1"`: "http://127.0.0.1:1", `"[::]:1"`: "http://127.0.0.1:1", `":9740"`: "http://127.0.0.1:9740",
		`"[::1]:9740"`: "http://[::1]:9740", `nonsense`: "",
	} {
		path := filepath.Join(t.TempDir(), "b.yml")
		if err := os.WriteFile(path, []byte("server: {open: true, listen: "+listen+"}\ninstances: [{id: a, product: mqtt}]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := Address(path); got != want {
			t.Errorf("%s: %q, want %q", listen, got, want)
		}
	}
	if got := Address("no-such-file.yml"); got != "" {
		t.Errorf("%q", got)
	}
}
