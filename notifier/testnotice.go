package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// TestCode is the code of notices that were sent by hand: no alarm has it.
const TestCode = "TEST"

// TestRule is the alertname of notices that were sent by hand.
const TestRule alarm.RuleName = "test"

// TestNotice makes a notice that says it is a test.
func TestNotice(d *Directory, t Target, now time.Time) Notice {
	said := t.Language.Choose("Brimwatch can reach you. This is a test, nothing is wrong.", "Brimwatch 可以联系到您。这是测试，一切正常。")
	text := "TEST " + said
	n := Notice{
		ID: "ntc_test", Code: TestCode, Kind: alarm.Raised, Rule: TestRule, Severity: alarm.Info,
		Recipient: t.Recipient.Name, Channel: t.Recipient.Channel, CreatedAt: now,
		Alert: Alert{
			Labels:       map[string]string{"alertname": string(TestRule), "severity": string(alarm.Info)},
			Annotations:  map[string]string{"code": TestCode, "summary": text, "description": text},
			StartsAt:     now,
			GeneratorURL: d.entries.Words.ExternalURL + "/",
			Fingerprint:  fingerprint(alarm.Key{Rule: TestRule, Metric: alarm.NoMetric}),
			Story:        Story{Word: t.Language.Choose("TEST", "测试"), Subject: "Brimwatch", Lines: []string{said}},
		},
	}
	switch t.Recipient.Channel {
	case "sms":
		n.Text = text
	case VoiceChannel:
		n.Text = t.Language.Choose("This is a test of Brimwatch. It can call you. Nothing is wrong.", "这是 Brimwatch 的测试电话。可以联系到您，一切正常。")
	default:
		n.inOwnWords(&n.Alert, &t)
	}
	return n
}
