package daemon

import (
	"fmt"
	"strings"
	"time"
)

// yearFleet is a fleet of 200 instances of all kinds, and what its owners do with
// it through a year.
type yearFleet struct {
	accounts  []*yearAccount
	instances []*yearInstance
	start     time.Time
}

// yearAccount pays for instances.
type yearAccount struct {
	name, zone, currency string
	balance, mark        string
}

// yearInstance is one instance and its owner's habits.
type yearInstance struct {
	id, account, product, edition, method string
	expires                               time.Time // the last day; zero is none
	autoRenew, downgrade, frozen, gone    bool
	habit                                 habit
	plan                                  time.Time // when the owner acts next on this term; zero is never
	months                                int       // length of a term
}

// habit is how an owner treats the end of a term.
type habit string

// The habits.
const (
	early     habit = "renews three weeks ahead"
	warned    habit = "renews five days ahead"
	late      habit = "renews three days after"
	rescued   habit = "renews shortly before the release"
	forgets   habit = "never renews, and takes it out ten days after it is gone"
	automatic habit = "is renewed automatically"
	failing   habit = "automatic renewal fails; renews two days ahead"
	flipping  habit = "the list tells the old date again after the renewal"
	none      habit = "has no term"
)

// newYearFleet makes the fleet as it is at start.
func newYearFleet(start time.Time) *yearFleet {
	f := &yearFleet{start: start, accounts: []*yearAccount{
		{name: "acme", zone: "Asia/Shanghai", currency: "CNY", balance: "5000", mark: "1000"},
		{name: "globex", zone: "Europe/Berlin", currency: "EUR", balance: "900", mark: "200"},
		{name: "initech", zone: "UTC", currency: "USD", balance: "10000", mark: "0"},
	}}
	for _, kind := range []struct {
		prefix, product, edition, method string
		count, months                    int
	}{
		{"mqtt", "mqtt", "basic", "subscription", 40, 12},
		{"mqtt-payg", "mqtt", "professional", "payg", 10, 0},
		{"rmq4", "rocketmq", "platinum-4", "subscription", 20, 12},
		{"rmq4-std", "rocketmq", "standard-4", "payg", 10, 0},
		{"rmq5", "rocketmq", "professional", "subscription", 20, 6},
		{"rmq5-payg", "rocketmq", "standard", "payg", 10, 0},
		{"iot", "iot", "enterprise", "subscription", 30, 12},
		{"iot-new", "iot", "public-new", "free", 10, 0},
		{"iot-old", "iot", "public-legacy", "payg", 10, 0},
		{"redis", "redis", "community", "subscription", 30, 12},
		{"redis-payg", "redis", "community", "payg", 10, 0},
	} {
		for n := range kind.count {
			f.add(kind.prefix, kind.product, kind.edition, kind.method, n, kind.months)
		}
	}
	return f
}

func (f *yearFleet) add(prefix, product, edition, method string, n, months int) {
	habits := []habit{early, early, early, early, early, early, warned, late, forgets, rescued, automatic, automatic, automatic, failing, flipping, early}
	in := &yearInstance{
		id: fmt.Sprintf("%s-%02d", prefix, n+1), product: product, edition: edition, method: method, months: months, habit: none,
		account: f.accounts[n%len(f.accounts)].name,
	}
	if method == "subscription" {
		in.habit = habits[n%len(habits)]
		in.expires = f.start.AddDate(0, 0, 20+n*37%330)
		in.autoRenew = in.habit == automatic || in.habit == failing
		in.downgrade = product == "rocketmq" && edition == "platinum-4" && n%2 == 0
		in.intend()
	}
	f.instances = append(f.instances, in)
}

// intend notes when the owner acts on the present term.
func (in *yearInstance) intend() {
	end := in.expires.AddDate(0, 0, 1)
	days := map[habit]int{early: -21, warned: -5, late: 3, rescued: 6, automatic: -9, failing: -2, flipping: -4}
	if d, acts := days[in.habit]; acts {
		in.plan = end.AddDate(0, 0, d).Add(10 * time.Hour)
		return
	}
	in.plan = end.AddDate(0, 0, 40) // long after every release
}

// act does what owners do until now, and tells whether anything changed.
func (f *yearFleet) act(now time.Time) bool {
	changed := false
	for _, in := range f.instances {
		if in.plan.IsZero() || now.Before(in.plan) || in.gone {
			continue
		}
		changed = true
		switch {
		case in.habit == forgets:
			in.gone = true
		case in.habit == flipping && in.plan.Hour() != 12:
			// Renewed, the old date two hours later, and the new one again.
			in.expires, in.plan = in.expires.AddDate(0, in.months, 0), in.plan.Add(time.Hour)
			if in.plan.Hour() == 11 {
				in.months = -in.months
			}
		case in.habit == flipping:
			in.months = max(in.months, -in.months)
			in.expires = in.expires.AddDate(0, in.months, 0)
			in.intend()
		default:
			in.expires = in.expires.AddDate(0, in.months, 0)
			in.intend()
		}
	}
	return changed
}

// yaml writes the configuration of the present day.
func (f *yearFleet) yaml() string {
	var b strings.Builder
	b.WriteString(`server: {listen: "127.0.0.1:0"}
storage: {dir: DIR}
contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}
  - {name: anna, phone: "+491701234567", language: en, time_zone: Europe/Berlin}
  - {name: bob, phone: "+15005550009", language: en}
sms: {providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]}
receivers:
  - {name: acme, sms: [wei]}
  - {name: globex, sms: [anna]}
  - {name: initech, sms: [bob]}
alarms: {notify: [initech]}
accounts:
`)
	for _, a := range f.accounts {
		fmt.Fprintf(&b, "  - {name: %s, time_zone: %s, notify: [%s], balance: {amount: %s, currency: %s}, low_balance: %s", a.name, a.zone, a.name, a.balance, a.currency, a.mark)
		b.WriteString("}\n")
	}
	b.WriteString("instances:\n")
	for _, in := range f.instances {
		if in.gone {
			continue
		}
		fmt.Fprintf(&b, "  - {id: %s, account: %s, product: %s, edition: %s, billing: {method: %s", in.id, in.account, in.product, in.edition, in.method)
		if !in.expires.IsZero() {
			fmt.Fprintf(&b, ", expires: %s, auto_renew: %v", in.expires.Format(time.DateOnly), in.autoRenew)
		}
		if in.downgrade {
			b.WriteString(", post_expiration: downgrade")
		}
		if in.frozen {
			b.WriteString(", frozen: true")
		}
		b.WriteString("}}\n")
	}
	return b.String()
}
