package email

import (
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/server"
)

// channelTo is a channel through the server at an address.
func channelTo(t *testing.T, addr string, change ...func(*Options)) *Channel {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Host: host, Port: n, Security: NoTLS, From: "brimwatch@example.com", Hello: "monitor.example.com", Zone: time.FixedZone("UTC+8", 8*3600),
		ExternalURL: "https://brimwatch.example.com", Version: "1.2.3",
	}
	for _, f := range change {
		f(&o)
	}
	ch, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ch.now = func() time.Time { return time.Date(2026, 11, 22, 14, 3, 20, 0, time.UTC) }
	return ch
}

// trusting trusts an authority of the test.
func trusting(a server.Authority) *tls.Config {
	return &tls.Config{RootCAs: a.Pool, MinVersion: tls.VersionTLS12}
}

// to is somebody with an address.
func to(address string) notifier.Recipient {
	name, _, _ := strings.Cut(address, "@")
	return notifier.Recipient{Channel: "email", Name: "email/" + name, Address: address, Display: name}
}

// message carries notices to somebody.
func message(address string, notices ...notifier.Notice) notifier.Message {
	return notifier.Message{ID: "msg_2kq7", Recipient: to(address), Notices: notices, Attempt: 1}
}

// raised is the beginning of a capacity alarm of an instance, in a language.
func raised(code, id string, l words.Language) notifier.Notice {
	start := time.Date(2026, 11, 22, 14, 3, 15, 0, time.UTC)
	n := notifier.Notice{
		ID: "ntc_" + id, Code: code, Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, Receiver: "oncall", Channel: "email", CreatedAt: start,
		Alert: notifier.Alert{
			Labels: map[string]string{
				"alertname": "capacity", "instance_id": id, "instance": "Orders", "product": "mqtt", "edition": "basic", "metric": "connections", "severity": "warning", "team": "orders",
			},
			Annotations: map[string]string{
				"code": code, "summary": "Orders: connections 3,612 of 5,000 (72%, threshold 70%)", "usage": "3612", "capacity": "5000", "utilization": "72%", "threshold": "70%",
				"advice": "Move to a larger edition or specification, or close idle clients.",
			},
			Story:    notifier.Story{Word: "WARNING", Subject: "Orders", About: "MQTT Basic", Lines: []string{"Connections 3,612 of 5,000 (72%, threshold 70%).", "At the limit new clients are refused."}},
			StartsAt: start, GeneratorURL: "https://brimwatch.example.com/instances/" + id, Fingerprint: "9a1f0c55d2e7b310",
		},
	}
	if l == words.ZH {
		n.Alert.Labels["instance"] = "订单"
		n.Alert.Annotations["summary"] = "订单：连接数 3,612/5,000（72%，阈值70%）"
		n.Alert.Annotations["advice"] = "请升配，或关闭闲置客户端。"
		n.Alert.Story = notifier.Story{Word: "警告", Subject: "订单", About: "MQTT 基础版", Lines: []string{"连接数 3,612/5,000（72%，阈值70%）。"}}
	}
	return n
}

// critical is the same alarm when it got worse, and ended when it is over.
func critical(n notifier.Notice) notifier.Notice {
	n.ID, n.Kind, n.Severity = n.ID+"_c", alarm.Escalated, alarm.Critical
	n.Alert.Story.Word = "CRITICAL"
	return n
}

func ended(n notifier.Notice) notifier.Notice {
	n.ID, n.Kind = n.ID+"_end", alarm.Cleared
	n.Alert.Resolved, n.Alert.EndsAt = true, n.Alert.StartsAt.Add(25*time.Minute)
	n.Alert.Story.Word = "ENDED"
	return n
}
