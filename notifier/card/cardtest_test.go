package card_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// raised is the beginning of a capacity alarm, with all of what an alert has.
func raised() notifier.Notice {
	start := time.Date(2026, 11, 22, 14, 3, 15, 0, time.UTC)
	return notifier.Notice{
		ID: "ntc_1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, CreatedAt: start,
		Alert: notifier.Alert{
			Labels: map[string]string{
				"alertname": "capacity", "instance_id": "mqtt-1", "instance": "Orders", "product": "mqtt", "edition": "basic",
				"metric": "connections", "severity": "warning", "team": "orders", "account": "acme",
			},
			Annotations: map[string]string{
				"code": "K7Q2", "summary": "Orders: connections 3,612 of 5,000 (72%, threshold 70%)",
				"description": "K7Q2 WARNING Orders (MQTT Basic): Connections 3,612 of 5,000 (72%, threshold 70%). Upgrade.",
				"usage":       "3612", "capacity": "5000", "utilization": "72%", "threshold": "70%", "advice": "Upgrade.",
			},
			StartsAt: start, GeneratorURL: "https://brimwatch.example.com/instances/mqtt-1", Fingerprint: "9a1f0c55d2e7b310",
			Story: notifier.Story{Word: "WARNING", Subject: "Orders", About: "MQTT Basic", Lines: []string{"Connections 3,612 of 5,000 (72%, threshold 70%)."}},
		},
	}
}

// kindOf draws what happened.
func kindOf(t *rapid.T) alarm.EventKind {
	return rapid.SampledFrom([]alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Withdrawn}).Draw(t, "kind")
}
