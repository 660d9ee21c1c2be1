package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/internal/families"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// fakes are all that the API reads and changes.
type fakes struct {
	standings []fleet.Standing
	series    []fleet.Series
	episodes  []alarm.Episode
	notices   []notifier.Record
	silences  []notifier.Silence
	rotas     []rota.Rota
	people    []notifier.Reach
	err       error // of everything that reads
	setErr    error
	reloadErr error
	readyErr  error
	ackErr    error
	retried   int
	remarks   []string

	explanation explain.Explanation
	asked       span // of Statistics
	episode     alarm.EpisodeFilter
	notice      notifier.Filter
	set         map[fleet.Metric]alarm.Setting
	setFor      string
	reloaded    int
	registry    *prometheus.Registry
	log         bytes.Buffer

	confirmErr error
	said       []alarm.Said
}

func (f *fakes) Standings() []fleet.Standing { return f.standings }

func (f *fakes) Standing(id string) (fleet.Standing, bool) {
	for _, st := range f.standings {
		if st.Instance.ID == id {
			return st, true
		}
	}
	return fleet.Standing{}, false
}

func (f *fakes) Rotas() []rota.Rota { return f.rotas }

func (f *fakes) Statistics(_ context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error) {
	f.asked = span{from: from, to: to, step: step}
	if id != "mqtt-1" && id != "gone" {
		return nil, f.err
	}
	return f.series, f.err
}

func (f *fakes) Episodes(_ context.Context, filter alarm.EpisodeFilter) ([]alarm.Episode, error) {
	f.episode = filter
	var out []alarm.Episode
	for _, e := range f.episodes {
		open := e.State != alarm.EpisodeCleared
		if (filter.State == "" || e.State == filter.State) && (!filter.Open || open) && (filter.Code == "" || e.Code == filter.Code) {
			out = append(out, e)
		}
	}
	return out, f.err
}

func (f *fakes) Ack(_ context.Context, code, by string) error {
	for i := range f.episodes {
		if e := &f.episodes[i]; e.Code == code && e.State != alarm.EpisodeCleared {
			if e.AckedBy == "" {
				e.AckedBy, e.AckedAt = by, now()
			}
			return nil
		}
	}
	return fmt.Errorf("acknowledge %s: %w", code, alarm.ErrNoEpisode)
}

func (f *fakes) AckAll(ctx context.Context, codes []string, by string) (missing []string, err error) {
	if f.ackErr != nil {
		return nil, f.ackErr
	}
	for _, code := range codes {
		if f.Ack(ctx, code, by) != nil {
			missing = append(missing, code)
		}
	}
	return missing, nil
}

func (f *fakes) Confirm(_ context.Context, id string, gone bool, by string) error {
	if f.confirmErr != nil {
		return f.confirmErr
	}
	for i := range f.standings {
		if st := &f.standings[i]; st.Instance.ID == id {
			plain := fleet.Course{Zone: time.UTC}
			if st.Course != nil {
				plain = *st.Course
			}
			c := plain.Told(fleet.Existence{Due: now().Add(-time.Hour), Said: fleet.Confirmation{Gone: gone, By: by, At: now()}})
			st.Course, st.Lifecycle = &c, c.At(now())
			return nil
		}
	}
	return alarm.ErrNotWatched
}

func (f *fakes) Confirmations(context.Context, string) ([]alarm.Said, error) { return f.said, f.err }

func (f *fakes) TryNow() { f.retried++ }

func (f *fakes) Notices(_ context.Context, filter notifier.Filter) ([]notifier.Record, error) {
	f.notice = filter
	var out []notifier.Record
	for _, n := range f.notices {
		if filter.State == "" || n.State == filter.State {
			out = append(out, n)
		}
	}
	return out, f.err
}

func (f *fakes) SetAlarms(_ context.Context, id string, settings map[fleet.Metric]alarm.Setting) error {
	if f.setErr != nil {
		return f.setErr
	}
	f.setFor, f.set = id, settings
	return nil
}

func (f *fakes) Silences(context.Context) ([]notifier.Silence, error) { return f.silences, f.err }

func (f *fakes) AddSilence(_ context.Context, s notifier.Silence) (notifier.Silence, error) {
	s.ID = fmt.Sprintf("s%d", len(f.silences)+1)
	f.silences = append(f.silences, s)
	return s, f.err
}

func (f *fakes) RemoveSilence(_ context.Context, id string) error {
	for i, s := range f.silences {
		if s.ID == id {
			f.silences = append(f.silences[:i:i], f.silences[i+1:]...)
			return nil
		}
	}
	return errors.New("there is no silence with this id")
}

func (f *fakes) Reload(context.Context) (any, error) {
	if f.reloadErr != nil {
		return nil, f.reloadErr
	}
	f.reloaded++
	return map[string]any{"instances_added": []string{"mqtt-3"}}, nil
}

func (f *fakes) Ready(context.Context) error { return f.readyErr }

func (f *fakes) Remarks() []string { return f.remarks }

// now is the moment at which all tests happen.
func now() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 500e6, time.UTC) }

// newFakes returns a small fleet with one of each: an instance with an alarm, one
// that does not answer, one that is only watched for its calendar.
func newFakes() *fakes {
	at := now().Add(-4500 * time.Millisecond)
	orders := &fleet.Instance{
		ID: "mqtt-1", Name: "Orders", Account: "acme", Product: "mqtt", Edition: "basic", Watched: true,
		Labels: fleet.SortLabels(map[string]string{"team": "orders", "env": "prod"}),
		Term:   fleet.Term{Method: fleet.Subscription, Expires: time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), PostExpiration: "release"},
	}
	orders.Configured[fleet.Connections] = 5000
	orders.Catalogue[fleet.MessageTPS] = 1000
	read := &fleet.Reading{Instance: "mqtt-1", At: at, Up: true, Gaps: []fleet.Gap{{Metric: fleet.Subscriptions, Reason: "the user may not read $SYS/broker/subscriptions/count"}}}
	for m, v := range map[fleet.Metric]float64{fleet.Connections: 3612, fleet.MessageTPS: 120.5, fleet.SendTPS: 20.5, fleet.ReceiveTPS: math.NaN()} {
		read.Known, read.Usage[m] = read.Known.With(m), v
	}
	read.Limits[fleet.Subscriptions] = fleet.Limit{Value: 10000, At: at.Add(-time.Minute).Unix(), Origin: fleet.OriginServer}
	first := fleet.Standing{Instance: orders, Reading: read, Lifecycle: fleet.Lifecycle{State: fleet.LifecycleActive, Next: fleet.LifecycleGrace, At: orders.Term.Expires}}
	first.States = [fleet.NumMetrics]fleet.MetricState{
		fleet.MessageTPS: fleet.MetricOK, fleet.SendTPS: fleet.MetricUnwatched, fleet.ReceiveTPS: fleet.MetricUnwatched,
		fleet.Subscriptions: fleet.MetricUnknown, fleet.Connections: fleet.MetricRaised,
	}
	first.Levels = &fleet.Levels{
		fleet.MessageTPS:  {{Severity: "warning", Threshold: 0.7}},
		fleet.Connections: {{Severity: "warning", Threshold: 0.7}, {Severity: "critical", Threshold: 0.9}},
	}

	odd := &fleet.Instance{ID: "a/b c?ü", Name: "a/b c?ü", Product: "redis", Watched: true}
	odd.Configured[fleet.MemoryBytes] = 1 << 30
	second := fleet.Standing{Instance: odd, Reading: &fleet.Reading{Instance: odd.ID, At: at, Reason: "connection refused"}}
	second.Reading.Limits[fleet.Connections] = fleet.Limit{Value: 100, At: at.Add(-25 * time.Hour).Unix(), Origin: fleet.OriginCloud}
	second.States[fleet.MemoryBytes] = fleet.MetricUnknown

	third := fleet.Standing{
		Instance:  &fleet.Instance{ID: "rmq-2", Name: "Billing", Product: "rocketmq", Edition: "standard", Term: fleet.Term{Method: fleet.PayAsYouGo, OverdueSince: at}},
		Lifecycle: fleet.Lifecycle{State: fleet.LifecycleGrace, Next: fleet.LifecycleSuspended, At: at.Add(24 * time.Hour)},
	}
	withCalendar(&first, &third)
	c := first.Course // it renews itself for more than its account has
	c.Term.AutoRenew, c.Term.Price, c.Policy.Renewal = true, fleet.Price{Amount: 2000_000_000}, fleet.Renewal{First: 9, Last: 1}
	return &fakes{
		standings: []fleet.Standing{first, second, third},
		registry:  prometheus.NewRegistry(),
		series: []fleet.Series{{
			Metric:   fleet.Connections,
			Usage:    []fleet.Point{{T: at.Add(-30 * time.Second), V: 3600}, {T: at, V: 3612}},
			Average:  []fleet.Point{{T: at.Add(-30 * time.Second), V: 3550.5}, {T: at, V: 3612}},
			Capacity: []fleet.Point{{T: at.Add(-30 * time.Second), V: 5000}, {T: at.Add(-15 * time.Second), V: 5000}, {T: at, V: math.Inf(1)}},
		}},
		episodes: []alarm.Episode{
			{Code: "K7Q2", Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.Connections}, State: alarm.EpisodeRaised, Severity: alarm.Warning,
				Usage: 3612, Capacity: 5000, Threshold: 0.7, RaisedAt: at.Add(-time.Hour)},
			{Code: "M3XA", Key: alarm.Key{Rule: alarm.NoData, Instance: "a/b c?ü", Metric: alarm.NoMetric}, State: alarm.EpisodeRaised, Severity: alarm.Warning,
				Usage: 1, Capacity: 1, Threshold: 1, Reason: "connection refused", RaisedAt: at.Add(-2 * time.Hour), AckedBy: "alice", AckedAt: at.Add(-time.Hour)},
			{Code: "P2BC", Key: alarm.Key{Rule: alarm.Capacity, Instance: "gone", Metric: fleet.MessageTPS}, State: alarm.EpisodeCleared, Severity: alarm.Critical,
				Usage: 10, Capacity: 1000, Threshold: 0.9, RaisedAt: at.Add(-3 * time.Hour), EndedAt: at.Add(-2 * time.Hour), Reason: "the instance is no longer watched"},
		},
		notices: []notifier.Record{
			{Notice: notifier.Notice{ID: "n1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, Receiver: "oncall", Recipient: "sms/wei",
				Channel: "sms", Text: "Orders: connections 3612 of 5000, 72% (basic) K7Q2", CreatedAt: at.Add(-time.Hour)},
				Display: "wei", State: notifier.Sent, Attempts: 1, ProviderID: "SM1", SentAt: at.Add(-59 * time.Minute)},
			{Notice: notifier.Notice{ID: "n2", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, Receiver: "oncall", Recipient: "webhook/oncall/1",
				Channel: "webhook", Alert: notifier.Alert{Annotations: map[string]string{"summary": "Orders: connections at 72 %"}}, CreatedAt: at.Add(-time.Hour)},
				State: notifier.Pending, Attempts: 3, Reason: "connection refused", NextAt: at.Add(time.Minute)},
		},
		people:   staff(at),
		silences: []notifier.Silence{{ID: "s1", Matchers: map[string]string{"env": "test"}, Until: at.Add(time.Hour), By: "wei", Comment: "move", CreatedAt: at}},
	}
}

// handler builds the API over the fakes.
func (f *fakes) handler(t testing.TB) http.Handler {
	t.Helper()
	h, err := New(Options{
		Fleet: f, Accounts: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Retrier: f, People: f, Explainer: f, Confirmer: f, Confirmations: f, AlarmEditor: f, Silences: f, OnCall: f, Reloader: f, Health: f, Metrics: f.exposition(t),
		Logger: slog.New(slog.NewTextHandler(&f.log, nil)), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// exposition returns the page of metrics over the fakes.
func (f *fakes) exposition(t testing.TB) *Exposition {
	t.Helper()
	log := slog.New(slog.NewTextHandler(&f.log, nil))
	source, err := families.New(families.Options{Fleet: f, Accounts: f, Alarms: f, Silences: f, Outlooks: f, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	return &Exposition{Families: source, Gatherer: f.registry, Logger: log, Now: now}
}

// ask sends one request.
func ask(t testing.TB, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decode reads a JSON answer.
func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("answer is not JSON: %v\n%s", err, w.Body)
	}
	return v
}

// indented returns a JSON answer so that people can read it.
func indented(t testing.TB, body io.Reader) []byte {
	t.Helper()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		t.Fatalf("answer is not JSON: %v\n%s", err, data)
	}
	return out.Bytes()
}

// Full has one metric that is full some day.
func (f *fakes) Full(id string, _ *fleet.Amounts, _ time.Time) (out [fleet.NumMetrics]time.Time) {
	if id == "mqtt-1" {
		out[fleet.Connections] = time.Date(2027, 1, 17, 9, 30, 0, 0, time.UTC)
	}
	return out
}

// Accounts has one that is overdue, one with money, and one of which nothing is known.
func (f *fakes) Accounts() []fleet.Account {
	at := now().Add(-time.Hour)
	return []fleet.Account{
		{Name: "acme", Zone: time.UTC, LowBalance: 500_000_000, Balance: &fleet.Balance{Amount: 1200_500_000, Currency: "CNY", At: at}},
		{Name: "late", Zone: time.UTC, OverdueSince: at, Balance: &fleet.Balance{Amount: -11_190_000, Currency: "USD"}},
		{Name: "unknown", Zone: time.UTC},
	}
}
