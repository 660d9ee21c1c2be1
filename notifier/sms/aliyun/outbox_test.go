package aliyun_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/notifier/sms/aliyun"
)

// box opens the real outbox on a database, with wei as the only recipient.
func box(t *testing.T, path string, ch notifier.Channel) *outbox.Outbox {
	t.Helper()
	dir := notifier.NewDirectory(notifier.Entries{
		Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{{
			Recipient: message("").Recipient, Channel: ch, Provider: "aliyun", Way: "sms aliyun", Zone: time.UTC,
		}}}},
		Default: []string{"oncall"},
	})
	b, err := outbox.Open(t.Context(), outbox.Options{Path: path, Directory: dir, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// run lets an outbox work until it is stopped.
func run(t *testing.T, b *outbox.Outbox) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := b.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	return func() {
		cancel()
		<-ended
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

// happen raises an alarm.
func happen(t *testing.T, b *outbox.Outbox) {
	t.Helper()
	key := alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.Connections}
	err := b.Commit(t.Context(), alarm.Commit{
		States: []alarm.Record{{Key: key, State: alarm.State{Level: 1, Code: "K7Q2", RaisedAt: 1}}},
		Events: []alarm.Event{{
			Kind: alarm.Raised, Key: key, Code: "K7Q2", At: time.Now().UTC(), RaisedAt: time.UnixMilli(1).UTC(), Severity: alarm.Warning,
			Known: true, Usage: 75, Capacity: 100, Threshold: 0.7, Instance: &fleet.Instance{ID: "mqtt-1", Name: "Orders"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// state is that of the only notice.
func state(t *testing.T, b *outbox.Outbox) notifier.NoticeState {
	t.Helper()
	records, err := b.Notices(context.Background(), notifier.Filter{})
	if err != nil || len(records) != 1 {
		t.Fatalf("%d notices, %v", len(records), err)
	}
	return records[0].State
}

func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// TestLostAnswers: an answer that is lost, cut or late costs a look-up, and nobody is woken twice.
func TestLostAnswers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault cloud.Answer
		lag   time.Duration // until the cloud accepts and lists it
	}{
		{"cut", cloud.AnswerCut, 0},
		{"no answer", cloud.AnswerNothing, 0},
		{"an error after it was taken", cloud.AnswerFault, 0},
		{"a proxy's page", cloud.AnswerPage, 0},
		{"a portal's page", cloud.AnswerHTML, 0},
		{"cut, and accepted a while later", cloud.AnswerCut, 12 * time.Second},
		{"no answer, and accepted late", cloud.AnswerNothing, 40 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "brimwatch.db")
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, cloud.SMS{Lag: tt.lag})
				r.SetFault(cloud.SendSms, cloud.Fault{Answer: tt.fault, Times: 1})
				b := box(t, path, r.Channel)
				stop := run(t, b)
				defer stop()
				happen(t, b)
				pass(5 * time.Minute)
				if n := len(r.sent()); n != 1 {
					t.Errorf("sent %d times", n)
				}
				if s := state(t, b); s != notifier.NoticeDelivered {
					t.Errorf("the notice is %s", s)
				}
				if c := r.Count(cloud.SendSms).Calls; c != 1 {
					t.Errorf("SendSms was called %d times", c)
				}
			})
		})
	}
}

// TestKilledBetweenSendAndAnswer: the process dies after the cloud took the message and
// before it answered. The next one finds the message by its id, and sends nothing.
func TestKilledBetweenSendAndAnswer(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "brimwatch.db"), filepath.Join(dir, "copy.db")
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		var straight http.RoundTripper
		r := newRig(t, cloud.SMS{}, func(o *aliyun.Options) {
			straight = o.Transport
			o.Timeout = time.Hour
			o.Transport = hanging{straight, hang}
		})
		b := box(t, path, r.Channel)
		stop := run(t, b)
		happen(t, b)
		pass(time.Second)
		if len(r.sent()) != 1 {
			t.Fatalf("the cloud took %d messages", len(r.sent()))
		}
		// What is on the disk at this moment is what the next process has.
		for _, end := range []string{"", "-wal"} {
			data, err := os.ReadFile(path + end)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(copied+end, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o := options("http://dysmsapi.test")
		o.Transport = straight
		next := box(t, copied, newChannel(t, o))
		stopNext := run(t, next)
		pass(5 * time.Minute)
		if n := len(r.sent()); n != 1 {
			t.Errorf("sent %d times", n)
		}
		if s := state(t, next); s != notifier.NoticeDelivered {
			t.Errorf("the notice is %s", s)
		}
		stopNext()
		close(hang)
		stop()
	})
}

// hanging keeps the answers of a transport back.
type hanging struct {
	http.RoundTripper
	until chan struct{}
}

func (h hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := h.RoundTripper.RoundTrip(r)
	<-h.until
	return resp, err
}
