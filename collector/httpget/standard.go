package httpget

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// standardClient gets a page through net/http: for what the lean client leaves to
// it, proxies and host names that are not ASCII.
type standardClient struct {
	transport *http.Transport
	request   *http.Request
	body      func() error // closes the body of a visit
	cancel    context.CancelFunc
}

func newStandardClient(r *http.Request, proxy *url.URL, config *tls.Config) *standardClient {
	return &standardClient{transport: transportOf(r.URL, proxy, config), request: r}
}

// transportOf returns what net/http needs to keep one connection to the host of
// u.
func transportOf(u, proxy *url.URL, config *tls.Config) *http.Transport {
	t := &http.Transport{
		MaxConnsPerHost: 1, MaxIdleConns: 1, MaxIdleConnsPerHost: 1, IdleConnTimeout: 10 * time.Minute,
		DisableCompression: true, MaxResponseHeaderBytes: maxHead, TLSClientConfig: tlsFor(config, u.Hostname()),
	}
	if config == nil || config.ServerName == "" {
		t.TLSClientConfig.ServerName = "" // net/http knows the host, and that of a proxy
	}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	return t
}

func (c *standardClient) get(ctx context.Context, _ *workspace) (*answer, error) {
	// Of its own, so that finish ends what is on its way.
	asked, cancel := context.WithCancel(ctx)
	r := c.request.Clone(asked)
	resp, err := c.transport.RoundTrip(r) //nolint:bodyclose // finish does
	if err != nil {
		cancel()
		if over(ctx, err) {
			return nil, ended(ctx, asking)
		}
		err = explain(err, asking, r.URL.Scheme == "https")
		if c.transport.Proxy != nil {
			err = fmt.Errorf("through the proxy that the environment names: %w", err)
		}
		return nil, err
	}
	c.body, c.cancel = resp.Body.Close, cancel
	return newAnswer(resp), nil
}

func (c *standardClient) finish(_ *workspace, keep bool) {
	if !keep {
		c.cancel()
	}
	_ = c.body()
	c.cancel()
}

func (c *standardClient) close() { c.transport.CloseIdleConnections() }
