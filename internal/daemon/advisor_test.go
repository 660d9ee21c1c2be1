package daemon

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/advice/advisor/advisortest"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// advised is a daemon's configuration with the fleet of the month.
const advised = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data"}
` + advisortest.Fleet

// recordMonth writes a month into the history of a daemon.
func recordMonth(t *testing.T, d *Daemon, now time.Time) {
	t.Helper()
	store, ok := d.history.(*statistics.Store)
	if !ok {
		t.Fatal("there is no history")
	}
	advisortest.Record(store, now)
}

// fetch asks the daemon's own API.
func fetch(t *testing.T, d *Daemon, path string) (map[string]wire.Advice, *httptest.ResponseRecorder) {
	t.Helper()
	w := get(t, d, path)
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
	if err := d.advisor.Refresh(t.Context()); err != nil {
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
		if at, known := d.advisor.ThresholdAhead("rmq-grows", fleet.MessageTPS); known {
			t.Errorf("what is at its threshold already is forecast for %s", at)
		}
		if at, known := d.advisor.ThresholdAhead("rmq-idle", fleet.Connections); !known || !at.IsZero() {
			t.Errorf("what does not grow: %s, %v", at, known)
		}
		if _, known := d.advisor.ThresholdAhead("rmq-young", fleet.MessageTPS); known {
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
		w := get(t, d, "/instances/rmq-grows")
		for _, want := range []string{` id="edition">`, "<b>rmq.p2.6xlarge</b> would fit", "professional rmq.p2.6xlarge"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%q is not on the page", want)
			}
		}
	})
	t.Run("in the texts", func(t *testing.T) {
		in := d.state.Configuration().Instances[4].Instance
		if in.ID != "rmq-young" {
			t.Fatal(in.ID)
		}
		if got := d.advisor.Fittings(in.ID, fleet.MetricSet(0).With(fleet.MessageTPS))[fleet.MessageTPS]; got != (alarm.Fitting{}) {
			t.Errorf("nothing is the matter, and it says %+v", got)
		}
		// The reading that raises the alarm is the newest, and counts.
		d.state.Put([]*fleet.Reading{advisortest.Reading("rmq-young", now, 3612, 10)})
		got := d.advisor.Fittings(in.ID, fleet.MetricSet(0).With(fleet.MessageTPS))[fleet.MessageTPS]
		if want := (fleet.Text{EN: "rmq.p2.6xlarge fits.", ZH: "rmq.p2.6xlarge可满足"}); got.Short != want {
			t.Errorf("short: %+v", got.Short)
		}
		if !strings.HasPrefix(got.Full.EN, "professional rmq.p2.6xlarge would fit. Message TPS reached 3,612 of 4,000") {
			t.Errorf("full: %q", got.Full.EN)
		}
		if got := d.advisor.Fittings(in.ID, fleet.MetricSet(0).With(fleet.Connections))[fleet.Connections].Full; got != (fleet.Text{}) {
			t.Errorf("of a metric that is fine: %q", got)
		}
	})
}
