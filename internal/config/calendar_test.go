package config

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// days writes the steps of a rule: "7 3 1 0".
func days(l *alarm.Leads) string {
	if l == nil {
		return "off"
	}
	var out []string
	for _, b := range l.Before {
		out = append(out, strconv.Itoa(int(b/day)))
	}
	if l.Severity != "" {
		out = append(out, string(l.Severity))
	}
	return strings.Join(out, " ")
}

func TestCalendarRules(t *testing.T) {
	const head = `
accounts: [{name: acme}, {name: globex}]
instances:
  - {id: a, account: acme, product: mqtt, edition: basic, labels: {env: test}%s}
`
	tests := []struct {
		name, alarms, own string
		rule              func(*alarm.CalendarRules) *alarm.Leads
		want              string
	}{
		{"built in", "", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Expiry }, "7 3 1 0"},
		{"built in, suspension", "", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Suspension }, "1 0"},
		{"built in, release", "", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Release }, "7 3 1 0"},
		{"built in, cannot renew", "", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.CannotRenew }, "30"},
		{"for all, in any order", "expiry: {before: [0d, 30d, 14d, 14d]}", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Expiry }, "30 14 0"},
		{"another rule is as it was", "expiry: {before: [30d]}", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Release }, "7 3 1 0"},
		{"by product", "overrides: [{match: {product: mqtt}, expiry: {before: [5d]}}]", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Expiry }, "5"},
		{"by account, and another account", "overrides: [{match: {account: acme}, release: {enabled: false}}, {match: {account: globex}, expiry: {enabled: false}}]", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Release }, "off"},
		{"by label; the later one wins", "overrides: [{match: {product: mqtt}, expiry: {before: [5d]}}, {match: {labels: {env: test}}, expiry: {before: [2d], severity: info}}]", "", func(r *alarm.CalendarRules) *alarm.Leads { return r.Expiry }, "2 info"},
		{"its own wins over all", "overrides: [{match: {instance: a}, expiry: {enabled: false}}]", ", alarms: {expiry: {enabled: true, before: [60d]}}", func(r *alarm.CalendarRules) *alarm.Leads { return r.Expiry }, "60"},
		{"switched off by itself", "", ", alarms: {suspension: {enabled: false}, connections: {threshold: 80%}}", func(r *alarm.CalendarRules) *alarm.Leads { return r.Suspension }, "off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := fmt.Sprintf(head, tt.own)
			if tt.alarms != "" {
				text += "alarms:\n  " + tt.alarms + "\n"
			}
			s := mustLoad(t, files(t, "brimwatch.yml", text))
			if got := days(tt.rule(s.Instances[0].Calendar)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestAccountRules: rules about accounts follow what is said for all and for the
// account, and not what is said for some of its instances.
func TestAccountRules(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", `
accounts: [{name: acme}, {name: globex}]
instances: [{id: a, account: acme, product: mqtt, edition: basic}]
alarms:
  low_balance: {repeat: 2d}
  forecast: {within: 14d}
  shortfall: {within: 10d, repeat: 3d}
  overrides:
    - {match: {account: globex}, low_balance: {enabled: false}, shortfall: {enabled: false}}
    - {match: {product: mqtt}, overdue: {enabled: false}}
    - {match: {account: acme}, overdue: {severity: info}}
`))
	acme, globex := s.Payers["acme"], s.Payers["globex"]
	if s := acme.Shortfall; s == nil || s.Within != 10*day || s.Rule.Repeat != 3*day || s.Rule.Levels[0].Severity != alarm.Warning || globex.Shortfall != nil {
		t.Errorf("shortfall: %+v, %+v", acme.Shortfall, globex.Shortfall)
	}
	if acme.LowBalance == nil || acme.LowBalance.Repeat != 48*time.Hour || globex.LowBalance != nil {
		t.Errorf("low balance: %+v, %+v", acme.LowBalance, globex.LowBalance)
	}
	if acme.Overdue == nil || acme.Overdue.Levels[0].Severity != alarm.Info || globex.Overdue.Levels[0].Severity != alarm.Critical {
		t.Errorf("overdue: %+v, %+v", acme.Overdue, globex.Overdue)
	}
	c := s.Instances[0].Calendar
	if c.Forecast == nil || c.Forecast.Within != 14*day || c.Forecast.Rule.Levels[0].Severity != alarm.Info {
		t.Errorf("forecast: %+v", c.Forecast)
	}
	if len(s.Warnings) > 0 && strings.Contains(fmt.Sprint(s.Warnings), "override") {
		t.Errorf("warnings: %v", s.Warnings)
	}
}

// TestDaysOfATerm: dates are days of the account's zone, which begin at their first moment.
func TestDaysOfATerm(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", `
accounts: [{name: acme, time_zone: America/Santiago}]
instances:
  - {id: a, account: acme, product: mqtt, edition: basic, billing: {expires: 2026-09-05}}
  - {id: b, account: acme, product: mqtt, edition: basic, billing: {method: payg, overdue_since: 2026-09-06, confirmed: 2026-09-05}}
  - {id: c, account: acme, product: mqtt, edition: basic, billing: {method: payg, confirmed: "2026-09-05T08:00:00Z"}}
`))
	want := time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC) // one o'clock: the clock leaves out midnight
	a, b, c := s.Instances[0].Term, s.Instances[1].Term, s.Instances[2].Term
	if !a.Expires.Equal(want) || !b.OverdueSince.Equal(want) || !b.Confirmed.Equal(want) || !c.Confirmed.Equal(time.Date(2026, 9, 5, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("%s, %s, %s, %s; want %s", a.Expires, b.OverdueSince, b.Confirmed, c.Confirmed, want)
	}
}
