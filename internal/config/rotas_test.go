package config

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier/mute"
)

// manned is a configuration with one rota.
func manned(rota string) string {
	return `
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
contacts: [{name: wei, phone: "+8613800138000"}, {name: li, phone: "+8613900139000"}]
oncall: [{name: primary, people: [wei, li], ` + rota + `}]
receivers: [{name: oncall, oncall: [primary]}]
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: hush-hush, from: "+15005550006"}]}
`
}

func TestHandOver(t *testing.T) {
	tests := []struct {
		name, rota  string
		first       string // date on which the first takes over
		days, hours int
	}{
		{name: "nothing is said", rota: "", first: "1970-01-05", days: 7, hours: 9},
		{name: "another day of the week", rota: `hand_over: "Wed 10:00"`, first: "1970-01-07", days: 7, hours: 10},
		{name: "a day in full", rota: `hand_over: "sunday 10:00"`, first: "1970-01-11", days: 7, hours: 10},
		{name: "daily", rota: `rotate: daily, hand_over: "18:00"`, first: "1970-01-05", days: 1, hours: 18},
		{name: "two weeks from a date", rota: `rotate: 14d, starts: 2026-12-01, hand_over: "Mon 09:00"`, first: "2026-12-07", days: 14, hours: 9},
		{name: "from a date that is the day", rota: `starts: 2026-11-30, hand_over: "Mon 09:00"`, first: "2026-11-30", days: 7, hours: 9},
		{name: "from a date, without a day", rota: `starts: 2026-12-01`, first: "2026-12-01", days: 7, hours: 9},
		{name: "every three days", rota: `rotate: 3d, starts: 2026-12-01`, first: "2026-12-01", days: 3, hours: 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mustLoad(t, files(t, "brimwatch.yml", manned(tt.rota))).Rotas[0]
			if got := r.First.Format(time.DateOnly); got != tt.first || r.Days != tt.days || r.Minute != tt.hours*60 {
				t.Errorf("first on %s, every %d days, minute %d; want %s, %d, %d", got, r.Days, r.Minute, tt.first, tt.days, tt.hours*60)
			}
		})
	}
}

func TestOverrideOfDays(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", manned(
		`time_zone: Asia/Shanghai, overrides: [{from: 2026-12-24, to: 2026-12-26, person: li}, {from: "2026-12-25T08:00:00+08:00", to: "2026-12-25T20:00:00+08:00"}]`)))
	r := &s.Rotas[0]
	var got []string
	for _, o := range r.Overrides {
		got = append(got, o.From.In(r.Zone).Format("02 15:04")+" to "+o.To.In(r.Zone).Format("02 15:04")+" "+o.Person)
	}
	if diff := cmp.Diff([]string{"24 00:00 to 27 00:00 li", "25 08:00 to 25 20:00 "}, got); diff != "" {
		t.Errorf("overrides (-want +got):\n%s", diff)
	}
}

func TestGaps(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", manned(`time_zone: Asia/Shanghai, overrides: [{from: 2026-12-24, to: 2026-12-26}]`)))
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	gaps := s.Gaps(now, now.AddDate(0, 0, 90))
	if len(gaps) != 1 || !strings.HasPrefix(gaps[0].Reason, "nobody is on call in primary from Thu 24 Dec 2026 00:00 to Sun 27 Dec 2026 00:00 (Asia/Shanghai)") ||
		gaps[0].Line != 4 || gaps[0].Path != "oncall[0]" {
		t.Errorf("gaps: %v", gaps)
	}
	if gaps := s.Gaps(now, now.AddDate(0, 0, 20)); gaps != nil {
		t.Errorf("gaps before the gap: %v", gaps)
	}
}

func TestWarnOfRotas(t *testing.T) {
	text := manned("") + `
include: [more.yml]
`
	s := mustLoad(t, files(t, "brimwatch.yml", text, "more.yml", "oncall: [{name: secondary, people: [li]}]\n"))
	if !slices.ContainsFunc(s.Warnings, func(f Fault) bool {
		return f.Reason == "no receiver names the rota secondary, so nobody is told by it"
	}) {
		t.Errorf("warnings: %v", s.Warnings)
	}
	for _, f := range s.Warnings {
		if strings.Contains(f.Reason, "is in no receiver") {
			t.Errorf("who is in a rota is warned of: %v", f)
		}
	}
}

const muted = `
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
time_intervals:
  - name: off
    time_intervals:
      - {weekdays: [saturday, sunday], location: Asia/Shanghai}
      - {times: [{start_time: "22:00", end_time: "24:00"}], days_of_month: ['-3:-1'], months: [december, '1:2'], years: ['2026']}
contacts: [{name: wei, phone: "+8613800138000", mute_times: [{name: off, except: [critical]}]}]
receivers:
  - {name: oncall, sms: [wei], mute_times: [off], escalate: [{after: 15m, to: [managers]}]}
  - {name: managers, sms: [wei]}
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: hush-hush, from: "+15005550006"}]}
`

func TestMuteTimes(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", muted))
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	off := []mute.Interval{
		{Weekdays: []mute.Range{{From: 6, To: 6}, {From: 0, To: 0}}, Zone: shanghai},
		{
			Times: []mute.Range{{From: 22 * 60, To: 24 * 60}}, DaysOfMonth: []mute.Range{{From: -3, To: -1}},
			Months: []mute.Range{{From: 12, To: 12}, {From: 1, To: 2}}, Years: []mute.Range{{From: 2026, To: 2026}}, Zone: time.UTC,
		},
	}
	same := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff([]MuteTime{{Name: "off", Intervals: off, Except: []alarm.Severity{alarm.Critical}}}, s.Contacts[0].Mute, same); diff != "" {
		t.Errorf("of the contact (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]MuteTime{{Name: "off", Intervals: off}}, s.Receivers[0].Mute, same); diff != "" {
		t.Errorf("of the receiver (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Escalation{{After: 15 * time.Minute, To: []string{"managers"}}}, s.Receivers[0].Escalate); diff != "" {
		t.Errorf("escalation (-want +got):\n%s", diff)
	}
	for _, w := range s.Warnings {
		if strings.Contains(w.Reason, "no instance notifies") {
			t.Errorf("who is escalated to is warned of: %v", w)
		}
	}
}

// TestExampleOfThePage loads the example of docs/oncall.md.
func TestExampleOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/oncall.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/oncall.md has no example")
	}
	s := mustLoad(t, files(t, "brimwatch.yml", example+`
instances: [{id: a, product: mqtt, capacity: {connections: 100}, source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token_file: token, from: "+15005550006"}]}
`, "token", "secret"))
	if len(s.Rotas) != 1 || len(s.Receivers) != 3 || len(s.Warnings) != 0 {
		t.Errorf("%d rotas, %d receivers, warnings %v", len(s.Rotas), len(s.Receivers), s.Warnings)
	}
}

func TestDiffOfPeople(t *testing.T) {
	before := mustLoad(t, files(t, "brimwatch.yml", manned("")))
	next := mustLoad(t, files(t, "brimwatch.yml", manned("rotate: daily")))
	if got := Diff(before, next).Sections; !slices.Equal(got, []string{"oncall"}) {
		t.Errorf("another rota changes %v", got)
	}
	before = mustLoad(t, files(t, "brimwatch.yml", muted))
	next = mustLoad(t, files(t, "brimwatch.yml", strings.Replace(muted, "saturday, ", "", 1)))
	if got := Diff(before, next).Sections; !slices.Equal(got, []string{"contacts", "receivers"}) {
		t.Errorf("another time interval changes %v", got)
	}
}
