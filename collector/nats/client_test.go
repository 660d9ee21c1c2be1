package nats

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/brimwatch/brimwatch/test/server"
)

// client speaks NATS' text protocol, as far as a load needs it.
type client struct {
	t         testing.TB
	conn      net.Conn
	out       *bufio.Writer
	delivered chan int    // how many messages came before the answer to a flush
	answer    chan string // PONG or -ERR
}

// dial connects a client that is closed with the test.
func dial(t testing.TB, addr string) *client {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, conn: conn, out: bufio.NewWriterSize(conn, 1<<16), delivered: make(chan int, 1), answer: make(chan string, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.read()
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	c.say("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")
	c.flush()
	return c
}

// read counts messages until the connection ends.
func (c *client) read() {
	in := bufio.NewScanner(c.conn)
	delivered := 0
	for in.Scan() {
		switch line := in.Text(); {
		case strings.HasPrefix(line, "MSG "):
			delivered++
			in.Scan() // its payload, which holds no line break
		case strings.HasPrefix(line, "PING"):
			_, _ = c.conn.Write([]byte("PONG\r\n"))
		case strings.HasPrefix(line, "PONG"), strings.HasPrefix(line, "-ERR"):
			c.delivered <- delivered
			c.answer <- line
			delivered = 0
		}
	}
}

func (c *client) say(text string) {
	c.t.Helper()
	if _, err := c.out.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

// flush returns when the server has done all that was said, with how many
// messages it had delivered since the last time.
func (c *client) flush() int {
	c.t.Helper()
	c.say("PING\r\n")
	if err := c.out.Flush(); err != nil {
		c.t.Fatal(err)
	}
	n := <-c.delivered
	if a := <-c.answer; a != "PONG" {
		c.t.Fatalf("the server says %s", a)
	}
	return n
}

func (c *client) subscribe(subjects ...string) {
	c.t.Helper()
	for i, s := range subjects {
		c.say(fmt.Sprintf("SUB %s %d\r\n", s, i+1))
	}
	c.flush()
}

func (c *client) publish(subject string, n int) {
	c.t.Helper()
	for range n {
		c.say("PUB " + subject + " 5\r\nhello\r\n")
	}
	c.flush()
}

// mqttClient connects an MQTT client that ends with the test.
func mqttClient(t testing.TB, addr, name string) mqtt.Client {
	t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID(name).SetAutoReconnect(false))
	done(t, c.Connect())
	t.Cleanup(func() { c.Disconnect(100) })
	return c
}

func done(t testing.TB, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(server.Patience) || token.Error() != nil {
		t.Fatalf("MQTT: %v", token.Error())
	}
}

// withMQTT is the configuration of a listener for MQTT.
func withMQTT(t testing.TB) (addr, config string) {
	t.Helper()
	addr = server.FreeAddr(t)
	return addr, fmt.Sprintf("mqtt { host: 127.0.0.1, port: %d }", server.Port(t, addr))
}
