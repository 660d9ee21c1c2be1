package rabbitmq

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

const (
	// pagePath is where the Prometheus plugin shows its figures.
	pagePath = "/metrics"
	// examplePage and exampleManagement are how URLs are written.
	examplePage       = "http://rabbitmq.example.com:15692"
	exampleManagement = "http://rabbitmq.example.com:15672"
)

// complete checks the options and fills in what they leave to us.
func (o *Options) complete() error {
	switch {
	case o.URL != "" && len(o.URLs) > 0:
		return errors.New("give either url, or urls with all nodes of a cluster")
	case o.VHost != "" && o.ManagementURL == "":
		return errors.New("vhost is given, but no management_url: the page tells the figures of all virtual hosts together, and only the management API tells them apart")
	case o.LimitsEvery < 0:
		return errors.New("limits_every is below zero")
	case o.SubscriptionsEvery < 0:
		return errors.New("subscriptions_every is below zero")
	}
	if o.LimitsEvery == 0 {
		o.LimitsEvery = limitsEvery
	}
	if o.SubscriptionsEvery == 0 {
		o.SubscriptionsEvery = subscriptionsEvery
	}
	if o.MQTTExchange == "" {
		o.MQTTExchange = mqttExchange
	}
	if len(o.URLs) == 0 {
		o.URLs = []string{o.URL}
	}
	return o.checkTLS()
}

// checkTLS finds a TLS configuration that nothing uses.
func (o *Options) checkTLS() error {
	if o.TLS == nil || secure(o.ManagementURL) {
		return nil
	}
	for _, u := range o.URLs {
		if secure(u) {
			return nil
		}
	}
	return errors.New("tls is set, but neither the url nor the management_url is https://")
}

func secure(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https"
}

// pageURL returns the address of a node's page.
func pageURL(raw string) (*url.URL, error) {
	u, err := httpget.Complete(raw, pagePath, examplePage)
	if err != nil {
		return nil, err
	}
	for part := range strings.SplitSeq(strings.ToLower(u.Path), "/") {
		if part == "per-object" || part == "detailed" {
			return nil, fmt.Errorf("url asks for the page /%s, which has series for each queue and connection and costs the broker dearly: leave the path out, or write %s", part, pagePath)
		}
	}
	return u, nil
}

// apiURL returns the address below which the management API is.
func apiURL(raw string) (string, error) {
	u, err := httpget.Complete(raw, apiPath, exampleManagement)
	if err != nil {
		return "", err
	}
	path := strings.TrimSuffix(strings.TrimRight(u.EscapedPath(), "/"), apiPath) + apiPath
	if u.Path, err = url.PathUnescape(path); err != nil {
		return "", errors.New("url cannot be read; it is written like " + exampleManagement)
	}
	u.RawPath = path
	return u.String(), nil
}
