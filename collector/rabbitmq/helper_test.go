package rabbitmq

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answer is what a path of the broker answers.
type answer struct {
	status int // 0 is 200
	body   string
}

// broker answers as the two plugins of RabbitMQ do.
type broker struct {
	*httptest.Server
	login string // name/password; "" wants none

	mu    sync.Mutex
	page  string
	api   map[string]answer // by escaped path, without the columns
	asked map[string]int
}

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
func serve(t testing.TB, page string) *broker {
	t.Helper()
	b := &broker{page: page, asked: make(map[string]int), api: map[string]answer{
		nodesPath:     {body: `[{"name":"a@one","running":true}]`},
		vhostsPath:    {body: `[{"name":"/"}]`},
		limitsPath:    {body: `[]`},
		bindingsPath:  {body: bindings(0)},
		consumersPath: {body: `[]`},
	}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

// set changes what is answered.
func (b *broker) set(path string, status int, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.api[path] = answer{status, body}
}

func (b *broker) show(page string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.page = page
}

// times tells how often a path was asked for.
func (b *broker) times(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked[path]
}

// ServeHTTP answers a request.
func (b *broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	path := r.URL.EscapedPath()
	b.asked[path]++
	name, word, given := r.BasicAuth()
	said, known := b.api[path]
	w.Header().Set("Content-Type", "application/json")
	switch {
	case b.login != "" && !given:
		w.WriteHeader(http.StatusUnauthorized)
	case b.login != "" && name+"/"+word != b.login:
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"not_authorized","reason":"Login failed"}`)
	case path == "/metrics":
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(w, b.page)
	case !known:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":"Object Not Found","reason":"Not Found"}`)
	default:
		if said.status != 0 {
			w.WriteHeader(said.status)
		}
		_, _ = io.WriteString(w, said.body)
	}
}

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

// captured returns a file of testdata.
func captured(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func build(t testing.TB, o Options) *Collector {
	t.Helper()
	o.Transport = exposition.NewTransportThrough(nil)
	c, err := New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// visit reads once, for one instance.
func visit(t testing.TB, c *Collector) *collector.Visit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); err != nil {
		t.Fatalf("Collect: %v", err)
	}
	return &visits[0]
}

// unknown stands for a figure that is not told.
const unknown = -1

func gaugeOf(v *collector.Visit, m fleet.Metric) float64 {
	if n, told := v.GaugeOf(m); told {
		return n
	}
	return unknown
}

func totalOf(v *collector.Visit, m fleet.Metric) float64 {
	if n, _, told := v.CounterOf(m); told {
		return n
	}
	return unknown
}

func limitOf(v *collector.Visit) float64 {
	n, _ := v.LimitOf(fleet.Connections)
	return n
}

// gapOf returns the last reason that was given for a metric that is not known.
func gapOf(v *collector.Visit, m fleet.Metric) (why string) {
	for _, g := range v.Gaps() {
		if g.Metric == m {
			why = g.Reason
		}
	}
	return why
}
