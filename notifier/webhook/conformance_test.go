package webhook_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/webhook"
)

const (
	secret   = "a-raw-secret-of-a-webhook"
	password = "a-password-of-a-webhook"
	advice   = "Move to a larger edition or specification, or close idle clients. At the limit new clients are refused."
	path     = "/hooks/T0K3N0FTHEPATH?key=T0K3N0FTHEQUERY"
)

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New: func(t *testing.T, base string) notifier.Channel {
			t.Helper()
			ch, err := webhook.New(webhook.Options{URL: base + path, Receiver: "oncall", Secrets: []string{secret}, Username: "brim", Password: password})
			if err != nil {
				t.Fatalf("make the channel: %v", err)
			}
			return ch
		},
		Message: message(raised("mqtt-1")),
		Accept:  func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		Status:  meaning,
		Page: func(status int) channeltest.Outcome {
			if got := meaning(status); got != channeltest.Accepted || status == http.StatusNoContent {
				return got
			}
			return channeltest.Later
		},
		RetryAfter: func(status int) bool {
			return status != 400 && status != 410 && status != 413 && status != 422
		},
		Lost:    channeltest.Doubt,
		CutBody: channeltest.Accepted,
		Secrets: []string{secret, password, "T0K3N", "/hooks/", "YnJpbTph"}, // the last is how brim:a begins in base64
	})
}

// meaning is what a status says.
func meaning(status int) channeltest.Outcome {
	switch status {
	case 400, 410, 413, 422:
		return channeltest.Never
	case 429:
		return channeltest.NotBefore
	}
	switch {
	case status < 300:
		return channeltest.Accepted
	case status >= 500: // it may have been taken before something failed
		return channeltest.Doubt
	}
	return channeltest.Later
}

// message carries notices under a fixed ID.
func message(notices ...notifier.Notice) notifier.Message {
	return notifier.Message{
		ID:        "msg_2kq7",
		Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall/3f2a91c0", Address: "http://127.0.0.1/hooks", Display: "http://127.0.0.1"},
		Notices:   notices,
		Attempt:   1,
	}
}

// raised is the beginning of a capacity alarm of an instance.
func raised(id string) notifier.Notice {
	start := time.Date(2026, 11, 22, 14, 3, 15, 0, time.UTC)
	return notifier.Notice{
		ID: "ntc_" + id, Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning,
		Receiver: "oncall", Recipient: "webhook/oncall/3f2a91c0", Channel: "webhook", CreatedAt: start,
		Alert: notifier.Alert{
			Labels: map[string]string{
				"alertname": "capacity", "instance_id": id, "instance": "Orders", "product": "mqtt", "edition": "basic",
				"metric": "connections", "severity": "warning", "team": "orders",
			},
			Annotations: map[string]string{
				"code": "K7Q2", "summary": "Orders: connections 3,612 of 5,000 (72%, threshold 70%)",
				"description": "K7Q2 WARNING Orders (MQTT Basic): Connections 3,612 of 5,000 (72%, threshold 70%). " + advice,
				"usage":       "3612", "capacity": "5000", "utilization": "72%", "advice": advice,
			},
			StartsAt:     start,
			GeneratorURL: "https://brimwatch.example.com/instances/" + id,
			Fingerprint:  "9a1f0c55d2e7b310",
		},
	}
}

// ended is the end of the same alarm, 25 minutes later.
func ended(id string) notifier.Notice {
	n := raised(id)
	n.ID, n.Kind = n.ID+"_end", alarm.Cleared
	n.Alert.Resolved, n.Alert.EndsAt = true, n.Alert.StartsAt.Add(25*time.Minute)
	return n
}
