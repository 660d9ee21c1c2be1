package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/internal/web"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

func now() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 0, time.UTC) }

// fake stands for all that the pages read and write.
type fake struct {
	mu        sync.Mutex
	standings []fleet.Standing
	episodes  []alarm.Episode
	records   []notifier.Record
	broken    error // what reading answers
	refuse    error // what the editor answers
	remarks   []string
	people    []notifier.Reach
	accounts  []fleet.Account
	rotas     []rota.Rota
	guides    map[string]fleet.Guide // by product
	dialog
	acks     []string
	links    *links.Signer
	silences []notifier.Silence
	optouts  []notifier.Optout
	retried  int
	filter   notifier.Filter // of the notices that were listed
	said     []alarm.Said    // of whatever instance
	asked    struct {
		from, to time.Time
		step     time.Duration
	}
}

func (f *fake) Standings() []fleet.Standing {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.standings)
}

func (f *fake) Standing(id string) (fleet.Standing, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, st := range f.standings {
		if st.Instance.ID == id {
			return st, true
		}
	}
	return fleet.Standing{}, false
}

func (f *fake) Rotas() []rota.Rota { return f.rotas }

// Statistics makes up a day that swells and ebbs, with a gap.
func (f *fake) Statistics(_ context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error) {
	st, ok := f.Standing(id)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked.from, f.asked.to, f.asked.step = from, to, step
	if f.broken != nil || !ok {
		return nil, f.broken
	}
	var out []fleet.Series
	for _, m := range fleet.Metrics() {
		if st.Reading == nil || !st.Reading.Known.Has(m) {
			continue
		}
		s := fleet.Series{Metric: m}
		limit := st.Instance.Limit(st.Reading, m)
		for t := from; !t.After(to); t = t.Add(step) {
			if limit.Known() {
				s.Capacity = append(s.Capacity, fleet.Point{T: t, V: limit.Value})
			}
			share := t.Sub(from).Seconds() / to.Sub(from).Seconds()
			if share > 0.42 && share < 0.47 {
				continue
			}
			day := math.Sin(float64(t.Unix()%86400)/86400*2*math.Pi-1.2)*0.28 + 0.72
			ripple := 1 + 0.05*math.Sin(float64(t.Unix())/311)*math.Sin(float64(t.Unix())/97)
			highest := math.Round(st.Reading.Usage[m] * day * ripple / 0.7)
			s.Usage, s.Average = append(s.Usage, fleet.Point{T: t, V: highest}), append(s.Average, fleet.Point{T: t, V: highest * (0.93 + 0.04*math.Sin(float64(t.Unix())/997))})
		}
		out = append(out, s)
	}
	return out, nil
}

func (f *fake) Episodes(_ context.Context, want alarm.EpisodeFilter) ([]alarm.Episode, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return nil, f.broken
	}
	var out []alarm.Episode
	for _, e := range f.episodes {
		if (want.State == "" || e.State == want.State) && (!want.Open || e.State != alarm.EpisodeCleared) && (want.Instance == "" || e.Key.Instance == want.Instance) && (want.Code == "" || e.Code == want.Code) {
			out = append(out, e)
		}
	}
	return out, nil
}

func (f *fake) Ack(_ context.Context, code, by string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.episodes {
		if e := &f.episodes[i]; e.Code == code && e.State != alarm.EpisodeCleared {
			e.AckedBy, e.AckedAt = by, now()
			f.acks = append(f.acks, code+" by "+by)
			return nil
		}
	}
	return fmt.Errorf("acknowledge %s: %w", code, alarm.ErrNoEpisode)
}

func (f *fake) AckAll(ctx context.Context, codes []string, by string) (missing []string, err error) {
	if f.refuse != nil {
		return nil, f.refuse
	}
	for _, code := range codes {
		if f.Ack(ctx, code, by) != nil {
			missing = append(missing, code)
		}
	}
	return missing, nil
}

func (f *fake) Confirm(_ context.Context, id string, gone bool, by string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse
	}
	for i := range f.standings {
		st := &f.standings[i]
		if st.Instance.ID != id || st.Course == nil {
			continue
		}
		e := st.Course.Existence()
		e.Said = fleet.Confirmation{Gone: gone, By: by, At: now()}
		what := alarm.SaidGone
		if !gone {
			e.Due, what = time.Time{}, alarm.SaidExists
		}
		c := st.Course.Told(e)
		st.Course, st.Lifecycle = &c, c.At(now())
		f.said = append([]alarm.Said{{Instance: id, At: now(), What: what, By: by}}, f.said...)
		return nil
	}
	return alarm.ErrNotAsked
}

func (f *fake) Confirmations(_ context.Context, id string) ([]alarm.Said, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []alarm.Said
	for _, s := range f.said {
		if s.Instance == id {
			out = append(out, s)
		}
	}
	return out, f.broken
}

func (f *fake) TryNow() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retried++
}

func (f *fake) Optouts(context.Context) ([]notifier.Optout, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.optouts, f.broken
}

func (f *fake) Silences(context.Context) ([]notifier.Silence, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.silences), f.broken
}

func (f *fake) AddSilence(_ context.Context, s notifier.Silence) (notifier.Silence, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return s, f.refuse
	}
	s.ID = fmt.Sprintf("sil_%d", len(f.silences)+1)
	f.silences = append(f.silences, s)
	return s, nil
}

func (f *fake) RemoveSilence(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silences = slices.DeleteFunc(f.silences, func(s notifier.Silence) bool { return s.ID == id })
	return f.refuse
}

func (f *fake) Notices(_ context.Context, want notifier.Filter) ([]notifier.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return nil, f.broken
	}
	if want.Limit > 1 && want.State != notifier.Held {
		f.filter = want
	}
	var out []notifier.Record
	for _, n := range f.records {
		if (want.State == "" || n.State == want.State) && (want.Code == "" || n.Code == want.Code) {
			out = append(out, n)
		}
	}
	return out, nil
}

// handler returns the pages over f.
func handler(t *testing.T, f *fake) http.Handler {
	t.Helper()
	return handlerOver(t, f, f)
}

// handlerOver returns the pages over f, with another history.
func handlerOver(t *testing.T, f *fake, history readers.Statistics) http.Handler {
	t.Helper()
	h, err := web.New(web.Options{
		Fleet: f, Statistics: history, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, People: f, AlarmDialog: f, Confirmer: f, Confirmations: f, Remarks: func() []string { return f.remarks }, Accounts: f, OnCall: f, Forecaster: f, LastDay: f, Teller: f, Guide: f.Guide, Links: f.links, Version: "1.2.3", Now: now, Zone: time.UTC,
		Logger: slog.New(slog.DiscardHandler),
		Title: func(in *fleet.Instance, _ words.Language) string {
			return map[string]string{"mqtt": "MQ for MQTT", "redis": "Redis", "rocketmq": "RocketMQ", "iot": "IoT Platform"}[in.Product] + ", " + in.Edition
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// instance builds a standing whose thresholds are at 70 %.
func instance(id, name, product, edition string, capacity, usage map[fleet.Metric]float64, labels map[string]string) fleet.Standing {
	in := &fleet.Instance{ID: id, Name: name, Product: product, Edition: edition, Labels: fleet.SortLabels(labels), Watched: true}
	r := &fleet.Reading{Instance: id, At: now().Add(-9 * time.Second), Up: true}
	st := fleet.Standing{Instance: in, Reading: r, Levels: &fleet.Levels{},
		Lifecycle: fleet.Lifecycle{State: fleet.LifecycleActive, Next: fleet.LifecycleGrace, At: now().Add(90 * 24 * time.Hour)}}
	for m, v := range capacity {
		in.Catalogue[m] = v
	}
	for m, v := range usage {
		r.Known, r.Usage[m] = r.Known.With(m), v
	}
	for _, m := range fleet.Metrics() {
		st.Levels[m], st.States[m] = warning(0.7), fleet.MetricUnwatched
		if u, ok := fleet.Utilization(in, r, m); ok {
			st.States[m] = fleet.MetricOK
			if u >= 0.7 {
				st.States[m], st.Severities[m] = fleet.MetricRaised, string(alarm.Warning)
			}
			if u >= 0.9 {
				st.Severities[m] = string(alarm.Critical)
			}
		} else if in.Catalogue[m] > 0 {
			st.States[m] = fleet.MetricUnknown
		}
	}
	return st
}

// warning is one level at a threshold.
func warning(threshold float64) []fleet.Level {
	return []fleet.Level{{Severity: string(alarm.Warning), Threshold: threshold, Clear: threshold - 0.05}}
}

type amounts = map[fleet.Metric]float64

// realistic is a small fleet on a bad night.
func realistic() *fake {
	f := &fake{}
	basic := amounts{fleet.MessageTPS: 1000, fleet.Subscriptions: 10000, fleet.Connections: 5000}
	orders := instance("mqtt-cn-0pp1abc", "Orders", "mqtt", "Basic Edition", basic,
		amounts{fleet.MessageTPS: 512.4, fleet.SendTPS: 210.2, fleet.ReceiveTPS: 302.2, fleet.Subscriptions: 4120, fleet.Connections: 3612}, map[string]string{"team": "orders", "env": "prod"})
	orders.Instance.Account = "acme"
	orders.Instance.Term = fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().Add(4*24*time.Hour + 5*time.Hour), PostExpiration: "release"}
	orders.Lifecycle = fleet.Lifecycle{State: fleet.LifecycleExpiring, Next: fleet.LifecycleGrace, At: orders.Instance.Term.Expires}
	orders.Reading.Limits[fleet.Connections] = fleet.Limit{Value: 5000, At: now().Add(-12 * time.Minute).Unix(), Origin: fleet.OriginServer}
	orders.Instance.Configured[fleet.MessageTPS] = 1000

	telemetry := instance("mqtt-cn-7hk2telemetry", "Vehicle telemetry", "mqtt", "Enterprise Platinum Edition",
		amounts{fleet.MessageTPS: 50000, fleet.Subscriptions: 500000, fleet.Connections: 100000},
		amounts{fleet.MessageTPS: 46210, fleet.SendTPS: 41000, fleet.ReceiveTPS: 5210, fleet.Subscriptions: 121034, fleet.Connections: 72950}, map[string]string{"team": "fleet", "env": "prod", "tier": "gold"})
	telemetry.Instance.Term = fleet.Term{Method: fleet.Subscription, AutoRenew: true, Expires: now().Add(200 * 24 * time.Hour)}

	silent := instance("mqtt-cn-3silent", "Warehouse scanners", "mqtt", "Basic Edition", basic, nil, map[string]string{"env": "prod"})
	silent.Reading.Up, silent.Reading.Reason = false, "dial tcp 10.4.1.9:1883: connect: connection refused"

	cache := instance("r-bp1zxszhcgatnx", "Session cache", "redis", "4 GB master-replica",
		amounts{fleet.Connections: 10000, fleet.CommandsTPS: 100000, fleet.MemoryBytes: 4 << 30},
		amounts{fleet.Connections: 812, fleet.CommandsTPS: 18230, fleet.MemoryBytes: 2.61 * (1 << 30)}, map[string]string{"env": "prod"})
	suspended := instance("rmq-cn-9old", "Legacy billing", "rocketmq", "Standard Edition", amounts{fleet.MessageTPS: 2000}, amounts{fleet.MessageTPS: 0}, nil)
	suspended.Lifecycle = fleet.Lifecycle{State: fleet.LifecycleSuspended, Next: fleet.LifecycleReleased, At: now().Add(6 * 24 * time.Hour)}
	calendar := instance("iot-060a0nk0", "IoT public", "iot", "Enterprise Edition", nil, nil, nil)
	calendar.Instance.Watched, calendar.Reading = false, nil
	bare := instance("broker-lab", "", "mqtt", "", nil, amounts{fleet.MessageTPS: 3.27, fleet.Connections: 14, fleet.Subscriptions: 31}, map[string]string{"env": "lab"})
	over := instance("mqtt-cn-5over", "Payments <EU>", "mqtt", "Basic Edition", basic,
		amounts{fleet.MessageTPS: 88, fleet.SendTPS: 41, fleet.ReceiveTPS: 47, fleet.Subscriptions: 391, fleet.Connections: 5204}, map[string]string{"team": "payments"})
	over.Levels[fleet.Subscriptions], over.States[fleet.Subscriptions] = nil, fleet.MetricUnwatched
	f.standings = []fleet.Standing{orders, telemetry, silent, cache, suspended, calendar, bare, over}
	f.withCalendar()

	episode := func(code, id string, rule alarm.RuleName, m fleet.Metric, severity alarm.Severity, ago time.Duration, usage, capacity float64) alarm.Episode {
		return alarm.Episode{Code: code, Key: alarm.Key{Rule: rule, Instance: id, Metric: m}, State: alarm.EpisodeRaised, Severity: severity,
			Usage: usage, Capacity: capacity, Threshold: 0.7, RaisedAt: now().Add(-ago), UpdatedAt: now()}
	}
	telemetryEpisode := episode("M4RX", "mqtt-cn-7hk2telemetry", alarm.Capacity, fleet.MessageTPS, alarm.Critical, 47*time.Minute, 46210, 50000)
	telemetryEpisode.AckedBy, telemetryEpisode.AckedAt, telemetryEpisode.Threshold = "wei", now().Add(-31*time.Minute), 0.9
	lost := episode("H8TN", "mqtt-cn-3silent", alarm.Capacity, fleet.Connections, alarm.Warning, 5*time.Hour, 3711, 5000)
	lost.State = alarm.EpisodeUnknown
	noData := episode("C3QY", "mqtt-cn-3silent", alarm.NoData, alarm.NoMetric, alarm.Warning, 9*time.Minute, 0, 0)
	noData.Reason, noData.Threshold = "dial tcp 10.4.1.9:1883: connect: connection refused", 0
	expiry := episode("W5BA", "mqtt-cn-0pp1abc", alarm.Expiry, alarm.NoMetric, alarm.Warning, 20*time.Hour, 0, 0)
	expiry.Reason, expiry.Threshold = "expires on 2026-11-27, in 4 days", 0
	ended := episode("P2KD", "r-bp1zxszhcgatnx", alarm.Capacity, fleet.MemoryBytes, alarm.Warning, 26*time.Hour, 2.41*(1<<30), 4<<30)
	ended.State, ended.EndedAt, ended.AckedBy = alarm.EpisodeCleared, now().Add(-24*time.Hour), "alice"
	gone := episode("A9ZF", "mqtt-cn-gone", alarm.Capacity, fleet.Connections, alarm.Warning, 100*time.Hour, 4000, 5000)
	gone.State, gone.EndedAt, gone.Reason = alarm.EpisodeCleared, now().Add(-99*time.Hour), "the instance is no longer in the configuration"
	f.episodes = []alarm.Episode{
		noData, episode("K7Q2", "mqtt-cn-0pp1abc", alarm.Capacity, fleet.Connections, alarm.Warning, 12*time.Minute, 3612, 5000), expiry, telemetryEpisode, lost,
		episode("T6JP", "mqtt-cn-5over", alarm.Capacity, fleet.Connections, alarm.Critical, 3*time.Minute, 5204, 5000), ended, gone,
	}

	notice := func(code string, kind alarm.EventKind, state notifier.NoticeState, channel, display, receiver, text, reason string, ago time.Duration, attempts int) notifier.Record {
		return notifier.Record{
			Notice: notifier.Notice{ID: code + string(kind) + display, Code: code, Kind: kind, Severity: alarm.Warning, Receiver: receiver, Channel: channel, Text: text,
				CreatedAt: now().Add(-ago), Alert: notifier.Alert{Annotations: map[string]string{"summary": "Orders: connections 3,612 of 5,000 (72%)"}}},
			Display: display, State: state, Attempts: attempts, Reason: reason,
		}
	}
	sms := "K7Q2 WARNING Orders (mqtt-cn-0pp1abc): connections 3,612 of 5,000 (72%) since 03:00. MQTT Basic Edition. Upgrade or shed clients."
	retry := notice("T6JP", alarm.Raised, notifier.Pending, "webhook", "https://hooks.example.com", "payments", "", "HTTP 503 Service Unavailable: try again later", 3*time.Minute, 4)
	retry.NextAt = now().Add(40 * time.Second)
	held := notice("W5BA", alarm.Raised, notifier.Held, "sms", "alice", "oncall", "W5BA WARNING Orders: expires on 2026-11-27, in 4 days.", "quiet hours until 08:00 (Europe/Berlin)", 20*time.Hour, 0)
	held.NextAt = now().Add(4 * time.Hour)
	held.Alert.Labels = map[string]string{"alertname": "expiry", "instance_id": "mqtt-cn-0pp1abc", "instance": "Orders"}
	sent := notice("K7Q2", alarm.Raised, notifier.NoticeDelivered, "sms", "wei", "oncall", sms, "", 12*time.Minute, 1)
	sent.SentAt = now().Add(-12*time.Minute + 2*time.Second)
	sent.Together, sent.Said = 37, "37 alarms, 2 critical: K7Q2 Orders connections 97%, M3B4 Chat connections 91%; 35 more: https://b.example.com/alarms"
	f.staffed()
	f.records = []notifier.Record{
		retry, sent, notice("K7Q2", alarm.Raised, notifier.Sent, "webhook", "http://127.0.0.1:8080", "oncall", "", "", 12*time.Minute, 1), held,
		notice("P2KD", alarm.Cleared, notifier.Dead, "sms", "bob", "oncall", "P2KD ENDED Session cache: memory back to 2.41 GiB of 4 GiB (60%) after 2 h.", "provider twilio: 21211: the number +15005550001 is not valid", 24*time.Hour, 1),
		notice("P2KD", alarm.Reminded, notifier.Dropped, "sms", "wei", "oncall", "P2KD STILL WARNING Session cache: memory 3.1 GiB of 4 GiB (78%).", "the alarm ended before it was sent", 24*time.Hour, 0),
	}
	f.manned()
	return f
}
