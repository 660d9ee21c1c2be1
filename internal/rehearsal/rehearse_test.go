package rehearsal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/test/golden"
)

const people = `contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai, quiet_hours: {from: "22:00", to: "08:00", except: [critical]}}
  - {name: anna, phone: "+491701234567", language: en, time_zone: Europe/Berlin, quiet_hours: {from: "22:00", to: "07:00"}}
sms:
  providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]
  limits: {price_per_segment: 0.05}
`

const smallFleet = people + `receivers:
  - {name: acme, sms: [wei], escalate: [{after: 15m, to: [globex]}]}
  - {name: globex, sms: [anna], webhooks: [{url: "http://127.0.0.1:1/hook"}]}
accounts:
  - {name: acme, time_zone: Asia/Shanghai, notify: [acme], low_balance: 1000, balance: {amount: 5000, currency: CNY}}
  - {name: globex, time_zone: Europe/Berlin, notify: [globex]}
instances:
  - {id: mqtt-1, name: Orders, account: acme, product: mqtt, edition: basic, billing: {method: subscription, expires: 2031-03-10}}
  - {id: mqtt-2, name: Payments, account: acme, product: mqtt, edition: professional, billing: {method: payg}}
  - {id: redis-1, account: globex, product: redis, edition: community, billing: {method: subscription, expires: 2031-03-08, auto_renew: true}}
  - {id: iot-1, product: iot, edition: enterprise, billing: {method: subscription, expires: 2031-03-05}}
`

func march(day int) time.Time { return time.Date(2031, 3, day, 0, 0, 0, 0, time.UTC) }

// rehearse runs a rehearsal from the first of March on, and returns it as text.
func rehearse(t *testing.T, s *config.Snapshot, days int, change ...func(*Options)) (string, *Report) {
	t.Helper()
	o := Options{Snapshot: s, Accounts: s.AccountList(), From: march(1), Days: days}
	for _, f := range change {
		f(&o)
	}
	var b bytes.Buffer
	w := NewText(&b, &o, nil, nil)
	o.Day = w.Day
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.End(report); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), s.Path, "brimwatch.yml"), report
}

// with adds what owners do.
func with(t *testing.T, kind ActKind, values ...string) func(*Options) {
	t.Helper()
	return func(o *Options) {
		for _, v := range values {
			a, err := ParseAct(kind, v)
			if err != nil {
				t.Fatal(err)
			}
			o.Acts = append(o.Acts, a)
		}
	}
}

func TestText(t *testing.T) {
	s := load(t, smallFleet)
	for _, tc := range []struct {
		name    string
		changes []func(*Options)
	}{
		{"alone", nil},
		{"renewed", []func(*Options){with(t, Renew, "mqtt-1=2031-03-09", "iot-1=2031-03-04:2031-04-05")}},
		{"unpaid", []func(*Options){with(t, Unpaid, "acme=2031-03-20"), with(t, Paid, "acme=2031-03-22")}},
		{"anna", []func(*Options){func(o *Options) { o.Person = "anna" }}},
		{"nobody_renews", []func(*Options){func(o *Options) { o.RenewalsFail = true }}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := rehearse(t, s, 45, tc.changes...)
			golden.Equal(t, tc.name+".txt", []byte(got))
			again, _ := rehearse(t, s, 45, tc.changes...)
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("another time it tells something else:\n%s", diff)
			}
		})
	}
}

// TestTextInChinese: all but the messages is Chinese. Here tests and drills are due, hours and a cap
// hold things, an instance has no receiver, and prices are not known.
func TestTextInChinese(t *testing.T) {
	s := load(t, `contacts:
  - {name: 小李, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai, quiet_hours: {from: "22:00", to: "08:00"}, daily_test: "11:00"}
  - {name: anna, phone: "+491701234567", language: en, time_zone: UTC}
drill: {every: 7d}
sms:
  providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]
  limits: {per_contact: 2/d}
receivers:
  - {name: acme, sms: [小李], escalate: [{after: 15m, to: [later]}]}
  - {name: later, sms: [anna]}
accounts:
  - {name: acme, time_zone: Asia/Shanghai, notify: [acme], low_balance: 1000, balance: {amount: 5000, currency: CNY}}
instances:
  - {id: mqtt-1, name: Orders, account: acme, product: mqtt, edition: basic, billing: {method: subscription, expires: 2031-03-04}}
  - {id: redis-1, name: 会话, account: acme, product: redis, edition: community, billing: {method: payg}}
  - {id: iot-1, product: iot, edition: enterprise, billing: {method: subscription, expires: 2031-03-05}}
`)
	o := Options{Snapshot: s, Accounts: s.AccountList(), From: march(1), Days: 8, RenewalsFail: true}
	with(t, Unpaid, "acme=2031-03-02")(&o)
	with(t, Renew, "iot-1=2031-03-06")(&o)
	var b bytes.Buffer
	w := NewText(&b, &o, []string{"The balance of acme is not known: it counts as enough."}, phrases.New().In(words.ZH))
	o.Day = w.Day
	report, err := Run(t.Context(), o)
	if err == nil {
		err = w.End(report)
	}
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "chinese.txt", []byte(strings.ReplaceAll(b.String(), s.Path, "brimwatch.yml")))
}

func TestJSON(t *testing.T) {
	s := load(t, smallFleet)
	o := Options{Snapshot: s, Accounts: s.AccountList(), From: march(1), Days: 12}
	var b bytes.Buffer
	w := NewJSON(&b, &o, []string{"a note"})
	o.Day = w.Day
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.End(report); err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(b.Bytes(), &read); err != nil {
		t.Fatalf("it is not JSON: %v", err)
	}
	golden.Equal(t, "rehearsal.json", b.Bytes())
}

// TestNothingLeaves: a rehearsal leaves nothing behind, and writes nothing to storage.dir.
func TestNothingLeaves(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	s := load(t, smallFleet)
	dir := filepath.Dir(s.Path)
	before := files(t, dir)
	if _, err := Load(s.Path, march(1)); err != nil {
		t.Fatal(err)
	}
	rehearse(t, s, 10)
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("beside the configuration:\n%s", diff)
	}
	if left := files(t, temporary); len(left) > 1 { // the folder itself
		t.Errorf("left behind: %q", left)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		out = append(out, fmt.Sprint(path, info.Size(), info.ModTime().UnixNano()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// told lists what is told and what nobody hears in some days from the first of March on.
func told(t *testing.T, o Options) (messages []Message, unheard []Unheard) {
	t.Helper()
	o.From, o.Accounts = march(1), o.Snapshot.AccountList()
	o.Day = func(d *Day) error {
		messages, unheard = append(messages, d.Messages...), append(unheard, d.Unheard...)
		return nil
	}
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if report.Unheard != len(unheard) || report.Messages != len(messages) {
		t.Errorf("it counts %d messages and %d that nobody hears, of %d and %d", report.Messages, report.Unheard, len(messages), len(unheard))
	}
	return messages, unheard
}

// lateRiser is somebody who is told nothing before noon.
const lateRiser = `contacts: [{name: anna, phone: "+491701234567", time_zone: UTC, quiet_hours: {from: "22:00", to: "12:00"}}]
sms:
  providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]
receivers: [{name: r, sms: [anna]}]
alarms: {notify: [r], calendar_at: "off"}
`

const oneInstance = "instances: [{id: a, product: redis, edition: community, billing: {method: subscription, expires: 2031-03-08}}]\n"

func TestWhatNobodyHears(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		acts       func(*Options)
		want       []string // of each that nobody hears: what, why
	}{
		{name: "somebody hears", text: lateRiser + oneInstance},
		{name: "no receiver", text: oneInstance, want: []string{"raised expiry: the instance a has no receiver"}},
		{
			name: "over before anybody was told", text: lateRiser + oneInstance, acts: with(t, Renew, "a=2031-03-02"),
			want: []string{"raised expiry: anna: the alarm ended while this was held (quiet hours)"},
		},
		{name: "an account without a receiver", text: "accounts: [{name: acme, time_zone: UTC}]\n", acts: with(t, Unpaid, "acme=2031-03-02"), want: []string{"raised overdue: the account acme has no receiver"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := Options{Snapshot: load(t, tc.text), Days: 4}
			if tc.acts != nil {
				tc.acts(&o)
			}
			_, unheard := told(t, o)
			var got []string
			for _, u := range unheard {
				got = append(got, fmt.Sprintf("%s %s: %s", u.Kind, u.Rule, u.Why))
				if u.Do == "" {
					t.Errorf("it does not say what to do about %s", u.Why)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsHeld(t *testing.T) {
	two := strings.Replace(oneInstance, "}]", "}, {id: b, product: mqtt, edition: basic, account: berlin, billing: {method: subscription, expires: 2031-03-08}}]", 1) +
		"accounts: [{name: berlin, time_zone: Europe/Berlin}]\n"
	anytime := strings.Replace(lateRiser, `, quiet_hours: {from: "22:00", to: "12:00"}`, "", 1)
	for _, tc := range []struct {
		name, text string
		want       string // why and since when the last message of the first three days is held
	}{
		{"not at all", anytime + oneInstance, ""},
		{"quiet hours", lateRiser + oneInstance, "2 Mar 00:00 quiet hours"},
		{"mute time", strings.Replace(anytime, "receivers: [{name: r, ", "time_intervals: [{name: mornings, time_intervals: [{times: [{start_time: \"00:00\", end_time: \"09:00\"}]}]}]\nreceivers: [{name: r, mute_times: [mornings], ", 1) + oneInstance, "2 Mar 00:00 mute time mornings"},
		{"a cap", strings.Replace(anytime, "receivers:", "  limits: {per_day: 1}\nreceivers:", 1) + two, "2 Mar 00:00 over the cap of a day: 1 text messages"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			messages, _ := told(t, Options{Snapshot: load(t, tc.text), Days: 3})
			if len(messages) == 0 {
				t.Fatal("nobody is told")
			}
			got := ""
			if m := messages[len(messages)-1]; m.Held != "" {
				got = m.HeldSince.Format("2 Jan 15:04 ") + m.Held
			}
			if got != tc.want {
				t.Errorf("held since %q, want %q", got, tc.want)
			}
		})
	}
}

func TestBadFlags(t *testing.T) {
	s := load(t, smallFleet)
	for _, tc := range []struct {
		kind  ActKind
		value string
		want  string
	}{
		{Renew, "mqtt-1", "--renew mqtt-1: write it as ID=DATE or ID=DATE:UNTIL, such as --renew mqtt-1=2026-12-03:2027-12-31"},
		{Renew, "=2031-03-02", "--renew =2031-03-02: write it as ID=DATE or ID=DATE:UNTIL, such as --renew mqtt-1=2026-12-03:2027-12-31"},
		{Renew, "mqtt-1=", "--renew mqtt-1=: write it as ID=DATE or ID=DATE:UNTIL, such as --renew mqtt-1=2026-12-03:2027-12-31"},
		{Renew, "mqtt-1=2031-02-29", `--renew mqtt-1=2031-02-29: "2031-02-29" is not a date: write it as 2026-12-31`},
		{Renew, "mqtt-1=2031-03-02:soon", `--renew mqtt-1=2031-03-02:soon: "soon" is not a date: write it as 2026-12-31`},
		{Renew, "mqtt-1=2031-03-02:2031-03-01", "--renew mqtt-1=2031-03-02:2031-03-01: the renewed term ends on 2031-03-01, before the day of the renewal"},
		{Renew, "mqtt-9=2031-03-02", `--renew mqtt-9=2031-03-02: there is no instance "mqtt-9" in brimwatch.yml`},
		{Renew, "mqtt-2=2031-03-02", "--renew mqtt-2=2031-03-02: mqtt-2 has no term to renew: its billing method is payg"},
		{Renew, "mqtt-1=2031-04-02", "--renew mqtt-1=2031-04-02: the rehearsal goes from 2031-03-01 to 2031-03-10"},
		{Unpaid, "acme", "--unpaid acme: write it as ACCOUNT=DATE, such as --unpaid acme=2026-12-03"},
		{Unpaid, "acme=2031-03-02:2031-03-03", "--unpaid acme=2031-03-02:2031-03-03: write it as ACCOUNT=DATE, such as --unpaid acme=2026-12-03"},
		{Paid, "initech=2031-03-02", `--paid initech=2031-03-02: there is no account "initech" in brimwatch.yml`},
	} {
		t.Run(tc.value, func(t *testing.T) {
			a, err := ParseAct(tc.kind, tc.value)
			if err == nil {
				o := Options{Snapshot: s, From: march(1), Days: 10, Acts: []Act{a}}
				_, err = Run(t.Context(), o)
			}
			if err == nil {
				t.Fatal("it is taken")
			}
			if got := strings.ReplaceAll(err.Error(), s.Path, "brimwatch.yml"); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	s := load(t, smallFleet)
	for _, tc := range []struct {
		name string
		o    Options
		want string
	}{
		{"no days", Options{Days: 0}, "--days is a number from 1 to 3660"},
		{"too many", Options{Days: 3661}, "--days is a number from 1 to 3660"},
		{"a stranger", Options{Days: 1, Person: "bob"}, "--person bob: there is no contact of this name in brimwatch.yml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.o.Snapshot, tc.o.From = s, march(1)
			_, err := Run(t.Context(), tc.o)
			if err == nil {
				t.Fatal("it is taken")
			}
			if got := strings.ReplaceAll(err.Error(), s.Path, "brimwatch.yml"); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestAutomaticRenewal: it is paid at its first attempt, and while a bill is unpaid it is not.
func TestAutomaticRenewal(t *testing.T) {
	text := people + `receivers: [{name: r, sms: [anna]}]
accounts: [{name: acme, time_zone: UTC, notify: [r], balance: {amount: 100, currency: CNY}}]
instances: [{id: a, account: acme, product: mqtt, edition: basic, billing: {method: subscription, expires: 2031-03-14, auto_renew: true}}]
`
	for _, tc := range []struct {
		name    string
		changes []func(*Options)
		rules   []string // of which somebody is told
	}{
		{"paid", nil, nil},
		{"not paid", []func(*Options){func(o *Options) { o.RenewalsFail = true }}, []string{"auto_renewal", "expiry"}},
		{"unpaid for a while", []func(*Options){with(t, Unpaid, "acme=2031-03-02"), with(t, Paid, "acme=2031-03-09")}, []string{"auto_renewal", "cannot_renew", "expiry", "overdue"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := load(t, text)
			seen := make(map[string]bool)
			ended := false
			o := Options{Snapshot: s, Days: 20}
			for _, f := range tc.changes {
				f(&o)
			}
			messages, _ := told(t, o)
			for _, m := range messages {
				for _, a := range m.About {
					seen[string(a.Rule)] = true
					ended = ended || a.Kind == "cleared"
				}
			}
			got := slices.Sorted(maps.Keys(seen))
			if diff := cmp.Diff(tc.rules, got); diff != "" {
				t.Errorf("told of (-want +got):\n%s", diff)
			}
			if ended != (tc.name == "unpaid for a while") {
				t.Errorf("ended: %v", ended)
			}
		})
	}
}

// TestStrangeNames: whatever things are called, a rehearsal tells of them.
func TestStrangeNames(t *testing.T) {
	for _, name := range []string{strings.Repeat("orders ", 28) + "long", "دفع الطلبات", "🚀🚀🚀", "订单系统", "a `b` c"} {
		t.Run(strconv.Itoa(len(name)), func(t *testing.T) {
			quoted, err := json.Marshal(name)
			if err != nil {
				t.Fatal(err)
			}
			s := load(t, people+fmt.Sprintf(`receivers: [{name: r, sms: [anna, wei]}]
accounts: [{name: %s, time_zone: Asia/Shanghai, notify: [r]}]
instances: [{id: a, name: %s, account: %s, product: redis, edition: community, billing: {method: subscription, expires: 2031-03-05}}]
`, `"账号一"`, quoted, `"账号一"`))
			got, report := rehearse(t, s, 20, with(t, Unpaid, "账号一=2031-03-03"))
			if report.Messages == 0 || report.Unheard > 0 || strings.Contains(got, "?????") {
				t.Errorf("it tells\n%s", got)
			}
		})
	}
}

// TestLoadBesideADaemon: what a daemon has left is read, and what is not known is said.
func TestLoadBesideADaemon(t *testing.T) {
	s := load(t, people+`receivers: [{name: r, sms: [anna]}]
accounts:
  - {name: acme, provider: aliyun, access_key_id_env: HOME, access_key_secret_env: HOME, notify: [r], low_balance: 500, discover: {regions: [cn-hangzhou], products: [mqtt]}}
  - {name: globex, provider: aliyun, access_key_id_env: HOME, access_key_secret_env: HOME, notify: [r], low_balance: 500}
`)
	data := s.Storage.Dir
	if err := os.MkdirAll(data, 0o750); err != nil {
		t.Fatal(err)
	}
	balances := `{"globex": {"amount": "120", "currency": "CNY", "at": "2031-02-28T00:00:00Z"}}`
	if err := os.WriteFile(filepath.Join(data, "balances.json"), []byte(balances), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Load(s.Path, march(1))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Which instances the account acme has is not known here: no daemon has looked through it with this storage.dir, so only those that are listed are rehearsed.",
		"The balance of acme is not known: it counts as enough.",
	}
	if diff := cmp.Diff(want, l.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if b := l.Accounts[1].Balance; b == nil || b.Amount.String() != "120.00" {
		t.Errorf("the balance of globex is %v", b)
	}
}
