package config

import (
	"strings"
	"testing"
)

// warningsOf loads one file and returns its warnings, a line each, without its
// folder.
func warningsOf(t *testing.T, text string) string {
	t.Helper()
	path := files(t, "brimwatch.yml", text)
	s := mustLoad(t, path)
	return strings.ReplaceAll(Faults(s.Warnings).Error(), path, "brimwatch.yml")
}

// TestAlarmsThatReachNobody: an instance or an account with alarms and without a
// receiver gets a warning.
func TestAlarmsThatReachNobody(t *testing.T) {
	const two = "receivers: [{name: r, webhooks: [{url: \"http://h/r\"}]}, {name: s, webhooks: [{url: \"http://h/s\"}]}]\nalarms: {notify: [r]}\n"
	const noDefault = "receivers: [{name: r, webhooks: [{url: \"http://h/r\"}]}, {name: s, webhooks: [{url: \"http://h/s\"}]}]\n"
	const dated = "billing: {expires: 2099-12-31}"
	for _, tt := range []struct{ name, text, want string }{
		{"a calendar without a receiver", "instances: [{id: a, product: mqtt, edition: basic, " + dated + "}]\n",
			"brimwatch.yml:1:13: instances[0]: nobody is told of the calendar of this instance: there is no receiver"},
		{"a calendar, and nobody to hear of it by default", noDefault + "instances: [{id: a, product: mqtt, edition: basic, " + dated + "}]\n",
			"brimwatch.yml:2:13: instances[0]: nobody is told of the calendar of this instance: give it notify, or say who is told by default in alarms.notify"},
		{"a calendar of which nobody is to hear", two + "instances: [{id: a, product: mqtt, edition: basic, notify: [], " + dated + "}]\n",
			"brimwatch.yml:3:13: instances[0]: nobody is told of the calendar of this instance: its list of receivers is empty"},
		{"a calendar of an account of which nobody is to hear", two + "accounts: [{name: acme, notify: []}]\ninstances: [{id: a, account: acme, product: mqtt, edition: basic, " + dated + "}]\n",
			"brimwatch.yml:4:13: instances[0]: nobody is told of the calendar of this instance: its list of receivers is empty"},
		{"a source without a receiver", "instances: [{id: a, product: redis, edition: x, source: {type: redis, url: \"redis://h\"}}]\nproducts: {redis: {editions: {x: {capacity: {connections: 1}}}}}\n",
			"brimwatch.yml:1:13: instances[0]: nobody is told of this instance: there is no receiver"},
		{"a balance without a receiver", "accounts: [{name: acme, low_balance: 5, balance: {amount: 7, currency: CNY}}]\ninstances: [{id: a, product: mqtt, account: acme, notify: [r]}]\n" + noDefault,
			"brimwatch.yml:1:12: accounts[0]: nobody is told of this account: give it notify, or say who is told by default in alarms.notify"},
		{"an overdue account without a receiver", "accounts: [{name: acme, overdue_since: 2026-11-01}]\n" + noDefault,
			"brimwatch.yml:1:12: accounts[0]: nobody is told of this account: give it notify, or say who is told by default in alarms.notify"},
		{"the account of a cloud without a receiver", "accounts: [{name: acme, provider: aliyun}]\n",
			"brimwatch.yml:1:12: accounts[0]: nobody is told of this account: there is no receiver"},
		{"an account of which nobody is to hear", two + "accounts: [{name: acme, provider: aliyun, notify: []}]\n",
			"brimwatch.yml:3:12: accounts[0]: nobody is told of this account: its list of receivers is empty"},
		{"alarms without a receiver", "alarms: {capacity: {threshold: 80%}}\n", "brimwatch.yml:1:9: alarms: nobody is told of an alarm: there is no receiver"},
		{"discovery without a receiver", "accounts: [{name: acme, provider: aliyun, discover: {regions: [cn-hangzhou]}}]\n",
			"brimwatch.yml:1:1: (file): nobody is told of an alarm: there is no receiver"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := warningsOf(t, tt.text); lines(got, tt.want) != 1 {
				t.Errorf("want once: %s\ngot\n%s", tt.want, got)
			}
		})
	}
	for _, tt := range []struct{ name, text string }{
		{"a calendar with a receiver", two + "instances: [{id: a, product: mqtt, edition: basic, " + dated + "}]\n"},
		{"accounts with receivers of their own", noDefault + "accounts: [{name: acme, provider: aliyun, notify: [r]}]\ninstances: [{id: a, account: acme, product: mqtt, edition: basic, " + dated + "}]\n"},
		{"an account that is only a name", "accounts: [{name: acme}]\n"},
		{"an account whose alarms are off", "accounts: [{name: acme, overdue_since: 2026-11-01}]\nalarms: {notify: [], overdue: {enabled: false}, low_balance: {enabled: false}}\nreceivers: [{name: r, webhooks: [{url: \"http://h/r\"}]}]\n"},
		{"nothing but a name of an instance's account", noDefault + "accounts: [{name: acme}]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := warningsOf(t, tt.text); strings.Contains(got, "nobody is told") {
				t.Errorf("warned:\n%s", got)
			}
		})
	}
}
