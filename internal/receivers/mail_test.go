package receivers

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

const mailing = `
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
time_intervals: [{name: holidays, time_intervals: [{months: [october]}]}]
contacts:
  - {name: wei, phone: "+8613800138000", email: wei@example.com, language: zh, time_zone: Asia/Shanghai, quiet_hours: {from: "22:00", to: "08:00"}, mute_times: [holidays]}
  - {name: li, email: li@example.com}
receivers:
  - {name: oncall, sms: [wei], email: [wei, li], alertmanagers: ["http://am-1:9093", {url: "http://am-2:9093/", language: zh}], mute_times: [holidays], templates: {email: {subject: "[ops] {{.Code}}", text: "{{.Word}}", html: "<b>{{.Word}}</b>"}}}
  - {name: one, alertmanagers: ["http://am-1:9093"]}
smtp: {host: smtp.example.com, from: "Ops <ops@example.com>", username: ops, password: hush-hush}
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: x, from: "+15005550006"}]}
alarms: {notify: [oncall, one]}
`

// TestMailsAndAlertmanagers takes them from a configuration to where notices are planned.
func TestMailsAndAlertmanagers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte(mailing), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Directory(s, "test")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := d.Receiver("oncall")
	by := make(map[string]notifier.Target)
	for _, target := range r.Targets {
		by[target.Recipient.Name] = target
	}
	wei, li := by["email/wei"], by["email/li"]
	if wei.Recipient.Address != "wei@example.com" || wei.Recipient.Display != "wei" || wei.Language != words.ZH || wei.Zone.String() != "Asia/Shanghai" || wei.Way != "email smtp.example.com" {
		t.Errorf("wei is %+v", wei)
	}
	if wei.Quiet != nil || len(wei.Mute) != 2 || wei.Hour == nil || *wei.Hour != 9*60 {
		t.Errorf("mail to wei waits for %v, %v and %v", wei.Quiet, wei.Mute, wei.Hour)
	}
	if by["sms/wei"].Mail != nil || wei.Mail == nil || li.Mail == nil || wei.Mail.Subject.Source() != "[ops] {{.Code}}" || wei.Mail.Text.Source() != "{{.Word}}" || wei.Mail.HTML.Source() != "<b>{{.Word}}</b>" {
		t.Errorf("mails are worded by %+v", wei.Mail)
	}
	if li.Channel == nil || by["sms/wei"].Quiet == nil {
		t.Errorf("li is %+v", li)
	}
	var managers []notifier.Target
	for name, target := range by {
		if strings.HasPrefix(name, "alertmanager/oncall/") {
			managers = append(managers, target)
		}
	}
	slices.SortFunc(managers, func(a, b notifier.Target) int { return strings.Compare(a.Recipient.Address, b.Recipient.Address) })
	if len(managers) != 2 || managers[0].Former != "alertmanager/oncall" || managers[1].Recipient.Address != "http://am-2:9093" || managers[1].Language != words.ZH || managers[0].Hour != nil {
		t.Errorf("the Alertmanagers are %+v", managers)
	}
	one, _ := d.Receiver("one")
	if one.Targets[0].Recipient.Name != "alertmanager/one" || one.Targets[0].Former == "" {
		t.Errorf("the only one is %+v", one.Targets[0].Recipient)
	}
	// Who has no telephone is nobody to be asked by text message.
	if people := d.Contacts(); len(people) != 1 || people[0].Name != "wei" || !slices.Equal(people[0].Receivers, []string{"oncall"}) {
		t.Errorf("contacts %+v", people)
	}
	// Ends go to where the beginning was told.
	former := stranger(s, nil, "test")
	if got, ok := former("oncall", "email", "former@example.com"); !ok || got.Channel == nil || got.Recipient.Address != "former@example.com" || got.Recipient.Display != "a former e-mail address" {
		t.Errorf("a former address: %+v", got)
	}
	if _, ok := former("oncall", "alertmanager", "http://former:9093"); ok {
		t.Error("a former Alertmanager is called: it ends by itself what nobody repeats")
	}
	s.SMTP = nil
	if _, ok := stranger(s, nil, "test")("oncall", "email", "former@example.com"); ok {
		t.Error("mail is sent without a mail server")
	}
}
