package alertmanager_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alertmanager"
	"github.com/brimwatch/brimwatch/test/server"
)

// standing is what a test says is open.
type standing struct {
	dir  *notifier.Directory
	list []notifier.Standing
}

func (s *standing) Directory() *notifier.Directory { return s.dir }

func (s *standing) Standing(context.Context, notifier.StandingQuery) ([]notifier.Standing, error) {
	return s.list, nil
}

// TestALateEndAfterAStart: after a start, too, the end of the time before does not end what fires
// again, by whichever receiver it comes, and although the Alertmanager has taken nothing yet; and
// what is repeated holds no such end.
func TestALateEndAfterAStart(t *testing.T) {
	var down atomic.Bool
	var rounds, ends atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer rounds.Add(1)
		if down.Load() {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		var alerts []posted
		if err := json.NewDecoder(r.Body).Decode(&alerts); err != nil {
			t.Error(err)
		}
		for _, a := range alerts {
			if a.EndsAt.Before(time.Now()) {
				ends.Add(1)
			}
		}
	}))
	defer srv.Close()
	before := raised("mqtt-1")
	before.Alert.StartsAt = before.Alert.StartsAt.Add(-time.Hour)
	again := raised("mqtt-1")
	s := &standing{list: []notifier.Standing{
		{Row: 1, EndedAt: again.Alert.StartsAt.Add(-time.Second), Told: []notifier.ToldNotice{{At: before.Alert.StartsAt, Alert: before.Alert}}},
		{Row: 2, Told: []notifier.ToldNotice{{At: again.Alert.StartsAt, Alert: again.Alert}}},
	}}
	channels := []*alertmanager.Channel{newChannel(t, alertmanager.Options{URL: srv.URL}), newChannel(t, alertmanager.Options{URL: srv.URL})}
	receivers := make(map[string]notifier.Receiver)
	for i, name := range []string{"a", "b"} {
		receivers[name] = notifier.Receiver{Name: name, Targets: []notifier.Target{{
			Recipient: notifier.Recipient{Channel: "alertmanager", Name: "alertmanager/" + name, Address: srv.URL, Display: srv.URL}, Channel: channels[i], Zone: time.UTC,
		}}}
	}
	s.dir = notifier.NewDirectory(notifier.Entries{Receivers: receivers, Default: []string{"a", "b"}})
	down.Store(true)
	k, err := alertmanager.NewKeeper(alertmanager.KeeperOptions{Store: s, Logger: slog.New(slog.DiscardHandler), Every: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	server.Eventually(t, "what is open is repeated", func() bool { return rounds.Load() > 0 })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	down.Store(false)
	for ch := range slices.Values(channels) {
		send(t, ch, message(ended(before)))
	}
	if got := ends.Load(); got != 0 {
		t.Errorf("%d ends of the time before were posted", got)
	}
	ctx, cancel = context.WithCancel(t.Context())
	go func() { done <- k.Run(ctx) }()
	seen := rounds.Load()
	server.Eventually(t, "it is repeated again", func() bool { return rounds.Load() > seen })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := ends.Load(); got != 0 {
		t.Errorf("%d ends of the time before were repeated", got)
	}
}

// TestALateEndBehindDoubt: what may fire there, as nobody answered, is not ended by the time before
// either.
func TestALateEndBehindDoubt(t *testing.T) {
	var answers, posts atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		posts.Add(1)
		if answers.Add(1) == 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer srv.Close()
	before := raised("mqtt-1")
	before.Alert.StartsAt = before.Alert.StartsAt.Add(-time.Hour)
	ch := newChannel(t, alertmanager.Options{URL: srv.URL})
	if _, err := ch.Send(t.Context(), message(raised("mqtt-1"))); !notifier.IsUnknown(err) {
		t.Fatalf("error %v", err)
	}
	send(t, ch, message(before))
	send(t, ch, message(ended(before)))
	if got := posts.Load(); got != 1 {
		t.Errorf("%d posts, want the first alone", got)
	}
	send(t, ch, message(raised("mqtt-1")))
	send(t, ch, message(ended(raised("mqtt-1"))))
	if got := posts.Load(); got != 3 {
		t.Errorf("%d posts, want 3", got)
	}
}
