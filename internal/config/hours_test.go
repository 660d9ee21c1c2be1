package config

import (
	"fmt"
	"testing"
)

// TestCalendarAt: when people are told of steps of the calendar.
func TestCalendarAt(t *testing.T) {
	shown := func(minutes *int) string {
		if minutes == nil {
			return "off"
		}
		return fmt.Sprintf("%02d:%02d", *minutes/60, *minutes%60)
	}
	for given, want := range map[string]string{
		"": "09:00", "calendar_at: \"08:30\"": "08:30", "calendar_at: off": "off", "calendar_at: \"\"": "off", "calendar_at:": "09:00", "calendar_at: \"00:00\"": "00:00",
	} {
		hook := given
		if given == "" || given == "calendar_at:" {
			hook = "timeout: 5s"
		}
		s := mustLoad(t, files(t, "brimwatch.yml", `
accounts: [{name: acme}]
receivers: [{name: r, webhooks: [{url: "http://127.0.0.1:1", `+hook+`}]}]
alarms:
  notify: [r]
  `+given+`
instances: [{id: a, account: acme, product: mqtt, edition: basic, billing: {expires: 2099-12-31}}]
`))
		if got := shown(s.CalendarAt); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
		if got := shown(s.Instances[0].Calendar.Expiry.Hour); got != want {
			t.Errorf("%s: the rules have %s, want %s", given, got, want)
		}
		hookWant := want
		if hook == "timeout: 5s" {
			hookWant = "off" // machines hear at once, unless they are to wait
		}
		if got := shown(s.Receivers[0].Webhooks[0].CalendarAt); got != hookWant {
			t.Errorf("%s: a webhook has %s, want %s", given, got, hookWant)
		}
	}
}
