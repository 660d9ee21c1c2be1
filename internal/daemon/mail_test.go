package daemon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestMailAndAlertmanager: an alarm comes by e-mail with its chart, and fires in an
// Alertmanager until it is over.
func TestMailAndAlertmanager(t *testing.T) {
	mail, manager := server.SMTP(t, server.MailOptions{}), server.Alertmanager(t)
	host, port, _ := strings.Cut(mail.Addr, ":")
	d := judging(t, writeConfig(t, fmt.Sprintf(`server: {listen: "127.0.0.1:0", external_url: "https://brimwatch.example.com"}
storage: {dir: "DIR/data", retention: 1d}
instances:
  - {id: a, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}}
alarms: {capacity: {for: 0s, clear_for: 0s}}
contacts: [{name: li, email: li@example.com, language: zh, time_zone: Asia/Shanghai}]
receivers: [{name: oncall, email: [li], alertmanagers: ["http://%s"]}]
smtp: {host: %q, port: %s, security: none, from: "brimwatch@example.com"}
`, manager.Addr, host, port), nil))
	run := newParts()
	run.start("the dispatcher", d.outbox.Run)
	run.start("the keeper of Alertmanagers", d.managers.Run)
	t.Cleanup(func() {
		if err := run.stop(); err != nil {
			t.Error(err)
		}
	})
	now := time.Now().UTC()
	for i, usage := range []float64{3, 9} {
		r := &fleet.Reading{Instance: "a", At: now.Add(time.Duration(i-1) * 5 * time.Minute), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
		r.Usage[fleet.Connections] = usage
		d.history.Append([]*fleet.Reading{r})
		if i == 1 {
			d.engine.Observe([]*fleet.Reading{r})
		}
	}
	server.Eventually(t, "a mail has come, and the Alertmanager fires", func() bool { return len(mail.Mails()) == 1 && len(server.Firing(t, manager.Addr)) == 1 })
	if got := mail.Mails()[0]; strings.Join(got.To, "") != "li@example.com" || !strings.Contains(got.Content, "Content-Language: zh-CN") {
		t.Errorf("the mail is %+v", got)
	}
	if got := server.Firing(t, manager.Addr)[0]; got.Labels["instance_id"] != "a" || got.GeneratorURL != "https://brimwatch.example.com/instances/a" {
		t.Errorf("it fires as %+v", got)
	}
	r := &fleet.Reading{Instance: "a", At: now.Add(time.Second), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
	r.Usage[fleet.Connections] = 1
	d.engine.Observe([]*fleet.Reading{r})
	server.Eventually(t, "the end has come both ways", func() bool { return len(mail.Mails()) == 2 && len(server.Firing(t, manager.Addr)) == 0 })
}
