package families

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/notifier"
)

// now is the moment at which all tests happen.
func now() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 500e6, time.UTC) }

// fakes are all that a Source reads from.
type fakes struct {
	standings   []fleet.Standing
	accounts    []fleet.Account
	episodes    []alarm.Episode
	silences    []notifier.Silence
	full        map[string]map[fleet.Metric]time.Time // by ID
	episodesErr error
	silencesErr error
	reads       []string
	log         bytes.Buffer
}

func (f *fakes) Standings() []fleet.Standing {
	f.reads = append(f.reads, "standings")
	return slices.Clone(f.standings)
}

func (f *fakes) Accounts() []fleet.Account {
	f.reads = append(f.reads, "accounts")
	return slices.Clone(f.accounts)
}

func (f *fakes) Episodes(_ context.Context, filter alarm.EpisodeFilter) ([]alarm.Episode, error) {
	f.reads = append(f.reads, "episodes")
	if !filter.Open {
		return nil, fmt.Errorf("episodes that are over were asked for: %+v", filter)
	}
	return slices.Clone(f.episodes), f.episodesErr
}

func (f *fakes) Silences(context.Context) ([]notifier.Silence, error) {
	f.reads = append(f.reads, "silences")
	return slices.Clone(f.silences), f.silencesErr
}

func (f *fakes) Full(id string, capacity *fleet.Amounts, _ time.Time) (out [fleet.NumMetrics]time.Time) {
	for m, at := range f.full[id] {
		if capacity[m] > 0 {
			out[m] = at
		}
	}
	return out
}

// source returns a Source over the fakes.
func (f *fakes) source(t testing.TB) *Source {
	t.Helper()
	s, err := New(Options{Fleet: f, Accounts: f, Alarms: f, Silences: f, Outlooks: f, Logger: slog.New(slog.NewTextHandler(&f.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// written is a point as one line.
func written(p *series.Point) string {
	var b strings.Builder
	b.WriteString(p.Family.Name)
	sep := byte('{')
	p.EachLabel(func(name, value string) {
		b.WriteByte(sep)
		b.WriteString(name + "=" + strconv.Quote(value))
		sep = ','
	})
	if sep == ',' {
		b.WriteByte('}')
	}
	return b.String() + " " + strconv.FormatFloat(p.Value, 'f', -1, 64)
}

// lines are the points of a choice, each on a line.
func lines(t testing.TB, f *fakes, choice Choice) []string {
	t.Helper()
	var out []string
	f.source(t).Read(t.Context(), now(), choice).Each(func(p *series.Point) { out = append(out, written(p)) })
	return out
}

// watched is an instance whose source answers, with what it carries of each metric.
func watched(id, product, edition, account string, capacity, usage map[fleet.Metric]float64) fleet.Standing {
	in := &fleet.Instance{ID: id, Name: "The " + id, Product: product, Edition: edition, Account: account, Watched: true}
	r := &fleet.Reading{Instance: id, At: now(), Up: true}
	for m, v := range capacity {
		in.Catalogue[m] = v
	}
	for m, v := range usage {
		r.Known, r.Usage[m] = r.Known.With(m), v
	}
	return fleet.Standing{Instance: in, Reading: r, Lifecycle: fleet.Lifecycle{State: fleet.LifecycleActive}, Levels: twoLevels()}
}

// twoLevels are a warning and a critical level of every metric.
func twoLevels() *fleet.Levels {
	out := &fleet.Levels{}
	for m := range out {
		out[m] = []fleet.Level{{Severity: "warning", Threshold: 0.7}, {Severity: "critical", Threshold: 0.9}, {Severity: "critical", Threshold: 0.95}}
	}
	return out
}

// smallFleet has at least one point of every family.
func smallFleet() *fakes {
	orders := watched("mqtt-1", "mqtt", "basic", "acme",
		map[fleet.Metric]float64{fleet.MessageTPS: 1000, fleet.Connections: 5000, fleet.Subscriptions: 10000},
		map[fleet.Metric]float64{fleet.MessageTPS: 120.5, fleet.SendTPS: 20.5, fleet.Connections: 3612, fleet.ReceiveTPS: math.NaN()})
	orders.Instance.Labels = fleet.SortLabels(map[string]string{"team": `"orders"` + "\n", "env": "生产", "name": "Web"})
	orders.Instance.Term = fleet.Term{Method: fleet.Subscription, AutoRenew: true, Expires: time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), Price: fleet.Price{Amount: 2000_000_000}}
	course := orders.Instance.Term.Course(fleet.Policy{Renewal: fleet.Renewal{First: 9, Last: 1}, Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleReleased}}}, nil)
	orders.Course = &course

	billing := watched("mqtt-2", "mqtt", "basic", "acme", map[fleet.Metric]float64{fleet.Connections: 5000}, map[fleet.Metric]float64{fleet.Connections: 500})
	billing.Levels = &fleet.Levels{} // its alarms are off
	billing.Instance.Term = fleet.Term{Method: fleet.Subscription}

	silent := watched("a/b c?ü", "redis", "", "", map[fleet.Metric]float64{fleet.MemoryBytes: 1 << 30}, nil)
	silent.Reading.Up, silent.Reading.Reason = false, "connection refused"

	calendar := fleet.Standing{Instance: &fleet.Instance{ID: "rmq-2", Name: "Billing", Product: "rocketmq", Edition: "standard", Account: "late"}, Lifecycle: fleet.Lifecycle{State: fleet.LifecycleGrace}, Levels: twoLevels()}
	calendar.Instance.Configured[fleet.MessageTPS] = 2000 // nobody reads it, so nothing judges it
	unread := fleet.Standing{Instance: &fleet.Instance{ID: "zz", Name: "zz", Product: "mqtt", Account: "acme", Watched: true}}

	episode := func(rule alarm.RuleName, id, account string, m fleet.Metric, severity alarm.Severity) alarm.Episode {
		return alarm.Episode{Key: alarm.Key{Rule: rule, Instance: id, Account: account, Metric: m}, State: alarm.EpisodeRaised, Severity: severity}
	}
	return &fakes{
		standings: []fleet.Standing{silent, orders, billing, calendar, unread},
		accounts: []fleet.Account{
			{Name: "acme", LowBalance: 500_000_000, Balance: &fleet.Balance{Amount: 1200_500_000, Currency: "CNY"}},
			{Name: "late", OverdueSince: now(), Balance: &fleet.Balance{Amount: -11_190_000, Currency: "USD"}},
			{Name: "unknown"},
		},
		episodes: []alarm.Episode{
			episode(alarm.Capacity, "mqtt-1", "", fleet.Connections, alarm.Critical),
			episode(alarm.Capacity, "mqtt-1", "", fleet.Connections, alarm.Warning), // there are never two: the first is the newest
			episode(alarm.Capacity, "mqtt-2", "", fleet.Connections, alarm.Critical),
			episode(alarm.NoData, "a/b c?ü", "", alarm.NoMetric, alarm.Warning),
			episode(alarm.NoData, alarm.FleetInstance, "", alarm.NoMetric, alarm.Critical),
			episode(alarm.LowBalance, "", "late", alarm.NoMetric, alarm.Warning),
			episode(alarm.NoData, "gone", "", alarm.NoMetric, alarm.Warning),
		},
		silences: []notifier.Silence{
			{ID: "s1", Matchers: map[string]string{"instance_id": "mqtt-1", "metric": "connections"}, Until: now().Add(time.Hour)},
			{ID: "s2", Matchers: map[string]string{"account": "late"}, Until: now().Add(time.Hour)},
			{ID: "s3", Matchers: map[string]string{"instance_id": "mqtt-2"}, Until: now()}, // it has ended
		},
		full: map[string]map[fleet.Metric]time.Time{
			"mqtt-1": {fleet.Connections: time.Date(2026, 12, 24, 17, 30, 0, 0, time.UTC), fleet.SendTPS: now()}, // the latter has no capacity
			"rmq-2":  {fleet.MessageTPS: now()},                                                                  // nobody reads it
		},
	}
}

// largeFleet has n instances of four metrics, each with a calendar.
func largeFleet(n int) *fakes {
	f := smallFleet()
	f.standings = make([]fleet.Standing, n)
	levels := twoLevels()
	policy := fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}}}
	labels := fleet.SortLabels(map[string]string{"team": "orders", "env": "prod"})
	for i := range f.standings {
		carried := make(map[fleet.Metric]float64)
		for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions, fleet.Connections} {
			carried[m] = float64(i%1000) * 1.25
		}
		st := watched(fmt.Sprintf("mqtt-%05d", i), "mqtt", "basic", fmt.Sprintf("account-%d", i%5),
			map[fleet.Metric]float64{fleet.SendTPS: 2000, fleet.ReceiveTPS: 3000, fleet.Subscriptions: 10000, fleet.Connections: 5000}, carried)
		st.Instance.Labels, st.Levels = labels, levels
		st.Instance.Term = fleet.Term{Method: fleet.Subscription, Expires: now().AddDate(0, 3, 0)}
		course := st.Instance.Term.Course(policy, nil)
		st.Course = &course
		f.standings[i] = st
	}
	return f
}
