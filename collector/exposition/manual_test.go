package exposition

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestManualRabbitMQ reads a captured page by the mapping of the manual. The
// page was taken with 12 clients connected.
func TestManualRabbitMQ(t *testing.T) {
	v := filled(t, string(readPage(t, "rabbitmq-load-mqtt.prom")),
		Metric{Metric: fleet.SendTPS, Series: "rabbitmq_global_messages_received_total", Counter: true},
		Metric{Metric: fleet.ReceiveTPS, Series: "rabbitmq_global_messages_delivered_total", Counter: true},
		Metric{Metric: fleet.Connections, Series: "rabbitmq_connections", Limit: &Limit{Series: "rabbitmq_process_max_tcp_sockets"}},
	)
	if n, _, ok := v.CounterOf(fleet.SendTPS); !ok || n != 16341 {
		t.Errorf("received: %v, %v", n, ok)
	}
	if n, _, ok := v.CounterOf(fleet.ReceiveTPS); !ok || n != 28339 {
		t.Errorf("delivered: %v, %v", n, ok)
	}
	if n, ok := v.GaugeOf(fleet.Connections); !ok || n != 12 {
		t.Errorf("connections: %v, %v", n, ok)
	}
	if n, ok := v.LimitOf(fleet.Connections); !ok || n != 17910 {
		t.Errorf("limit of connections: %v, %v", n, ok)
	}
}
