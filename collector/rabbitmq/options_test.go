package rabbitmq

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
)

func TestOptionFaults(t *testing.T) {
	const url = "http://127.0.0.1:15692"
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"a login in it", Options{URL: "http://a:hunter2@127.0.0.1:15692"}, "must not hold a user name or password"},
		{"both url and urls", Options{URL: url, URLs: []string{url}}, "either url, or urls"},
		{"a node that cannot be", Options{URLs: []string{url, "mqtt://127.0.0.1"}}, "node 127.0.0.1: url must begin with http"},
		{"per object", Options{URL: url + "/metrics/per-object"}, "/per-object, which has series for each queue"},
		{"detailed", Options{URL: url + "/metrics/Detailed/?family=queue_metrics"}, "/detailed, which has series for each queue"},
		{"a management that cannot be", Options{URL: url, ManagementURL: "hunter2:15672"}, "management_url: url cannot be read"},
		{"a management with a login in it", Options{URL: url, ManagementURL: "http://a:hunter2@127.0.0.1"}, "management_url: url must not hold"},
		{"a management with a query", Options{URL: url, ManagementURL: url + "?a=hunter2"}, "management_url: url has a query"},
		{"a virtual host without management", Options{URL: url, VHost: "orders"}, "no management_url"},
		{"TLS for nothing", Options{URL: url, ManagementURL: url, TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, "tls is set"},
		{"two logins", Options{URL: url, Username: "a", Password: "hunter2", Bearer: "b"}, "not both"},
		{"limits never", Options{URL: url, LimitsEvery: -time.Second}, "limits_every is below zero"},
		{"subscriptions never", Options{URL: url, SubscriptionsEvery: -time.Second}, "subscriptions_every is below zero"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"http://rabbit:15692":                  "http://rabbit:15692/metrics",
		"http://rabbit:15692/":                 "http://rabbit:15692/metrics",
		"https://gate/rabbit/metrics?node=one": "https://gate/rabbit/metrics?node=one",
	} {
		if got, err := pageURL(in); err != nil || got.String() != want {
			t.Errorf("page %s became %v, %v; want %s", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"http://rabbit:15672":          "http://rabbit:15672/api",
		"http://rabbit:15672/":         "http://rabbit:15672/api",
		"http://rabbit:15672/api":      "http://rabbit:15672/api",
		"http://rabbit:15672/api/":     "http://rabbit:15672/api",
		"https://gate/a%2Fb":           "https://gate/a%2Fb/api",
		"https://gate/a%2Fb/api":       "https://gate/a%2Fb/api",
		"http://rabbit:15672/rabbitmq": "http://rabbit:15672/rabbitmq/api",
	} {
		if got, err := apiURL(in); err != nil || got != want {
			t.Errorf("management %s became %s, %v; want %s", in, got, err, want)
		}
	}
}
