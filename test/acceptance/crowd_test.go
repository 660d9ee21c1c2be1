package acceptance_test

import (
	"fmt"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// crowd is real clients of a real broker.
type crowd struct {
	t       *testing.T
	address string
	clients []mqtt.Client
	filters int
	stop    chan struct{} // ends the publisher; nil when none runs
	stopped chan struct{}
}

func newCrowd(t *testing.T, address string) *crowd {
	t.Helper()
	c := &crowd{t: t, address: address}
	t.Cleanup(func() {
		c.publish(0)
		c.connected(0)
	})
	return c
}

// connected makes as many clients be connected.
func (c *crowd) connected(n int) {
	c.t.Helper()
	for len(c.clients) < n {
		o := mqtt.NewClientOptions().AddBroker("tcp://" + c.address).SetClientID(fmt.Sprintf("crowd-%d", len(c.clients))).
			SetAutoReconnect(false).SetConnectTimeout(5 * time.Second)
		client := mqtt.NewClient(o)
		c.wait(client.Connect())
		c.clients = append(c.clients, client)
	}
	for len(c.clients) > n {
		last := len(c.clients) - 1
		c.clients[last].Disconnect(100)
		c.clients = c.clients[:last]
	}
}

// subscribed makes the first client have as many filters.
func (c *crowd) subscribed(n int) {
	c.t.Helper()
	for c.filters < n {
		c.wait(c.clients[0].Subscribe(fmt.Sprintf("filter/%d", c.filters), 0, func(mqtt.Client, mqtt.Message) {}))
		c.filters++
	}
	for c.filters > n {
		c.filters--
		c.wait(c.clients[0].Unsubscribe(fmt.Sprintf("filter/%d", c.filters)))
	}
}

// publish makes the last client publish as many messages a second, to a topic
// that nobody listens to unless listened is subscribed; 0 ends it.
func (c *crowd) publish(aSecond int) {
	c.t.Helper()
	if c.stop != nil {
		close(c.stop)
		<-c.stopped
		c.stop = nil
	}
	if aSecond == 0 {
		return
	}
	const beats = 20
	client := c.clients[len(c.clients)-1]
	stop, stopped := make(chan struct{}), make(chan struct{})
	c.stop, c.stopped = stop, stopped
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Second / beats)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			for range aSecond / beats {
				client.Publish("filter/0", 0, false, "x")
			}
		}
	}()
}

// gone forgets clients whose broker is no more.
func (c *crowd) gone() {
	c.publish(0)
	for _, client := range c.clients {
		client.Disconnect(0)
	}
	c.clients, c.filters = nil, 0
}

func (c *crowd) wait(token mqtt.Token) {
	c.t.Helper()
	if !token.WaitTimeout(10 * time.Second) {
		c.t.Fatal("the broker does not answer a client")
	}
	if err := token.Error(); err != nil {
		c.t.Fatalf("client: %v", err)
	}
}
