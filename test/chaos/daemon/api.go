package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// api asks the daemon over HTTP.
type api struct {
	base   string
	client *http.Client
}

func newAPI(listen string) api {
	return api{base: "http://" + listen, client: &http.Client{Transport: &http.Transport{MaxIdleConns: 4, IdleConnTimeout: 5 * time.Second}, Timeout: 30 * time.Second}}
}

// do asks once.
func (a api) do(ctx context.Context, method, path, body string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("ask the daemon for %s: %w", path, err)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("ask the daemon for %s: %w", path, err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("ask the daemon for %s: %w", path, err)
	}
	return resp.StatusCode, answer, nil
}

// get asks and reads the answer into v.
func (a api) get(ctx context.Context, path string, v any) error {
	status, answer, err := a.do(ctx, http.MethodGet, path, "")
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("ask the daemon for %s: HTTP %d: %s", path, status, answer)
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("read the daemon's answer for %s: %w", path, err)
	}
	return nil
}

// Alive tells whether the daemon answers.
func (d *Daemon) Alive(ctx context.Context) bool {
	status, _, err := d.api.do(ctx, http.MethodGet, "/-/healthy", "")
	return err == nil && status == http.StatusOK
}

// SaysReady asks /-/ready.
func (d *Daemon) SaysReady(ctx context.Context) (status int, text string) {
	status, answer, err := d.api.do(ctx, http.MethodGet, "/-/ready", "")
	if err != nil {
		return 0, err.Error()
	}
	return status, strings.TrimSpace(string(answer))
}

// Reload loads the configuration anew.
func (d *Daemon) Reload(ctx context.Context) error {
	status, answer, err := d.api.do(ctx, http.MethodPost, "/-/reload", "")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("reload: HTTP %d: %s", status, answer)
	}
	return err
}

// mostRows is the longest list that the API gives.
const mostRows = 10_000

// Notices asks for the journal.
func (d *Daemon) Notices(ctx context.Context) ([]wire.Notice, error) {
	var answer wire.Notices
	err := d.api.get(ctx, fmt.Sprintf("/api/v1/notices?limit=%d", mostRows), &answer)
	return answer.Notices, err
}

// Waits tells whether a notice is still to be sent.
func (d *Daemon) Waits(ctx context.Context) (bool, error) {
	for _, state := range []string{"pending", "sending", "held"} {
		var answer wire.Notices
		if err := d.api.get(ctx, "/api/v1/notices?limit=1&state="+state, &answer); err != nil || len(answer.Notices) > 0 {
			return true, err
		}
	}
	return false, nil
}

// Close lets the connections to the daemon go.
func (d *Daemon) Close() { d.api.client.CloseIdleConnections() }
