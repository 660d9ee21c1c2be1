package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// fakeChannel answers what a test wants and remembers what it was given.
type fakeChannel struct {
	answer func(m notifier.Message) (notifier.Receipt, error) // nil: accepted
	bundle int

	mu   sync.Mutex
	sent []string
}

func (c *fakeChannel) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	line := fmt.Sprintf("%s #%d", m.Recipient.Name, m.Attempt)
	for _, n := range m.Notices {
		line += fmt.Sprintf(" %s %s", n.Kind, n.Code)
	}
	c.mu.Lock()
	c.sent = append(c.sent, line)
	answer := c.answer
	c.mu.Unlock()
	if answer == nil {
		return notifier.Receipt{Status: notifier.Accepted}, nil
	}
	return answer(m)
}

// accept lets the channel accept from now on.
func (c *fakeChannel) accept() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = nil
}

func (c *fakeChannel) Bundle() int { return max(c.bundle, 1) }

func (c *fakeChannel) lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent)
}

// findingChannel can be asked whether a message arrived after all.
type findingChannel struct {
	fakeChannel
	find func(m notifier.Message) (notifier.Receipt, bool, error)
}

func (c *findingChannel) Find(_ context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	return c.find(m)
}

// trackingChannel tells what became of a message.
type trackingChannel struct {
	fakeChannel
	status func(asked int) notifier.ReceiptStatus
	err    error
	asked  atomic.Int32
	about  atomic.Value // notifier.SentMessage
}

func (c *trackingChannel) Track(_ context.Context, m notifier.SentMessage) (notifier.Receipt, error) {
	c.about.Store(m)
	return notifier.Receipt{Status: c.status(int(c.asked.Add(1))), Detail: "30003: handset unreachable"}, c.err
}

func directoryOf(channels map[string]notifier.Channel, changes ...func(*notifier.Entries)) *notifier.Directory {
	r := notifier.Receiver{Name: "oncall"}
	for _, name := range []string{"sms/wei", "webhook/oncall/1"} {
		if ch, ok := channels[name]; ok {
			r.Targets = append(r.Targets, notifier.Target{
				Recipient: notifier.Recipient{Channel: channelOf(name), Name: name, Display: name}, Channel: ch, Zone: time.UTC, PricePerSegment: 50_000,
			})
		}
	}
	e := notifier.Entries{Receivers: map[string]notifier.Receiver{"oncall": r}, Default: []string{"oncall"}}
	for _, change := range changes {
		change(&e)
	}
	return notifier.NewDirectory(e)
}

// groupWait lets the first notices wait for others.
func groupWait(d time.Duration) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		r := e.Receivers["oncall"]
		r.GroupWait = d
		e.Receivers["oncall"] = r
	}
}

// limits sets what text messages may cost.
func limits(l notifier.Limits) func(*notifier.Entries) {
	return func(e *notifier.Entries) { e.Limits = l }
}

// rig is an Outbox that can be stopped, and opened again on the same database.
type rig struct {
	*Outbox
	t        *testing.T
	path     string
	registry *prometheus.Registry
	stop     func()
}

func open(t *testing.T, path string, dir *notifier.Directory) *rig {
	t.Helper()
	registry := prometheus.NewRegistry()
	b, err := Open(t.Context(), Options{Path: path, Directory: dir, Logger: slog.New(slog.DiscardHandler), Registerer: registry, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{Outbox: b, t: t, path: path, registry: registry}
}

func (r *rig) start() *rig {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := r.Run(ctx); err != nil {
			r.t.Error(err)
		}
	}()
	r.stop = func() {
		cancel()
		<-ended
		if err := r.Close(); err != nil {
			r.t.Error(err)
		}
	}
	return r
}

// happen commits one event of the alarm with this code.
func (r *rig) happen(kind alarm.EventKind, code string) {
	r.t.Helper()
	if err := r.Commit(r.t.Context(), commitOf(kind, code)); err != nil {
		r.t.Fatal(err)
	}
}

func commitOf(kind alarm.EventKind, code string) alarm.Commit {
	key := alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-" + code, Metric: fleet.Connections}
	state := alarm.State{Level: 1, Code: code, RaisedAt: 1}
	if notifier.Ends(kind) {
		state = alarm.State{}
	}
	return alarm.Commit{
		States: []alarm.Record{{Key: key, State: state}},
		Events: []alarm.Event{{
			Kind: kind, Key: key, Code: code, At: time.Now().UTC(), RaisedAt: time.UnixMilli(1).UTC(), Severity: alarm.Warning,
			Known: true, Usage: 75, Capacity: 100, Threshold: 0.7, Instance: &fleet.Instance{ID: "mqtt-" + code, Name: "Orders"},
		}},
	}
}

// states lists what became of the notices, the oldest first.
func (r *rig) states() []string {
	r.t.Helper()
	records, err := r.Notices(context.Background(), notifier.Filter{})
	if err != nil {
		r.t.Fatal(err)
	}
	return linesOf(records)
}

// linesOf writes records down, the oldest first.
func linesOf(records []notifier.Record) []string {
	var out []string
	for _, n := range slices.Backward(records) {
		line := fmt.Sprintf("%s %s %s %d", n.Recipient, n.Kind, n.State, n.Attempts)
		if n.Reason != "" {
			line += ": " + n.Reason
		}
		out = append(out, line)
	}
	return out
}

func want(t *testing.T, what string, got []string, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// pass lets the time of a bubble go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func dbPath(t *testing.T) string { return filepath.Join(t.TempDir(), "brimwatch.db") }
