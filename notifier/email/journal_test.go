package email

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/test/server"
)

// others are who is told where mail does not arrive.
type others struct {
	mu    sync.Mutex
	heard []notifier.Notice
}

func (o *others) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, m.Notices...)
	return notifier.Receipt{Status: notifier.Delivered}, nil
}

func (o *others) heardOf(rule alarm.RuleName) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.heard, func(n notifier.Notice) bool { return n.Rule == rule })
}

// TestJournal: for whatever is wrong with a mail server or an address, the journal says one thing, and
// others hear of it at once only when the person cannot be reached at all.
func TestJournal(t *testing.T) {
	expired := server.NewAuthority(t, server.Expired())
	for _, tt := range []struct {
		name    string
		script  script
		change  func(*Options)
		address string
		state   notifier.NoticeState
		says    string
		told    bool // others are told that the person cannot be reached
	}{
		{"greylisted", script{at: "RCPT", says: "451 4.7.1 greylisted"}, nil, "", notifier.Pending, "451 4.7.1 greylisted", false},
		{"no such mailbox", script{at: "RCPT", says: "550 5.1.1 no such user"}, nil, "", notifier.Dead, "correct the email of li", true},
		{"we may not send", script{at: "MAIL", says: "550 5.7.1 not yours"}, nil, "", notifier.Pending, "check smtp.from", false},
		{"taken for spam", script{at: "END", says: "554 5.7.1 spam"}, nil, "", notifier.Dead, "its rules refuse this mail", false},
		{"no STARTTLS", script{}, func(o *Options) { o.Security = StartTLS }, "", notifier.Pending, "does not offer STARTTLS, and nothing is sent in the clear", false},
		{"the certificate has expired", script{offer: "\n250-STARTTLS", tls: serving(expired)}, func(o *Options) { o.Security, o.TLS = StartTLS, trusting(expired) }, "",
			notifier.Pending, "has expired, or is not valid yet", false},
		{"cut after the mail", script{at: "END", says: ""}, nil, "", notifier.Pending, "it may have arrived, and is sent again as a possible repeat", false},
		{"says nothing", script{at: "GREETING", says: "-"}, func(o *Options) { o.Timeout = 100 * time.Millisecond }, "", notifier.Pending, "not done within 100ms", false},
		{"says too much", script{at: "GREETING", says: strings.Repeat("x", 2<<20)}, nil, "", notifier.Pending, "says more than any mail server has to say", false},
		{"an address that it cannot write", script{}, nil, "lí@example.com", notifier.Dead, "does not offer SMTPUTF8", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			change := func(o *Options) {
				if tt.change != nil {
					tt.change(o)
				}
			}
			address := tt.address
			if address == "" {
				address = "li@example.com"
			}
			second := &others{}
			dir := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{
				{Recipient: to(address), Channel: channelTo(t, tt.script.serve(t), change), Zone: time.UTC, Way: "smtp"},
				{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall/1", Address: "http://h", Display: "h"}, Channel: second, Zone: time.UTC},
			}}}, Default: []string{"oncall"}})
			b := opened(t, dir)
			commitRaised(t, b)
			var got notifier.Record
			server.Eventually(t, "the journal says what became of the mail", func() bool {
				list, err := b.Notices(t.Context(), notifier.Filter{Code: "A2BC"})
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range list {
					if n.Channel == "email" && n.Attempts > 0 && n.State != notifier.Sending && n.Reason != "" {
						got = n
						return true
					}
				}
				return false
			})
			if got.State != tt.state || !strings.Contains(got.Reason, tt.says) || strings.Contains(got.Reason, address) || strings.ContainsAny(got.Reason, "\r\n") {
				t.Errorf("%s: %q; want %s: %q", got.State, got.Reason, tt.state, tt.says)
			}
			if tt.told {
				server.Eventually(t, "others are told", func() bool { return second.heardOf(notifier.DeliveryRule) })
			} else if second.heardOf(notifier.DeliveryRule) {
				t.Error("others are told that the person cannot be reached")
			}
		})
	}
}

// opened is an outbox at work.
func opened(t *testing.T, dir *notifier.Directory) *outbox.Outbox {
	t.Helper()
	b, err := outbox.Open(t.Context(), outbox.Options{Path: filepath.Join(t.TempDir(), "brimwatch.db"), Directory: dir, Logger: slog.New(slog.DiscardHandler), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func commitRaised(t *testing.T, b *outbox.Outbox) {
	t.Helper()
	key := alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-1", Metric: fleet.Connections}
	at := time.Now().UTC()
	if err := b.Commit(t.Context(), alarm.Commit{
		States: []alarm.Record{{Key: key, State: alarm.State{Level: 1, Code: "A2BC", RaisedAt: at.UnixNano()}}},
		Events: []alarm.Event{{
			Kind: alarm.Raised, Key: key, Code: "A2BC", At: at, RaisedAt: at, Severity: alarm.Warning, Known: true, Usage: 75, Capacity: 100, Threshold: 0.7,
			Instance: &fleet.Instance{ID: "mqtt-1", Name: "Orders"},
		}},
	}); err != nil {
		t.Fatal(err)
	}
}
