package alarm

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
)

// atOnce is a watch whose alarms need no time.
func atOnce(id string) Watch {
	w := watch(id)
	w.Rules[fleet.Connections].For, w.Rules[fleet.Connections].ClearFor = 0, 0
	return w
}

// figures are readings of one instance, a second apart.
func figures(id string, usages ...float64) []*fleet.Reading {
	var out []*fleet.Reading
	for i, u := range usages {
		r := &fleet.Reading{Instance: id, At: start().Add(time.Duration(i) * time.Second), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
		r.Usage[fleet.Connections] = u
		out = append(out, r)
	}
	return out
}

// TestReadingsThatWaitTogether: the second reading of an instance is judged after
// what the first one changed is stored.
func TestReadingsThatWaitTogether(t *testing.T) {
	e, j, _ := engine(t, func(o *Options) { o.Watches = []Watch{atOnce("a"), atOnce("b")} })
	e.Observe(append(figures("a", 75, 30, 75), figures("b", 30)...))
	e.judgeAll(t.Context())
	if got := strings.Join(j.said(), ", "); got != "raised capacity a connections, cleared capacity a connections, raised capacity a connections" {
		t.Error(got)
	}
	if len(j.commits) != 3 {
		t.Errorf("%d commits, want 3", len(j.commits))
	}
	if got := testutil.ToFloat64(e.metrics.readings); got != 4 {
		t.Errorf("%v readings were counted, want 4", got)
	}
}

// TestReadingsBehindAFailedCommit are not judged: they would meet the same disk.
func TestReadingsBehindAFailedCommit(t *testing.T) {
	e, j, _ := engine(t, func(o *Options) { o.Watches = []Watch{atOnce("a")} })
	j.setFail(errors.New("disk full"))
	e.Observe(figures("a", 75, 76, 77))
	e.judgeAll(t.Context())
	if got := testutil.ToFloat64(e.metrics.commitFailures); got != 1 {
		t.Errorf("%v commits were tried, want 1", got)
	}
	j.setFail(nil)
	e.Observe(figures("a", 78))
	e.judgeAll(t.Context())
	if got := strings.Join(j.said(), ", "); got != "raised capacity a connections" {
		t.Error(got)
	}
}

// TestStopJudgesWhatHasArrived, and says when it could not be stored.
func TestStopJudgesWhatHasArrived(t *testing.T) {
	for _, fail := range []error{nil, errors.New("disk full")} {
		e, j, log := engine(t, func(o *Options) { o.Watches = []Watch{atOnce("a"), watch("b")} })
		e.Observe(append(figures("a", 75), figures("b", 75)...))
		j.setFail(fail)
		e.stop(t.Context())
		if got := strings.Contains(log.String(), "alarm timers were not saved at the end"); got != (fail != nil) {
			t.Errorf("%v: logged is %v", fail, got)
		}
		if fail != nil {
			continue
		}
		if got := strings.Join(j.said(), ", "); got != "raised capacity a connections" {
			t.Error(got)
		}
		for _, id := range []string{"a", "b"} {
			s := j.states[Key{Rule: Capacity, Instance: id, Metric: fleet.Connections}]
			if s.LostAt == 0 || s.LostReason != "Brimwatch was stopped" {
				t.Errorf("%s: %+v", id, s)
			}
		}
	}
}

// TestKnownMetricWithoutACapacity is not missed: it cannot be full.
func TestKnownMetricWithoutACapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := watch("a")
		a.Rules[fleet.Subscriptions] = a.Rules[fleet.Connections]
		r := startRig(t, newMemoryJournal(), a, watch("b"), watch("c"))
		defer r.stop()
		both := read("a", 30)
		both.Known, both.Usage[fleet.Subscriptions] = both.Known.With(fleet.Subscriptions), 10
		r.Observe([]*fleet.Reading{both})
		r.feed(5*time.Minute, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.want()
	})
}

// advice gives each metric of an instance a text of its own.
type advice struct{}

func (advice) Fittings(id string, metrics fleet.MetricSet) (out [fleet.NumMetrics]Fitting) {
	for m := range fleet.Metric(fleet.NumMetrics) {
		if metrics.Has(m) {
			out[m].Short.EN = id + " " + m.String()
		}
	}
	return out
}

// TestAdviceOfManyEvents: each has that of its instance and metric, wherever it stands.
func TestAdviceOfManyEvents(t *testing.T) {
	var events []Event
	add := func(id string, m fleet.Metric, kind EventKind) {
		events = append(events, Event{Key: Key{Rule: Capacity, Instance: id, Metric: m}, Kind: kind, Instance: &fleet.Instance{ID: id}})
	}
	add("a", fleet.Connections, Raised)
	add("a", fleet.SendTPS, Cleared)
	add("a", fleet.Subscriptions, Escalated)
	add("b", fleet.Connections, Cleared)
	add("b", fleet.SendTPS, Raised)
	add("a", fleet.SendTPS, Raised)
	(&Engine{advisor: advice{}}).advise(events)
	want := []string{"a " + fleet.Connections.String(), "", "a " + fleet.Subscriptions.String(), "", "b " + fleet.SendTPS.String(), "a " + fleet.SendTPS.String()}
	for i, ev := range events {
		if ev.Fitting.Short.EN != want[i] {
			t.Errorf("event %d: %q, want %q", i, ev.Fitting.Short.EN, want[i])
		}
	}
}

// TestAdviceOfAnEvent: those that tell people of a metric that fills up have it.
func TestAdviceOfAnEvent(t *testing.T) {
	in := &fleet.Instance{ID: "a"}
	for _, tt := range []struct {
		rule RuleName
		kind EventKind
		inst *fleet.Instance
		want string
	}{
		{Capacity, Raised, in, "a connections"}, {Capacity, Escalated, in, "a connections"}, {Capacity, Reminded, in, "a connections"}, {Forecast, Raised, in, "a connections"},
		{Capacity, Eased, in, ""}, {Capacity, Cleared, in, ""}, {Capacity, Lost, in, ""}, {Expiry, Raised, in, ""}, {NoData, Raised, in, ""}, {Capacity, Raised, nil, ""},
	} {
		for _, advisor := range []Advisor{nil, advice{}} {
			e, j, _ := engine(t, func(o *Options) { o.Advisor = advisor })
			key := Key{Rule: tt.rule, Instance: "a", Metric: fleet.Connections}
			var b batch
			b.add(&slot{key: Key{Rule: NoData, Instance: "b", Metric: NoMetric}, inst: in}, State{Level: 1}, []Event{{Kind: Raised}})
			b.add(&slot{key: key, inst: tt.inst}, State{Level: 1}, []Event{{Kind: tt.kind}})
			if err := e.commit(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			want := tt.want
			if advisor == nil {
				want = ""
			}
			if got := j.commits[0].Events[1].Fitting.Short.EN; got != want {
				t.Errorf("%s %s: %q, want %q", tt.rule, tt.kind, got, want)
			}
		}
	}
}

// TestNothingIsJudgedBeforeTheClockIsTrusted, nor before anything is due; and
// moments are in UTC, whatever the clock's zone.
func TestNothingIsJudgedBeforeTheClockIsTrusted(t *testing.T) {
	end := in2026(time.December, 10)
	now := end.AddDate(0, 0, -7).In(zone(t, "Asia/Shanghai"))
	for _, tt := range []struct {
		name    string
		settled time.Duration // from now, on the monotonic clock
		lookAt  time.Time
		want    string
	}{
		{"trusted and due", 0, now, "raised expiry a"},
		{"not trusted", 1, now, ""},
		{"not due", 0, now.Add(1), ""},
		{"neither", 1, now.Add(1), ""},
	} {
		e, j, _ := engine(t, func(o *Options) { o.Calendar = Calendar{Terms: []TermWatch{subscribed("a", end, nil)}} })
		e.byClock.settled, e.byClock.lookAt = e.watch.steady+tt.settled, tt.lookAt
		if err := e.tickCalendar(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(j.said(), ", "); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
		if tt.want == "" {
			continue
		}
		ev := j.commits[0].Events[0]
		if ev.At.Location() != time.UTC || ev.Reason != "paid, last day 2026-12-09" || ev.Topic != "instance/a" {
			t.Errorf("%+v", ev)
		}
		if !e.byClock.lookAt.Equal(now.Add(time.Hour)) {
			t.Errorf("it is looked at again at %s", e.byClock.lookAt)
		}
	}
}

// TestWhenTheCalendarIsJudgedAgain: when a step comes or a reminder is due, and
// within an hour.
func TestWhenTheCalendarIsJudgedAgain(t *testing.T) {
	end := in2026(time.December, 10)
	now := end.AddDate(0, 0, -7).Add(-20 * time.Minute)
	frozen := subscribed("b", end.AddDate(1, 0, 0), nil, func(t *fleet.Term) { t.Frozen = true })
	frozen.Rules.Frozen.Repeat = 10 * time.Minute
	silentlyFrozen := subscribed("b", end.AddDate(1, 0, 0), nil, func(t *fleet.Term) { t.Frozen = true })
	thawed := subscribed("b", end.AddDate(1, 0, 0), nil)
	thawed.Rules.Frozen.Repeat = 10 * time.Minute
	key := Key{Rule: FrozenRule, Instance: "b", Metric: NoMetric}
	for _, tt := range []struct {
		name  string
		terms []TermWatch
		acked bool
		want  time.Duration // from now
	}{
		{"a step", []TermWatch{subscribed("a", end, nil)}, false, 20 * time.Minute},
		{"nothing", []TermWatch{subscribed("a", end.AddDate(1, 0, 0), nil)}, false, time.Hour},
		{"a reminder", []TermWatch{frozen}, false, 10 * time.Minute},
		{"a reminder before a step", []TermWatch{subscribed("a", end, nil), frozen}, false, 10 * time.Minute},
		{"no reminder of what is acknowledged", []TermWatch{frozen}, true, time.Hour},
		{"raised, and reminders are off", []TermWatch{silentlyFrozen}, false, time.Hour},
		{"reminders, and nothing is raised", []TermWatch{thawed}, false, time.Hour},
		{"nothing is watched", nil, false, time.Hour},
		{"all is off", []TermWatch{{Instance: &fleet.Instance{ID: "c"}}}, false, time.Hour},
	} {
		e, _, _ := engine(t, func(o *Options) { o.Calendar = Calendar{Terms: tt.terms} })
		if tt.acked {
			e.byClock.slots[key] = &slot{key: key, state: State{Level: 1, AckedAt: 1, NotifiedAt: milli(now)}}
		}
		if err := e.judgeCalendar(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if got := e.byClock.lookAt.Sub(now); got != tt.want {
			t.Errorf("%s: after %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestRoundsOfTheCalendar: what changed is stored with each, and a round in which
// nothing changed stores nothing.
func TestRoundsOfTheCalendar(t *testing.T) {
	end := in2026(time.December, 10)
	rules := usualRules()
	rules.Expiry.Repeat = day
	at := func(end time.Time) Calendar {
		a := subscribed("a", end, nil)
		a.Rules = rules
		return Calendar{Terms: []TermWatch{a}}
	}
	e, j, _ := engine(t)
	key := Key{Rule: Expiry, Instance: "a", Metric: NoMetric}
	near := end.AddDate(0, 0, 1)
	for i, round := range []struct {
		end  time.Time
		days int // from end
		want string
		open time.Time // the term that is stored as the open one
	}{
		{end, -8, "", time.Time{}},
		{end, -7, "raised", end},
		{end, -7, "", end},
		{end, -6, "reminded", end},
		{end, -6, "", end},
		{near, -6, "escalated", near}, // its own step of seven days
		{end, -6, "", end},            // back to a term of which people know the step
		{end, -6, "", end},
		{time.Time{}, -6, "lost", end},
		{time.Time{}, -6, "", end},
		{end, -6, "found", end},
	} {
		before := len(j.commits)
		e.byClock.set(at(round.end))
		if err := e.judgeCalendar(t.Context(), end.AddDate(0, 0, round.days)); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(j.commits) > before && len(j.commits[before].Events) > 0 {
			got = string(j.commits[before].Events[0].Kind)
		}
		if got != round.want {
			t.Errorf("round %d: %q, want %q", i, got, round.want)
		}
		if stored := fromMilli(j.told[key].Open); !stored.Equal(round.open) {
			t.Errorf("round %d: %s is open, want %s", i, stored, round.open)
		}
		if commits := len(j.commits) - before; commits > 1 || commits == 1 && round.want == "" && i != 6 {
			t.Errorf("round %d: %d commits", i, commits)
		}
	}
}

// TestRestoredEpisodes are whole before anything is judged: they can be
// acknowledged, and know their instance. A forecast may wait for the morning.
func TestRestoredEpisodes(t *testing.T) {
	j := newMemoryJournal()
	known, gone := Key{Rule: Forecast, Instance: "a", Metric: fleet.Connections}, Key{Rule: Expiry, Instance: "b", Metric: NoMetric}
	j.states[known], j.states[gone] = State{Level: 1, Code: "K7Q2"}, State{Level: 1, Code: "M3XP"}
	a := subscribed("a", in2026(time.December, 10), nil)
	a.Instance.Name = "Orders"
	e, err := NewEngine(t.Context(), Options{Journal: j, Logger: slog.New(slog.DiscardHandler), Calendar: Calendar{Terms: []TermWatch{a}}})
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]*fleet.Instance{"K7Q2": a.Instance, "M3XP": {ID: "b", Name: "b"}} {
		sl := e.open[code]
		if sl == nil || sl.inst == nil || sl.inst.ID != want.ID || sl.inst.Name != want.Name || sl != e.byClock.slots[sl.key] {
			t.Errorf("%s: %+v", code, sl)
		}
	}
}

// TestRenamedInstance: an event has the instance as it is watched now.
func TestRenamedInstance(t *testing.T) {
	end := in2026(time.December, 10)
	a := subscribed("a", end, nil)
	e, j, _ := engine(t, func(o *Options) { o.Calendar = Calendar{Terms: []TermWatch{a}} })
	if err := e.judgeCalendar(t.Context(), end.AddDate(0, 0, -7)); err != nil {
		t.Fatal(err)
	}
	renewed := subscribed("a", end.AddDate(1, 0, 0), nil)
	renewed.Instance.Name = "Orders"
	e.byClock.set(Calendar{Terms: []TermWatch{renewed}})
	if err := e.judgeCalendar(t.Context(), end.AddDate(0, 0, -6)); err != nil {
		t.Fatal(err)
	}
	ev := newestEvents(j)[0]
	if ev.Kind != Cleared || ev.Instance.Name != "Orders" || ev.Reason != "the term goes on: last day 2027-12-09" {
		t.Errorf("%+v", ev)
	}
}

// TestWhatIsOverIsNotKept: an alarm without dates leaves nothing behind.
func TestWhatIsOverIsNotKept(t *testing.T) {
	end := in2026(time.December, 10)
	e, j, _ := engine(t)
	for i, frozen := range []bool{true, false} {
		a := subscribed("a", end, nil, func(t *fleet.Term) { t.Frozen = frozen })
		e.byClock.set(Calendar{Terms: []TermWatch{a}})
		if err := e.judgeCalendar(t.Context(), end.AddDate(0, 0, i-60)); err != nil {
			t.Fatal(err)
		}
		if got := len(e.byClock.slots); got != 1-i {
			t.Errorf("frozen %v: %d alarms are kept", frozen, got)
		}
	}
	events := []Event{j.commits[0].Events[0], j.commits[1].Events[0]}
	if events[0].Topic != "instance/a" || events[0].Reason != "frozen, because no device was online for long" || events[1].Reason != "paid, last day 2026-12-09" {
		t.Errorf("%+v", events)
	}
}

// TestAlarmWithoutDatesThatNeedsTime: its timer runs from look to look.
func TestAlarmWithoutDatesThatNeedsTime(t *testing.T) {
	r := stateRule(Warning)
	r.For = time.Hour
	j := judgeOf(start())
	key := Key{Rule: LowBalance, Account: "acme", Metric: NoMetric}
	dressed := 0
	look := func(after time.Duration) int {
		j.plain(j.judge.slot(key, nil), r, Observation{At: start().Add(after), Known: true, Usage: 1, Capacity: 1}, func(*Event) { dressed++ })
		return len(j.b.changes)
	}
	if look(0) != 0 || look(59*time.Minute) != 0 || j.judge.slots[key] == nil {
		t.Error("it has begun too early, or its timer is not kept")
	}
	if look(time.Hour) != 1 || dressed != 1 {
		t.Error("it has not begun after an hour")
	}
}

// TestWithdrawnTogether: what is no more ends in the order of its keys, each
// instance as a piece of news of its own.
func TestWithdrawnTogether(t *testing.T) {
	j := judgeOf(start())
	for _, id := range []string{"e", "b", "d", "a", "c", "f", "h", "g"} {
		key := Key{Rule: Expiry, Instance: id, Metric: NoMetric}
		j.judge.slots[key] = &slot{key: key, state: State{Level: 1}}
	}
	lost := Key{Rule: LowBalance, Account: "acme", Metric: NoMetric}
	j.judge.slots[lost] = &slot{key: lost, state: State{LostAt: 1}}
	j.gone()
	got := ""
	for i := range j.b.commit.Events {
		ev := &j.b.commit.Events[i]
		got += ev.Key.Instance
		if ev.Topic != "gone//"+ev.Key.Instance {
			t.Errorf("%s: topic %q", ev.Key.Instance, ev.Topic)
		}
	}
	if got != "abcdefgh" {
		t.Errorf("their order is %s", got)
	}
	if len(j.b.changes) != 9 {
		t.Errorf("%d alarms are removed, want 9: one waited for its balance", len(j.b.changes))
	}
}

// TestAccountsThatAreNoMore: an alarm of an account is judged while the account is
// there and the rule is on.
func TestAccountsThatAreNoMore(t *testing.T) {
	j := judgeOf(start())
	j.judge.set(Calendar{Payers: []Payer{{Account: &fleet.Account{Name: "acme"}, Overdue: stateRule(Critical)}}})
	for key, want := range map[Key]bool{
		{Rule: Overdue, Account: "acme"}: true, {Rule: LowBalance, Account: "acme"}: false, {Rule: Overdue, Account: "other"}: false, {Rule: Expiry, Account: "acme"}: false,
	} {
		if got := j.judged(key); got != want {
			t.Errorf("%v: %v", key, got)
		}
	}
}
