package starter

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// maxPage is how much of a page is looked at: enough to know whose it is.
const maxPage = 256 << 10

// askPages asks an address for the pages by which servers are known; nil when it is none
// of them.
func askPages(ctx context.Context, addr string) *Found {
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy: it is this host
	c := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	base := "http://" + addr
	if code, page := get(ctx, c, base+"/status"); code == http.StatusOK && strings.Contains(page, "emqx is running") {
		return &Found{Type: "emqx", URL: base, What: "EMQX"}
	}
	if code, page := get(ctx, c, base+"/varz"); code == http.StatusOK {
		if version, ok := natsOf(page); ok {
			return &Found{Type: "nats", URL: base, What: "NATS " + version}
		}
	}
	if code, page := get(ctx, c, base+"/metrics"); code == http.StatusOK || code == http.StatusUnauthorized {
		for _, one := range []struct{ sign, typed, what string }{
			{"\nrabbitmq_", "rabbitmq", "RabbitMQ"}, {"\ncom_hivemq_", "hivemq", "HiveMQ"}, {"vernemq", "vernemq", "VerneMQ"}, {"\nmqtt_connect_received", "vernemq", "VerneMQ"},
		} {
			if strings.Contains("\n"+page, one.sign) {
				return &Found{Type: one.typed, URL: base, What: one.what}
			}
		}
	}
	if code, page := get(ctx, c, base+"/"); code == http.StatusOK && strings.Contains(page, "RabbitMQ Management") {
		return &Found{Type: management, URL: base}
	}
	return nil
}

// get reads the beginning of a page; the code is 0 when nobody answers.
func get(ctx context.Context, c *http.Client, url string) (code int, page string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, ""
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil && len(text) == 0 {
		return 0, ""
	}
	return resp.StatusCode, string(text)
}

// natsOf reads the version of a NATS server off its page of variables.
func natsOf(page string) (version string, ok bool) {
	var v struct {
		ID      string `json:"server_id"`
		Version string `json:"version"`
	}
	if json.Unmarshal([]byte(page), &v) != nil || v.ID == "" || v.Version == "" {
		return "", false
	}
	return clip(v.Version), true
}
