package notifier

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestHeldBy: of what there is, a silence holds what has all of its labels, until it ends.
func TestHeldBy(t *testing.T) {
	orders := &fleet.Instance{ID: "mqtt-1", Name: "Orders", Product: "mqtt", Account: "acme", Labels: fleet.SortLabels(map[string]string{"team": "orders"})}
	cache := &fleet.Instance{ID: "redis-1", Name: "Cache", Product: "redis"}
	open := func(code string, rule alarm.RuleName, account, id string, m fleet.Metric) alarm.Episode {
		return alarm.Episode{Code: code, Key: alarm.Key{Rule: rule, Account: account, Instance: id, Metric: m}, Severity: alarm.Warning}
	}
	p := Present{
		Now: noon(), Instances: []*fleet.Instance{orders, cache}, Accounts: []string{"acme", "other"},
		Open: []alarm.Episode{
			open("K7Q2", alarm.Capacity, "", "mqtt-1", fleet.Connections), open("M3B4", alarm.LowBalance, "acme", "", alarm.NoMetric),
			open("F2FF", alarm.NoData, "", alarm.FleetInstance, alarm.NoMetric), open("G4GG", alarm.Expiry, "", "gone", alarm.NoMetric),
		},
		Held: []Record{
			{Notice: Notice{ID: "n1", Alert: Alert{Labels: map[string]string{"instance_id": "mqtt-1", "team": "orders"}}}, Reason: "silenced by sil_1"},
			{Notice: Notice{ID: "n2", Alert: Alert{Labels: map[string]string{"instance_id": "mqtt-1", "team": "orders"}}}, Reason: "quiet hours"},
		},
	}
	for _, tt := range []struct {
		name    string
		silence Silence
		want    []string
		strange []string
		nothing bool
	}{
		{"an instance", Silence{Matchers: map[string]string{"instance_id": "mqtt-1"}}, []string{"mqtt-1", "K7Q2", "n1", "n2"}, nil, false},
		{"an instance, stored", Silence{ID: "sil_1", Matchers: map[string]string{"instance_id": "mqtt-1"}}, []string{"mqtt-1", "K7Q2", "n1"}, nil, false},
		{"of another id", Silence{ID: "sil_2", Matchers: map[string]string{"instance_id": "mqtt-1"}}, []string{"mqtt-1", "K7Q2"}, nil, false},
		{"a label of a team", Silence{Matchers: map[string]string{"team": "orders"}}, []string{"mqtt-1", "K7Q2", "n1", "n2"}, nil, false},
		{"an account, with what it pays for", Silence{Matchers: map[string]string{"account": "acme"}}, []string{"mqtt-1", "account acme", "K7Q2", "M3B4"}, nil, false},
		{"low balances", Silence{Matchers: map[string]string{"alertname": "low_balance"}}, []string{"account acme", "account other", "M3B4"}, nil, false},
		{"unpaid bills of an account", Silence{Matchers: map[string]string{"alertname": "overdue", "account": "other", "severity": "critical"}}, []string{"account other"}, nil, false},
		{"no data, of instances and of the whole fleet", Silence{Matchers: map[string]string{"alertname": "no_data"}}, []string{"mqtt-1", "redis-1", "F2FF"}, nil, false},
		{"an alarm of an instance that is gone", Silence{Matchers: map[string]string{"alertname": "expiry", "severity": "warning"}}, []string{"mqtt-1", "redis-1", "G4GG"}, nil, false},
		{"mistyped", Silence{Matchers: map[string]string{"product": "redis", "tem": "orders"}}, nil, []string{"tem=orders"}, true},
		{"each alone, and not together", Silence{Matchers: map[string]string{"product": "redis", "team": "orders"}}, nil, nil, true},
		{"ended", Silence{Matchers: map[string]string{"product": "redis"}, Until: noon()}, nil, []string{"product=redis"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.silence.Until.IsZero() {
				tt.silence.Until = noon().Add(time.Hour)
			}
			h := p.HeldBy(&tt.silence)
			var got []string
			for _, in := range h.Instances {
				got = append(got, in.ID)
			}
			for _, name := range h.Accounts {
				got = append(got, "account "+name)
			}
			for i := range h.Alarms {
				got = append(got, h.Alarms[i].Code)
			}
			for i := range h.Notices {
				got = append(got, h.Notices[i].ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.strange, h.Strange); diff != "" {
				t.Errorf("strange (-want +got):\n%s", diff)
			}
			if h.Nothing() != tt.nothing {
				t.Errorf("nothing: %t", h.Nothing())
			}
		})
	}
}

// TestReasonOfASilence: what a notice is held for is what the list of silences looks for.
func TestReasonOfASilence(t *testing.T) {
	s := Silence{ID: "sil_1", Matchers: map[string]string{"a": "b"}, Until: noon().Add(time.Hour)}
	n := Notice{Alert: Alert{Labels: map[string]string{"a": "b"}}}
	holdFor(&n, Target{Zone: time.UTC}, []Silence{s}, noon())
	if n.Hold != s.reason() || n.Hold != "silenced by sil_1" {
		t.Errorf("held for %q", n.Hold)
	}
}
