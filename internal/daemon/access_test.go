package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestForeignNames: a page that has its own name point to this machine silences
// nothing, whatever it says its origin is; a reload changes what names are ours.
func TestForeignNames(t *testing.T) {
	path := writeConfig(t, "server: {listen: \"127.0.0.1:0\"}\nstorage: {dir: \"DIR/data\", retention: 1d}\ninstances: []\n", nil)
	d := judging(t, path)
	silence := func(host string) int {
		t.Helper()
		body := `{"matchers":{"instance_id":"a"},"for":"1h","by":"mallory","comment":"hush"}`
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+"/api/v1/silences", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://"+host)
		return ask(t, d, r).Code
	}
	if got := silence("evil.test"); got != http.StatusMisdirectedRequest {
		t.Errorf("a rebound name was answered %d", got)
	}
	if got := silence("127.0.0.1:9740"); got != http.StatusCreated {
		t.Errorf("a name of ours was answered %d", got)
	}
	edit(t, path, `"127.0.0.1:0"`, `"127.0.0.1:0", hosts: [monitor.example.com]`)
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := silence("monitor.example.com"); got != http.StatusCreated {
		t.Errorf("a name from server.hosts was answered %d", got)
	}
}
