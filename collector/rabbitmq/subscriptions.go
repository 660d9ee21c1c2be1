package rabbitmq

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// mqttQueue is what the names of the queues begin with in which the MQTT plugin
// keeps what a client has subscribed to, in all versions.
const mqttQueue = "mqtt-subscription-"

// subscriptions are those of the instance at the time they were counted.
type subscriptions struct {
	mqtt  int     // bindings of MQTT clients, those of sessions whose client is away included
	amqp  float64 // consumers that are no MQTT clients
	mixed bool    // amqp is not known: RabbitMQ does not tell the two apart
}

// countSubscriptions counts the bindings that the MQTT plugin makes, one for each
// filter of a client, and the consumers that do not belong to it.
func (c *Collector) countSubscriptions(ctx context.Context) (subscriptions, error) {
	if err := c.survey.Err(); err != nil {
		return subscriptions{}, err
	}
	defer c.api.site.Close() // nothing to keep for minutes
	var out subscriptions
	for _, vhost := range c.found.vhosts {
		answer, err := c.api.get(ctx, "/exchanges/"+url.PathEscape(vhost)+"/"+url.PathEscape(c.api.exchange)+"/bindings/source", "destination,destination_type")
		if err != nil {
			return subscriptions{}, err
		}
		n, err := bindingsIn(answer)
		if err != nil {
			return subscriptions{}, err
		}
		out.mqtt += n
	}
	err := c.countConsumers(ctx, &out)
	return out, err
}

// countConsumers counts the consumers that are no MQTT clients. RabbitMQ asks
// every queue for that, so it is asked only when the page does not say it.
func (c *Collector) countConsumers(ctx context.Context, out *subscriptions) error {
	switch {
	case c.now.consumers == 0, out.mqtt > 0 && !c.now.others:
		return nil // there are none, or nobody but MQTT clients has logged in since the start
	case c.found.onlyVHost && out.mqtt == 0 && !c.now.mqtt:
		out.amqp = c.now.consumers
		return nil
	}
	path := "/consumers"
	if c.vhost != "" {
		path += "/" + url.PathEscape(c.vhost)
	}
	answer, err := c.api.get(ctx, path, "queue.name")
	if httpget.StatusOf(err) == http.StatusBadRequest {
		out.mixed = true // the statistics of the management API are disabled
		return nil
	}
	if err != nil {
		return err
	}
	n, err := consumersIn(answer)
	out.amqp = float64(n)
	return err
}

// bindingsIn counts the bindings to queues of MQTT clients.
func bindingsIn(answer []byte) (int, error) {
	type one struct {
		Destination     string `json:"destination"`
		DestinationType string `json:"destination_type"`
	}
	all, err := list(answer, func(b *one) bool { return b.DestinationType != "" })
	n := 0
	for i := range all {
		if all[i].DestinationType == "queue" && strings.HasPrefix(all[i].Destination, mqttQueue) {
			n++
		}
	}
	return n, err
}

// consumersIn counts the consumers of queues that are not of MQTT clients.
func consumersIn(answer []byte) (int, error) {
	type one struct {
		Queue *struct {
			Name string `json:"name"`
		} `json:"queue"`
	}
	all, err := list(answer, func(c *one) bool { return c.Queue != nil && c.Queue.Name != "" })
	n := 0
	for i := range all {
		if !strings.HasPrefix(all[i].Queue.Name, mqttQueue) {
			n++
		}
	}
	return n, err
}
