package receivers

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/config"
)

// TestWaysAndRoutes: each target of a receiver with ways has its turn, and each number its
// providers in order.
func TestWaysAndRoutes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	t.Setenv("TOKEN", "a-token-of-a-test")
	text := `
sms:
  receipt_within: 90s
  providers:
    - {name: all, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token_env: TOKEN, from: "+15005550006"}
    - {name: china, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token_env: TOKEN, from: "+15005550006", prefixes: ["+86"], price_per_segment: 0.04}
contacts: [{name: wei, phone: "+8613800138000"}, {name: alice, phone: "+4930901820"}]
oncall: [{name: primary, rotate: weekly, hand_over: "Mon 09:00", people: [alice]}]
receivers:
  - name: oncall
    ways: [{sms: [wei]}, {oncall: [primary], webhooks: [{url: "http://127.0.0.1:8080/a"}, {url: "http://127.0.0.1:8080/b"}]}, {sms: [alice]}]
  - {name: plain, sms: [wei]}
instances: [{id: a, product: mqtt, notify: [oncall, plain]}]
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
	var got []string
	for _, target := range r.Targets {
		got = append(got, fmt.Sprintf("%s %d", target.Recipient.Channel, target.Turn))
	}
	if diff := cmp.Diff([]string{"sms 0", "sms 2", "webhook 1", "webhook 1"}, got); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
	if len(r.OnCall) != 1 || r.OnCall[0].Turn != 1 {
		t.Errorf("the rota has turn %+v", r.OnCall)
	}
	if r.Within != 15*time.Minute || r.WithinCritical != 2*time.Minute || d.ReceiptWithin() != 90*time.Second {
		t.Errorf("a way has %v and %v, a receipt %v", r.Within, r.WithinCritical, d.ReceiptWithin())
	}
	if !d.HasTurns("oncall") || d.HasTurns("plain") {
		t.Error("only the first receiver has ways in order")
	}
	for recipient, names := range map[string][]string{"sms/wei": {"china", "all"}, "sms/alice": {"all"}} {
		var routes []string
		for _, route := range d.Roads(recipient) {
			routes = append(routes, route.Name)
		}
		if diff := cmp.Diff(names, routes); diff != "" {
			t.Errorf("routes to %s (-want +got):\n%s", recipient, diff)
		}
	}
	if price := d.SegmentPrice("sms/wei"); price != 40_000 {
		t.Errorf("a segment to wei costs %v", price)
	}
}
