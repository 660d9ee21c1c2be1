package notifier

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

type nobody struct{}

func (nobody) Send(context.Context, Message) (Receipt, error) { return Receipt{}, nil }

func directory() *Directory { return NewDirectory(entries()) }

func entries() Entries {
	person := func(name string) Target {
		return Target{Recipient: Recipient{Channel: "sms", Name: "sms/" + name, Display: name}, Channel: nobody{}, Zone: time.UTC}
	}
	hook := Target{Recipient: Recipient{Channel: "webhook", Name: "webhook/oncall/1", Display: "http://127.0.0.1:8080"}, Channel: nobody{}, Zone: time.UTC}
	return Entries{
		Receivers: map[string]Receiver{
			"oncall": {Name: "oncall", Targets: []Target{person("wei"), hook}},
			"owners": {Name: "owners", Targets: []Target{person("wei"), person("alice")}, GroupWait: 10 * time.Second},
		},
		Notify:   map[string][]string{"mqtt-cn-0pp1abc": {"oncall", "owners"}, "b": {"owners"}},
		Accounts: map[string][]string{"acme": {"owners"}},
		Default:  []string{"oncall"},
	}
}

// planned writes notices down in short: "raised sms/wei oncall".
func planned(ns []Notice) []string {
	var out []string
	for _, n := range ns {
		line := fmt.Sprintf("%s %s %s", n.Kind, n.Recipient, n.Receiver)
		if n.Hold != "" {
			line += " held: " + n.Hold
		}
		if !n.NotBefore.IsZero() {
			line += " until " + n.NotBefore.Format("15:04:05")
		}
		out = append(out, line)
	}
	return out
}

func TestPlan(t *testing.T) {
	addressees := []Addressee{{Receiver: "owners", Recipient: "sms/alice", Channel: "sms"}, {Receiver: "gone", Recipient: "sms/bob", Channel: "sms"}}
	tests := []struct {
		name     string
		ev       *alarm.Event
		dir      func(Entries)
		silences []Silence
		want     []string
	}{
		{name: "a beginning goes to the instance's receivers, to each person once", ev: connections(alarm.Raised),
			want: []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall", "raised sms/alice owners until 12:00:10"}},
		{name: "an escalation waits for nobody", ev: connections(alarm.Escalated),
			want: []string{"escalated sms/wei oncall", "escalated webhook/oncall/1 oncall", "escalated sms/alice owners"}},
		{name: "an end goes to those who were told", ev: connections(alarm.Cleared),
			want: []string{"cleared sms/alice owners", "cleared sms/bob gone"}},
		{name: "quiet hours hold an end, too", ev: connections(alarm.Cleared),
			dir:  func(e Entries) { e.Receivers["owners"].Targets[1].Quiet = &Quiet{From: 11 * 60, To: 14*60 + 30} },
			want: []string{"cleared sms/alice owners held: quiet hours until 14:30:00", "cleared sms/bob gone"}},
		{name: "quiet hours except this severity hold no end of it", ev: connections(alarm.Cleared),
			dir: func(e Entries) {
				e.Receivers["owners"].Targets[1].Quiet = &Quiet{From: 11 * 60, To: 14 * 60, Except: []alarm.Severity{alarm.Warning}}
			},
			want: []string{"cleared sms/alice owners", "cleared sms/bob gone"}},
		{name: "a silence holds no end", ev: connections(alarm.Cleared),
			silences: []Silence{{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(time.Hour)}},
			want:     []string{"cleared sms/alice owners", "cleared sms/bob gone"}},
		{name: "a withdrawal too", ev: connections(alarm.Withdrawn),
			want: []string{"withdrawn sms/alice owners", "withdrawn sms/bob gone"}},
		{name: "what is only kept tells nobody", ev: connections(alarm.Lost)},
		{name: "an easing tells nobody", ev: connections(alarm.Eased)},
		{name: "an instance without receivers of its own", ev: with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Instance.ID = "other" }),
			want: []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}},
		{name: "quiet hours hold a person's notice, not a webhook's", ev: connections(alarm.Raised),
			dir: func(e Entries) {
				e.Receivers["oncall"].Targets[0].Quiet = &Quiet{From: 11 * 60, To: 14*60 + 30}
				delete(e.Receivers, "owners")
			},
			want: []string{"raised sms/wei oncall held: quiet hours until 14:30:00", "raised webhook/oncall/1 oncall"}},
		{name: "quiet hours except this severity", ev: connections(alarm.Raised),
			dir: func(e Entries) {
				e.Receivers["oncall"].Targets[0].Quiet = &Quiet{From: 11 * 60, To: 14 * 60, Except: []alarm.Severity{alarm.Warning}}
				delete(e.Receivers, "owners")
			},
			want: []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}},
		{name: "a silence that matches holds", ev: connections(alarm.Raised),
			dir:      func(e Entries) { delete(e.Receivers, "owners") },
			silences: []Silence{{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(time.Hour)}},
			want:     []string{"raised sms/wei oncall held: silenced by s1 until 13:00:00", "raised webhook/oncall/1 oncall held: silenced by s1 until 13:00:00"}},
		{name: "of several silences the longest holds", ev: connections(alarm.Raised),
			dir: func(e Entries) { delete(e.Receivers, "owners") },
			silences: []Silence{
				{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(time.Hour)},
				{ID: "s2", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(2 * time.Hour)},
				{ID: "s3", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(2 * time.Hour)},
			},
			want: []string{"raised sms/wei oncall held: silenced by s2 until 14:00:00", "raised webhook/oncall/1 oncall held: silenced by s2 until 14:00:00"}},
		{name: "a silence that ends in quiet hours", ev: connections(alarm.Raised),
			dir: func(e Entries) {
				delete(e.Receivers, "owners")
				e.Receivers["oncall"].Targets[0].Quiet = &Quiet{From: 13 * 60, To: 15 * 60}
			},
			silences: []Silence{{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(time.Hour)}},
			want:     []string{"raised sms/wei oncall held: quiet hours until 15:00:00", "raised webhook/oncall/1 oncall held: silenced by s1 until 13:00:00"}},
		{name: "a silence that ends after quiet hours", ev: connections(alarm.Raised),
			dir: func(e Entries) {
				delete(e.Receivers, "owners")
				e.Receivers["oncall"].Targets[0].Quiet = &Quiet{From: 11 * 60, To: 13 * 60}
			},
			silences: []Silence{{ID: "s1", Matchers: map[string]string{"env": "prod"}, Until: noon().Add(time.Hour)}},
			want:     []string{"raised sms/wei oncall held: silenced by s1 until 13:00:00", "raised webhook/oncall/1 oncall held: silenced by s1 until 13:00:00"}},
		{name: "a group that is due in quiet hours waits for their end", ev: connections(alarm.Raised),
			dir: func(e Entries) {
				delete(e.Receivers, "oncall")
				e.Receivers["owners"] = Receiver{Name: "owners", Targets: e.Receivers["owners"].Targets[1:], GroupWait: time.Minute}
				e.Receivers["owners"].Targets[0].Quiet = &Quiet{From: 12*60 + 1, To: 13 * 60}
			},
			want: []string{"raised sms/alice owners held: quiet hours until 13:00:00"}},
		{name: "silences that do not match, or are over", ev: connections(alarm.Raised),
			dir: func(e Entries) { delete(e.Receivers, "owners") },
			silences: []Silence{
				{ID: "s1", Matchers: map[string]string{"env": "test"}, Until: noon().Add(time.Hour)},
				{ID: "s2", Matchers: map[string]string{"env": "prod"}, Until: noon()},
				{ID: "s3", Until: noon().Add(time.Hour)},
			},
			want: []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := entries()
			if tt.dir != nil {
				tt.dir(e)
			}
			got := planned(Plan(NewDirectory(e), tt.ev, addressees, tt.silences, noon()))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlanForAnAccount(t *testing.T) {
	overdue := func(name string) *alarm.Event {
		return &alarm.Event{
			Kind: alarm.Raised, Key: alarm.Key{Rule: alarm.Overdue, Account: name, Metric: alarm.NoMetric}, Code: "K7Q2", At: noon(), RaisedAt: noon(),
			Severity: alarm.Critical, Known: true,
			Details: &alarm.Details{At: noon(), Account: &fleet.Account{Name: name, Zone: time.UTC}, Others: []alarm.Affected{{Instance: orders()}}},
		}
	}
	for _, tt := range []struct {
		name, account string
		quiet         []Silence
		want          []string
	}{
		{name: "its own receivers are told, not those of its instances", account: "acme",
			want: []string{"raised sms/wei owners until 12:00:10", "raised sms/alice owners until 12:00:10"}},
		{name: "an account without receivers of its own", account: "other", want: []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}},
		{name: "a silence of another account", account: "other", quiet: []Silence{{ID: "s1", Matchers: map[string]string{"account": "acme"}, Until: noon().Add(time.Hour)}},
			want: []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}},
		{name: "a silence of the account", account: "acme", quiet: []Silence{{ID: "s1", Matchers: map[string]string{"account": "acme"}, Until: noon().Add(time.Hour)}},
			want: []string{"raised sms/wei owners held: silenced by s1 until 13:00:00", "raised sms/alice owners held: silenced by s1 until 13:00:00"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, planned(Plan(directory(), overdue(tt.account), nil, tt.quiet, noon()))); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlanForTheFleet(t *testing.T) {
	ev := connections(alarm.Raised)
	ev.Key, ev.Instance = alarm.Key{Rule: alarm.NoData, Instance: alarm.FleetInstance, Metric: alarm.NoMetric}, nil
	ev.Silent = []*fleet.Instance{{ID: "b", Name: "b"}, {ID: "other", Name: "other"}, {ID: "a", Name: "a"}}
	d := directory()
	notices := Plan(d, ev, nil, nil, noon())
	want := []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall", "raised sms/alice owners until 12:00:10"}
	if diff := cmp.Diff(want, planned(notices)); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if got, want := notices[0].Text, "K7Q2 WARNING Fleet: no data from 2 instances since 11:59 UTC (a, other). Check Brimwatch's network."; got != want {
		t.Errorf("who watches two is told of them in order:\n got %s\nwant %s", got, want)
	}
	if got, want := notices[2].Text, "K7Q2 WARNING Fleet: no data from 1 instance since 11:59 UTC (b). Check Brimwatch's network."; got != want {
		t.Errorf("who watches one instance is told of that one:\n got %s\nwant %s", got, want)
	}
}

// TestPlanForTheFleetWithoutReceivers: whoever hears of instances of which nobody else
// does hears which they are.
func TestPlanForTheFleetWithoutReceivers(t *testing.T) {
	ev := connections(alarm.Raised)
	ev.Key, ev.Instance = alarm.Key{Rule: alarm.NoData, Instance: alarm.FleetInstance, Metric: alarm.NoMetric}, nil
	ev.Silent = []*fleet.Instance{{ID: "quiet", Name: "quiet"}}
	e := entries()
	e.Notify["quiet"] = nil
	notices := Plan(NewDirectory(e), ev, nil, nil, noon())
	if diff := cmp.Diff([]string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}, planned(notices)); diff != "" {
		t.Fatalf("notices (-want +got):\n%s", diff)
	}
	if got, want := notices[0].Text, "K7Q2 WARNING Fleet: no data from 1 instance since 11:59 UTC (quiet). Check Brimwatch's network."; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestPlanForTheFleetGoesWhereItsInstancesGo: the receivers of nobody in particular
// are for when there is nobody in particular.
func TestPlanForTheFleetGoesWhereItsInstancesGo(t *testing.T) {
	ev := connections(alarm.Raised)
	ev.Key, ev.Instance = alarm.Key{Rule: alarm.NoData, Instance: alarm.FleetInstance, Metric: alarm.NoMetric}, nil
	for _, tt := range []struct {
		name   string
		silent []*fleet.Instance
		want   []string
	}{
		{"one of the owners", []*fleet.Instance{{ID: "b", Name: "b"}}, []string{"raised sms/wei owners until 12:00:10", "raised sms/alice owners until 12:00:10"}},
		{"nobody", nil, []string{"raised sms/wei oncall", "raised webhook/oncall/1 oncall"}},
	} {
		ev.Silent = tt.silent
		if diff := cmp.Diff(tt.want, planned(Plan(directory(), ev, nil, nil, noon()))); diff != "" {
			t.Errorf("%s: notices (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestNoticeIDsAreStable(t *testing.T) {
	a := Plan(directory(), connections(alarm.Raised), nil, nil, noon())
	b := Plan(directory(), connections(alarm.Raised), nil, nil, noon().Add(time.Hour))
	seen := map[string]bool{}
	for i := range a {
		if a[i].ID != b[i].ID {
			t.Errorf("planned twice, %s and %s", a[i].ID, b[i].ID)
		}
		if seen[a[i].ID] {
			t.Errorf("two recipients, one ID %s", a[i].ID)
		}
		seen[a[i].ID] = true
	}
	one, other := connections(alarm.Raised), connections(alarm.Raised)
	one.Key.Account, one.Key.Instance, other.Key.Account, other.Key.Instance = "ab", "", "a", "b"
	if noticeID(one, "wei") == noticeID(other, "wei") {
		t.Error("two keys run into one ID")
	}
	again := connections(alarm.Reminded)
	if c := Plan(directory(), again, nil, nil, noon()); c[0].ID == a[0].ID {
		t.Error("a reminder has the ID of its beginning")
	}
}

func TestQuietHours(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := &Quiet{From: 22 * 60, To: 8 * 60}
	tests := []struct {
		name  string
		zone  *time.Location
		quiet *Quiet
		at    string // RFC 3339
		until string // "" is not quiet
	}{
		{"none", time.UTC, nil, "2026-11-22T03:00:00Z", ""},
		{"before midnight", time.UTC, night, "2026-11-22T23:30:00Z", "2026-11-23T08:00:00Z"},
		{"after midnight", time.UTC, night, "2026-11-22T03:00:00Z", "2026-11-22T08:00:00Z"},
		{"begins with its first minute", time.UTC, night, "2026-11-22T22:00:00Z", "2026-11-23T08:00:00Z"},
		{"ends with its last", time.UTC, night, "2026-11-22T08:00:00Z", ""},
		{"by the person's clock", shanghai, night, "2026-11-22T14:30:00Z", "2026-11-23T00:00:00Z"},
		{"over the end of summer time", berlin, night, "2026-10-24T21:00:00Z", "2026-10-25T07:00:00Z"},
		{"last day of the month", time.UTC, night, "2026-11-30T23:00:00Z", "2026-12-01T08:00:00Z"},
		{"by day, before it", time.UTC, &Quiet{From: 12 * 60, To: 13 * 60}, "2026-11-22T11:59:59Z", ""},
		{"by day, at its first minute", time.UTC, &Quiet{From: 12 * 60, To: 13 * 60}, "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"},
		{"by day, in its last minute", time.UTC, &Quiet{From: 12 * 60, To: 13*60 + 30}, "2026-11-22T13:29:59Z", "2026-11-22T13:30:00Z"},
		{"by day, at its end", time.UTC, &Quiet{From: 12 * 60, To: 13 * 60}, "2026-11-22T13:00:00Z", ""},
		{"by day, after it", time.UTC, &Quiet{From: 12 * 60, To: 13 * 60}, "2026-11-22T23:00:00Z", ""},
		{"by night, at noon", time.UTC, night, "2026-11-22T12:00:00Z", ""},
		{"by night, a minute before", time.UTC, night, "2026-11-22T21:59:00Z", ""},
		{"by night, its last minute", time.UTC, &Quiet{From: 22 * 60, To: 8*60 + 15}, "2026-11-22T08:14:00Z", "2026-11-22T08:15:00Z"},
		{"empty span", time.UTC, &Quiet{From: 60, To: 60}, "2026-11-22T01:00:00Z", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			until, quiet := quietUntil(Target{Zone: tt.zone, Quiet: tt.quiet}, alarm.Warning, at)
			got := ""
			if quiet {
				got = until.Format(time.RFC3339)
			}
			if got != tt.until {
				t.Errorf("quiet until %q, want %q", got, tt.until)
			}
		})
	}
}
