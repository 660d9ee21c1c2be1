package redis

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	tests := []struct {
		name string
		o    Options
		want string // in the error; "" when they are good
	}{
		{"plain", Options{URL: "redis://cache"}, ""},
		{"IPv6", Options{URL: "redis://[::1]:6379"}, ""},
		{"a slash at the end", Options{URL: "redis://cache/"}, ""},
		{"login", Options{URL: "redis://cache", Username: "u", Password: "p"}, ""},
		{"a password alone", Options{URL: "redis://cache", Password: "p"}, ""},
		{"TLS", Options{URL: "rediss://cache", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, ""},
		{"a socket", Options{URL: "unix:///run/redis/redis-server.sock"}, ""},
		{"an interval", Options{URL: "redis://cache", SubscriptionsEvery: time.Hour}, ""},
		{"no url", Options{}, "url is missing"},
		{"no scheme", Options{URL: "127.0.0.1:6379"}, "url cannot be read"},
		{"a host alone", Options{URL: "cache"}, "must begin with redis://"},
		{"another scheme", Options{URL: "http://cache:6379"}, "must begin with redis://"},
		{"no slashes", Options{URL: "redis:cache"}, "cannot be read"},
		{"no host", Options{URL: "redis://:6379"}, "names no host"},
		{"port 0", Options{URL: "redis://cache:0"}, "impossible port"},
		{"port 70000", Options{URL: "redis://cache:70000"}, "impossible port"},
		{"a database", Options{URL: "redis://cache/3"}, "leave the number of the database out"},
		{"a query", Options{URL: "redis://cache?db=1"}, "query"},
		{"a password in the url", Options{URL: "redis://:s3cret@cache"}, "must not hold"},
		{"a broken url with a password", Options{URL: "redis://user:s3cret@cache:x%"}, "cannot be read"},
		{"two slashes to a socket", Options{URL: "unix://run/redis.sock"}, "three slashes"},
		{"a socket without a path", Options{URL: "unix:///"}, "names no socket"},
		{"a socket far down", Options{URL: "unix:///" + strings.Repeat("x", 107)}, "longer than 107 bytes"},
		{"a socket with a NUL", Options{URL: "unix:///a%00b"}, "NUL"},
		{"TLS without TLS", Options{URL: "redis://cache", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, "tls is set"},
		{"TLS on a socket", Options{URL: "unix:///s", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, "tls is set"},
		{"an interval below zero", Options{URL: "redis://cache", SubscriptionsEvery: -1}, "below zero"},
		{"a user name with a space", Options{URL: "redis://cache", Username: "a b"}, "holds a space"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(tt.o)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for raw, want := range map[string]string{
		"redis://cache":        "tcp cache:6379",
		"rediss://cache":       "tcp cache:6379",
		"redis://[::1]":        "tcp [::1]:6379",
		"redis://cache:7000":   "tcp cache:7000",
		"unix:///run/my%20s":   "unix /run/my s",
		"unix:///run/redis.so": "unix /run/redis.so",
	} {
		a, err := parseAddress(raw)
		if got := a.network + " " + a.where; err != nil || got != want {
			t.Errorf("%s is %q, error %v; want %q", raw, got, err, want)
		}
	}
	// The certificate has to be for the host that was named, unless told otherwise.
	c := build(t, Options{URL: "rediss://cache:1"})
	if c.tls.ServerName != "cache" {
		t.Errorf("the name of the server is %q", c.tls.ServerName)
	}
}
