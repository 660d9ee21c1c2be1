package client

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// brimwatch is what stands behind the API that the client asks.
type brimwatch struct {
	ackedBy  string
	retried  int
	notices  notifier.Filter // that were asked for
	silences []notifier.Silence
}

// oddID is an ID that must be escaped to be one segment of a path.
const oddID = "a/b ?#%2F"

func (b *brimwatch) Accounts() []fleet.Account { return nil }

func (b *brimwatch) Standings() []fleet.Standing {
	var out []fleet.Standing
	for _, id := range []string{oddID, "..", "mqtt-1"} {
		out = append(out, fleet.Standing{Instance: &fleet.Instance{ID: id, Name: "Orders", Product: "mqtt"}})
	}
	return out
}

func (b *brimwatch) Standing(id string) (fleet.Standing, bool) {
	for _, st := range b.Standings() {
		if st.Instance.ID == id {
			return st, true
		}
	}
	return fleet.Standing{}, false
}

func (b *brimwatch) Statistics(_ context.Context, _ string, from, to time.Time, _ time.Duration) ([]fleet.Series, error) {
	return []fleet.Series{{Metric: fleet.Connections, Usage: []fleet.Point{{T: from, V: 1}, {T: to, V: 2}}}}, nil
}

func (b *brimwatch) Episodes(_ context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error) {
	if f.State == alarm.EpisodeCleared {
		return nil, nil
	}
	return []alarm.Episode{{Code: "K7Q2", State: alarm.EpisodeRaised, AckedBy: b.ackedBy}}, nil
}

func (b *brimwatch) Ack(context.Context, string, string) error {
	return errors.New("not asked for by the client")
}

func (b *brimwatch) AckAll(_ context.Context, codes []string, by string) (missing []string, err error) {
	for _, code := range codes {
		if code == "K7Q2" {
			b.ackedBy = by
		} else {
			missing = append(missing, code)
		}
	}
	return missing, nil
}

func (b *brimwatch) TryNow() { b.retried++ }

func (b *brimwatch) Notices(_ context.Context, f notifier.Filter) ([]notifier.Record, error) {
	b.notices = f
	return []notifier.Record{{Notice: notifier.Notice{ID: "n1"}, State: f.State}}, nil
}

func (b *brimwatch) SetAlarms(context.Context, string, map[fleet.Metric]alarm.Setting) error {
	return errors.New("not asked for by the client")
}

func (b *brimwatch) Silences(context.Context) ([]notifier.Silence, error) { return b.silences, nil }

func (b *brimwatch) AddSilence(_ context.Context, s notifier.Silence) (notifier.Silence, error) {
	s.ID = "s1"
	b.silences = append(b.silences, s)
	return s, nil
}

func (b *brimwatch) RemoveSilence(context.Context, string) error {
	b.silences = nil
	return nil
}

func (b *brimwatch) People(context.Context) ([]notifier.Reach, error) {
	return []notifier.Reach{{Contact: notifier.Contact{Name: "wei", Phone: "+8613800138000", Zone: time.UTC}}}, nil
}

func (b *brimwatch) Reload(context.Context) (any, error) {
	return nil, errors.New("not asked for by the client")
}
func (b *brimwatch) Ready(context.Context) error { return nil }

// start serves the API of b and returns a client for it.
func start(t *testing.T, b *brimwatch) *Client {
	t.Helper()
	h, err := api.New(api.Options{
		Fleet: b, Accounts: b, Statistics: b, Alarms: b, Acker: b, Notices: b, Retrier: b, People: b, AlarmEditor: b, Silences: b, Reloader: b, Health: b,
		Metrics: &api.Exposition{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, h)
}

// serve starts a server and returns a client for it.
func serve(t *testing.T, h http.Handler) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCalls(t *testing.T) {
	ctx := t.Context()
	b := &brimwatch{}
	c := start(t, b)

	if v, err := c.People(ctx); err != nil || len(v.People) != 1 || v.People[0].Number != "…8000" {
		t.Errorf("people %+v, %v", v, err)
	}
	in, err := c.Instances(ctx, InstanceQuery{})
	if err != nil || len(in.Instances) != 3 || in.Instances[0].ID != oddID {
		t.Errorf("instances: %+v, %v", in, err)
	}
	for _, id := range []string{oddID, "..", "mqtt-1"} {
		st, err := c.Statistics(ctx, id, "-2h", "-1h", "1m")
		if err != nil || st.InstanceID != id || st.To-st.From != 3600 || st.Step != 60 || len(st.Metrics["connections"].Usage) != 2 {
			t.Errorf("statistics of %q: %+v, %v", id, st, err)
		}
	}
	alarms, err := c.Alarms(ctx, AlarmQuery{State: "raised"})
	if err != nil || len(alarms.Alarms) != 1 {
		t.Errorf("alarms: %+v, %v", alarms, err)
	}
	if alarms, err = c.Alarms(ctx, AlarmQuery{State: "cleared"}); err != nil || len(alarms.Alarms) != 0 {
		t.Errorf("alarms that have ended: %+v, %v", alarms, err)
	}
	acked, err := c.AckSeveral(ctx, wire.AckSeveral{Codes: []string{"K7Q2", "ZZZZ"}, By: "wei"})
	if err != nil || len(acked.Acked) != 1 || acked.Acked[0].AckedBy != "wei" || b.ackedBy != "wei" || len(acked.Missing) != 1 || acked.Missing[0] != "ZZZZ" {
		t.Errorf("ack: %+v, %v", acked, err)
	}
	notices, err := c.Notices(ctx, NoticeQuery{State: "held", Code: "k7q2", Instance: oddID, Person: "wei & co", Receiver: "oncall", From: "2026-11-23T00:00:00+08:00", To: "2026-11-24T00:00:00Z"})
	if err != nil || len(notices.Notices) != 1 || notices.Notices[0].State != "held" {
		t.Errorf("notices: %+v, %v", notices, err)
	}
	want := notifier.Filter{
		State: notifier.Held, Code: "K7Q2", Instance: oddID, Person: "wei & co", Receiver: "oncall", Limit: 1000,
		From: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
	}
	if b.notices != want {
		t.Errorf("asked for %+v, want %+v", b.notices, want)
	}
	if err := c.RetryNotices(ctx); err != nil || b.retried != 1 {
		t.Errorf("retried %d times, %v", b.retried, err)
	}
	added, err := c.AddSilence(ctx, wire.NewSilence{Matchers: map[string]string{"env": "test"}, For: "2h", By: "wei"})
	if err != nil || added.ID != "s1" {
		t.Errorf("silence: %+v, %v", added, err)
	}
	if list, err := c.Silences(ctx); err != nil || len(list.Silences) != 1 {
		t.Errorf("silences: %+v, %v", list, err)
	}
	if err := c.RemoveSilence(ctx, "s1"); err != nil || len(b.silences) != 0 {
		t.Errorf("remove: %v", err)
	}
}

// TestErrors holds that errors are sentences, and tell no password.
func TestErrors(t *testing.T) {
	ctx := t.Context()
	c := start(t, &brimwatch{})
	_, err := c.AckSeveral(ctx, wire.AckSeveral{By: "wei"})
	says(t, err, "nothing was acknowledged: name the codes")
	_, err = c.Alarms(ctx, AlarmQuery{State: "loud"})
	says(t, err, "state is one of raised")
	_, err = c.AddSilence(ctx, wire.NewSilence{})
	says(t, err, "no silence was added\nmatchers is empty")
	says(t, err, "until or for is missing")
	says(t, c.RemoveSilence(ctx, "s9"), `no silence has the id "s9"`)

	ask := func(h http.HandlerFunc) error {
		c := serve(t, h)
		c.base.User = url.UserPassword("wei", "secret")
		_, err := c.Instances(ctx, InstanceQuery{})
		return err
	}
	says(t, ask(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }), "asks for a user and password")
	says(t, ask(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }), "answered 502 Bad Gateway")
	says(t, ask(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }), "is not a Brimwatch")
	says(t, ask(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("{"))
	}), "could not be asked")
}

func TestNobodyAnswers(t *testing.T) {
	address := server.FreeAddr(t)
	c, err := New("http://wei:secret@" + address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Instances(t.Context(), InstanceQuery{})
	says(t, err, "no Brimwatch answers at http://"+address+": is it running?")
}

func TestNoAnswerInTime(t *testing.T) {
	c := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	c.http.Timeout = 50 * time.Millisecond
	_, err := c.Instances(t.Context(), InstanceQuery{})
	says(t, err, "did not answer in time")
}

func TestPasswordIsSent(t *testing.T) {
	var user, password string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		_, _ = w.Write([]byte("{}"))
	}))
	c.base.User = url.UserPassword("wei", "secret")
	if _, err := c.Instances(t.Context(), InstanceQuery{}); err != nil || user != "wei" || password != "secret" {
		t.Errorf("sent %q and %q, %v", user, password, err)
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:9740", "localhost", "ftp://x", "http://", "http://wei:secret@%zz", "http://x/?a=secret"} {
		_, err := New(bad)
		says(t, err, "looks like http://127.0.0.1:9740")
	}
	c, err := New("https://wei:secret@brimwatch.example.com/monitor/")
	if err != nil || c.shown() != "https://brimwatch.example.com/monitor" {
		t.Errorf("%v, %v", c, err)
	}
}

// says checks the words of an error.
func says(t *testing.T, err error, words string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("no error, want one that says %q", words)
	case !strings.Contains(err.Error(), words):
		t.Errorf("error is %q, want it to say %q", err, words)
	case strings.Contains(err.Error(), "secret"):
		t.Errorf("error tells a password: %q", err)
	}
}
