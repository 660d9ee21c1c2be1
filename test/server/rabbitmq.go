package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rabbitTime bounds how long RabbitMQ may take: it starts a virtual machine and
// a database.
const rabbitTime = 90 * time.Second

// rabbitBinary is not the one on the path: that one wants to be root, and to
// become another user.
const rabbitBinary = "/usr/lib/rabbitmq/bin/rabbitmq-server"

// Rabbit is a running RabbitMQ with the plugins rabbitmq_management,
// rabbitmq_prometheus and rabbitmq_mqtt. Its user guest, with that password, may
// do everything; MQTT clients need no login.
type Rabbit struct {
	*Server
	Page       string // http:// address of the Prometheus plugin
	Management string // http:// address of the management plugin
	AMQP, MQTT string // host:port

	config string // path of its configuration
	lines  []string
}

// RabbitMQ starts a node of RabbitMQ on free loopback ports, with all it keeps in
// a directory of the test, and an Erlang port mapper of its own. The lines of
// configuration come after those that are set here.
func RabbitMQ(t testing.TB, config ...string) *Rabbit {
	t.Helper()
	dir, distribution := t.TempDir(), FreeAddr(t)
	r := &Rabbit{AMQP: FreeAddr(t), MQTT: FreeAddr(t), config: filepath.Join(dir, "rabbitmq.conf")}
	page, management := FreeAddr(t), FreeAddr(t)
	r.Page, r.Management = "http://"+page, "http://"+management
	r.lines = []string{
		"listeners.tcp.1 = " + r.AMQP, "mqtt.listeners.tcp.1 = " + r.MQTT, "mqtt.allow_anonymous = true",
		"management.tcp.ip = 127.0.0.1", fmt.Sprintf("management.tcp.port = %d", Port(t, management)),
		"prometheus.tcp.ip = 127.0.0.1", fmt.Sprintf("prometheus.tcp.port = %d", Port(t, page)),
		"log.console = true", "log.console.level = warning", "log.file = false",
	}
	if err := r.Configure(config...); err != nil {
		t.Fatal(err)
	}
	plugins := filepath.Join(dir, "plugins")
	write(t, plugins, "[rabbitmq_management,rabbitmq_prometheus,rabbitmq_mqtt].\n")

	// One that a node starts by itself would outlive it.
	mapper := FreeAddr(t)
	Start(t, Program{
		Binary: "epmd", Package: "erlang-base", Addr: mapper,
		Args: []string{"-port", strconv.Itoa(Port(t, mapper)), "-address", "127.0.0.1"},
	})
	r.Server = Start(t, Program{
		Binary: rabbitBinary, Package: "rabbitmq-server", Addr: page, Within: rabbitTime,
		Says: "completed with", // and the number of plugins, when all of it listens
		Env: []string{
			"HOME=" + dir, // for the cookie
			fmt.Sprintf("ERL_EPMD_PORT=%d", Port(t, mapper)), "ERL_EPMD_ADDRESS=127.0.0.1",
			fmt.Sprintf("RABBITMQ_DIST_PORT=%d", Port(t, distribution)),
			fmt.Sprintf("RABBITMQ_NODENAME=brimwatch%d@localhost", Port(t, page)),
			"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
			"RABBITMQ_CONFIG_FILE=" + r.config, "RABBITMQ_ENABLED_PLUGINS_FILE=" + plugins, "RABBITMQ_CONF_ENV_FILE=" + os.DevNull,
			"RABBITMQ_MNESIA_BASE=" + filepath.Join(dir, "mnesia"), "RABBITMQ_LOG_BASE=" + filepath.Join(dir, "log"),
			"RABBITMQ_GENERATED_CONFIG_DIR=" + filepath.Join(dir, "generated"),
			"RABBITMQ_ALLOW_INPUT=1", // the process that is started is the server, not a shell before it
		},
		Args: []string{"-noinput"},
	})
	return r
}

// Configure replaces the lines of configuration that were given before; they hold
// from the next start on.
func (r *Rabbit) Configure(lines ...string) error {
	text := strings.Join(append(r.lines[:len(r.lines):len(r.lines)], lines...), "\n") + "\n"
	if err := os.WriteFile(r.config, []byte(text), 0o600); err != nil {
		return fmt.Errorf("configure RabbitMQ: %w", err)
	}
	return nil
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatalf("write %s: %v", filepath.Base(path), err)
	}
}
