package daemon

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/mcp"
)

// assistant sends a message as an assistant does.
func assistant(t *testing.T, d *Daemon, host, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+mcp.Path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return ask(t, d, r)
}

const listTools = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`

// TestAssistants: assistants come through the same door as pages and API; what they may
// change, the configuration says, at every moment.
func TestAssistants(t *testing.T) {
	path := writeConfig(t, "server: {listen: \"127.0.0.1:0\"}\nstorage: {dir: \"DIR/data\", retention: 1d}\ninstances: [{id: a, product: redis, edition: community, billing: {method: free}}]\n", nil)
	d := judging(t, path)
	if w := assistant(t, d, "evil.test", listTools, "Origin", "http://evil.test"); w.Code != http.StatusMisdirectedRequest {
		t.Errorf("a rebound name was answered %d", w.Code)
	}
	if w := assistant(t, d, "127.0.0.1:9740", listTools, "Origin", "http://evil.test"); w.Code != http.StatusForbidden {
		t.Errorf("a page of another site was answered %d", w.Code)
	}
	got := assistant(t, d, "127.0.0.1:9740", listTools)
	if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "list_alarms") || strings.Contains(got.Body.String(), "add_silence") {
		t.Errorf("the list is answered %d, %s", got.Code, got.Body)
	}
	if got := assistant(t, d, "127.0.0.1:9740", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_instance","arguments":{"id":"a"}}}`); !strings.Contains(got.Body.String(), "it has no source: only its calendar is watched") {
		t.Errorf("the instance is answered %s", got.Body)
	}
	edit(t, path, `"127.0.0.1:0"`, `"127.0.0.1:0", mcp_write: true, hosts: [brim.lan]`)
	change, err := d.Reload(t.Context())
	if err != nil || !strings.Contains(change.String(), "server.mcp_write") {
		t.Fatalf("the reload changes %v, %v", change, err)
	}
	if got := assistant(t, d, "brim.lan", listTools); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "add_silence") {
		t.Errorf("after the reload the list is answered %d, %s", got.Code, got.Body)
	}
	const silence = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_silence","arguments":{"matchers":{"instance_id":"a"},"for":"1h"}}}`
	if got := assistant(t, d, "127.0.0.1:9740", silence); !strings.Contains(got.Body.String(), "Added: ") {
		t.Errorf("the silence is answered %s", got.Body)
	}
	list, err := d.outbox.Silences(t.Context())
	if err != nil || len(list) != 1 || list[0].By != "mcp" {
		t.Errorf("the silences are %+v, %v", list, err)
	}
}

// TestAssistantsSignIn: with users nobody gets in without a password.
func TestAssistantsSignIn(t *testing.T) {
	const users = "basic_auth_users: {wei: $2b$04$CmxxO0d2wsOOm/AzfovtxOESkQzFdkSzxRK4nGayP7a7qHWfY2TFO}\n" // hunter2
	path := writeConfig(t, strings.Replace(calendarOnly, "server: {", "server: {web_config_file: DIR/web.yml, mcp_write: true, ", 1), map[string]string{"web.yml": users})
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for password, want := range map[string]int{"": http.StatusUnauthorized, "wrong": http.StatusUnauthorized, "hunter2": http.StatusOK} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+d.Address().String()+mcp.Path, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_silence","arguments":{"matchers":{"a":"b"},"for":"1h"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		if password != "" {
			r.SetBasicAuth("wei", password)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != want {
			t.Errorf("with the password %q it is answered %d, %v; want %d", password, resp.StatusCode, err, want)
		}
	}
	list, err := d.outbox.Silences(t.Context())
	if err != nil || len(list) != 1 || list[0].By != "wei" {
		t.Errorf("the silences are %+v, %v", list, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
