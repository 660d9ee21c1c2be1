package rabbitmq

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// patience bounds the waiting for what has to happen; nothing is measured by it.
const patience = 30 * time.Second

// rabbit is a real RabbitMQ with what is known of it.
type rabbit struct {
	*server.Rabbit
	t testing.TB
}

// TestServer reads a real RabbitMQ under known load. It takes seconds to start,
// so that one does for all; the steps follow each other.
func TestServer(t *testing.T) {
	r := &rabbit{server.RabbitMQ(t), t}
	r.put("/users/monitor", `{"password":"watch","tags":"monitoring"}`)
	r.put("/users/manager", `{"password":"watch","tags":"management"}`)
	for _, step := range []struct {
		name string
		run  func(*testing.T, *rabbit)
	}{
		{"rights", rights},
		{"AMQP", amqpLoad},
		{"MQTT", mqttLoad},
		{"at the limit", atTheLimit},
		{"one virtual host of two", oneOfTwo},
		{"restarted without management statistics", withoutStatistics},
	} {
		t.Run(step.name, func(t *testing.T) { step.run(t, &rabbit{r.Rabbit, t}) })
	}
}

// rights finds out what a user may not see, and gives it the rights.
func rights(t *testing.T, r *rabbit) {
	client := r.mqtt("first", true, "a/b", "c/#")
	defer client.Disconnect(250)
	manager := build(t, Options{URL: r.Page, ManagementURL: r.Management, Username: "manager", Password: "watch"})
	if why := collectortest.GapOf(collectortest.MustVisit(t, manager), fleet.Subscriptions); !strings.Contains(why, "Not monitor user): give it the tag monitoring") {
		t.Errorf("a user with the tag management: %q", why)
	}
	wrong := build(t, Options{URL: r.Page, ManagementURL: r.Management, Username: "monitor", Password: "hunter2"})
	if why := collectortest.GapOf(collectortest.MustVisit(t, wrong), fleet.Subscriptions); !strings.Contains(why, "refuses the login") {
		t.Errorf("a wrong password: %q", why)
	}
	c := r.monitor(Options{})
	if why := collectortest.GapOf(collectortest.MustVisit(t, c), fleet.Subscriptions); !strings.Contains(why, "no permission in that virtual host") {
		t.Errorf("without a permission: %q", why)
	}
	r.put("/permissions/%2F/monitor", `{"configure":"^$","write":"^$","read":"^$"}`)
	r.until(c, "two filters", func(v *collector.Visit) bool { return collectortest.GaugeOf(v, fleet.Subscriptions) == 2 })
	if err := c.LimitsErr(); err != nil {
		t.Errorf("limits: %v", err)
	}
}

// amqpLoad publishes to a fanout of two queues.
func amqpLoad(t *testing.T, r *rabbit) {
	const messages = 2000
	c := r.monitor(Options{})
	before := r.until(c, "the client before is gone", func(v *collector.Visit) bool { return collectortest.GaugeOf(v, fleet.Connections) == 0 })
	conn := r.amqp("/")
	defer hangUp(conn)
	ch := channel(t, conn)
	declare(t, ch, "load", "automatic", "manual")
	done := make(chan struct{}, 2)
	for queue, auto := range map[string]bool{"automatic": true, "manual": false} {
		arrived, err := ch.Consume(queue, "", auto, false, false, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for range messages {
				d, open := <-arrived
				if !open || !auto && d.Ack(false) != nil {
					return
				}
			}
			done <- struct{}{}
		}()
	}
	for range messages {
		if err := ch.PublishWithContext(t.Context(), "load", "", false, false, amqp.Publishing{Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		await(t, done, "not all messages arrived")
	}
	v := r.until(c, "two consumers", func(v *collector.Visit) bool {
		return collectortest.GaugeOf(v, fleet.Subscriptions) == 2 && collectortest.GaugeOf(v, fleet.Connections) == 1
	})
	r.counted(before, v, messages, 2*messages)
	r.page(1)
}

// mqttLoad publishes to topics to which two of three clients have subscribed.
func mqttLoad(t *testing.T, r *rabbit) {
	const messages = 1000
	c := r.monitor(Options{})
	before := r.until(c, "the connection before is gone", func(v *collector.Visit) bool { return collectortest.GaugeOf(v, fleet.Connections) == 0 })
	var arrived atomic.Int64
	all := make(chan struct{})
	take := func(mqtt.Client, mqtt.Message) {
		if arrived.Add(1) == 2*messages {
			close(all)
		}
	}
	subscriber := r.mqtt("one", true, "idle/1", "idle/2/#", "idle/+/3")
	defer subscriber.Disconnect(250)
	second := r.mqtt("two", true, "idle/1")
	defer second.Disconnect(250)
	ready(t, "subscribe", subscriber.Subscribe("load/#", 1, take))
	ready(t, "subscribe", second.Subscribe("load/+", 0, take))
	publisher := r.mqtt("three", true)
	defer publisher.Disconnect(250)
	away := r.mqtt("away", false, "idle/1", "idle/4")
	away.Disconnect(250)
	for i := range messages {
		ready(t, "publish", publisher.Publish("load/x", byte(i%2), false, "x"))
	}
	await(t, all, "not all messages arrived")
	v := r.until(c, "eight filters of MQTT clients, two of one that is away", func(v *collector.Visit) bool {
		return collectortest.GaugeOf(v, fleet.Subscriptions) == 8 && collectortest.GaugeOf(v, fleet.Connections) == 3
	})
	r.counted(before, v, messages, 2*messages)

	// A consumer that is none of theirs.
	conn := r.amqp("/")
	defer hangUp(conn)
	ch := channel(t, conn)
	declare(t, ch, "other", "other")
	if _, err := ch.Consume("other", "", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	r.until(c, "eight filters and a consumer", func(v *collector.Visit) bool { return collectortest.GaugeOf(v, fleet.Subscriptions) == 9 })
	alone := collectortest.MustVisit(t, build(t, Options{URL: r.Page}))
	if why := collectortest.GapOf(alone, fleet.Subscriptions); !strings.Contains(why, "set management_url") || collectortest.GaugeOf(alone, fleet.Subscriptions) != collectortest.Unknown {
		t.Errorf("without management: %v subscriptions (%s)", collectortest.GaugeOf(alone, fleet.Subscriptions), why)
	}
}

// atTheLimit connects until RabbitMQ refuses.
func atTheLimit(t *testing.T, r *rabbit) {
	r.put("/vhost-limits/%2F/max-connections", `{"value":3}`)
	c := r.monitor(Options{})
	r.until(c, "the limit", func(v *collector.Visit) bool {
		return limitOf(v) == 3 && collectortest.GaugeOf(v, fleet.Connections) == 0
	})
	for i := range 2 {
		client := r.mqtt(fmt.Sprintf("client%d", i), true)
		defer client.Disconnect(250)
	}
	conn := r.amqp("/")
	defer hangUp(conn)
	if one, err := amqp.Dial("amqp://guest:guest@" + r.AMQP + "/"); err == nil {
		_ = one.Close()
		t.Fatal("one connection more than the limit was taken in")
	}
	o := options(r.MQTT, "toomany", true)
	if token := mqtt.NewClient(o).Connect(); token.WaitTimeout(patience) && token.Error() == nil {
		t.Fatal("one MQTT client more than the limit was taken in")
	}
	r.until(c, "as many connections as the limit allows", func(v *collector.Visit) bool {
		return collectortest.GaugeOf(v, fleet.Connections) == 3 && limitOf(v) == 3
	})
	r.request(http.MethodDelete, "/vhost-limits/%2F/max-connections", "")
}

// oneOfTwo watches a virtual host beside another one.
func oneOfTwo(t *testing.T, r *rabbit) {
	c := r.monitor(Options{VHost: "orders"})
	if why := collectortest.GapOf(collectortest.MustVisit(t, c), fleet.Connections); !strings.Contains(why, `no virtual host "orders"`) {
		t.Errorf("before it is there: %q", why)
	}
	r.put("/vhosts/orders", `{}`)
	for _, user := range []string{"guest", "monitor"} {
		r.put("/permissions/orders/"+user, `{"configure":".*","write":".*","read":".*"}`)
	}
	r.put("/vhost-limits/orders/max-connections", `{"value":7}`)
	for range 2 {
		conn := r.amqp("orders")
		defer hangUp(conn)
		ch := channel(t, conn)
		declare(t, ch, "orders", "orders")
		if _, err := ch.Consume("orders", "", true, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
	}
	v := r.until(c, "two connections and their consumers, nobody else", func(v *collector.Visit) bool {
		return collectortest.GaugeOf(v, fleet.Connections) == 2 && collectortest.GaugeOf(v, fleet.Subscriptions) == 2 && limitOf(v) == 7
	})
	if collectortest.TotalOf(v, fleet.SendTPS) == collectortest.Unknown {
		t.Errorf("messages are unknown though nobody else is there: %s", collectortest.GapOf(v, fleet.SendTPS))
	}
	other := r.amqp("/")
	defer hangUp(other)
	v = r.until(c, "the other connection", func(v *collector.Visit) bool { return collectortest.TotalOf(v, fleet.SendTPS) == collectortest.Unknown })
	if collectortest.GaugeOf(v, fleet.Connections) != 2 || collectortest.GaugeOf(v, fleet.Subscriptions) != 2 || limitOf(v) != 7 {
		t.Errorf("%v connections, %v subscriptions, limit %v; want 2, 2 and 7", collectortest.GaugeOf(v, fleet.Connections), collectortest.GaugeOf(v, fleet.Subscriptions), limitOf(v))
	}
}

// withoutStatistics starts the node anew, without the statistics of the
// management API.
func withoutStatistics(t *testing.T, r *rabbit) {
	const messages = 500
	c := r.monitor(Options{})
	before := collectortest.MustVisit(t, c)
	r.Stop()
	if err := c.Collect(t.Context(), make([]collector.Visit, 1)); err == nil {
		t.Error("a node that is stopped is no error")
	}
	if err := r.Configure("management_agent.disable_metrics_collector = true"); err != nil {
		t.Fatal(err)
	}
	r.Start()
	v := collectortest.MustVisit(t, c)
	if was, is := before.StartedAt(), v.StartedAt(); was.IsZero() || !is.After(was) {
		t.Errorf("started at %v, and after the restart at %v", was, is)
	}
	if was, is := collectortest.TotalOf(before, fleet.SendTPS), collectortest.TotalOf(v, fleet.SendTPS); was <= 0 || is != 0 {
		t.Errorf("a total of %v, and of %v after the restart; want 0", was, is)
	}
	// Nobody has logged in since; the filters of the client that is away are there.
	if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != 2 {
		t.Errorf("%v subscriptions (%s), want the two of the client that is away", got, collectortest.GapOf(v, fleet.Subscriptions))
	}
	client := r.mqtt("load", true, "load/1", "load/2", "load/3")
	defer client.Disconnect(250)
	for range messages {
		ready(t, "publish", client.Publish("load/1", 1, false, "x"))
	}
	v = r.until(c, "five filters", func(v *collector.Visit) bool {
		return collectortest.GaugeOf(v, fleet.Subscriptions) == 5 && collectortest.GaugeOf(v, fleet.Connections) == 1 && collectortest.TotalOf(v, fleet.ReceiveTPS) == messages
	})
	if got := collectortest.TotalOf(v, fleet.SendTPS); got != messages {
		t.Errorf("%v messages, want %d", got, messages)
	}
	conn := r.amqp("/")
	defer hangUp(conn)
	v = r.until(c, "an AMQP client", func(v *collector.Visit) bool { return collectortest.GaugeOf(v, fleet.Connections) == 2 })
	if why := collectortest.GapOf(v, fleet.Subscriptions); collectortest.GaugeOf(v, fleet.Subscriptions) != collectortest.Unknown || !strings.Contains(why, "statistics are disabled") {
		t.Errorf("%v subscriptions (%s), want it to say that they cannot be told apart", collectortest.GaugeOf(v, fleet.Subscriptions), why)
	}
	vhost := r.monitor(Options{VHost: "orders"})
	r.until(vhost, "no connection in the other virtual host", func(v *collector.Visit) bool { return collectortest.GaugeOf(v, fleet.Connections) == 0 })
}

// monitor builds a Collector with the rights it should have, which asks for
// everything at each visit.
func (r *rabbit) monitor(o Options) *Collector {
	o.URL, o.ManagementURL, o.Username, o.Password = r.Page, r.Management, "monitor", "watch"
	o.LimitsEvery, o.SubscriptionsEvery = time.Nanosecond, time.Nanosecond
	return build(r.t, o)
}

// until visits until ok, and fails the test when that does not come.
func (r *rabbit) until(c *Collector, what string, ok func(*collector.Visit) bool) *collector.Visit {
	r.t.Helper()
	return collectortest.VisitUntil(r.t, c, what, func(v *collector.Visit, err error) bool {
		if err != nil {
			r.t.Fatalf("Collect: %v", err)
		}
		return ok(v)
	})
}

// counted wants two visits to differ by exactly what was sent in between.
func (r *rabbit) counted(before, after *collector.Visit, in, out float64) {
	r.t.Helper()
	if got := collectortest.TotalOf(after, fleet.SendTPS) - collectortest.TotalOf(before, fleet.SendTPS); got != in {
		r.t.Errorf("%v messages in, want %v", got, in)
	}
	if got := collectortest.TotalOf(after, fleet.ReceiveTPS) - collectortest.TotalOf(before, fleet.ReceiveTPS); got != out {
		r.t.Errorf("%v messages out, want %v", got, out)
	}
}

// page wants the page alone to count so many connections, without any login.
func (r *rabbit) page(connections float64) {
	r.t.Helper()
	if got := collectortest.GaugeOf(collectortest.MustVisit(r.t, build(r.t, Options{URL: r.Page})), fleet.Connections); got != connections {
		r.t.Errorf("%v connections on the page, want %v", got, connections)
	}
}
