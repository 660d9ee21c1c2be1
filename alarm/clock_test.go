package alarm

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestRulesThatAreOn: each rule of the calendar is switched on by its own setting
// alone, and those of readings and accounts by none.
func TestRulesThatAreOn(t *testing.T) {
	on := map[RuleName]CalendarRules{
		Expiry: {Expiry: &Leads{}}, Suspension: {Suspension: &Leads{}}, Release: {Release: &Leads{}}, AutoRenewal: {AutoRenewal: &Leads{}},
		CannotRenew: {CannotRenew: &Leads{}}, Overdue: {Overdue: &Leads{}}, FrozenRule: {Frozen: &Rule{}}, Forecast: {Forecast: &ForecastRule{}},
	}
	for name, rules := range on {
		for _, asked := range []RuleName{Expiry, Suspension, Release, AutoRenewal, CannotRenew, Overdue, FrozenRule, Forecast, Capacity, NoData, LowBalance} {
			if got := rules.has(asked); got != (asked == name) {
				t.Errorf("%s is set: %s is %v", name, asked, got)
			}
		}
	}
	if (*CalendarRules)(nil).has(Expiry) {
		t.Error("no rules have one")
	}
}

func TestOrderOfKeys(t *testing.T) {
	keys := []Key{
		{Account: "b"}, {Account: "a", Instance: "y"}, {Account: "a", Instance: "x", Rule: "r", Metric: 2}, {Account: "a", Instance: "x", Rule: "r", Metric: 1},
		{Account: "a", Instance: "x", Rule: "q", Metric: 3}, {Account: "a", Instance: "x", Rule: "r", Metric: 1},
	}
	slices.SortFunc(keys, compareKeys)
	want := []Key{
		{Account: "a", Instance: "x", Rule: "q", Metric: 3}, {Account: "a", Instance: "x", Rule: "r", Metric: 1}, {Account: "a", Instance: "x", Rule: "r", Metric: 1},
		{Account: "a", Instance: "x", Rule: "r", Metric: 2}, {Account: "a", Instance: "y"}, {Account: "b"},
	}
	if !slices.Equal(keys, want) {
		t.Errorf("%v", keys)
	}
}

// TestWhatIsForgotten: what was told of an instance that is no more is remembered
// for 400 days after the latest date.
func TestWhatIsForgotten(t *testing.T) {
	end := in2026(time.May, 1)
	key := Key{Rule: Expiry, Instance: "a", Metric: NoMetric}
	for _, tt := range []struct {
		name  string
		state State
		after time.Duration
		want  string
	}{
		{"an open episode ends", State{Level: 1, Code: "K7Q2"}, day, "withdrawn, remembered"},
		{"an episode that has ended", State{}, day, "untouched"},
		{"to the day", State{}, 400 * day, "untouched"},
		{"long ago", State{}, 400*day + 1, "forgotten"},
		{"an open episode of long ago", State{Level: 1, Code: "K7Q2"}, 401 * day, "withdrawn, forgotten"},
	} {
		m := Memory{}.with(end, day)
		if !tt.state.Raised() {
			m.Open = 0
		}
		j := judgeOf(end.Add(tt.after))
		j.judge.slots[key] = &slot{key: key, state: tt.state, memory: &m}
		j.gone()
		got := "untouched"
		if len(j.b.changes) > 0 {
			got = "remembered"
			if j.b.changes[0].memory.Zero() {
				got = "forgotten"
			}
			if j.b.changes[0].memory.Open != 0 || !j.b.changes[0].next.Zero() {
				t.Errorf("%s: it is still open", tt.name)
			}
		}
		if evs := j.b.commit.Events; len(evs) == 1 && evs[0].Kind == Withdrawn && evs[0].Code == "K7Q2" && evs[0].Reason != "" {
			got = "withdrawn, " + got
		} else if len(evs) > 0 {
			t.Errorf("%s: %v", tt.name, evs)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestFrozen: an instance that is frozen has an alarm of its own, with reminders.
func TestFrozen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		terms := func(frozen bool) Calendar {
			a := subscribed("a", time.Now().Add(300*day), nil, func(t *fleet.Term) { t.Frozen = frozen })
			a.Rules.Frozen.Repeat = day
			return Calendar{Terms: []TermWatch{a}}
		}
		r := newClockRig(t, terms(false))
		r.want()
		r.set(terms(true))
		r.want("raised frozen a")
		pass(day - 5*time.Minute)
		r.want()
		pass(10 * time.Minute)
		r.want("reminded frozen a")
		r.set(terms(false))
		r.want("cleared frozen a")
		r.set(Calendar{Terms: []TermWatch{{Instance: &fleet.Instance{ID: "b"}, Rules: usualRules()}}}) // nothing is known of it
		r.want()
		r.stop()
	})
}

// TestRestoredEpisodeOfTheCalendar keeps its instance, or at least its name.
func TestRestoredEpisodeOfTheCalendar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Calendar{Terms: []TermWatch{subscribed("a", time.Now().Add(2*day), nil)}}
		r := newClockRig(t, c)
		r.want("raised expiry a 3d")
		r.stop()
		code := r.journal.commits[0].Events[0].Code
		for _, tt := range []struct {
			calendar Calendar
			want     string // its product
		}{{c, "mqtt"}, {Calendar{}, ""}} {
			r.start(tt.calendar)
			r.engine.mu.RLock()
			sl := r.engine.byClock.slots[Key{Rule: Expiry, Instance: "a", Metric: NoMetric}]
			if sl == nil || sl.inst == nil || sl.inst.ID != "a" || sl.inst.Name != "a" || sl.inst.Product != tt.want {
				t.Errorf("%+v", sl)
			}
			r.engine.mu.RUnlock()
			r.stop()
		}
		r.want("withdrawn expiry a")
		if ev := newestEvents(r.journal)[0]; ev.Code != code {
			t.Errorf("code %q, want %q", ev.Code, code)
		}
	})
}

// newestEvents are those of the newest commit that has any.
func newestEvents(j *memoryJournal) []Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range slices.Backward(j.commits) {
		if len(c.Events) > 0 {
			return c.Events
		}
	}
	return nil
}
