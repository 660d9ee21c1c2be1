package receivers

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// TestCalled takes whom a receiver calls from a configuration to where calls are planned.
func TestCalled(t *testing.T) {
	s := loaded(t, `
server: {external_url: "https://brimwatch.example.com"}
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
time_intervals: [{name: nights, time_intervals: [{times: [{start_time: "00:00", end_time: "06:00"}]}]}]
contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai, quiet_hours: {from: "22:00", to: "08:00"}}
receivers:
  - {name: oncall, sms: [wei], voice: [wei], call_after: 7m, mute_times: [nights]}
  - {name: turns, ways: [{sms: [wei]}, {voice: [wei]}]}
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: x, from: "+15005550006"}]}
voice:
  providers:
    - {name: all, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: y, from: "+15005550006"}
    - {name: china, type: twilio, account_sid: AC1123456789abcdef0123456789abcdef, auth_token: z, from: "+15005550007", prefixes: ["+86"]}
`)
	for _, w := range s.Warnings {
		if strings.Contains(w.Error(), "key") {
			t.Errorf("warning %v", w)
		}
	}
	d, err := Directory(s, "test")
	if err != nil {
		t.Fatal(err)
	}
	wei, ok := d.Find("oncall", "voice/wei")
	if !ok || wei.Recipient != (notifier.Recipient{Channel: "voice", Name: "voice/wei", Address: "+8613800138000", Display: "wei"}) {
		t.Fatalf("%+v, %t", wei, ok)
	}
	if wei.Provider != "china" || wei.Way != "voice china" || len(wei.Others) != 1 || wei.Others[0].Name != "all" || wei.Quiet == nil || len(wei.Mute) != 1 || wei.Zone.String() != "Asia/Shanghai" {
		t.Errorf("%+v", wei)
	}
	if r, _ := d.Receiver("oncall"); r.CallAfter != 7*time.Minute {
		t.Errorf("called after %s", r.CallAfter)
	}
	if later, _ := d.Find("turns", "voice/wei"); later.Turn != 1 {
		t.Errorf("turn %d", later.Turn)
	}
	if n := len(Signers(s)); n != 3 {
		t.Errorf("%d accounts sign callbacks", n)
	}
	signed := 0
	TakeKeys(d, twilio.Token(func(notifier.Message) string { signed++; return "" }))
	message := notifier.Message{Notices: []notifier.Notice{{Text: "x"}}}
	if _, err := wei.Channel.Send(canceled(t), message); err == nil || signed != 1 {
		t.Errorf("signed %d times, %v", signed, err)
	}
}

// TestRotasAreCalled takes a rota and two companies from a configuration to where calls are planned.
func TestRotasAreCalled(t *testing.T) {
	s := loaded(t, `
server: {external_url: "https://brimwatch.example.com"}
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [turns], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}
  - {name: alice, phone: "+14155550100"}
oncall: [{name: primary, people: [wei, alice]}]
receivers: [{name: turns, ways: [{webhooks: [{url: "http://127.0.0.1:1/w"}]}, {voice: [primary]}]}]
alarms: {notify: [turns]}
voice:
  limits: {per_contact: 6/h, per_day: 100, per_month: 900}
  providers:
    - {name: all, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: y, from: "+15005550006"}
    - {name: china, type: aliyun, access_key_id: k, access_key_secret: s, templates: {default: TTS_1}}
`)
	d, err := Directory(s, "test")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := d.Receiver("turns")
	if len(r.OnCall) != 1 || r.OnCall[0].Turn != 1 {
		t.Fatalf("rotas %+v", r.OnCall)
	}
	var got []string
	for _, name := range []string{"wei", "alice"} {
		to, ok := d.Find("turns", "voice/"+name)
		if !ok || to.Recipient.Channel != notifier.VoiceChannel {
			t.Fatalf("%+v, %t", to, ok)
		}
		line := name + " by"
		for _, route := range to.Routes() {
			line += " " + route.Name
		}
		got = append(got, line)
	}
	if want := []string{"wei by china all", "alice by all"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	want := notifier.Limits{PerContact: 6, PerContactEvery: time.Hour, PerDay: 100, PerMonth: 900}
	if got := d.LimitsOf(notifier.VoiceChannel); !reflect.DeepEqual(got, want) {
		t.Errorf("caps %+v", got)
	}
	if len(d.LimitsOf("email").Warn)+d.LimitsOf("email").PerDay != 0 {
		t.Error("mails have caps")
	}
}

// loaded reads a configuration.
func loaded(t *testing.T, text string) *config.Snapshot {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// canceled is a context in which nothing is sent.
func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
