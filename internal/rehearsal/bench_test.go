package rehearsal

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
)

// bigFleet is a configuration of many instances: most are subscriptions whose terms end through
// the year, and which nobody renews.
func bigFleet(tb testing.TB, instances int) *config.Snapshot {
	var b strings.Builder
	b.WriteString(`contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai, quiet_hours: {from: "22:00", to: "08:00", except: [critical]}}
  - {name: anna, phone: "+491701234567", language: en, time_zone: Europe/Berlin}
  - {name: bob, phone: "+15005550009", language: en}
sms:
  providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]
  limits: {price_per_segment: 0.05}
receivers:
  - {name: acme, sms: [wei]}
  - {name: globex, sms: [anna]}
  - {name: initech, sms: [bob], webhooks: [{url: "http://127.0.0.1:1/hook"}]}
alarms: {notify: [initech]}
accounts:
`)
	const perAccount = 100
	for n := range (instances + perAccount - 1) / perAccount {
		fmt.Fprintf(&b, "  - {name: acct-%d, time_zone: %s, notify: [%s], balance: {amount: 5000, currency: CNY}, low_balance: 1000}\n",
			n, []string{"Asia/Shanghai", "Europe/Berlin", "UTC"}[n%3], []string{"acme", "globex", "initech"}[n%3])
	}
	b.WriteString("instances:\n")
	from := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	kinds := []struct{ product, edition, method string }{
		{"mqtt", "basic", "subscription"}, {"rocketmq", "professional", "subscription"}, {"iot", "enterprise", "subscription"}, {"redis", "community", "subscription"},
		{"mqtt", "basic", "subscription"}, {"redis", "community", "subscription"}, {"rocketmq", "platinum-4", "subscription"}, {"mqtt", "professional", "payg"},
	}
	for n := range instances {
		k := kinds[n%len(kinds)]
		fmt.Fprintf(&b, "  - {id: i-%05d, name: Orders %d, account: acct-%d, product: %s, edition: %s, billing: {method: %s", n, n, n/perAccount, k.product, k.edition, k.method)
		if k.method == "subscription" {
			fmt.Fprintf(&b, ", expires: %s, auto_renew: %v", from.AddDate(0, 0, n*37%365).Format(time.DateOnly), n%5 == 0)
		}
		b.WriteString("}}\n")
	}
	return load(tb, b.String())
}

// BenchmarkYear rehearses a year of a large fleet. docs/rehearsal.md has the figures.
func BenchmarkYear(b *testing.B) {
	for _, instances := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprintf("instances=%d", instances), func(b *testing.B) {
			s := bigFleet(b, instances)
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				most := uint64(0)
				began := time.Now()
				report, err := Run(b.Context(), Options{
					Snapshot: s, Accounts: s.AccountList(), From: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC), Days: 365,
					Day: func(d *Day) error {
						if d.Begins.Day() == 1 {
							runtime.ReadMemStats(&after)
							most = max(most, after.HeapInuse)
						}
						return nil
					},
				})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(report.Messages), "messages")
				b.ReportMetric(float64(report.Unheard), "unheard")
				b.ReportMetric(time.Since(began).Seconds(), "s/year")
				b.ReportMetric(float64(most-min(before.HeapInuse, most))/1e6, "MB")
			}
		})
	}
}
