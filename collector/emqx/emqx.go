// Package emqx reads EMQX 5 through its page of metrics in the Prometheus text
// format, /api/v5/prometheus/stats. That page is read by package exposition;
// what belongs to EMQX is where the page is, how the figures of a cluster are
// asked for, and what its series mean.
//
// docs/sources/emqx.md says which rights it takes and which limits hold.
package emqx

import (
	"crypto/tls"
	"errors"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/internal/fleet"
)

const (
	// defaultPath is where EMQX 5 shows its figures.
	defaultPath = "/api/v5/prometheus/stats"
	// wholeCluster asks for the sums over all nodes. Without it, EMQX tells those
	// of the node that was asked, and a cluster looks as small as one node.
	wholeCluster = "all_nodes_aggregated"
)

// Options says which EMQX is read, and as whom.
type Options struct {
	// URL is where the REST API listens, http://host:18083 as a rule. A path or a
	// mode in it replaces the usual one.
	URL string
	// Username and Password are an API key and its secret; or Bearer is a token.
	// Empty: nothing is sent, which EMQX allows unless enable_basic_auth is on.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// New checks the options; it does not connect.
func New(o Options) (*exposition.Collector, error) {
	address, err := complete(o.URL)
	if err != nil {
		return nil, err
	}
	return exposition.New(exposition.Options{
		URL: address, Mapping: mapping(), TLS: o.TLS, Transport: o.Transport,
		Username: o.Username, Password: o.Password, Bearer: o.Bearer,
	})
}

// complete adds to a URL what it leaves to us: path and mode. Its errors do not
// repeat the URL, which may hold a password.
func complete(raw string) (string, error) {
	const example = "http://emqx.example.com:18083"
	if raw == "" {
		return "", errors.New("url is missing, for example " + example)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return "", errors.New("url cannot be read; it is written like " + example)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path, u.RawPath = defaultPath, ""
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", errors.New("the query of url (behind the question mark) cannot be read")
	}
	if !query.Has("mode") {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += "mode=" + wholeCluster
	}
	return u.String(), nil
}

// mapping says what the series of EMQX mean. The *_max series are no limits:
// they are the highest figures ever seen.
func mapping() []exposition.Metric {
	return []exposition.Metric{
		{Metric: fleet.SendTPS, Series: "emqx_messages_received", Counter: true},
		{Metric: fleet.ReceiveTPS, Series: "emqx_messages_sent", Counter: true},
		{
			// connections_count also counts persistent sessions without a client, but
			// EMQX 5.0 has nothing better.
			Metric: fleet.Connections, Series: "emqx_live_connections_count", Fallback: []string{"emqx_connections_count"},
			// The licence is that of the cluster; every node tells the same figure.
			Limit: &exposition.Limit{Series: "emqx_license_max_sessions", Max: true},
		},
		{Metric: fleet.Subscriptions, Series: "emqx_subscriptions_count"},
	}
}
