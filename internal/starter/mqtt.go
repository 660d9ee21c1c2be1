package starter

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"net"
	"strings"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// versionTopic is where Mosquitto and its like tell who they are.
const versionTopic = "$SYS/broker/version"

// askMQTT connects without a login and asks for the version; nil when no MQTT broker that
// a source could read answers.
func askMQTT(ctx context.Context, addr string, encrypted bool) *Found {
	found := &Found{Type: "mosquitto", URL: "mqtt://" + addr, What: "MQTT broker"}
	if encrypted {
		found.URL = "mqtts://" + addr
	}
	conn, err := dial(ctx, addr, encrypted)
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }() // what it told is known
	hello := &packets.ConnectPacket{
		FixedHeader:  packets.FixedHeader{MessageType: packets.Connect},
		ProtocolName: "MQTT", ProtocolVersion: 4, CleanSession: true, Keepalive: 30, ClientIdentifier: "brimwatch-init-" + rand.Text()[:8],
	}
	if hello.Write(conn) != nil {
		return nil
	}
	first, err := packets.ReadPacket(conn)
	answer, ok := first.(*packets.ConnackPacket)
	switch {
	case err != nil || !ok:
		return nil
	case answer.ReturnCode == packets.ErrRefusedBadUsernameOrPassword || answer.ReturnCode == packets.ErrRefusedNotAuthorised:
		found.Login = true
		return found
	case answer.ReturnCode != packets.Accepted:
		return nil
	}
	version := versionOf(conn)
	if version == "" {
		return nil // a broker without $SYS, which this source could not read
	}
	if of, ok := strings.CutPrefix(version, "mosquitto version "); ok {
		found.What = "Mosquitto " + of
	} else {
		found.What += " " + version
	}
	return found
}

// versionOf asks a broker for its version; "" when it tells none.
func versionOf(conn net.Conn) string {
	wish := &packets.SubscribePacket{
		FixedHeader: packets.FixedHeader{MessageType: packets.Subscribe, Qos: 1}, MessageID: 1, Topics: []string{versionTopic}, Qoss: []byte{0},
	}
	if wish.Write(conn) != nil {
		return ""
	}
	for {
		p, err := packets.ReadPacket(conn)
		if err != nil {
			return ""
		}
		if message, ok := p.(*packets.PublishPacket); ok && message.TopicName == versionTopic {
			bye := &packets.DisconnectPacket{FixedHeader: packets.FixedHeader{MessageType: packets.Disconnect}}
			_ = bye.Write(conn) // in order where it still can
			return clip(string(message.Payload))
		}
	}
}

// dial connects to a server of this host within the time of ctx. An encrypted connection
// takes any certificate: nothing is believed or told on it but who answers.
func dial(ctx context.Context, addr string, encrypted bool) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if at, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(at); err != nil {
			_ = conn.Close() // it was never used
			return nil, err
		}
	}
	if !encrypted {
		return conn, nil
	}
	secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}) //nolint:gosec // of this host, and nothing secret is sent
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // it speaks something else
		return nil, err
	}
	return secure, nil
}

// clip makes what a server says of itself short and plain.
func clip(text string) string {
	const most = 60
	var b strings.Builder
	for _, r := range text {
		if r < ' ' || r > '~' || b.Len() >= most {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
