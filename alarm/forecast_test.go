package alarm

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestForecastIsJudgedByDay: from nine to eighteen o'clock of the account's zone.
func TestForecastIsJudgedByDay(t *testing.T) {
	on := &CalendarRules{Forecast: &ForecastRule{Within: 14 * day, Rule: *stateRule(Info)}}
	in := &fleet.Instance{ID: "a"}
	shanghai, kathmandu := zone(t, "Asia/Shanghai"), zone(t, "Asia/Kathmandu")
	for _, tt := range []struct {
		name string
		term TermWatch
		zone *time.Location
		off  bool
	}{
		{"without an account", TermWatch{Instance: in, Rules: on}, time.UTC, false},
		{"an account without a zone", TermWatch{Instance: in, Rules: on, Account: &fleet.Account{}}, time.UTC, false},
		{"east of Greenwich", TermWatch{Instance: in, Rules: on, Account: &fleet.Account{Zone: shanghai}}, shanghai, false},
		{"between the hours", TermWatch{Instance: in, Rules: on, Account: &fleet.Account{Zone: kathmandu}}, kathmandu, false},
		{"the rule is off", TermWatch{Instance: in, Rules: &CalendarRules{}}, time.UTC, true},
		{"all is off", TermWatch{Instance: in}, time.UTC, true},
	} {
		for hour := range 24 {
			now := time.Date(2026, 12, 31, hour, 0, 0, 0, tt.zone).UTC()
			if got, want := tt.term.forecastDue(now), !tt.off && hour >= 9 && hour < 18; got != want {
				t.Errorf("%s: at %d o'clock it is %v", tt.name, hour, got)
			}
		}
		if tt.off {
			continue
		}
		for at, want := range map[time.Duration]bool{9*time.Hour - 1: false, 18*time.Hour - 1: true} {
			if got := tt.term.forecastDue(time.Date(2026, 12, 31, 0, 0, 0, 0, tt.zone).Add(at)); got != want {
				t.Errorf("%s: %s after midnight it is %v", tt.name, at, got)
			}
		}
	}
}

// TestForecaster is asked for those alone whose forecast is judged now.
func TestForecaster(t *testing.T) {
	noon := time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)
	by := func(id, zoneName string, rules *CalendarRules) TermWatch {
		return TermWatch{Instance: &fleet.Instance{ID: id}, Account: &fleet.Account{Zone: zone(t, zoneName)}, Rules: rules}
	}
	on := &CalendarRules{Forecast: &ForecastRule{Within: 14 * day}}
	e, _, _ := engine(t, func(o *Options) {
		o.Forecaster = forecasterFunc(func(_ string, m fleet.Metric) (time.Time, bool) {
			return noon.Add(time.Duration(m)), m == fleet.Connections
		})
		o.Calendar = Calendar{Terms: []TermWatch{by("night", "Asia/Shanghai", on), by("day", "UTC", on), by("off", "UTC", &CalendarRules{})}}
	})
	got := e.forecasts(noon)
	if len(got) != 1 || got["day"] == nil {
		t.Fatalf("%v", got)
	}
	for m, f := range got["day"] {
		if !f.at.Equal(noon.Add(time.Duration(m))) || f.known != (fleet.Metric(m) == fleet.Connections) {
			t.Errorf("%s: %+v", fleet.Metric(m), f)
		}
	}
}

// TestBoundsOfTheForecast: it is raised within the time that is configured, and
// ends when the threshold is a quarter further away than that.
func TestBoundsOfTheForecast(t *testing.T) {
	now := time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)
	const within = 8 * day
	for _, tt := range []struct {
		name   string
		at     time.Time
		known  bool
		raised bool
		want   EventKind
		reason string
	}{
		{"within", now.Add(within), true, false, Raised, "connections will reach its threshold about 2027-01-08"},
		{"overdue", now.Add(-day), true, false, Raised, "connections will reach its threshold about 2026-12-30"},
		{"a nanosecond too far", now.Add(within + 1), true, false, "", ""},
		{"raised, and a quarter further away", now.Add(within * 5 / 4), true, true, "", ""},
		{"raised, and more than a quarter further away", now.Add(within*5/4 + time.Second), true, true, Cleared, "connections will reach its threshold about 2027-01-10"},
		{"it does not grow", time.Time{}, true, false, "", ""},
		{"raised, and it does not grow any more", time.Time{}, true, true, Cleared, "connections does not grow any more"},
		{"raised, and not known any more", time.Time{}, false, true, Lost, "there is too little history"},
		{"not known", time.Time{}, false, false, "", ""},
	} {
		a := subscribed("a", now.Add(300*day), nil)
		a.Rules.Forecast = &ForecastRule{Within: within, Rule: *stateRule(Info)}
		j := judgeOf(now, a)
		key := Key{Rule: Forecast, Instance: "a", Metric: fleet.Connections}
		if tt.raised {
			j.judge.slots[key] = &slot{key: key, state: State{Level: 1, Severity: Info}}
		}
		var own ahead
		own[fleet.Connections].at, own[fleet.Connections].known = tt.at, tt.known
		j.ahead = map[string]*ahead{"a": &own}
		j.forecast(&a)
		if events := j.b.commit.Events; tt.want == "" {
			if len(events) != 0 {
				t.Errorf("%s: %v", tt.name, events)
			}
		} else if len(events) != 1 || events[0].Kind != tt.want || events[0].Reason != tt.reason || !events[0].Details.At.Equal(tt.at) || events[0].Details.Lead != within {
			t.Errorf("%s: %+v", tt.name, events)
		}
		if sl := j.judge.slots[key]; !tt.known && !tt.raised && sl != nil {
			t.Errorf("%s: it is kept: %+v", tt.name, sl.state)
		}
	}
}
