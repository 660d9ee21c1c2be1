package receivers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
)

// TestPeople takes who is on call, escalation and mute times from a configuration to
// where notices are planned by them.
func TestPeople(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	const text = `
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
time_intervals:
  - {name: weekends, time_intervals: [{weekdays: [saturday, sunday]}]}
  - {name: nights, time_intervals: [{times: [{start_time: "00:00", end_time: "06:00"}]}]}
contacts:
  - {name: wei, phone: "+8613800138000", mute_times: [{name: weekends, except: [critical]}], quiet_hours: {from: "22:00", to: "08:00"}}
  - {name: li, phone: "+8613900139000"}
oncall: [{name: primary, rotate: daily, people: [wei], overrides: [{from: 2026-12-24, to: 2026-12-24, person: li}]}]
receivers:
  - {name: oncall, oncall: [primary], mute_times: [nights], webhooks: [{url: "http://127.0.0.1:1"}], escalate: [{after: 15m, to: [managers]}]}
  - {name: managers, sms: [li]}
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: x, from: "+15005550006"}]}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
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
	if len(r.Escalate) != 1 || r.Escalate[0].After != 15*time.Minute || r.Escalate[0].To[0] != "managers" {
		t.Errorf("escalation %v", r.Escalate)
	}
	if len(r.OnCall) != 1 || len(r.OnCall[0].People) != 2 || len(r.Targets) != 1 {
		t.Fatalf("on call %v, targets %v", r.OnCall, r.Targets)
	}
	if m := r.Targets[0].Mute; len(m) != 1 || m[0].Name != "nights" {
		t.Errorf("the webhook is muted by %v", m)
	}
	for _, name := range []string{"sms/wei", "sms/li"} {
		if _, ok := d.Find("oncall", name); !ok {
			t.Errorf("%s cannot be found", name)
		}
	}
	wei, li := r.OnCall[0].People["wei"], r.OnCall[0].People["li"]
	if len(wei.Mute) != 2 || wei.Mute[0].Name != "weekends" || len(wei.Mute[0].Except) != 1 || wei.Mute[1].Name != "nights" || wei.Quiet == nil {
		t.Errorf("wei is muted by %v, quiet %v", wei.Mute, wei.Quiet)
	}
	if len(li.Mute) != 1 || li.Recipient.Address != "+8613900139000" || li.Channel == nil {
		t.Errorf("li is %+v", li)
	}
	for _, p := range people(s) {
		if want := map[string]string{"wei": "oncall", "li": "managers oncall"}[p.Name]; strings.Join(p.Receivers, " ") != want {
			t.Errorf("%s gets text messages by %v, want %s", p.Name, p.Receivers, want)
		}
	}
	if managers, _ := d.Receiver("managers"); len(managers.Targets) != 1 || managers.Targets[0].Mute != nil {
		t.Errorf("managers are %+v", managers)
	}
}
