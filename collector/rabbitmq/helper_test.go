package rabbitmq

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// broker answers as the two plugins of RabbitMQ do.
type broker struct{ *collectortest.Site }

// The paths of the management API.
const (
	nodesPath       = "/api/nodes"
	vhostsPath      = "/api/vhosts"
	limitsPath      = "/api/vhost-limits"
	connectionsPath = "/api/connections"
	consumersPath   = "/api/consumers"
	bindingsPath    = "/api/exchanges/%2F/amq.topic/bindings/source"
)

// serve starts a broker with one node and one virtual host, which has no limit
// and no MQTT subscriptions.
func serve(t testing.TB, page string) broker {
	t.Helper()
	return broker{collectortest.Serve(t, map[string]collectortest.Answer{
		"/metrics":    collectortest.Page(page),
		nodesPath:     collectortest.JSON(`[{"name":"a@one","running":true}]`),
		vhostsPath:    collectortest.JSON(`[{"name":"/"}]`),
		limitsPath:    collectortest.JSON(`[]`),
		bindingsPath:  collectortest.JSON(bindings(0)),
		consumersPath: collectortest.JSON(`[]`),
		"":            collectortest.JSON(`{"error":"Object Not Found","reason":"Not Found"}`).As(http.StatusNotFound),
	})}
}

// set changes what the management API answers; a status of 0 is 200.
func (b broker) set(path string, status int, body string) {
	b.Set(path, collectortest.JSON(body).As(status))
}

// show changes the page.
func (b broker) show(page string) { b.Set("/metrics", collectortest.Page(page)) }

// bindings is an answer with so many filters of MQTT clients among others.
func bindings(mqtt int) string {
	all := []string{
		`{"destination":"orders","destination_type":"queue"}`,
		`{"destination":"mqtt-subscription-exchange","destination_type":"exchange"}`,
	}
	for i := range mqtt {
		all = append(all, fmt.Sprintf(`{"destination":"mqtt-subscription-client%dqos1","destination_type":"queue"}`, i/2))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// consumers is an answer with so many consumers of MQTT clients and others.
func consumers(mqtt, amqp int) string {
	var all []string
	for i := range mqtt {
		all = append(all, fmt.Sprintf(`{"queue":{"name":"mqtt-subscription-client%dqos1"}}`, i))
	}
	for range amqp {
		all = append(all, `{"queue":{"name":"orders"}}`)
	}
	return "[" + strings.Join(all, ",") + "]"
}

// page is a page of metrics.
func page(lines ...string) string {
	base := []string{
		`process_start_time_seconds 1795312606`,
		`rabbitmq_process_max_tcp_sockets 1000`,
		`rabbitmq_connections 12`,
		`rabbitmq_consumers 10`,
		`rabbitmq_global_messages_received_total{protocol="amqp091"} 1000`,
		`rabbitmq_global_messages_received_total{protocol="mqtt311"} 500`,
		`rabbitmq_global_messages_delivered_total{protocol="amqp091",queue_type="rabbit_classic_queue"} 2000`,
		`rabbitmq_global_messages_delivered_total{protocol="mqtt311",queue_type="rabbit_mqtt_qos0_queue"} 700`,
		`rabbitmq_auth_attempts_succeeded_total{protocol="http"} 7`,
	}
	return strings.Join(append(base, lines...), "\n") + "\n"
}

// What pages say when clients have logged in.
const (
	mqttLogins = `rabbitmq_auth_attempts_succeeded_total{protocol="mqtt"} 3`
	amqpLogins = `rabbitmq_auth_attempts_succeeded_total{protocol="amqp091"} 2`
)

func build(t testing.TB, o Options) *Collector {
	t.Helper()
	o.Transport = exposition.NewTransportThrough(nil)
	return collectortest.Build(t, New, o)
}

// limitOf returns the limit of connections that was told, or 0.
func limitOf(v *collector.Visit) float64 { return collectortest.LimitOf(v, fleet.Connections) }
