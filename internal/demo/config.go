package demo

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/internal/access"
)

// dataFolder is the data directory of the demo, in its folder.
const dataFolder = "data"

// The instances with brokers of their own.
const (
	idOrders   = "mqtt-orders"
	idPayments = "mqtt-payments"
)

// Capacities of Payments.
const (
	paymentsConnections   = 40
	paymentsSubscriptions = 100
	paymentsSendTPS       = 200
)

// Who is told.
const (
	numberAlice = "+14155550123"
	numberWei   = "+8613800138000"
)

// writeConfig writes a configuration as a user would, into the demo's folder.
func (w *world) writeConfig(listen string) (string, error) {
	accounts, found := "", ""
	if w.cloud != nil {
		accounts, found = accountConfig(w.cloud.address)
	}
	alice := "language: en"
	if w.chinese {
		alice = "language: zh, time_zone: Asia/Shanghai"
	}
	// Nothing in a demo needs a fence, and whoever gives another address wants it seen.
	open := !access.Loopback(listen)
	text := fmt.Sprintf(`server: {listen: %q, open: %t, external_url: %q}
storage: {dir: %q, retention: 90d}
collect: {interval: 1s, timeout: 2s}

alarms:
  notify: [oncall]
  calendar_at: off # at once: nobody waits for nine o'clock here
  capacity: {threshold: 70%%, for: 4s, clear_for: 4s, levels: [{severity: critical, threshold: 90%%}]}
  no_data: {for: 8s, clear_for: 2s}
  shortfall: {within: 10d}
  flapping: {enabled: false} # the story is told again every two minutes
%s
instances:
  - id: %s
    name: Orders
    product: mqtt
    edition: basic
    capacity: {connections: %d, subscriptions: %d, send_tps: %d}
    billing: {method: subscription, expires: %s}
    source: {type: mosquitto, url: "mqtt://%s"}
    labels: {team: orders, env: demo}
  - id: %s
    name: Payments
    product: mqtt
    edition: basic
    capacity: {connections: %d, subscriptions: %d, send_tps: %d}
    billing: {method: subscription, expires: %s}
    source: {type: mosquitto, url: "mqtt://%s"}
    labels: {team: payments, env: demo}
  - id: redis-sessions
    name: Sessions
    product: redis
    edition: community
    billing: {method: subscription, expires: %s}
    labels: {team: web, env: demo}
%s
contacts:
  - {name: Alice, phone: %q, %s}
  - {name: Wei, phone: %q, language: zh, time_zone: Asia/Shanghai}

oncall:
  - {name: primary, rotate: weekly, hand_over: "Mon 09:00", time_zone: Asia/Shanghai, people: [Alice, Wei]}

receivers:
  - name: oncall
    oncall: [primary]
    sms: [Alice, Wei]
    voice: [primary]
    call_after: 30s
    webhooks: [{url: "http://%s/hook", secret_file: hook.key}]

sms:
  providers:
    - {name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: "http://%s"}
voice:
  providers:
    - {name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: "http://%s"}
`, listen, open, ownURL(listen), filepath.Join(w.dir, dataFolder), accounts,
		idOrders, capacityConnections, capacitySubscriptions, capacitySendTPS, day(200), w.orders.address,
		idPayments, paymentsConnections, paymentsSubscriptions, paymentsSendTPS, day(5), w.payments.address,
		day(40), found, numberAlice, alice, numberWei, w.hook.address, accountSID, w.phone.address, accountSID, w.phone.address)
	for name, content := range map[string]string{
		"brimwatch.yml": text, "twilio.token": authToken, "hook.key": hookKey,
		keyIDFile: cloudKeyID, keySecretFile: cloudKeySecret, lowKeyIDFile: lowKeyID, lowKeySecretFile: lowKeySecret,
	} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("write the demo's configuration: %w", err)
		}
	}
	return filepath.Join(w.dir, "brimwatch.yml"), nil
}

// ownURL is where programs of this machine find the pages that listen at an address.
func ownURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if addr, fault := netip.ParseAddr(host); err == nil && (host == "" || fault == nil && addr.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// day is a date some days from now.
func day(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
