package lastway

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

// TestWithTheOutbox: a commit that cannot be stored is told, and when it can be, the
// outbox stores it as sent to who has heard, sends it to who has not, and tells both of
// the end.
func TestWithTheOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.db")
	synctest.Test(t, func(t *testing.T) {
		phone, hook := &channel{}, &channel{bundle: 64}
		dir := notifier.NewDirectory(notifier.Entries{Default: []string{"oncall"}, Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{
			{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei"}, Channel: phone, Zone: time.UTC},
			{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall/1"}, Channel: hook, Zone: time.UTC},
		}}}})
		b, err := outbox.Open(t.Context(), outbox.Options{Path: path, Directory: dir, Logger: slog.New(slog.DiscardHandler), Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		other, err := sql.Open("sqlite", "file:"+path)
		if err != nil {
			t.Fatal(err)
		}
		j := New(b, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 2)
		go func() { done <- b.Run(ctx) }()
		go func() { done <- j.Run(ctx) }()
		defer func() {
			cancel()
			for _, err := range []error{<-done, <-done, other.Close(), b.Close()} {
				if err != nil {
					t.Error(err)
				}
			}
		}()
		exec := func(text string) {
			if _, err := other.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		commit := func(kind alarm.EventKind, code string) error {
			return j.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{{
				Kind: kind, Key: alarm.Key{Rule: alarm.Capacity, Instance: "a", Metric: fleet.Connections}, Code: code, At: time.Now(), RaisedAt: time.Now(),
				Severity: alarm.Critical, Known: true, Usage: 97, Capacity: 100, Threshold: 0.7, Instance: &fleet.Instance{ID: "a", Name: "Orders"},
			}}})
		}
		pass := func(d time.Duration) {
			<-time.After(d)
			synctest.Wait()
		}

		exec(`CREATE TRIGGER refuse BEFORE INSERT ON notice BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
		hook.set(notifier.Permanent(context.DeadlineExceeded)) // it does not hear of it this way
		if err := commit(alarm.Raised, "A2AA"); err == nil {
			t.Fatal("it was stored")
		}
		pass(time.Minute)
		if got := phone.take(); len(got) != 1 {
			t.Fatalf("told: %v", got)
		}
		hook.set(nil)
		hook.take()
		exec(`DROP TRIGGER refuse`)
		if err := commit(alarm.Raised, "B2BB"); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if got := phone.take(); len(got) != 0 {
			t.Errorf("told again: %v", got)
		}
		if got := hook.take(); len(got) != 1 {
			t.Errorf("who had not heard got %v", got)
		}
		records, err := b.Notices(t.Context(), notifier.Filter{})
		if err != nil || len(records) != 2 {
			t.Fatalf("%v, %v", records, err)
		}
		for _, r := range records {
			if told := r.Channel == "sms"; r.State != notifier.Sent || (r.Reason == "told while it could not be stored") != told || r.SentAt.IsZero() {
				t.Errorf("%s: %s %q at %s", r.Recipient, r.State, r.Reason, r.SentAt)
			}
		}
		if err := commit(alarm.Cleared, "B2BB"); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if sms, web := phone.take(), hook.take(); len(sms) != 1 || len(web) != 1 {
			t.Errorf("of the end heard %v and %v", sms, web)
		}
	})
}
