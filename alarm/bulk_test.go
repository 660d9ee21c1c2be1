package alarm

import (
	"slices"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestGroupsOfRenewal: the first of an account whose step is due takes along those
// that expire within a week of it, whatever their order in the configuration.
func TestGroupsOfRenewal(t *testing.T) {
	end := in2026(time.December, 10)
	acme, other := &fleet.Account{Name: "acme", Zone: time.UTC}, &fleet.Account{Name: "other", Zone: time.UTC}
	iot := func(id string, days int, account *fleet.Account, change ...func(*fleet.Term)) TermWatch {
		return inIoT(subscribed(id, end.AddDate(0, 0, days), account, change...))
	}
	monthAhead := func(id string, days int) TermWatch {
		a := iot(id, days, acme)
		a.Rules.Expiry = &Leads{Before: []time.Duration{30 * day}}
		return a
	}
	ours := func(a TermWatch) TermWatch {
		a.Instance.Product = "ours"
		return a
	}
	off := iot("b", 1, acme)
	off.Rules = &CalendarRules{}
	for _, tt := range []struct {
		name  string
		now   int // days from end
		terms []TermWatch
		want  map[string][]string // members by topic
	}{
		{"nothing is due", -8, []TermWatch{iot("a", 0, acme), iot("b", 0, acme)}, nil},
		{"two", -7, []TermWatch{iot("b", 7, acme), iot("a", 0, acme)}, map[string][]string{"bulk/acme/a": {"a", "b"}}},
		{"two at the same moment", -7, []TermWatch{iot("b", 0, acme), iot("a", 0, acme)}, map[string][]string{"bulk/acme/a": {"a", "b"}}},
		{"one alone", -7, []TermWatch{iot("a", 0, acme), iot("b", 8, acme)}, nil},
		{"who is taken along takes nobody along", -5, []TermWatch{iot("c", 8, acme), iot("b", 1, acme), iot("a", 0, acme)}, map[string][]string{"bulk/acme/a": {"a", "b"}}},
		{"two groups", -1, []TermWatch{iot("a", 0, acme), iot("b", 7, acme), iot("c", 0, other), iot("d", 3, other)},
			map[string][]string{"bulk/acme/a": {"a", "b"}, "bulk/other/c": {"c", "d"}}},
		{"two groups of one account", -20, []TermWatch{monthAhead("a", 0), monthAhead("b", 1), monthAhead("c", 9), monthAhead("d", 10), monthAhead("e", 25)},
			map[string][]string{"bulk/acme/a": {"a", "b"}, "bulk/acme/c": {"c", "d"}}},
		{"one alone before two", -20, []TermWatch{monthAhead("a", 0), monthAhead("c", 9), monthAhead("d", 10)}, map[string][]string{"bulk/acme/c": {"c", "d"}}},
		{"one that is over before two", -7, []TermWatch{iot("a", -8, acme), iot("b", 0, acme), iot("c", 1, acme)}, map[string][]string{"bulk/acme/b": {"b", "c"}}},
		{"at the end itself there is no group", 0, []TermWatch{iot("a", 0, acme), iot("b", 0, acme)}, nil},
		{"without an account", -7, []TermWatch{iot("a", 0, nil), iot("b", 0, nil)}, nil},
		{"of two products", -7, []TermWatch{iot("a", 0, acme), ours(iot("b", 0, acme)), iot("c", 2, acme), ours(iot("d", 3, acme))},
			map[string][]string{"bulk/acme/a": {"a", "c"}, "bulk/acme/b": {"b", "d"}}},
		{"of a product that is not renewed in bulk", -7, []TermWatch{subscribed("a", end, acme), subscribed("b", end, acme)}, nil},
		{"one is renewed automatically", -7, []TermWatch{iot("a", 0, acme), iot("b", 1, acme, func(t *fleet.Term) { t.AutoRenew = true })}, nil},
		{"one is unsubscribed", -7, []TermWatch{iot("a", 0, acme), iot("b", 1, acme, func(t *fleet.Term) { t.UnsubscribedAt = end.Add(day / 2) })}, nil},
		{"one is paid as it goes", -7, []TermWatch{iot("a", 0, acme), iot("b", 1, acme, func(t *fleet.Term) { t.Method = fleet.PayAsYouGo })}, nil},
		{"the alarm of one is off", -7, []TermWatch{iot("a", 0, acme), off}, nil},
		{"the end of one is not known", -7, []TermWatch{iot("a", 0, acme), inIoT(subscribed("b", time.Time{}, acme))}, nil},
		{"one has no calendar", -7, []TermWatch{iot("a", 0, acme), {Instance: &fleet.Instance{ID: "b", Product: "iot", BulkRenewal: true, Account: "acme"}, Rules: usualRules()}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := judgeOf(end.AddDate(0, 0, tt.now), tt.terms...).bulk()
			members := 0
			for topic, want := range tt.want {
				members += len(want)
				for _, id := range want {
					group := got[id]
					var ids []string
					for _, m := range group.members {
						ids = append(ids, m.Instance.ID)
					}
					if group.topic != topic || !slices.Equal(ids, want) {
						t.Errorf("%s: %q, %q; want %q, %q", id, group.topic, ids, topic, want)
					}
				}
			}
			if len(got) != members {
				t.Errorf("%d in groups, want %d: %v", len(got), members, got)
			}
		})
	}
}

// TestStepThatIsNews: a group forms at a step that people have not heard of.
func TestStepThatIsNews(t *testing.T) {
	end := in2026(time.December, 10)
	a := subscribed("a", end, nil)
	for _, tt := range []struct {
		name string
		days int
		last time.Duration // the lead that people heard of; below 0 is none
		lead time.Duration
		want bool
	}{
		{"none has come", -8, -1, 0, false},
		{"the first", -7, -1, 7 * day, true},
		{"the same again", -6, 7 * day, 7 * day, false},
		{"the next", -3, 7 * day, 3 * day, true},
		{"an earlier one, because the clock was set back", -6, 3 * day, 7 * day, false},
	} {
		j := judgeOf(end.AddDate(0, 0, tt.days), a)
		if tt.last >= 0 {
			key := Key{Rule: Expiry, Instance: "a", Metric: NoMetric}
			m := Memory{}.with(end, tt.last)
			j.judge.slots[key] = &slot{key: key, memory: &m}
		}
		if lead, got := j.dueAhead(&a); lead != tt.lead || got != tt.want {
			t.Errorf("%s: %s, %v", tt.name, lead, got)
		}
	}
}

// TestTopicOfAGroup: the group's topic is that of the steps of expiry alone; a
// reminder of one of them, and what other rules say, are news of their own.
func TestTopicOfAGroup(t *testing.T) {
	end := in2026(time.December, 10)
	broke := &fleet.Account{Name: "acme", Zone: time.UTC, OverdueSince: end.AddDate(0, 0, -9)}
	a := inIoT(subscribed("a", end, broke))
	a.Rules.Expiry.Repeat = day
	other := Affected{Instance: &fleet.Instance{ID: "b"}}
	group := map[string]bulk{"a": {topic: "bulk/acme/a", lead: 7 * day, members: []Affected{{Instance: a.Instance}, other}}}
	j := judgeOf(end.AddDate(0, 0, -7), a)
	j.term(&a, group)
	check := func(want map[RuleName]string) {
		t.Helper()
		if len(j.b.commit.Events) != len(want) {
			t.Errorf("%d events, want %d", len(j.b.commit.Events), len(want))
		}
		for i := range j.b.commit.Events {
			ev := &j.b.commit.Events[i]
			others := 0
			if want[ev.Key.Rule] == "bulk/acme/a" {
				others = 1
			}
			if ev.Topic != want[ev.Key.Rule] || len(ev.Details.Others) != others {
				t.Errorf("%s %s: topic %q, %d others", ev.Kind, ev.Key.Rule, ev.Topic, len(ev.Details.Others))
			}
		}
	}
	check(map[RuleName]string{Expiry: "bulk/acme/a", CannotRenew: "account/acme"})
	for _, c := range j.b.changes {
		c.slot.state, c.slot.memory = c.next, c.memory
		j.judge.keep(c.slot)
	}
	j.b, j.now = batch{}, j.now.AddDate(0, 0, 1)
	j.term(&a, group)
	check(map[RuleName]string{Expiry: "instance/a"})
}
