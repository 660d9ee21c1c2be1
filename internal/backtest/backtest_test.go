package backtest

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/test/golden"
)

// day is when the recorded day of these tests begins.
func day() time.Time { return time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC) }

const every = 15 * time.Second

const configuration = `storage: {dir: DIR/data}
instances:
  - {id: mqtt-1, name: Orders, product: mqtt, edition: professional, billing: {method: payg}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1883"}}
contacts: [{name: wei, phone: "+8613800138000", time_zone: Asia/Shanghai}]
receivers: [{name: oncall, sms: [wei], webhooks: [{url: "http://127.0.0.1:1/hook"}]}]
sms:
  providers: [{name: t, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token: x, from: "+15005550006"}]
  limits: {price_per_segment: 0.05}
`

// load loads a configuration whose storage is in a new folder.
func load(tb testing.TB, text string) *config.Snapshot {
	tb.Helper()
	dir := tb.TempDir()
	path := filepath.Join(dir, "brimwatch.yml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o600); err != nil {
		tb.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// usageAt is what is recorded of connections on the day of the tests, of 5,000: above 70 %
// twice, above 80 % once, no answer for ten minutes, and nothing at all for two hours.
func usageAt(at time.Duration) (usage float64, up, recorded bool) {
	between := func(from, to time.Duration) bool { return at >= from && at < to }
	switch {
	case between(6*time.Hour, 7*time.Hour):
		return 3600, true, true
	case between(12*time.Hour, 12*time.Hour+30*time.Minute):
		return 4100, true, true
	case between(15*time.Hour, 15*time.Hour+10*time.Minute):
		return 0, false, true
	case between(18*time.Hour, 20*time.Hour):
		return 0, false, false
	}
	return 3000, true, true
}

// record puts a day into the history of a configuration, of all its instances.
func record(tb testing.TB, s *config.Snapshot, length, apart time.Duration) {
	tb.Helper()
	recordAs(tb, s, length, apart, usageAt)
}

func recordAs(tb testing.TB, s *config.Snapshot, length, apart time.Duration, usageAt func(time.Duration) (usage float64, up, recorded bool)) {
	tb.Helper()
	store, err := statistics.Open(statistics.Options{Dir: filepath.Join(s.Storage.Dir, "history"), Retention: 100 * 365 * 24 * time.Hour})
	if err != nil {
		tb.Fatal(err)
	}
	store.SetFleet(s.FleetInstances())
	for at := time.Duration(0); at < length; at += apart {
		usage, up, recorded := usageAt(at)
		if !recorded {
			continue
		}
		for i := range s.Instances {
			r := &fleet.Reading{Instance: s.Instances[i].ID, At: day().Add(at + time.Duration(i)*time.Second), Up: up, Reason: "refused"}
			if up {
				r.Known, r.Usage[fleet.Connections], r.Reason = r.Known.With(fleet.Connections), usage, ""
			}
			r.Limits[fleet.Connections] = fleet.Limit{Value: 5000, At: r.At.Unix(), Origin: fleet.OriginServer}
			store.Append([]*fleet.Reading{r})
		}
		if at%time.Hour == 0 {
			store.Flush()
		}
	}
	if err := store.Close(); err != nil {
		tb.Fatal(err)
	}
}

func history(tb testing.TB, s *config.Snapshot) History {
	tb.Helper()
	h, err := OpenHistory(tb.Context(), s, "test")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := h.Close(); err != nil {
			tb.Error(err)
		}
	})
	return h
}

// run runs a backtest of the recorded day.
func runDay(t *testing.T, s *config.Snapshot, change func(*Options)) *Result {
	t.Helper()
	o := Options{Snapshot: s, History: history(t, s), From: day().Add(-24 * time.Hour), To: day().Add(48 * time.Hour)}
	if change != nil {
		change(&o)
	}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDay holds all that is said of a day.
func TestDay(t *testing.T) {
	s := load(t, configuration)
	record(t, s, 24*time.Hour, every)
	for name, change := range map[string]func(*Options){
		"own":       nil,
		"threshold": func(o *Options) { o.Threshold = 0.8 },
		"metric":    func(o *Options) { o.Metric = "connections" },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.MarshalIndent(runDay(t, s, change), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, name+".json", append(got, '\n'))
		})
	}
}

// TestStretches holds that it does not matter how much of the history is read at once.
func TestStretches(t *testing.T) {
	s := load(t, configuration)
	record(t, s, 24*time.Hour, every)
	want, err := json.Marshal(runDay(t, s, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{1, 1000, 7777} {
		got, err := json.Marshal(runDay(t, s, func(o *Options) { o.mostSamples = most }))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("with %d samples at once\n%s\nwant\n%s", most, got, want)
		}
	}
}

// TestSeldom holds that what was recorded less often than it is read now is not taken for
// silence, nor for a Brimwatch that was down.
func TestSeldom(t *testing.T) {
	s := load(t, configuration)
	record(t, s, 24*time.Hour, 2*time.Minute)
	r := runDay(t, s, nil)
	if len(r.Gaps) != 1 || len(r.Alarms) != 3 {
		t.Errorf("gaps %v, alarms %+v", r.Gaps, r.Alarms)
	}
}

// TestOpenAtTheEnd holds that nothing is made up behind the last reading.
func TestOpenAtTheEnd(t *testing.T) {
	s := load(t, configuration)
	record(t, s, 6*time.Hour+30*time.Minute, every)
	r := runDay(t, s, nil)
	if len(r.Alarms) != 1 || r.Alarms[0].EndedAt != nil || len(r.Gaps) != 0 {
		t.Errorf("alarms %+v, gaps %v", r.Alarms, r.Gaps)
	}
}

// TestDown holds that an alarm that was open when Brimwatch went down is the same behind it,
// that the time between raises nothing, and that what was held in it is told behind it.
func TestDown(t *testing.T) {
	s := load(t, strings.ReplaceAll(configuration, `zone: Asia/Shanghai}`, `zone: UTC, quiet_hours: {from: "16:30", to: "19:00"}}`))
	recordAs(t, s, 24*time.Hour, every, func(at time.Duration) (float64, bool, bool) {
		switch {
		case at >= 18*time.Hour && at < 20*time.Hour:
			return 0, false, false
		case at >= 17*time.Hour && at < 21*time.Hour:
			return 3600, true, true
		}
		return 3000, true, true
	})
	r := runDay(t, s, nil)
	if len(r.Gaps) != 1 || len(r.Alarms) != 1 || r.Alarms[0].EndedAt == nil || !r.Alarms[0].EndedAt.Equal(day().Add(21*time.Hour+time.Minute)) {
		t.Fatalf("alarms %+v, gaps %v", r.Alarms, r.Gaps)
	}
	if told := r.Alarms[0].Told; len(told) != 2 || told[1].Recipient != "wei" || told[1].Messages != 2 {
		t.Errorf("told %+v", told)
	}
}

// TestCalendarIsLeftOut holds that the calendar is not judged, nor anybody tested.
func TestCalendarIsLeftOut(t *testing.T) {
	s := load(t, strings.ReplaceAll(strings.ReplaceAll(configuration, `zone: Asia/Shanghai}`, `zone: UTC, daily_test: "09:00"}`),
		"billing: {method: payg}", "billing: {method: subscription, expires: 2025-01-01}"))
	recordAs(t, s, 24*time.Hour, every, func(time.Duration) (float64, bool, bool) { return 3000, true, true })
	if r := runDay(t, s, nil); len(r.Alarms) != 0 || r.Totals.Messages != 0 {
		t.Errorf("alarms %+v, totals %+v", r.Alarms, r.Totals)
	}
}

func TestNothing(t *testing.T) {
	s := load(t, configuration)
	record(t, s, time.Minute, every)
	_, err := Run(t.Context(), Options{Snapshot: s, History: history(t, s), From: day().Add(-48 * time.Hour), To: day().Add(-24 * time.Hour)})
	if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), "choose other days with --from and --to") {
		t.Errorf("%v", err)
	}
}

func TestBadOptions(t *testing.T) {
	s := load(t, configuration)
	_, err := Run(t.Context(), Options{Snapshot: s, From: day(), To: day(), Instances: []string{"nobody"}, Metric: "speed"})
	for _, want := range []string{"--from (2025-01-06", "--instance nobody: there is no such instance", "--metric speed: there is no such metric; there are message_tps"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestRaisedAt(t *testing.T) {
	rule := func(levels ...alarm.Level) *alarm.Rule { return &alarm.Rule{Levels: levels, For: time.Minute} }
	own := rule(alarm.Level{Severity: alarm.Warning, Threshold: 0.7, Clear: 0.6}, alarm.Level{Severity: alarm.Critical, Threshold: 0.9, Clear: 0.85})
	for _, c := range []struct {
		name      string
		threshold float64
		want      []alarm.Level
	}{
		{"higher", 0.75, []alarm.Level{{Severity: alarm.Warning, Threshold: 0.75, Clear: 0.70}, own.Levels[1]}},
		{"lower", 0.06, []alarm.Level{{Severity: alarm.Warning, Threshold: 0.06, Clear: 0.03}, own.Levels[1]}},
		{"a level goes", 0.9, []alarm.Level{{Severity: alarm.Warning, Threshold: 0.9, Clear: 0.85}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := raisedAt(own, c.threshold)
			near := func(a, b alarm.Level) bool {
				const little = 1e-9
				return a.Severity == b.Severity && a.Threshold == b.Threshold && a.Clear-b.Clear < little && b.Clear-a.Clear < little
			}
			if !slices.EqualFunc(got.Levels, c.want, near) || got.For != own.For {
				t.Errorf("%+v, want %+v", got.Levels, c.want)
			}
		})
	}
}
