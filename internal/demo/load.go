package demo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// level is how busy a broker is to be: real clients, real filters, real messages.
type level struct {
	clients  int // connected clients, each with at least one filter
	filters  int // topic filters over all clients
	messages int // published per second; each is delivered once
}

// crowd is the clients of one broker. One goroutine uses it.
type crowd struct {
	address string
	name    string
	clients []mqtt.Client
	filters []int // of each client
	beat    int
}

// publishBeats is how many portions a second's messages are sent in.
const publishBeats = 10

// run keeps the broker as busy as want says, until ctx ends.
func (c *crowd) run(ctx context.Context, want func() level) error {
	tick := time.NewTicker(time.Second / publishBeats)
	defer tick.Stop()
	defer c.leave()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		l := want()
		if err := c.adjust(l); err != nil {
			// A broker that is away is part of the story; its clients come back.
			c.leave()
			continue
		}
		c.publish(l.messages)
	}
}

// adjust lets a few clients come or go, and filters with them.
func (c *crowd) adjust(l level) error {
	const atOnce = 4
	for range atOnce {
		switch {
		case len(c.clients) < l.clients:
			if err := c.join(); err != nil {
				return err
			}
		case len(c.clients) > l.clients:
			last := len(c.clients) - 1
			c.clients[last].Disconnect(50)
			c.clients, c.filters = c.clients[:last], c.filters[:last]
		}
	}
	return c.subscribe(l.filters)
}

// join connects one more client.
func (c *crowd) join() error {
	n := len(c.clients)
	o := mqtt.NewClientOptions().AddBroker("tcp://" + c.address).
		SetClientID(fmt.Sprintf("%s-%d", c.name, n)).SetAutoReconnect(false).SetConnectTimeout(2 * time.Second).
		SetOrderMatters(false)
	client := mqtt.NewClient(o)
	if err := wait(client.Connect()); err != nil {
		return fmt.Errorf("connect client %d: %w", n, err)
	}
	c.clients, c.filters = append(c.clients, client), append(c.filters, 0)
	// The first filter gets the messages; the others are for the count.
	return c.filter(n)
}

// subscribe brings the number of filters near to what is wanted.
func (c *crowd) subscribe(want int) error {
	const atOnce = 8
	have := 0
	for _, n := range c.filters {
		have += n
	}
	for i := range atOnce {
		if have >= want || len(c.clients) == 0 {
			break
		}
		if err := c.filter((c.beat + i) % len(c.clients)); err != nil {
			return err
		}
		have++
	}
	for i := len(c.filters) - 1; i >= 0 && have > want; i-- {
		if c.filters[i] < 2 {
			continue
		}
		topic := filterTopic(c.name, i, c.filters[i]-1)
		if err := wait(c.clients[i].Unsubscribe(topic)); err != nil {
			return fmt.Errorf("unsubscribe: %w", err)
		}
		c.filters[i]--
		have--
	}
	return nil
}

func (c *crowd) filter(i int) error {
	topic := filterTopic(c.name, i, c.filters[i])
	if err := wait(c.clients[i].Subscribe(topic, 0, func(mqtt.Client, mqtt.Message) {})); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	c.filters[i]++
	return nil
}

// publish sends one beat's share of a second's messages.
func (c *crowd) publish(aSecond int) {
	c.beat++
	if len(c.clients) == 0 {
		return
	}
	share := aSecond/publishBeats + min(1, max(0, aSecond%publishBeats-c.beat%publishBeats))
	for i := range share {
		to := (c.beat + i) % len(c.clients)
		c.clients[to].Publish(filterTopic(c.name, to, 0), 0, false, "order "+strconv.Itoa(c.beat))
	}
}

// leave disconnects everybody.
func (c *crowd) leave() {
	for _, client := range c.clients {
		client.Disconnect(0)
	}
	c.clients, c.filters = nil, nil
}

func filterTopic(name string, client, n int) string { return fmt.Sprintf("%s/%d/%d", name, client, n) }

// wait waits for what a client was asked to do.
func wait(t mqtt.Token) error {
	if !t.WaitTimeout(3 * time.Second) {
		return errors.New("the broker does not answer")
	}
	return t.Error()
}
