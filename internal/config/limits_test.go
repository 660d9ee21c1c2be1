package config

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// texting is a configuration with a person who is told of so many instances.
func texting(instances int, limits string) string {
	var b strings.Builder
	b.WriteString(`contacts: [{name: wei, phone: "+8613800138000", daily_test: "09:00"}, {name: li, phone: "+8613900139000"}]
receivers: [{name: oncall, sms: [wei]}, {name: also, sms: [wei]}, {name: managers, sms: [li]}]
alarms: {notify: [oncall, also]}
sms:
  providers: [{name: t, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_file: token, from: "+15005550006"}]
  limits: {` + limits + `}
instances:
`)
	for i := range instances {
		fmt.Fprintf(&b, "  - {id: i%d, product: mqtt, edition: basic}\n", i)
	}
	return b.String()
}

// warningsWith loads a configuration and returns its warnings that hold a word.
func warningsWith(t *testing.T, text, word string) []string {
	t.Helper()
	var out []string
	for _, w := range mustLoad(t, files(t, "brimwatch.yml", text, "token", "hush")).Warnings {
		if strings.Contains(w.Error(), word) {
			out = append(out, w.Error())
		}
	}
	return out
}

func TestFloods(t *testing.T) {
	for _, tt := range []struct {
		name      string
		instances int
		limits    string
		want      string
	}{
		{"a small fleet", 99, "", ""},
		{"a large one", 100, "", "wei is told of 100 instances: when many fail together, that may be up to 1440 text messages a day; set sms.limits.per_contact, such as 10/h, or tell of them by webhook"},
		{"with a cap that is enough", 100, "per_contact: 20/h", ""},
		{"with one that is not", 100, "per_contact: 30/h, price_per_segment: 0.05", "that may be up to 720 text messages a day, which costs 36.00; set"},
		{"with a cap of the day", 100, "per_day: 500", "up to 500 text messages a day"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := warningsWith(t, texting(tt.instances, tt.limits), "is told of")
			if (tt.want == "") != (len(got) == 0) || len(got) > 1 || tt.want != "" && !strings.Contains(got[0], tt.want) {
				t.Errorf("warnings %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnpriced(t *testing.T) {
	const late = "a message costs nothing until the provider t names its price"
	if got := warningsWith(t, texting(1, "money_per_month: 200"), late); len(got) != 1 {
		t.Errorf("without a price: %q", got)
	}
	if got := warningsWith(t, texting(1, "money_per_month: 200, price_per_segment: 0.05"), late); len(got) != 0 {
		t.Errorf("with one: %q", got)
	}
}

// TestLimitsAndPeople reads what is said of limits, of drills and of who is told.
func TestLimitsAndPeople(t *testing.T) {
	text := texting(1, "money_per_month: 200, price_per_segment: 0.05, warn: [managers]") + `
heartbeat: {url_file: ping}
drill: {every: 30d}
`
	s := mustLoad(t, files(t, "brimwatch.yml", text, "token", "hush", "ping", "https://hc.example.com/very-secret\n"))
	if l := s.SMS.Limits; l.MoneyPerMonth != 200_000_000 || l.PricePerSegment != 50_000 || fmt.Sprint(l.Warn) != "[managers]" {
		t.Errorf("limits %+v", l)
	}
	if got := fmt.Sprint(s.Fallback); got != "[oncall also]" {
		t.Errorf("without alarms.fallback those of alarms.notify are told: %s", got)
	}
	if h := s.Heartbeat; h == nil || h.URL.Reveal() != "https://hc.example.com/very-secret" || h.Every != time.Minute || h.Method != http.MethodGet {
		t.Errorf("heartbeat %+v", h)
	}
	if s.Drill != (Drill{30 * 24 * time.Hour, 600}) {
		t.Errorf("drill %+v", s.Drill)
	}
	if wei, li := s.Contacts[0], s.Contacts[1]; wei.DailyTest == nil || *wei.DailyTest != 540 || li.DailyTest != nil {
		t.Errorf("daily tests %v, %v", wei.DailyTest, li.DailyTest)
	}
	if shown := fmt.Sprintf("%v %+v %#v", s.Heartbeat, *s.Heartbeat, *s.Heartbeat); strings.Contains(shown, "very-secret") {
		t.Errorf("the URL is printed: %s", shown)
	}

	next := mustLoad(t, files(t, "brimwatch.yml", strings.NewReplacer("30d", "31d", "ping}", "ping, every: 5m}", "alarms: {", "alarms: {fallback: [managers], ").Replace(text), "token", "hush", "ping", "https://hc.example.com/very-secret\n"))
	if got := fmt.Sprint(Diff(s, next).Sections); got != "[alarms heartbeat drill]" {
		t.Errorf("changed: %s", got)
	}
}
