// Package emqx reads EMQX 5 and 6 through the page of metrics in the Prometheus
// text format, /api/v5/prometheus/stats, and the limits of the licence through
// the REST API. The page is read by package exposition; what belongs to EMQX is
// where things are, how the figures of a cluster are asked for, what its series
// mean, and what the licence counts.
//
// docs/sources/emqx.md says which rights it takes and which limits hold.
package emqx

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// apiPath is what the paths of the REST API begin with.
	apiPath = "/api/v5"
	// defaultPath is where EMQX shows its figures.
	defaultPath = apiPath + pagePath
	pagePath    = "/prometheus/stats"
	// wholeCluster asks for the sums over all nodes. Without it, EMQX tells those
	// of the node that was asked, and a cluster looks as small as one node.
	wholeCluster = "all_nodes_aggregated"
	oneNode      = "node"
	// licenceEvery is how often the licence is asked for.
	licenceEvery = 5 * time.Minute
)

// Options says which EMQX is read, and as whom.
type Options struct {
	// URL is where the REST API listens, http://host:18083 as a rule. A path or a
	// mode in it replaces the usual one.
	URL string
	// Username and Password are an API key and its secret; or Bearer is a token.
	// Empty: nothing is sent, which EMQX allows for the page unless
	// enable_basic_auth is on. The licence is asked for only with a login.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// APIURL is where the licence is asked for, http://host:18083 as a rule: for a
	// page that is read through something else. Empty: where the page is.
	APIURL string
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// Collector reads one EMQX. It is a collector.Collector.
type Collector struct {
	page     *exposition.Collector
	site     *httpget.Site // nil: the licence is not asked for
	licence  *httpget.Cached[licence]
	licensed licensed // of the page that was read last
	// oneNode means that one node is read by itself (mode=node): the licence, which is
	// the cluster's, says nothing about it.
	oneNode bool
	// bySessions means that the licence is known to count sessions.
	bySessions bool
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	address, err := complete(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Collector{oneNode: address.Query().Get("mode") == oneNode}
	c.page, err = exposition.New(exposition.Options{
		URL: address.String(), Mapping: mapping(), TLS: o.TLS, Transport: o.Transport,
		Username: o.Username, Password: o.Password, Bearer: o.Bearer,
		Extra: extras(), Revise: c.note,
	})
	if err != nil {
		return nil, err
	}
	ask, err := c.asks(&o)
	if err != nil {
		return nil, err
	}
	if !ask {
		return c, nil
	}
	api := httpget.Options{Username: o.Username, Password: o.Password, Bearer: o.Bearer, Transport: o.Transport.HTTP()}
	if api.URL, err = apiOf(o.APIURL, address); err != nil {
		return nil, err
	}
	if c.site, err = httpget.NewSiteBeside(api, o.TLS); err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	c.licence = httpget.NewCached(licenceEvery, c.askLicence)
	return c, nil
}

// asks tells whether the licence is asked for.
func (c *Collector) asks(o *Options) (bool, error) {
	login := o.Username != "" || o.Bearer != ""
	switch {
	case o.APIURL != "" && !login:
		return false, errors.New("api_url is given, but no login: EMQX tells its licence only to an API key, as username and password_file")
	case o.APIURL != "" && c.oneNode:
		return false, errors.New("api_url is given, but the url reads one node (mode=node): the licence is that of the whole cluster")
	}
	return login && !c.oneNode, nil
}

// complete adds to a URL what it leaves to us: path and mode. Its errors do not
// repeat the URL, which may hold a password.
func complete(raw string) (*url.URL, error) {
	u, err := httpget.Complete(raw, defaultPath, "http://emqx.example.com:18083")
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("the query of url (behind the question mark) cannot be read")
	}
	if !query.Has("mode") {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += "mode=" + wholeCluster
	}
	return u, nil
}

// apiOf returns the URL below which the paths of the REST API are.
func apiOf(configured string, page *url.URL) (string, error) {
	if configured == "" {
		at := httpget.Beside(page, pagePath)
		u, err := httpget.Complete(at, apiPath, "")
		if err != nil {
			return "", err
		}
		return u.String(), nil
	}
	u, err := httpget.Complete(configured, apiPath, "http://emqx.example.com:18083")
	if err != nil {
		return "", fmt.Errorf("api_url: %w", err)
	}
	return u.String(), nil
}

// Collect implements collector.Collector. A page that is read counts whether or
// not the licence is told.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	if err := c.page.Collect(ctx, visits); err != nil {
		return err
	}
	var l licence
	var fresh bool
	if c.licence != nil {
		if l, fresh, _ = c.licence.Get(ctx); fresh {
			c.bySessions = l.sessions
		}
	}
	for i := range visits {
		c.apply(&visits[i])
		// Told only when it is new, so that its age is known where it is kept.
		if fresh {
			visits[i].Limit(fleet.Connections, l.most)
			visits[i].Limit(fleet.MessageTPS, l.tps)
		}
	}
	return nil
}

// LimitsErr says why the licence could not be read when it was asked for last;
// nil when it could, or when it is not asked for.
func (c *Collector) LimitsErr() error {
	if c.licence == nil {
		return nil
	}
	return c.licence.Err()
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	if c.site != nil {
		c.site.Close()
	}
	return c.page.Close()
}
