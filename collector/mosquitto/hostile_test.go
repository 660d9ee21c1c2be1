package mosquitto

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestRefusals tells apart why a connection comes to nothing.
func TestRefusals(t *testing.T) {
	t.Parallel()
	connack := func(code byte) func(peer) {
		return func(p peer) {
			p.packet()
			p.send(&packets.ConnackPacket{FixedHeader: packets.FixedHeader{MessageType: packets.Connack}, ReturnCode: code})
			p.Drain()
		}
	}
	say := func(s string) func(peer) {
		return func(p peer) {
			_, _ = p.Write([]byte(s))
			p.Drain()
		}
	}
	tests := []struct {
		name  string
		serve func(p peer)
		full  bool
		want  string
	}{
		{"closes at once, as Mosquitto does when full", func(peer) {}, true, ""},
		{"CONNACK 3", connack(3), true, ""},
		{"CONNACK 1", connack(1), false, "does not speak MQTT 3.1.1"},
		{"CONNACK 2", connack(2), false, "refuses the client id"},
		{"CONNACK 4", connack(4), false, "wants a user name"},
		{"CONNACK 5", connack(5), false, "wants a user name"},
		{"CONNACK 6", connack(6), false, "unknown code 6"},
		{"dislikes what it is sent", func(p peer) { _, _ = p.R.ReadByte() }, false, "closed the connection instead of answering"},
		{"a web server", func(p peer) {
			_, _ = p.R.ReadByte()
			_, _ = p.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
		}, false, `"HTTP/1.1 400 Bad`},
		{"a server that greets", say("SSH-2.0-OpenSSH_9.2\r\n"), false, "not MQTT"},
		{"another packet first", say("\xd0\x00"), false, "not MQTT"},
		{"a long CONNACK", say("\x20\x03\x00\x00\x00"), false, "malformed CONNACK"},
		{"an endless length", say("\x20\xff\xff\xff\xff\xff"), false, "malformed packet"},
		{"a huge packet", say("\x20\xff\xff\xff\x7f"), false, "268435455 bytes"},
		{"a CONNACK cut short", func(p peer) { p.packet(); _, _ = p.Write([]byte("\x20\x02\x00")) }, false, "closed the connection instead of answering"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := script(t, tt.serve)
			c := build(t, Options{URL: mqttURL(s.Addr)})
			v, err := collectortest.Visit(t, c)
			if tt.full {
				if err != nil || !v.IsFull(fleet.Connections) {
					t.Fatalf("got %s, error %v; want full", collectortest.Describe(v), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v does not say %q", err, tt.want)
			}
			if v.IsFull(fleet.Connections) || !v.Blank() {
				t.Errorf("a failed visit has told: %s", collectortest.Describe(v))
			}
		})
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	s := script(t, func(peer) {})
	tests := []struct{ name, url, want string }{
		{"refused", "mqtt://127.0.0.1:1", "connection refused, nothing listens there"},
		{"no such host", "mqtt://broker.invalid", "host name cannot be resolved"},
		{"websocket", "ws://" + s.Addr + "/mqtt", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: tt.url})
			v, err := collectortest.Visit(t, c)
			if tt.want == "" {
				if err != nil || !v.IsFull(fleet.Connections) {
					t.Fatalf("got %s, error %v; want full", collectortest.Describe(v), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v does not say %q", err, tt.want)
			}
		})
	}
}

// TestHostileConversation checks what a server may say after CONNACK. None of
// it may do more than end the connection.
func TestHostileConversation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		raw  string
		want string // in the error that ends the connection; "" when it goes on
	}{
		{"SUBACK twice", "\x90\x03\x00\x01\x00", "SUBACK twice"},
		{"SUBACK of another", "\x90\x03\x00\x07\x00", "malformed SUBACK"},
		{"empty SUBACK", "\x90\x00", "malformed SUBACK"},
		{"PUBLISH of QoS 1", "\x32\x07\x00\x03a/b\x00\x01", "quality of service"},
		{"PUBLISH of QoS 3", "\x36\x07\x00\x03a/b\x00\x01", "quality of service"},
		{"PUBLISH with a topic beyond its end", "\x30\x03\x00\x09a", "malformed message"},
		{"empty PUBLISH", "\x30\x00", "malformed message"},
		{"PUBLISH without payload", "\x30\x05\x00\x03a/b", ""},
		{"PUBACK", "\x40\x02\x00\x01", "type 4"},
		{"CONNECT", "\x10\x00", "type 1"},
		{"type 0", "\x00\x00", "type 0"},
		{"type 15", "\xf0\x00", "type 15"},
		{"PINGRESP unasked", "\xd0\x00\xd0\x00\xd0\x00", ""},
		{"huge message", "\x30\xff\xff\xff\x7f", "268435455 bytes"},
		{"message above the bound", "\x30\x81\x80\x01", "16385 bytes"},
		{"message of unread size", "\x30\x80\x10\x00\x03a/b" + strings.Repeat("x", 2048-5), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(p peer) {
				if p.accept(0, [2]string{version.name(), "mosquitto version 2.0.11"}, [2]string{connected.name(), "7"}) {
					_, _ = p.Write([]byte(tt.raw))
					p.publish(connected.name(), "9", false)
					p.Drain()
				}
			})
			c := build(t, Options{URL: mqttURL(s.Addr)})
			if _, err := collectortest.Visit(t, c); err != nil {
				t.Fatalf("visit: %v", err)
			}
			if tt.want != "" {
				if err := lost(t, c); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("the connection ended with %v, want %q", err, tt.want)
				}
				return
			}
			collectortest.VisitUntil(t, c, "the figure after it", func(v *collector.Visit, err error) bool {
				n, ok := v.GaugeOf(fleet.Connections)
				return err == nil && ok && n == 8
			})
		})
	}
}

func TestSubscriptionRefused(t *testing.T) {
	t.Parallel()
	s := script(t, func(p peer) {
		p.accept(0x80)
		p.Drain()
	})
	c := build(t, Options{URL: mqttURL(s.Addr)})
	_, err := collectortest.Visit(t, c)
	if err == nil || !strings.Contains(err.Error(), "topic read $SYS/#") {
		t.Fatalf("error %v does not name the right", err)
	}
	// The pause keeps the next visits from asking again at once.
	if _, err := collectortest.Visit(t, c); err == nil || !strings.Contains(err.Error(), "topic read $SYS/#") {
		t.Fatalf("the error during the pause is %v", err)
	}
	if n := s.Accepted(); n != 1 {
		t.Errorf("%d connections for two visits", n)
	}
}

// TestTooManyCodes sends a SUBACK with more codes than filters, which is what
// paho's client falls over.
func TestTooManyCodes(t *testing.T) {
	t.Parallel()
	s := script(t, func(p peer) {
		p.packet()
		_, _ = p.Write([]byte("\x20\x02\x00\x00"))
		p.packet()
		_, _ = p.Write(append([]byte("\x90\x42\x00\x01"), bytes.Repeat([]byte{0}, 64)...))
		p.pong()
		p.Drain()
	})
	c := build(t, Options{URL: mqttURL(s.Addr)})
	if _, err := collectortest.Visit(t, c); !errors.Is(err, collector.ErrNotYet) {
		t.Fatalf("error %v, want not yet", err)
	}
}

func TestNotYet(t *testing.T) {
	t.Parallel()
	s := script(t, func(p peer) {
		if p.accept(0) {
			p.Drain()
		}
	})
	c := build(t, Options{URL: mqttURL(s.Addr)})
	v, err := collectortest.Visit(t, c)
	if !errors.Is(err, collector.ErrNotYet) || !v.Blank() {
		t.Fatalf("nothing told yet: %s, error %v", collectortest.Describe(v), err)
	}
}

// TestTakeoverDoesNotLoop connects to a broker that throws every connection out
// again: the pauses between attempts must grow.
func TestTakeoverDoesNotLoop(t *testing.T) {
	t.Parallel()
	s := script(t, func(p peer) { p.accept(0, [2]string{uptime.name(), "5 seconds"}) })
	c := build(t, Options{URL: mqttURL(s.Addr)})
	_, _ = collectortest.Visit(t, c)
	_ = lost(t, c)
	for range 50 {
		if _, err := collectortest.Visit(t, c); err == nil || errors.Is(err, collector.ErrNotYet) {
			t.Fatalf("a connection that was lost at once: error %v", err)
		}
	}
	if n := s.Accepted(); n != 1 {
		t.Errorf("%d connections in 51 visits within the first pause", n)
	}
}

// TestStepAside plays the Mosquitto that has forgotten its gauges (2.0.15 and
// before) and tells them after the Collector was away for a refresh.
func TestStepAside(t *testing.T) {
	t.Parallel()
	refresh := func(p peer, uptimes string, gauges bool) {
		p.publish(uptime.name(), uptimes, false)
		if gauges {
			p.publish(connected.name(), "8", false)
			p.publish(subscriptionsCount.name(), "30", false)
			p.publish(sharedCount.name(), "3", false)
		}
		p.publish(publishSent.name(), "100", false)
	}
	var turn int
	turns := make(chan int, 10)
	s := script(t, func(p peer) {
		turn = <-turns
		if !p.accept(0, [2]string{version.name(), "mosquitto version 2.0.11"}, [2]string{uptime.name(), "1000 seconds"}) {
			return
		}
		refresh(p, "1001 seconds", turn == 2)
		p.Drain()
	})
	c := build(t, Options{URL: mqttURL(s.Addr)})
	turns <- 1
	collectortest.VisitUntil(t, c, "the step aside", func(_ *collector.Visit, err error) bool {
		return errors.Is(err, collector.ErrNotYet) && strings.Contains(err.Error(), "left it for one refresh")
	})
	if _, err := collectortest.Visit(t, c); !errors.Is(err, collector.ErrNotYet) {
		t.Fatalf("away: error %v", err)
	}
	turns <- 2
	collectortest.VisitUntil(t, c, "all gauges", func(v *collector.Visit, err error) bool {
		return err == nil && gauges(v, 7, 30-10+3-1)
	})
	if n := s.Accepted(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// TestStepAsideOnce plays a broker that never tells its gauges, because the
// user may not read them: leaving it again and again would not help.
func TestStepAsideOnce(t *testing.T) {
	t.Parallel()
	s := script(t, func(p peer) {
		if p.accept(0, [2]string{version.name(), "mosquitto version 2.0.11"}, [2]string{uptime.name(), "1000 seconds"}) {
			p.publish(uptime.name(), "1001 seconds", false)
			p.publish(publishSent.name(), "100", false)
			p.Drain()
		}
	})
	c := build(t, Options{URL: mqttURL(s.Addr)})
	collectortest.VisitUntil(t, c, "the reason", func(v *collector.Visit, err error) bool {
		return err == nil && s.Accepted() == 2 && len(v.Gaps()) == 2 && v.Gaps()[0].Reason == unreadable
	})
	for range 20 {
		if _, err := collectortest.Visit(t, c); err != nil {
			t.Fatalf("visit: %v", err)
		}
	}
	if n := s.Accepted(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}
