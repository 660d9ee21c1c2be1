package mosquitto

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// These tests run against the Mosquitto that Debian installs.

func mqttURL(addr string) string { return "mqtt://" + addr }

func TestIdleBrokerReadsZero(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr)})
	v := collectortest.VisitUntil(t, c, "gauges without ourselves", func(v *collector.Visit, err error) bool {
		_, ok := pointOf(v, fleet.ReceiveTPS)
		return err == nil && ok && gauges(v, 0, 0)
	})
	in, ok := pointOf(v, fleet.SendTPS)
	if !ok {
		t.Fatalf("send_tps is not told: %s", collectortest.Describe(v))
	}
	out, _ := pointOf(v, fleet.ReceiveTPS)
	for range 4 {
		nextIn, nextOut := nextPoint(t, c, fleet.SendTPS, in), nextPoint(t, c, fleet.ReceiveTPS, out)
		if r := rate(in, nextIn); r != 0 {
			t.Errorf("send_tps of an idle broker is %g", r)
		}
		if r := rate(out, nextOut); r != 0 {
			t.Errorf("receive_tps of an idle broker is %g: our own deliveries are counted", r)
		}
		in, out = nextIn, nextOut
	}
}

// load publishes n messages to topic and returns when the broker has taken them.
func load(t *testing.T, c mqtt.Client, topic string, qos byte, n int) {
	t.Helper()
	for i := range n {
		finish(t, c.Publish(topic, qos, false, strconv.Itoa(i)), "publish")
	}
}

func TestKnownLoad(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr)})

	var delivered atomic.Int64
	count := func(mqtt.Client, mqtt.Message) { delivered.Add(1) }
	for i := range 3 {
		sub := client(t, broker.Addr, fmt.Sprint("sub", i))
		finish(t, sub.Subscribe("load/#", 1, count), "subscribe")
		finish(t, sub.Subscribe(fmt.Sprint("other/", i), 0, count), "subscribe")
		finish(t, sub.Subscribe("$share/group/shared/#", 1, count), "subscribe shared")
	}
	pub := client(t, broker.Addr, "pub")

	// 3 subscribers of 2 plain and 1 shared subscription each, 1 publisher.
	collectortest.VisitUntil(t, c, "4 connections and 9 subscriptions", func(v *collector.Visit, err error) bool {
		return err == nil && gauges(v, 4, 9)
	})
	in, out := nextPoint(t, c, fleet.SendTPS, point{}), nextPoint(t, c, fleet.ReceiveTPS, point{})

	load(t, pub, "load/a", 0, 200)
	load(t, pub, "load/b", 1, 300)
	load(t, pub, "shared/a", 1, 100)
	const published, deliveries = 600, 500*3 + 100
	server.Eventually(t, "all deliveries", func() bool { return delivered.Load() == deliveries })

	// Whatever came in between, the totals end up exact.
	collectortest.VisitUntil(t, c, "the exact totals", func(v *collector.Visit, err error) bool {
		in2, okIn := pointOf(v, fleet.SendTPS)
		out2, okOut := pointOf(v, fleet.ReceiveTPS)
		if in2.total-in.total > published || out2.total-out.total > deliveries {
			t.Fatalf("more counted than sent: in %g of %d, out %g of %d", in2.total-in.total, published, out2.total-out.total, deliveries)
		}
		return err == nil && okIn && okOut && in2.total-in.total == published && out2.total-out.total == deliveries
	})
}

func TestMonitorLeavesNoTrace(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	watch := build(t, Options{URL: mqttURL(broker.Addr)})
	collectortest.VisitUntil(t, watch, "an empty broker", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 0, 0) })

	// Each other monitor is one connection and eleven subscriptions, and gone
	// when it is closed.
	other := build(t, Options{URL: mqttURL(broker.Addr)})
	if _, err := collectortest.Visit(t, other); err != nil {
		t.Fatalf("the other monitor: %v", err)
	}
	collectortest.VisitUntil(t, watch, "the other monitor", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 1, 11) })
	if err := other.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	collectortest.VisitUntil(t, watch, "an empty broker again", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 0, 0) })
}

func TestOfflineSessionsKeepTheirSubscriptions(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr)})
	sleeper := client(t, broker.Addr, "sleeper", func(o *mqtt.ClientOptions) { o.SetCleanSession(false) })
	finish(t, sleeper.Subscribe("a/#", 1, nil), "subscribe")
	finish(t, sleeper.Subscribe("b/#", 1, nil), "subscribe")
	collectortest.VisitUntil(t, c, "1 connection, 2 subscriptions", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 1, 2) })
	sleeper.Disconnect(250)
	collectortest.VisitUntil(t, c, "0 connections, 2 subscriptions", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 0, 2) })
}

func TestFullBroker(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t, "max_connections 3")
	kept := build(t, Options{URL: mqttURL(broker.Addr)})
	if _, err := collectortest.Visit(t, kept); err != nil {
		t.Fatalf("the first monitor: %v", err)
	}
	client(t, broker.Addr, "one")
	two := client(t, broker.Addr, "two")

	// A monitor that is connected goes on seeing; one that comes is told that
	// the broker is full, not that it is down.
	late := build(t, Options{URL: mqttURL(broker.Addr)})
	v, err := collectortest.Visit(t, late)
	if err != nil || !v.IsFull(fleet.Connections) {
		t.Fatalf("a broker at max_connections: %s, error %v", collectortest.Describe(v), err)
	}
	if _, ok := v.GaugeOf(fleet.Connections); ok {
		t.Errorf("a full broker has told connections: %s", collectortest.Describe(v))
	}
	collectortest.VisitUntil(t, kept, "2 connections", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 2, 0) })

	two.Disconnect(250)
	collectortest.VisitUntil(t, late, "a place", func(v *collector.Visit, err error) bool {
		return err == nil && !v.IsFull(fleet.Connections) && gauges(v, 2, 11)
	})
}

func TestRestartOfTheBroker(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr)})
	pub := client(t, broker.Addr, "pub")
	load(t, pub, "a", 0, 50)
	before := collectortest.VisitUntil(t, c, "50 messages", func(v *collector.Visit, err error) bool {
		p, ok := pointOf(v, fleet.SendTPS)
		return err == nil && ok && p.total == 50
	})
	// The run must be longer than the slack in which two starts look like one.
	collectortest.VisitUntil(t, c, "a run of some seconds", func(v *collector.Visit, err error) bool {
		_, clock, ok := v.CounterOf(fleet.ReceiveTPS)
		return err == nil && ok && clock.Sub(v.StartedAt()) > startSlack+2e9
	})
	broker.Kill()
	v := collectortest.VisitUntil(t, c, "an error while the broker is down", func(_ *collector.Visit, err error) bool { return err != nil })
	if !v.Blank() {
		t.Errorf("figures of a dead broker: %s", collectortest.Describe(v))
	}
	broker.Start()
	after := collectortest.VisitUntil(t, c, "the totals of the new run", func(v *collector.Visit, err error) bool {
		in, okIn := pointOf(v, fleet.SendTPS)
		out, okOut := pointOf(v, fleet.ReceiveTPS)
		return err == nil && okIn && okOut && in.total == 0 && out.total == 0
	})
	if !after.StartedAt().After(before.StartedAt()) {
		t.Errorf("the start did not move: %v, then %v", before.StartedAt(), after.StartedAt())
	}
}

func TestReconnectWithinOneRun(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr), ClientID: "watch"})
	first := collectortest.VisitUntil(t, c, "a total", func(v *collector.Visit, err error) bool {
		_, ok := pointOf(v, fleet.ReceiveTPS)
		return err == nil && ok
	})
	was, _ := pointOf(first, fleet.ReceiveTPS)

	// Another client with our id throws us out, once.
	rival := client(t, broker.Addr, "watch")
	server.Eventually(t, "the takeover", func() bool {
		select {
		case <-c.session.done:
			return true
		default:
			return false
		}
	})
	rival.Disconnect(250)
	again := collectortest.VisitUntil(t, c, "a total after the reconnect", func(v *collector.Visit, err error) bool {
		p, ok := pointOf(v, fleet.ReceiveTPS)
		return err == nil && ok && p.clock.After(was.clock)
	})
	is, _ := pointOf(again, fleet.ReceiveTPS)
	if is.total != was.total {
		t.Errorf("an idle broker's total went from %g to %g over a reconnect", was.total, is.total)
	}
	if !again.StartedAt().Equal(first.StartedAt()) {
		t.Errorf("the start moved over a reconnect: %v, then %v", first.StartedAt(), again.StartedAt())
	}
}

func TestNonPublishPacketsAreNoMessages(t *testing.T) {
	t.Parallel()
	broker := server.Mosquitto(t)
	c := build(t, Options{URL: mqttURL(broker.Addr)})
	in := nextPoint(t, c, fleet.SendTPS, point{})
	other := client(t, broker.Addr, "other")
	for i := range 20 {
		finish(t, other.Subscribe(fmt.Sprint("x/", i), 1, nil), "subscribe")
	}
	collectortest.VisitUntil(t, c, "20 subscriptions", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 1, 20) })
	next := nextPoint(t, c, fleet.SendTPS, in)
	if next.total != in.total || math.Signbit(next.total) {
		t.Errorf("20 SUBSCRIBE packets raised send_tps from %g to %g", in.total, next.total)
	}
}

func TestPlainWordsForPasswords(t *testing.T) {
	t.Parallel()
	passwords := passwordFile(t, "monitor", "correct horse")
	broker := server.Mosquitto(t, "allow_anonymous false", "password_file "+passwords)
	tests := []struct {
		name               string
		username, password string
		want               string
	}{
		{"wrong password", "monitor", "wrong battery", "wrong user name or password"},
		{"unknown user", "nobody", "wrong battery", "wrong user name or password"},
		{"none", "", "", "wants a user name and password"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: mqttURL(broker.Addr), Username: tt.username, Password: tt.password})
			v, err := collectortest.Visit(t, c)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), broker.Addr) {
				t.Fatalf("error %v does not say %q and where", err, tt.want)
			}
			if strings.Contains(err.Error(), "battery") {
				t.Errorf("the error holds the password: %v", err)
			}
			if v.IsFull(fleet.Connections) || !v.Blank() {
				t.Errorf("a refused login has told: %s", collectortest.Describe(v))
			}
		})
	}
	c := build(t, Options{URL: mqttURL(broker.Addr), Username: "monitor", Password: "correct horse"})
	collectortest.VisitUntil(t, c, "figures with the right password", func(v *collector.Visit, err error) bool { return err == nil && gauges(v, 0, 0) })
}
