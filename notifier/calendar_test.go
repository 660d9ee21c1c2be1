package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
)

// TestSpecialCases holds what the documents say of each product against what is
// told: every text of has is in one of message and description, none of lacks.
func TestSpecialCases(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	long := cast["RocketMQ 4.x Platinum"].but(func(*fleet.Term) {})
	long.in.Name = strings.Repeat("Orders of Europe ", 9)
	tests := []struct {
		name       string
		ev         *alarm.Event
		has, lacks []string
	}{
		{"RocketMQ Platinum: everything is deleted, and by when", s.event(alarm.Raised, alarm.Expiry, cast["RocketMQ 4.x Platinum"], s.end.Add(-7*day)),
			[]string{"final deletion 12 Dec 00:00 with topics and groups", "post-expiration action is to delete", "permanently deleted with all its topics and groups", "12月12日0点释放，含Topic和Group"},
			[]string{"pay-as-you-go", "ignore"}},
		{"RocketMQ Platinum with a long name: date, end and deletion survive", s.event(alarm.Raised, alarm.Expiry, long, s.end.Add(-7*day)),
			[]string{"last day 4 Dec (7 d left), then stops, final deletion 12 Dec 00:00", "最后一天12月4日（剩7天），到期停服，12月12日0点释放"}, nil},
		{"RocketMQ Platinum, downgrade: the window, and the notice to ignore", s.event(alarm.Raised, alarm.Expiry, cast["RocketMQ 4.x Platinum, downgrade set"], s.end.Add(-day)),
			[]string{"suspended or pay-as-you-go", "converted by 12 Dec 00:00", "the documents disagree", "release notice of the cloud may arrive all the same; ignore it", "请忽略"},
			[]string{"final deletion", "permanently", "不可恢复"}},
		{"RocketMQ Platinum, downgrade: after the window", s.event(alarm.Reminded, alarm.Expiry, cast["RocketMQ 4.x Platinum, downgrade set"], s.end.Add(8*day)),
			[]string{"pay-as-you-go since 12 Dec 00:00 at the latest"}, []string{"deletion", "suspended"}},
		{"RocketMQ Platinum, downgrade: the cloud tells a release, and no expiry", s.event(alarm.Raised, alarm.Release, cast["RocketMQ 4.x Platinum, downgrade set"].but(func(t *fleet.Term) {
			t.Expires, t.ReleasesAt = time.Time{}, s.end
		}), s.end.Add(-3*day)), []string{"the cloud tells a release for 5 Dec 00:00, but a downgrade is set", "ignore release notices", "已设置降级", "请忽略释放通知"}, []string{"will be deleted", "deletion", "不可恢复"}},
		{"IoT Enterprise: day 15", s.event(alarm.Escalated, alarm.Expiry, cast["IoT Enterprise"], s.end),
			[]string{"stopped, final deletion 20 Dec 00:00 with products and devices", "up to 30 minutes"}, []string{"still runs"}},
		{"IoT legacy public: 24 hours", s.event(alarm.Raised, alarm.Overdue, cast["IoT legacy public"], s.end.Add(time.Hour)),
			[]string{"stops 6 Dec 00:00", "renewal does not apply", "up to 30 minutes"}, []string{"deletion", "deleted"}},
		{"MQTT: usable for 15 days", s.event(alarm.Escalated, alarm.Expiry, cast["MQTT"], s.end),
			[]string{"still runs, stops 20 Dec 00:00, final deletion 4 Jan 2027 00:00 with topics and group IDs"}, nil},
		{"Redis: only a new instance", s.event(alarm.Raised, alarm.Release, cast["Redis"], s.end.AddDate(0, 0, 31)),
			[]string{"in the recycle bin", "It comes back as a new instance only", "只能恢复为新实例"}, []string{"Renew"}},
		{"Redis renewed while it is stopped", s.event(alarm.Escalated, alarm.Suspension, cast["Redis"], s.end.AddDate(0, 0, 15)),
			[]string{"its new term begins on the day of renewal"}, nil},
		{"billed by use: nothing to renew", s.event(alarm.Escalated, alarm.Suspension, cast["MQTT, billed by use"], s.end.Add(day)),
			[]string{"bill unpaid", "Pay the bill", "renewal does not apply"}, []string{"Renew it"}},
		{"a subscription with an unpaid bill runs on", s.event(alarm.Raised, alarm.Overdue, cast["IoT Enterprise"].but(func(t *fleet.Term) {
			t.OverdueSince, t.Expires = s.end, s.end.AddDate(0, 2, 0)
		}), s.end.Add(time.Hour)), []string{"runs on, no renewal or upgrade till paid"}, []string{"it stops", " stops ", "deleted", "deletion"}},
		{"a date that went missing is not told as one", with(s.event(alarm.Reminded, alarm.Expiry, cast["MQTT"].but(func(t *fleet.Term) { t.Expires = time.Time{} }), s.end),
			func(ev *alarm.Event) { ev.Known = false }), []string{"its expiry is not known any more", "到期时间现已未知"}, []string{"expired", "deletion", "0001"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := s.words()
			all := ""
			for _, l := range lexicon.Languages() {
				say := w.told(tt.ev, l, s.zone)
				all += w.text(tt.ev, l, s.zone) + "\n" + say.description() + "\n"
			}
			for _, want := range tt.has {
				if !strings.Contains(all, want) {
					t.Errorf("%q is missing in:\n%s", want, all)
				}
			}
			for _, never := range tt.lacks {
				if strings.Contains(all, never) {
					t.Errorf("%q is told in:\n%s", never, all)
				}
			}
		})
	}
}

func TestAlertOfTheCalendar(t *testing.T) {
	s := newStage(t)
	w := s.words()
	ev := s.event(alarm.Raised, alarm.AutoRenewal, s.cast()["MQTT"].but(func(t *fleet.Term) { t.AutoRenew = true }).of(func(a *fleet.Account) {
		a.Balance = &fleet.Balance{Amount: 12_500_000, Currency: "CNY"}
	}), s.end.Add(-8*day))
	a := w.alert(ev)
	got := make(map[string]string)
	for name, value := range a.Annotations {
		if name != "summary" && name != "description" && name != "advice" {
			got[name] = value
		}
	}
	want := map[string]string{
		"code": "K7Q2", "account": "acme", "lifecycle": "active", "expires_at": "2026-12-04T16:00:00Z", "suspends_at": "2026-12-19T16:00:00Z",
		"releases_at": "2027-01-03T16:00:00Z", "balance": "12.50", "currency": "CNY", "attempts_left": "7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	if a.Labels["account"] != "acme" || a.Labels["alertname"] != "auto_renewal" || a.Labels["instance"] != "Orders" {
		t.Errorf("labels %v", a.Labels)
	}
	down := w.alert(s.event(alarm.Raised, alarm.Expiry, s.cast()["RocketMQ 4.x Platinum, downgrade set"], s.end.Add(-day))).Annotations
	if down["suspends_at"] != "" || down["releases_at"] != "" || down["attempts_left"] != "" {
		t.Errorf("a downgrade is neither certain to suspend nor to release: %v", down)
	}
}

func TestAlertOfAnAccount(t *testing.T) {
	s := newStage(t)
	w := s.words()
	of := func(name string) Alert {
		payer := &fleet.Account{Name: name, Zone: s.zone, Balance: &fleet.Balance{Amount: -5_000_000, Currency: "CNY"}, OverdueSince: s.end}
		return w.alert(s.accountEvent(alarm.Raised, alarm.Overdue, payer, s.end, s.cast()["MQTT"], s.cast()["IoT new public"]))
	}
	a := of("acme & sons")
	if diff := cmp.Diff(map[string]string{"alertname": "overdue", "severity": "critical", "account": "acme & sons"}, a.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if a.Annotations["instances"] != "Orders, Orders" || a.Annotations["balance"] != "-5.00" || a.Annotations["account"] != "acme & sons" {
		t.Errorf("annotations %v", a.Annotations)
	}
	if want := "https://brimwatch.example.com/calendar?account=acme+%26+sons"; a.GeneratorURL != want {
		t.Errorf("generator URL %s, want %s", a.GeneratorURL, want)
	}
	if other := of("other"); other.Fingerprint == a.Fingerprint {
		t.Error("two accounts have the same fingerprint")
	}
	instance := w.alert(s.event(alarm.Raised, alarm.Overdue, s.cast()["MQTT, billed by use"], s.end))
	if instance.Fingerprint == a.Fingerprint || len(a.Fingerprint) != 16 {
		t.Errorf("fingerprints %s and %s", instance.Fingerprint, a.Fingerprint)
	}
}
