// Package promread reads what the history recorded out of another database that was
// filled by remote write: a Prometheus, a VictoriaMetrics, or whatever else answers
// Prometheus' HTTP API. It answers as statistics.Store does.
//
// A Reader is safe for concurrent use. It keeps nothing but connections; how long a
// request may take and how much an answer may hold is bounded. Errors are sentences for
// people, with the URL as remotewrite.Shown has it and without secrets.
package promread

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
)

// Options say which database is read. Username and Password, or Bearer, or none.
type Options struct {
	URL      string // that /api/v1/query is under
	Username string
	Password string
	Bearer   string
	TLS      *tls.Config // nil is the system's trust
	Version  string      // Brimwatch's, for the user agent
	// Transport replaces the HTTP transport, for tests.
	Transport http.RoundTripper
}

const (
	// pageTimeout bounds a request that a person waits for, and dayTimeout one of
	// EachUsage.
	pageTimeout = 20 * time.Second
	dayTimeout  = 2 * time.Minute
	// answerBytes bounds an answer.
	answerBytes = 64 << 20
	// lookback is how long a value holds without another, as in the history itself.
	lookback = 5 * time.Minute
)

// Reader reads one database.
type Reader struct {
	api       v1.API
	transport http.RoundTripper
	shown     string
	dialect   atomic.Int32 // of type dialect, once it is known
}

// New returns a Reader. It opens no connection.
func New(o Options) (*Reader, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, errors.New("the URL cannot be read") // err would repeat a password in it
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q must begin with http:// or https:// and name a host", remotewrite.Shown(o.URL))
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     o.TLS,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 4,
			IdleConnTimeout:     5 * time.Minute,
			TLSHandshakeTimeout: 10 * time.Second,
		}
	}
	r := &Reader{transport: o.Transport, shown: remotewrite.Shown(o.URL)}
	client, err := api.NewClient(api.Config{
		Address: (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String(),
		Client: &http.Client{
			Transport: &caller{
				next: o.Transport, query: u.RawQuery, username: o.Username, password: o.Password, bearer: o.Bearer,
				agent: strings.TrimSuffix("brimwatch/"+o.Version, "/"),
			},
			// A redirect would carry credentials to another place.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used", r.shown)
	}
	r.api = v1.NewAPI(client)
	return r, nil
}

// Open returns a Reader of a configured database.
func Open(from *config.Database, version string) (*Reader, error) {
	trust, err := from.TLS.Load()
	if err != nil {
		return nil, fmt.Errorf("tls of storage.query_url: %w", err)
	}
	r, err := New(Options{URL: from.URL, Username: from.Username, Password: from.Password.Reveal(), Bearer: from.Bearer.Reveal(), TLS: trust, Version: version})
	if err != nil {
		return nil, fmt.Errorf("storage.query_url: %w", err)
	}
	return r, nil
}

// Close lets go of connections.
func (r *Reader) Close() error {
	if t, ok := r.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// Check asks the database something easy, and returns why it does not answer.
func (r *Reader) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	_, err := r.speaks(ctx)
	return err
}

// quoted writes a string as PromQL does.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
