package mcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/rota"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// now is the moment at which all tests happen.
func now() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 500e6, time.UTC) }

// fakes are all that assistants read and change.
type fakes struct {
	standings []fleet.Standing
	accounts  []fleet.Account
	series    []fleet.Series
	episodes  []alarm.Episode
	notices   []notifier.Record
	silences  []notifier.Silence
	rotas     []rota.Rota
	explained explain.Explanation
	err       error // of everything that reads
	mayWrite  bool
	meanwhile func(context.Context) // while statistics are read

	mu  sync.Mutex
	log bytes.Buffer
}

func (f *fakes) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(p)
}

func (f *fakes) logged() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
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

func (f *fakes) Accounts() []fleet.Account { return f.accounts }
func (f *fakes) Rotas() []rota.Rota        { return f.rotas }

func (f *fakes) Statistics(ctx context.Context, id string, _, _ time.Time, _ time.Duration) ([]fleet.Series, error) {
	if f.meanwhile != nil {
		f.meanwhile(ctx)
	}
	if id != "mqtt-1" && id != "gone" {
		return nil, f.err
	}
	return f.series, f.err
}

func (f *fakes) Episodes(_ context.Context, filter alarm.EpisodeFilter) ([]alarm.Episode, error) {
	var out []alarm.Episode
	for _, e := range f.episodes {
		open := e.State != alarm.EpisodeCleared
		if (filter.State == "" || e.State == filter.State) && (!filter.Open || open) && (filter.Code == "" || e.Code == filter.Code) && (filter.Instance == "" || e.Key.Instance == filter.Instance) {
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
	for _, code := range codes {
		if f.Ack(ctx, code, by) != nil {
			missing = append(missing, code)
		}
	}
	return missing, f.err
}

func (f *fakes) Notices(_ context.Context, filter notifier.Filter) ([]notifier.Record, error) {
	var out []notifier.Record
	for _, n := range f.notices {
		if (filter.State == "" || n.State == filter.State) && (filter.Code == "" || n.Code == filter.Code) {
			out = append(out, n)
		}
	}
	return out, f.err
}

func (f *fakes) Silences(context.Context) ([]notifier.Silence, error) { return f.silences, f.err }

func (f *fakes) AddSilence(_ context.Context, s notifier.Silence) (notifier.Silence, error) {
	s.ID = fmt.Sprintf("s%d", len(f.silences)+1)
	f.silences = append(f.silences, s)
	return s, f.err
}

func (f *fakes) RemoveSilence(context.Context, string) error {
	return errors.New("nobody asks for this")
}

func (f *fakes) Explain(_ context.Context, id string) (explain.Explanation, bool, error) {
	st, ok := f.Standing(id)
	x := f.explained
	x.Standing = st
	return x, ok, f.err
}

func (f *fakes) Advice(id string) (advice.Advice, bool) {
	st, ok := f.Standing(id)
	if !ok || st.Reading == nil {
		return advice.Advice{}, false
	}
	return advice.Advise(advice.Input{Instance: st.Instance}), true
}

func (f *fakes) Outlook(id string, m fleet.Metric) (advice.Outlook, bool) {
	switch {
	case id == "mqtt-1" && m == fleet.Connections:
		at := now().AddDate(0, 0, 20)
		return advice.Outlook{Trend: true, PerDay: 12.5, Days: 21, Threshold: advice.Range{Likely: now()}, Capacity: advice.Range{Earliest: at, Likely: at.AddDate(0, 0, 10), Latest: at.AddDate(0, 0, 40)}}, true
	case id == "mqtt-1" && m == fleet.MessageTPS:
		return advice.Outlook{Reason: "it does not grow", Days: 21}, true
	}
	return advice.Outlook{}, false
}

// newFakes returns a small fleet with one of each: an instance with an alarm, one that
// does not answer, one that is only watched for its calendar.
func newFakes(t testing.TB) *fakes {
	t.Helper()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := now().Add(-4500 * time.Millisecond)
	acme := fleet.Account{Name: "acme", Provider: "aliyun", Zone: shanghai, LowBalance: 500_000_000, Balance: &fleet.Balance{Amount: 1200_500_000, Currency: "CNY", At: at}}
	f := &fakes{accounts: []fleet.Account{acme, {Name: "late", Zone: time.UTC, OverdueSince: at, Balance: &fleet.Balance{Amount: -11_190_000, Currency: "USD"}}, {Name: "unknown", Zone: time.UTC}}}
	f.standings = []fleet.Standing{ordersAt(at, &acme), silentAt(at), billingAt(at)}
	f.series = []fleet.Series{{
		Metric:   fleet.Connections,
		Usage:    []fleet.Point{{T: at.Add(-20 * time.Hour), V: 3000}, {T: at.Add(-30 * time.Second), V: 4600}, {T: at, V: 3612}},
		Capacity: []fleet.Point{{T: at.Add(-20 * time.Hour), V: 5000}, {T: at.Add(-30 * time.Second), V: 5000}, {T: at, V: 5000}},
	}}
	f.episodes = []alarm.Episode{
		{
			Code: "K7Q2", Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.Connections}, State: alarm.EpisodeRaised, Severity: alarm.Warning,
			Usage: 3612, Capacity: 5000, Threshold: 0.7, RaisedAt: at.Add(-time.Hour),
		},
		{
			Code: "M3XA", Key: alarm.Key{Rule: alarm.NoData, Instance: "a/b c?ü", Metric: alarm.NoMetric}, State: alarm.EpisodeRaised, Severity: alarm.Critical,
			Usage: 1, Capacity: 1, Threshold: 1, Reason: "connection refused", RaisedAt: at.Add(-2 * time.Hour), AckedBy: "alice", AckedAt: at.Add(-time.Hour),
		},
		{Code: "L1AB", Key: alarm.Key{Rule: alarm.LowBalance, Account: "acme", Metric: alarm.NoMetric}, State: alarm.EpisodeRaised, Severity: alarm.Warning, Reason: "it is below 500 CNY", RaisedAt: at.Add(-3 * time.Hour)},
		{
			Code: "P2BC", Key: alarm.Key{Rule: alarm.Capacity, Instance: "gone", Metric: fleet.MessageTPS}, State: alarm.EpisodeCleared, Severity: alarm.Critical,
			Usage: 10, Capacity: 1000, Threshold: 0.9, RaisedAt: at.Add(-3 * time.Hour), EndedAt: at.Add(-2 * time.Hour), Reason: "the instance is no longer watched",
		},
	}
	f.notices = []notifier.Record{
		{
			Notice: notifier.Notice{
				ID: "n1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, Receiver: "oncall", Recipient: "sms/wei", Channel: "sms",
				Text: "Orders: connections 3612 of 5000, 72% (basic) K7Q2", CreatedAt: at.Add(-time.Hour), Alert: notifier.Alert{Labels: map[string]string{"instance_id": "mqtt-1"}},
			},
			Display: "wei", State: notifier.Sent, Attempts: 1, ProviderID: "SM1", SentAt: at.Add(-59 * time.Minute),
		},
		{
			Notice: notifier.Notice{
				ID: "n2", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, Receiver: "oncall", Recipient: "webhook/oncall/1", Channel: "webhook",
				Alert: notifier.Alert{Annotations: map[string]string{"summary": "Orders: connections at 72 %"}}, CreatedAt: at.Add(-time.Hour),
			},
			State: notifier.Pending, Attempts: 3, Reason: "connection refused", NextAt: at.Add(time.Minute),
		},
	}
	f.silences = []notifier.Silence{{ID: "s1", Matchers: map[string]string{"env": "test"}, Until: at.Add(time.Hour), By: "wei", Comment: "move", CreatedAt: at}}
	day := now().UTC().Truncate(24 * time.Hour)
	f.rotas = []rota.Rota{
		{Name: "primary", Days: 7, Minute: 9 * 60, Zone: shanghai, People: []string{"wei", "li"}, First: day.AddDate(0, 0, -1), Overrides: []rota.Override{{From: day.AddDate(0, 0, 8), To: day.AddDate(0, 0, 9)}}},
		{Name: "secondary", Days: 1, Zone: time.UTC, People: []string{"ann"}, First: day},
	}
	f.explained = explanationAt(now(), f.notices[:1])
	return f
}

// phases are those of a product that is released 30 days after its term.
func phases() fleet.Policy {
	return fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}}}
}

// ordersAt is an instance that is nearly full.
func ordersAt(at time.Time, payer *fleet.Account) fleet.Standing {
	in := &fleet.Instance{
		ID: "mqtt-1", Name: "Orders", Account: "acme", Product: "mqtt", Edition: "basic", Watched: true, Labels: fleet.SortLabels(map[string]string{"team": "orders", "env": "prod"}),
		Term: fleet.Term{Method: fleet.Subscription, Expires: time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), PostExpiration: "release"},
	}
	in.Configured[fleet.Connections] = 5000
	in.Catalogue[fleet.MessageTPS] = 1000
	read := &fleet.Reading{Instance: in.ID, At: at, Up: true, Gaps: []fleet.Gap{{Metric: fleet.Subscriptions, Reason: "the user may not read $SYS/broker/subscriptions/count"}}}
	for m, v := range map[fleet.Metric]float64{fleet.Connections: 3612, fleet.MessageTPS: 120.5} {
		read.Known, read.Usage[m] = read.Known.With(m), v
	}
	read.Limits[fleet.Subscriptions] = fleet.Limit{Value: 10000, At: at.Add(-time.Minute).Unix(), Origin: fleet.OriginServer}
	course := in.Term.Course(phases(), payer)
	out := fleet.Standing{Instance: in, Reading: read, Course: &course, Lifecycle: course.At(now())}
	out.States = [fleet.NumMetrics]fleet.MetricState{fleet.MessageTPS: fleet.MetricOK, fleet.Subscriptions: fleet.MetricUnknown, fleet.Connections: fleet.MetricRaised}
	out.Levels = &fleet.Levels{fleet.MessageTPS: {{Severity: "warning", Threshold: 0.7}}, fleet.Connections: {{Severity: "warning", Threshold: 0.7}}}
	return out
}

// silentAt is an instance that does not answer, with an id that has to be escaped everywhere.
func silentAt(at time.Time) fleet.Standing {
	in := &fleet.Instance{ID: "a/b c?ü", Name: "a/b c?ü", Product: "redis", Watched: true}
	in.Configured[fleet.MemoryBytes] = 1 << 30
	out := fleet.Standing{Instance: in, Reading: &fleet.Reading{Instance: in.ID, At: at, Reason: "connection refused"}}
	out.Reading.Limits[fleet.Connections] = fleet.Limit{Value: 100, At: at.Add(-25 * time.Hour).Unix(), Origin: fleet.OriginCloud}
	out.States[fleet.MemoryBytes] = fleet.MetricUnknown
	return out
}

// billingAt is an instance of which only the calendar is watched.
func billingAt(at time.Time) fleet.Standing {
	in := &fleet.Instance{ID: "rmq-2", Name: "Billing", Product: "rocketmq", Edition: "standard", Term: fleet.Term{Method: fleet.PayAsYouGo, OverdueSince: at.Add(-time.Hour)}}
	course := in.Term.Course(phases(), nil)
	return fleet.Standing{Instance: in, Course: &course, Lifecycle: course.At(now())}
}

// explanationAt has everything that an explanation may have.
func explanationAt(at time.Time, told []notifier.Record) explain.Explanation {
	raised := alarm.State{Level: 1, Severity: alarm.Warning, Code: "K7Q2", RaisedAt: at.Add(-time.Hour).UnixMilli(), LostAt: at.Add(-time.Minute).UnixMilli(), LostReason: "connection refused"}
	return explain.Explanation{
		At: at, Remarks: []string{"the files of the configuration have changed since they were loaded: what follows is as they are now"},
		Values: []config.Origin{
			{Key: "connections.threshold", Value: "70%", Path: "alarms.capacity.threshold", At: config.Position{File: "brimwatch.yml", Line: 7, Column: 3}},
			{Key: "billing.expires", Value: "2026-12-31", By: "the cloud"},
		},
		Alarms: []explain.Alarm{
			{
				Explained: alarm.Explained{
					Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.Connections}, State: raised,
					Timers: []alarm.Timer{{Kind: alarm.TimerClear, Severity: alarm.Warning, Bound: 0.65, Since: at.Add(-2 * time.Minute), Left: time.Minute}, {Kind: alarm.TimerRemind, Due: at.Add(23 * time.Hour)}},
				},
				Tells: []explain.Tell{{Severity: alarm.Warning, To: []notifier.Previewed{{
					Notice: notifier.Notice{Receiver: "oncall", Channel: "sms", NotBefore: at.Add(time.Hour), Hold: "quiet hours"}, Display: "wei",
				}}}, {Severity: alarm.Critical}},
			},
			{Explained: alarm.Explained{Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.SendTPS}, Off: "the alarm is switched off"}},
			{Explained: alarm.Explained{
				Key:    alarm.Key{Rule: alarm.Expiry, Instance: "mqtt-1", Metric: alarm.NoMetric},
				Timers: []alarm.Timer{{Kind: alarm.TimerStep, Severity: alarm.Critical, Lead: 24 * time.Hour, Due: at.Add(time.Hour), Told: true}},
			}},
		},
		Notices: told,
	}
}

// handler is what is tested, over the fakes.
func (f *fakes) handler(t testing.TB) http.Handler {
	t.Helper()
	h, err := New(Options{
		Fleet: f, Accounts: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, OnCall: f, Advisor: f, Explainer: f,
		MayWrite: func() bool { return f.mayWrite }, Version: "1.2.3", Logger: slog.New(slog.NewTextHandler(f, nil)), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// serve listens, and returns the address.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + Path
}

// connect is an assistant that has begun to speak to an address. The version of the protocol is the newest when it is "".
func connect(t testing.TB, url, protocol string) *sdk.ClientSession {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c := sdk.NewClient(&sdk.Implementation{Name: "assistant", Version: "1"}, nil)
	session, err := c.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: transport}, MaxRetries: -1}, &sdk.ClientSessionOptions{ProtocolVersion: protocol})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() }) // there is no session to end
	return session
}
