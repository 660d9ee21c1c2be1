package daemon

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallConfig = "server: {listen: \"127.0.0.1:0\"}\nstorage: {dir: \"DIR/data\", retention: 1d}\ninstances: []\n"

// TestReadySaysWhatTheStoreLacks: which trouble it is and what to do, until it is over.
func TestReadySaysWhatTheStoreLacks(t *testing.T) {
	path := writeConfig(t, smallConfig, nil)
	d := judging(t, path)
	ready := func() (int, string) {
		t.Helper()
		answer := ask(t, d, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/-/ready", nil))
		return answer.Code, answer.Body.String()
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(filepath.Dir(path), "data", "brimwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := db.ExecContext(t.Context(), `CREATE TRIGGER refuse BEFORE UPDATE ON written BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	if err := d.outbox.Probe(t.Context()); err == nil {
		t.Fatal("it was written")
	}
	if code, text := ready(); code != http.StatusServiceUnavailable || !strings.Contains(text, "cannot be stored (other): the database in storage.dir cannot be written") {
		t.Errorf("%d %s", code, text)
	}
	if _, err := db.ExecContext(t.Context(), `DROP TRIGGER refuse`); err != nil {
		t.Fatal(err)
	}
	if err := d.outbox.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, text := ready(); code != http.StatusOK {
		t.Errorf("%d %s", code, text)
	}
}

// TestStartsWithADamagedDatabase: it is set aside, and the page says so.
func TestStartsWithADamagedDatabase(t *testing.T) {
	path := writeConfig(t, smallConfig, nil)
	data := filepath.Join(filepath.Dir(path), "data")
	if err := os.MkdirAll(data, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "brimwatch.db"), []byte(strings.Repeat("spoilt ", 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	d := judging(t, path)
	if remarks := strings.Join(control{d}.remarks(), "\n"); !strings.Contains(remarks, "set aside as brimwatch.db.damaged-") {
		t.Errorf("remarks: %s", remarks)
	}
}
