package mosquitto

import (
	"crypto/tls"
	"strconv"
	"strings"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestOptions(t *testing.T) {
	tests := []struct {
		name string
		o    Options
		want string // in the error; "" when they are good
	}{
		{"plain", Options{URL: "mqtt://broker"}, ""},
		{"IPv6", Options{URL: "mqtt://[::1]:1883"}, ""},
		{"a slash at the end", Options{URL: "mqtt://broker/"}, ""},
		{"login", Options{URL: "mqtt://broker", Username: "u", Password: "p"}, ""},
		{"TLS", Options{URL: "mqtts://broker", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, ""},
		{"no url", Options{}, "url is missing"},
		{"no scheme", Options{URL: "127.0.0.1:1883"}, "url cannot be read"},
		{"a host alone", Options{URL: "broker"}, "must begin with mqtt://"},
		{"another scheme", Options{URL: "http://broker:1883"}, "must begin with mqtt://"},
		{"no host", Options{URL: "mqtt://:1883"}, "names no host"},
		{"port 0", Options{URL: "mqtt://broker:0"}, "impossible port"},
		{"port 70000", Options{URL: "mqtt://broker:70000"}, "impossible port"},
		{"a path", Options{URL: "mqtt://broker/mqtt"}, "has a path"},
		{"a query", Options{URL: "mqtt://broker?x=y"}, "query"},
		{"a password in the url", Options{URL: "mqtt://user:s3cret@broker"}, "must not hold"},
		{"a broken url with a password", Options{URL: "mqtt://user:s3cret@broker:x%"}, "cannot be read"},
		{"a password without a user", Options{URL: "mqtt://broker", Password: "s3cret"}, "needs a username"},
		{"TLS without TLS", Options{URL: "mqtt://broker", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, "tls is set"},
		{"a long user name", Options{URL: "mqtt://broker", Username: strings.Repeat("u", 65536)}, "username is longer"},
		{"a client id with a wildcard", Options{URL: "mqtt://broker", ClientID: "a/b"}, "client id must not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(tt.o)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "s3cret") {
					t.Fatalf("error %v, want %q and no password", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	tests := []struct {
		url, hostPort  string
		tls, websocket bool
	}{
		{"mqtt://b", "b:1883", false, false},
		{"tcp://b:1", "b:1", false, false},
		{"mqtts://b", "b:8883", true, false},
		{"ssl://b", "b:8883", true, false},
		{"tls://b", "b:8883", true, false},
		{"ws://b/mqtt", "b:80", false, true},
		{"wss://b/mqtt", "b:443", true, true},
		{"MQTT://b", "b:1883", false, false},
		{"mqtt://[2001:db8::1]", "[2001:db8::1]:1883", false, false},
	}
	for _, tt := range tests {
		a, err := parseAddress(tt.url)
		if err != nil || a.hostPort != tt.hostPort || a.tls != tt.tls || a.websocket != tt.websocket {
			t.Errorf("%s: got %+v, %v", tt.url, a, err)
		}
	}
}

func TestClientIDs(t *testing.T) {
	seen := make(map[string]bool)
	for range 100 {
		c, err := New(Options{URL: "mqtt://b"})
		if err != nil {
			t.Fatal(err)
		}
		id := c.login.clientID
		if len(id) > 23 || !strings.HasPrefix(id, "brimwatch-") || seen[id] {
			t.Fatalf("client id %q", id)
		}
		seen[id] = true
	}
}

func TestPauses(t *testing.T) {
	for i, want := range []float64{1, 2, 4, 8, 16, 30, 30, 30} {
		if got := pause(i + 1); got.Seconds() != want {
			t.Errorf("after %d failures %v, want %v s", i+1, got, want)
		}
	}
	if got := pause(1 << 40); got != 30*time.Second {
		t.Errorf("after very many failures %v", got)
	}
}
