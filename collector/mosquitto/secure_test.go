package mosquitto

import (
	"crypto/tls"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestSecureAndWebsocket reads a broker through each kind of listener, and
// through the wrong kind.
func TestSecureAndWebsocket(t *testing.T) {
	t.Parallel()
	ca := server.NewAuthority(t)
	certs := []string{"certfile " + ca.CertFile, "keyfile " + ca.KeyFile}
	secure, socket, secureSocket := server.FreeAddr(t), server.FreeAddr(t), server.FreeAddr(t)
	listener := func(addr string, lines ...string) []string {
		return append([]string{fmt.Sprintf("listener %d 127.0.0.1", server.Port(t, addr))}, lines...)
	}
	var config []string
	config = append(config, listener(secure, certs...)...)
	config = append(config, listener(socket, "protocol websockets")...)
	config = append(config, listener(secureSocket, append(certs, "protocol websockets")...)...)
	broker := server.Mosquitto(t, config...)
	known := &tls.Config{RootCAs: ca.Pool, MinVersion: tls.VersionTLS12}

	tests := []struct {
		name string
		url  string
		tls  *tls.Config
		want string // in the error; "" when figures are told
	}{
		{"TLS", "mqtts://" + secure, known, ""},
		{"TLS by another name", "ssl://" + secure, known, ""},
		{"WebSocket", "ws://" + socket + "/mqtt", nil, ""},
		{"WebSocket with TLS", "wss://" + secureSocket + "/mqtt", known, ""},
		{"an unknown authority", "mqtts://" + secure, nil, "authority that is not known here"},
		{"another host name", "mqtts://" + secure, &tls.Config{RootCAs: ca.Pool, ServerName: "elsewhere", MinVersion: tls.VersionTLS12}, "for another host name"},
		{"TLS on a plain listener", "mqtts://" + broker.Addr, known, "TLS wanted or not wanted"},
		{"plain on a TLS listener", mqttURL(secure), nil, ""},
		{"MQTT on a WebSocket listener", mqttURL(socket), nil, ""},
		{"WebSocket on an MQTT listener", "ws://" + broker.Addr, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: tt.url, TLS: tt.tls})
			if tt.want == "" && !strings.Contains(tt.name, " on a") {
				collectortest.VisitUntil(t, c, "figures", func(v *collector.Visit, err error) bool {
					_, ok := pointOf(v, fleet.ReceiveTPS)
					return err == nil && ok
				})
				return
			}
			v, err := collectortest.Visit(t, c)
			if err == nil || !strings.Contains(err.Error(), tt.want) || v.IsFull(fleet.Connections) || !v.Blank() {
				t.Fatalf("got %s, error %v; want %q", collectortest.Describe(v), err, tt.want)
			}
			t.Log(err)
		})
	}
}

func TestFullSecureListener(t *testing.T) {
	t.Parallel()
	ca := server.NewAuthority(t)
	secure := server.FreeAddr(t)
	server.Mosquitto(t, fmt.Sprintf("listener %d 127.0.0.1", server.Port(t, secure)),
		"certfile "+ca.CertFile, "keyfile "+ca.KeyFile, "max_connections 1")
	known := &tls.Config{RootCAs: ca.Pool, MinVersion: tls.VersionTLS12}
	first := build(t, Options{URL: "mqtts://" + secure, TLS: known})
	if _, err := collectortest.Visit(t, first); err != nil {
		t.Fatalf("the first: %v", err)
	}
	late := build(t, Options{URL: "mqtts://" + secure, TLS: known})
	v, err := collectortest.Visit(t, late)
	if err != nil || !v.IsFull(fleet.Connections) {
		t.Fatalf("a TLS listener at max_connections: %s, error %v", collectortest.Describe(v), err)
	}
}

// TestACLOfTheManual logs in with the one right that the manual names.
func TestACLOfTheManual(t *testing.T) {
	t.Parallel()
	passwords := passwordFile(t, "monitor", "secret")
	acl := writeFile(t, "acl", "user monitor\ntopic read $SYS/#\n")
	broker := server.Mosquitto(t, "allow_anonymous false", "password_file "+passwords, "acl_file "+acl)
	c := build(t, Options{URL: mqttURL(broker.Addr), Username: "monitor", Password: "secret"})
	collectortest.VisitUntil(t, c, "all figures", func(v *collector.Visit, err error) bool {
		_, in := pointOf(v, fleet.SendTPS)
		_, out := pointOf(v, fleet.ReceiveTPS)
		return err == nil && in && out && gauges(v, 0, 0)
	})
}

// TestACLWithoutSYS logs in as a user who may not read $SYS: Mosquitto grants
// the subscription all the same, and is silent.
func TestACLWithoutSYS(t *testing.T) {
	t.Parallel()
	passwords := passwordFile(t, "monitor", "secret")
	acl := writeFile(t, "acl", "user monitor\ntopic read #\n") // # does not match $SYS
	broker := server.Mosquitto(t, "allow_anonymous false", "password_file "+passwords, "acl_file "+acl)
	c := build(t, Options{URL: mqttURL(broker.Addr), Username: "monitor", Password: "secret"})
	_, err := collectortest.Visit(t, c)
	if err == nil || !strings.Contains(err.Error(), "nothing told yet") {
		t.Fatalf("at first: error %v, want not yet", err)
	}
	visits := make([]collector.Visit, 1)
	err = c.tree.fill(time.Now().Add(leastSilence+time.Second), visits)
	if err == nil || !strings.Contains(err.Error(), `"topic read $SYS/#"`) {
		t.Fatalf("after the patience is over: error %v", err)
	}
}

// TestPartialACL lets the user read all but one counter.
func TestPartialACL(t *testing.T) {
	t.Parallel()
	passwords := passwordFile(t, "monitor", "secret")
	rules := "user monitor\n"
	for id := range numTopics {
		if id != publishSent {
			rules += "topic read " + id.name() + "\n"
		}
	}
	broker := server.Mosquitto(t, "allow_anonymous false", "password_file "+passwords, "acl_file "+writeFile(t, "acl", rules))
	c := build(t, Options{URL: mqttURL(broker.Addr), Username: "monitor", Password: "secret"})
	v := collectortest.VisitUntil(t, c, "send_tps without publish/messages/sent", func(v *collector.Visit, err error) bool {
		_, ok := pointOf(v, fleet.SendTPS)
		return err == nil && ok && gauges(v, 0, 0)
	})
	if _, ok := pointOf(v, fleet.ReceiveTPS); ok {
		t.Errorf("receive_tps of a counter that may not be read: %s", collectortest.Describe(v))
	}
	// An unchanged counter moves on with the refreshes all the same.
	in, _ := pointOf(v, fleet.SendTPS)
	next := nextPoint(t, c, fleet.SendTPS, in)
	if next.total != in.total {
		t.Errorf("send_tps went from %g to %g on an idle broker", in.total, next.total)
	}
}

// TestHangingBroker stops a broker in its tracks.
func TestHangingBroker(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr)})
	p := nextPoint(t, c, fleet.SendTPS, point{})
	nextPoint(t, c, fleet.SendTPS, p)
	broker.Signal(syscall.SIGSTOP)
	defer broker.Signal(syscall.SIGCONT)

	visits := make([]collector.Visit, 1)
	if err := c.tree.fill(time.Now().Add(leastSilence+2*time.Second), visits); err == nil || !strings.Contains(err.Error(), "silent on $SYS/broker/uptime") {
		t.Errorf("a broker that hangs: error %v", err)
	}
	// A Collector that comes now is told within its time.
	late := build(t, Options{URL: mqttURL(broker.Addr)})
	if _, err := collectortest.Visit(t, late); err == nil || !strings.Contains(err.Error(), "did not answer in time") {
		t.Errorf("connecting to a broker that hangs: error %v", err)
	}
}
