package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

const advised = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data"}
accounts: [{name: late, balance: {amount: -5, currency: CNY}}]
instances:
  - {id: rmq-grows, name: Orders, product: rocketmq, edition: professional, spec: rmq.p2.4xlarge, source: &page {type: exposition, url: "http://127.0.0.1:1/", mapping: {connections: {series: a, kind: gauge}}}}
  - {id: rmq-idle, product: rocketmq, edition: professional, spec: rmq.p2.30xlarge, source: *page}
  - {id: rmq-young, product: rocketmq, edition: professional, spec: rmq.p2.4xlarge, source: *page}
  - {id: iot-public, account: late, product: iot, edition: public-new, billing: {method: free}, source: *page}
  - {id: calendar, product: redis, edition: community}
`

// reading is what a source told of two metrics.
func reading(id string, at time.Time, tps, connections float64) *fleet.Reading {
	r := &fleet.Reading{Instance: id, At: at, Up: true}
	for m, v := range map[fleet.Metric]float64{fleet.SendTPS: tps / 4, fleet.ReceiveTPS: tps - tps/4, fleet.MessageTPS: tps, fleet.Connections: connections} {
		r.Known, r.Usage[m] = r.Known.With(m), v
	}
	return r
}

// recordMonth writes 30 days and the beginning of today into a history: a reading
// every ten minutes, with a day that swells and ebbs.
func recordMonth(t *testing.T, d *Daemon, now time.Time) {
	t.Helper()
	store, ok := d.history.(*statistics.Store)
	if !ok {
		t.Fatal("there is no history")
	}
	begin := advice.DayStart(advice.DayNumber(now) - 30)
	var readings []*fleet.Reading
	for at := begin; at.Before(now); at = at.Add(10 * time.Minute) {
		day := at.Sub(begin).Hours() / 24
		wave := 0.5 + 0.5*math.Abs(math.Cos(day*math.Pi)) // its highest at midnight, when a day begins
		readings = append(readings,
			reading("rmq-grows", at, (1000+60*math.Floor(day))*wave, 500),
			reading("rmq-idle", at, 900*wave, 800),
			reading("iot-public", at, 1, 48))
		if now.Sub(at) < 3*24*time.Hour {
			readings = append(readings, reading("rmq-young", at, 100, 10))
		}
	}
	store.Append(readings)
	store.Flush()
}

// fetch asks the daemon's own API.
func fetch(t *testing.T, d *Daemon, path string) (map[string]wire.Advice, *httptest.ResponseRecorder) {
	t.Helper()
	w := httptest.NewRecorder()
	d.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	var v wire.Advices
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, w.Body)
	}
	out := make(map[string]wire.Advice)
	for _, a := range v.Advice {
		out[a.InstanceID] = a
	}
	return out, w
}

func TestAdviceFromAMonthOfHistory(t *testing.T) {
	d := judging(t, writeConfig(t, advised, nil))
	now := time.Now()
	recordMonth(t, d, now)
	if err := d.advisor.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, _ := fetch(t, d, "/api/v1/advice")
	for id, want := range map[string]struct{ verdict, target, summary string }{
		// 29 days of growth: the last full day had 1,000 + 60 × 29 at its peak, today 1,000 + 60 × 30.
		"rmq-grows":  {"upgrade", "rmq.p2.6xlarge", "professional rmq.p2.6xlarge would fit. Message TPS reached 2,800 of 4,000 (threshold 70%)"},
		"rmq-idle":   {"downgrade_possible", "rmq.p2.2xlarge", "A smaller one would do: professional rmq.p2.2xlarge"},
		"rmq-young":  {"not_enough_history", "", "There is not enough history: "},
		"iot-public": {"upgrade", "", "Not while the account is overdue: pay first."},
		"calendar":   {"unknown", "", "No metric has both a usage and a capacity that are known."},
	} {
		a := got[id]
		spec := ""
		if a.Target != nil {
			spec = a.Target.Spec
		}
		if a.Verdict != want.verdict || spec != want.target || !strings.Contains(a.Summary, want.summary) {
			t.Errorf("%s: %s to %q: %s", id, a.Verdict, spec, a.Summary)
		}
	}
	grows := got["rmq-grows"].Metrics["message_tps"]
	if *grows.Peak7 != 2800 || *grows.Peak30 != 2800 || math.Abs(*grows.P9930-2700) > 60 || grows.Days != 30 {
		t.Errorf("message_tps: peak %v, 99th percentile %v and %v, %d days", *grows.Peak7, *grows.P997, *grows.P9930, grows.Days)
	}
	if o := grows.Outlook; !o.Trend || math.Abs(o.PerDay-60) > 0.5 || o.Days != 30 || o.Capacity == nil {
		t.Fatalf("outlook %+v", o)
	}
	// The line through the beginnings of days is at 2,740 + 60 for each day since.
	full := (4000 - (1000 + 60*29)) / 60.0
	if days := grows.Outlook.Capacity.Likely.Sub(advice.DayStart(advice.DayNumber(now)-1)).Hours() / 24; math.Abs(days-full) > 0.6 {
		t.Errorf("full %.2f days after the last full one, want %.2f", days, full)
	}
	if o := got["rmq-idle"].Metrics["connections"].Outlook; o.Trend || o.Reason != "no trend" {
		t.Errorf("idle: %+v", o)
	}

	t.Run("for the forecast rule", func(t *testing.T) {
		if at, known := d.advisor.thresholdAhead("rmq-grows", fleet.MessageTPS); known {
			t.Errorf("what is at its threshold already is forecast for %s", at)
		}
		if at, known := d.advisor.thresholdAhead("rmq-idle", fleet.Connections); !known || !at.IsZero() {
			t.Errorf("what does not grow: %s, %v", at, known)
		}
		if _, known := d.advisor.thresholdAhead("rmq-young", fleet.MessageTPS); known {
			t.Error("a forecast of a few days")
		}
	})
	t.Run("chosen by verdict", func(t *testing.T) {
		got, _ := fetch(t, d, "/api/v1/advice?verdict=upgrade")
		if len(got) != 2 {
			t.Errorf("%d upgrades", len(got))
		}
		if _, w := fetch(t, d, "/api/v1/advice?verdict=maybe"); w.Code != http.StatusBadRequest {
			t.Errorf("status %d", w.Code)
		}
	})
	t.Run("one instance", func(t *testing.T) {
		got, _ := fetch(t, d, "/api/v1/instances/rmq-idle/advice")
		if len(got) != 1 || got["rmq-idle"].Verdict != "downgrade_possible" {
			t.Errorf("%+v", got)
		}
		if _, w := fetch(t, d, "/api/v1/instances/nobody/advice"); w.Code != http.StatusNotFound {
			t.Errorf("status %d", w.Code)
		}
	})
	t.Run("on the page", func(t *testing.T) {
		w := httptest.NewRecorder()
		d.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/instances/rmq-grows", nil))
		for _, want := range []string{`<section id="edition">`, "a larger one is needed", "professional rmq.p2.6xlarge"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%q is not on the page", want)
			}
		}
	})
	t.Run("in the texts", func(t *testing.T) {
		in := d.board.current().Instances[4].Instance
		if in.ID != "rmq-young" {
			t.Fatal(in.ID)
		}
		w := d.directory.Words
		if got := w.Advice(in, fleet.MessageTPS, "en") + w.AdviceInFull(in, fleet.MessageTPS, "en"); got != "" {
			t.Errorf("nothing is the matter, and it says %q", got)
		}
		// The reading that raises the alarm is the newest, and counts.
		d.board.put([]*fleet.Reading{reading("rmq-young", now, 3612, 10)})
		if got := w.Advice(in, fleet.MessageTPS, "en"); got != "rmq.p2.6xlarge fits." {
			t.Errorf("short: %q", got)
		}
		if got := w.Advice(in, fleet.MessageTPS, "zh"); got != "rmq.p2.6xlarge可满足" {
			t.Errorf("zh: %q", got)
		}
		if got := w.AdviceInFull(in, fleet.MessageTPS, "en"); !strings.HasPrefix(got, "professional rmq.p2.6xlarge would fit. Message TPS reached 3,612 of 4,000") {
			t.Errorf("full: %q", got)
		}
		if got := w.AdviceInFull(in, fleet.Connections, "en"); got != "" {
			t.Errorf("of a metric that is fine: %q", got)
		}
	})
}

// TestAdvisorKeepsUp holds what is read bit by bit, over days, against what is read
// at once.
func TestAdvisorKeepsUp(t *testing.T) {
	d := judging(t, writeConfig(t, advised, nil))
	now := time.Now()
	recordMonth(t, d, now)
	slowly := newAdvisor(d.history, d.board, slog.New(slog.DiscardHandler))
	for back := 75 * time.Hour; back >= 0; back -= 5 * time.Hour {
		slowly.now = func() time.Time { return now.Add(-back) }
		if err := slowly.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	d.advisor.now = func() time.Time { return now }
	if err := d.advisor.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"rmq-grows", "rmq-idle", "rmq-young", "iot-public"} {
		a, b := d.advisor.summaries(id), slowly.summaries(id)
		if len(a) == 0 || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: at once %+v\nbit by bit %+v", id, a, b)
		}
	}
}

// TestAdvisorAndTheClock sets the clock 26 hours ahead, and back again. That
// crosses one midnight or two, by the hour; each costs a day of what is known.
func TestAdvisorAndTheClock(t *testing.T) {
	for _, tt := range []struct {
		name string
		now  string
		days int // that are lost
	}{
		{"at midnight", "2026-11-30T00:00:00Z", 1},
		{"at noon", "2026-11-30T12:00:00Z", 1},
		{"just before two midnights lie ahead", "2026-11-30T21:59:00Z", 1},
		{"two midnights ahead", "2026-11-30T22:00:00Z", 2},
		{"the last minute of a year", "2026-12-31T23:59:00Z", 2},
		{"29 February", "2028-02-29T23:30:00Z", 2},
		{"summer time begins in Europe", "2027-03-28T00:30:00Z", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			d := judging(t, writeConfig(t, advised, nil))
			recordMonth(t, d, now)
			a := d.advisor
			for _, at := range []time.Time{now, now.Add(26 * time.Hour), now} {
				a.now = func() time.Time { return at }
				if err := a.refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			fresh := newAdvisor(d.history, d.board, slog.New(slog.DiscardHandler))
			fresh.now = func() time.Time { return now }
			if err := fresh.refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := fresh.summaries("rmq-grows")
			for i, s := range a.summaries("rmq-grows") {
				want := before[i]
				if s.metric != want.metric || s.usage.Week.Peak != want.usage.Week.Peak || s.usage.Days != want.usage.Days-tt.days {
					t.Errorf("%s: %+v, before %+v", s.metric, s.usage, want.usage)
				}
			}
		})
	}
}

// brokenReader is a history that cannot be read.
type brokenReader struct{ err error }

func (b brokenReader) EachUsage(context.Context, []string, fleet.MetricSet, time.Time, time.Time, func(string, fleet.Metric, statistics.Samples)) error {
	return b.err
}

func TestAdviceWithoutAHistory(t *testing.T) {
	d := judging(t, writeConfig(t, advised, nil))
	broken := errors.New("the disk is gone")
	d.advisor.history = brokenReader{broken}
	if err := d.advisor.refresh(t.Context()); !errors.Is(err, broken) {
		t.Errorf("refresh: %v", err)
	}
	d.board.put([]*fleet.Reading{reading("rmq-young", time.Now(), 3612, 10)})
	got, ok := d.advisor.Advice("rmq-young")
	if !ok || got.Verdict != advice.Upgrade || got.Target.Spec != "rmq.p2.6xlarge" {
		t.Errorf("by the newest reading alone: %+v", got)
	}
	if _, ok := d.advisor.Outlook("rmq-young", fleet.MessageTPS); ok {
		t.Error("an outlook without a history")
	}
	if _, ok := d.advisor.Advice("nobody"); ok {
		t.Error("advice for nobody")
	}
}

// An instance that is taken out is forgotten.
func TestAdvisorForgets(t *testing.T) {
	path := writeConfig(t, advised, nil)
	d := judging(t, path)
	recordMonth(t, d, time.Now())
	if err := d.advisor.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	edit(t, path, "  - {id: rmq-idle, product: rocketmq, edition: professional, spec: rmq.p2.30xlarge, source: *page}\n", "")
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.advisor.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.advisor.Advice("rmq-idle"); ok || d.advisor.read["rmq-idle"] != nil || d.advisor.summaries("rmq-idle") != nil {
		t.Error("rmq-idle is still known")
	}
	if len(d.advisor.summaries("rmq-grows")) == 0 {
		t.Error("rmq-grows is not known any more")
	}
}
