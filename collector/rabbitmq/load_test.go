package rabbitmq

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	amqp "github.com/rabbitmq/amqp091-go"
)

// put changes something by the management API.
func (r *rabbit) put(path, body string) {
	r.t.Helper()
	r.request(http.MethodPut, path, body)
}

func (r *rabbit) request(method, path, body string) {
	r.t.Helper()
	ask, err := http.NewRequestWithContext(r.t.Context(), method, r.Management+"/api"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	ask.SetBasicAuth("guest", "guest")
	ask.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(ask)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		r.t.Fatalf("%s %s: status %d %s", method, path, resp.StatusCode, said)
	}
}

// amqp connects by AMQP.
func (r *rabbit) amqp(vhost string) *amqp.Connection {
	r.t.Helper()
	conn, err := amqp.Dial("amqp://guest:guest@" + r.AMQP + "/" + url.PathEscape(vhost))
	if err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// hangUp ends a connection, if RabbitMQ has not ended it.
func hangUp(conn *amqp.Connection) { _ = conn.Close() }

func channel(t testing.TB, conn *amqp.Connection) *amqp.Channel {
	t.Helper()
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// declare makes a fanout with queues that go with their last consumer.
func declare(t testing.TB, ch *amqp.Channel, exchange string, queues ...string) {
	t.Helper()
	if err := ch.ExchangeDeclare(exchange, "fanout", false, true, false, false, nil); err != nil {
		t.Fatal(err)
	}
	for _, q := range queues {
		if _, err := ch.QueueDeclare(q, false, true, false, false, nil); err != nil {
			t.Fatal(err)
		}
		if err := ch.QueueBind(q, "", exchange, false, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func options(addr, id string, clean bool) *mqtt.ClientOptions {
	return mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID(id).SetCleanSession(clean).
		SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(patience)
}

// mqtt connects by MQTT and subscribes to filters.
func (r *rabbit) mqtt(id string, clean bool, filters ...string) mqtt.Client {
	r.t.Helper()
	client := mqtt.NewClient(options(r.MQTT, id, clean))
	ready(r.t, "connect", client.Connect())
	for _, f := range filters {
		ready(r.t, "subscribe", client.Subscribe(f, 1, func(mqtt.Client, mqtt.Message) {}))
	}
	return client
}

func ready(t testing.TB, what string, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) {
		t.Fatalf("%s: no answer", what)
	}
	if err := token.Error(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func await(t testing.TB, done <-chan struct{}, what string) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
		t.Fatal(what)
	}
}
