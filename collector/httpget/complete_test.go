package httpget

import (
	"net/url"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	for _, tt := range []struct{ name, url, want, fault string }{
		{"host and port", "http://shop:9100", "http://shop:9100/metrics", ""},
		{"a slash", "https://shop:9100/", "https://shop:9100/metrics", ""},
		{"a path", "http://gate/shop/figures", "http://gate/shop/figures", ""},
		{"an escaped path", "http://gate/a%2Fb", "http://gate/a%2Fb", ""},
		{"a query", "http://shop:9100?x=%20y", "http://shop:9100/metrics?x=%20y", ""},
		{"nothing", "", "", "url is missing, for example http://shop.example.com"},
		{"no scheme", "hunter2:9100", "", "url cannot be read"},
		{"a number", "127.0.0.1:9100", "", "url cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, err := Complete(tt.url, "/metrics", "http://shop.example.com")
			switch {
			case tt.fault == "" && (err != nil || u.String() != tt.want):
				t.Errorf("got %v, %v, want %s", u, err, tt.want)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "hunter2")):
				t.Errorf("got %v, want it to say %q", err, tt.fault)
			}
		})
	}
}

func TestBeside(t *testing.T) {
	for _, tt := range []struct{ page, want string }{
		{"http://shop:9100/metrics", "http://shop:9100"},
		{"http://shop:9100/metrics?x=y", "http://shop:9100"},
		{"https://gate/shop/metrics/", "https://gate/shop"},
		{"https://gate/a%2Fb/metrics", "https://gate/a%2Fb"},
		{"https://gate/elsewhere", "https://gate"},
		{"http://a:b@shop/metrics", "http://a:b@shop"}, // for NewSite to refuse
	} {
		u, err := url.Parse(tt.page)
		if err != nil {
			t.Fatal(err)
		}
		if got := Beside(u, "/metrics"); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.page, got, tt.want)
		}
	}
}
