package floor

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// httpClient is net/http as one would use it, with a kept connection to each
// instance.
type httpClient struct {
	port    int
	client  *http.Client
	buffers sync.Pool // of *bytes.Buffer
}

func newHTTPClient(instances, port int) *httpClient {
	return &httpClient{
		port: port,
		client: &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost: 1, MaxIdleConns: instances + workers, IdleConnTimeout: 5 * time.Minute, DisableCompression: true,
		}},
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

func (c *httpClient) fetch(ctx context.Context, n int, body func([]byte)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, simulated.PageURL(n, c.port), http.NoBody)
	if err != nil {
		return fmt.Errorf("ask for a page: %w", err)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("read a page: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("read a page: the server answered %s", resp.Status)
	}
	buf, ok := c.buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	defer c.buffers.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(resp.Body); err != nil {
		return fmt.Errorf("read a page: %w", err)
	}
	body(buf.Bytes())
	return nil
}

func (c *httpClient) close() { c.client.CloseIdleConnections() }
