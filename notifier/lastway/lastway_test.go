package lastway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// channel answers what a test wants, and remembers what it was given.
type channel struct {
	bundle int

	mu     sync.Mutex
	answer error
	sent   []string
	bodies []notifier.Message
}

func (c *channel) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := m.Recipient.Name
	if m.Text != "" {
		line += " " + m.Text
		if len(m.Notices) != 1 || m.Notices[0].Text != m.Text {
			line += " (said otherwise by its notices)"
		}
	} else {
		for i := range m.Notices {
			line += " " + string(m.Notices[i].Kind) + " " + m.Notices[i].Alert.Labels["instance_id"]
		}
	}
	c.sent, c.bodies = append(c.sent, line), append(c.bodies, m)
	return notifier.Receipt{Status: notifier.Accepted}, c.answer
}

func (c *channel) Bundle() int { return max(c.bundle, 1) }

func (c *channel) set(answer error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

// take returns what was sent since the last time.
func (c *channel) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.sent
	c.sent = nil
	return out
}

// store is one that can fail.
type store struct {
	dir      *notifier.Directory
	silences []notifier.Silence

	mu     sync.Mutex
	fail   error
	probed int
	told   []string // of the commits that were stored: who had heard
}

func (s *store) Load(context.Context) ([]alarm.Record, error) { return nil, nil }

func (s *store) CommitTold(_ context.Context, c alarm.Commit, told outbox.Told) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	for i := range c.Events {
		for _, who := range []string{"sms/wei", "webhook/oncall/1"} {
			if at, ok := told(&c.Events[i], who); ok {
				s.told = append(s.told, fmt.Sprintf("%s %s %s at %s", who, c.Events[i].Kind, c.Events[i].Key.Instance, at.UTC().Format("04:05")))
			}
		}
	}
	return nil
}

func (s *store) Probe(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probed++
	return s.fail
}

func (s *store) Directory() *notifier.Directory { return s.dir }

func (s *store) Silences(context.Context) ([]notifier.Silence, error) { return s.silences, nil }

func (s *store) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func trouble(kind outbox.Trouble) error {
	return fmt.Errorf("store alarm states: %w", &outbox.StoreError{Kind: kind, Err: errors.New("no")})
}

// rig is a Journal that runs before a store with a person and a program.
type rig struct {
	*Journal
	t         *testing.T
	store     *store
	sms, hook *channel
	log       *bytes.Buffer
	code      int
}

func start(t *testing.T, changes ...func(*rig, *notifier.Entries)) *rig {
	t.Helper()
	r := &rig{t: t, store: &store{fail: trouble(outbox.Full)}, sms: &channel{}, hook: &channel{bundle: 64}, log: &bytes.Buffer{}}
	e := notifier.Entries{Default: []string{"oncall"}, Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{
		{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei"}, Channel: r.sms, Zone: time.UTC},
		{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall/1"}, Channel: r.hook, Zone: time.UTC},
	}}}}
	for _, change := range changes {
		change(r, &e)
	}
	r.store.dir = notifier.NewDirectory(e)
	r.Journal = New(r.store, slog.New(slog.NewTextHandler(r.log, nil)))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// happen commits an event as the engine does: with a code of its own each time.
func (r *rig) happen(kind alarm.EventKind, severity alarm.Severity, ids ...string) {
	r.t.Helper()
	var c alarm.Commit
	for _, id := range ids {
		r.code++
		c.Events = append(c.Events, alarm.Event{
			Kind: kind, Key: alarm.Key{Rule: alarm.Capacity, Instance: id, Metric: fleet.Connections}, Code: fmt.Sprintf("K%03d", r.code),
			At: time.Now(), RaisedAt: time.Now(), Severity: severity, Known: true, Usage: 97, Capacity: 100, Threshold: 0.7,
			Instance: &fleet.Instance{ID: id, Name: "Orders " + id},
		})
	}
	if err := r.Commit(r.t.Context(), c); !errors.Is(err, r.store.fail) {
		r.t.Errorf("the error of the store became %v", err)
	}
}

// pass lets time go by, in which the engine comes to its decision again and again.
func (r *rig) pass(d time.Duration, again ...func()) {
	const every = 30 * time.Second
	for ; d > every && len(again) > 0; d -= every {
		<-time.After(every)
		for _, f := range again {
			f()
		}
	}
	<-time.After(d)
	synctest.Wait()
}

func (r *rig) want(when string, c *channel, lines ...string) {
	r.t.Helper()
	if diff := cmp.Diff(lines, c.take()); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// TestToldWhatCannotBeStored: after a while, once, and the outbox hears of it when it
// can store it.
func TestToldWhatCannotBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		raise := func() { r.happen(alarm.Raised, alarm.Warning, "a") }
		raise()
		r.pass(Patience - time.Second)
		r.want("before it has lasted", r.sms)
		if got := r.Remarks(); len(got) != 0 {
			t.Errorf("remarks %v", got)
		}
		r.pass(2 * time.Second)
		r.want("the person", r.sms, "sms/wei Not recorded (disk full). WARNING Orders a connections 97%.")
		r.want("the program", r.hook, "webhook/oncall/1 raised a")
		if got := r.Remarks(); len(got) != 1 || !strings.Contains(got[0], "disk of storage.dir is full") {
			t.Errorf("remarks %v", got)
		}
		r.pass(30*time.Minute, raise)
		r.want("decided again and again", r.sms)
		r.want("decided again and again", r.hook)
		r.happen(alarm.Raised, alarm.Critical, "a")
		r.pass(time.Minute)
		r.want("graver", r.sms, "sms/wei Not recorded (disk full). CRITICAL Orders a connections 97%.")
		r.store.set(nil)
		r.happen(alarm.Raised, alarm.Critical, "a")
		if want := []string{"sms/wei raised a at 30:21", "webhook/oncall/1 raised a at 30:21"}; !slices.Equal(r.store.told, want) {
			t.Errorf("the outbox heard %v, want %v", r.store.told, want)
		}
		if got := r.Remarks(); len(got) != 0 {
			t.Errorf("remarks when all is well: %v", got)
		}
		r.pass(time.Hour)
		r.want("then", r.sms)
		if note := r.hook.bodies[0].Notices[0].Alert.Annotations["not_recorded"]; !strings.Contains(note, "disk full") || !strings.Contains(note, "磁盘已满") {
			t.Errorf("the program was told %q", note)
		}
	})
}

// TestLockedForAMoment tells nobody.
func TestLockedForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		r.store.set(trouble(outbox.Locked))
		r.happen(alarm.Raised, alarm.Critical, "a")
		r.pass(5 * time.Second)
		r.store.set(nil)
		r.pass(time.Hour)
		r.want("the lock was gone", r.sms)
		if r.store.probed != 1 {
			t.Errorf("looked %d times", r.store.probed)
		}
		r.store.set(trouble(outbox.Locked))
		r.happen(alarm.Raised, alarm.Critical, "a")
		r.pass(time.Minute)
		r.want("the lock stays", r.sms, "sms/wei Not recorded (database locked). CRITICAL Orders a connections 97%.")
	})
}

// TestSmallCommitsSucceed: that others can be stored is no reason to wait.
func TestSmallCommitsSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		r.happen(alarm.Raised, alarm.Critical, "a")
		r.store.set(nil)
		r.happen(alarm.Raised, alarm.Critical, "b")
		r.pass(time.Minute)
		r.want("the person", r.sms, "sms/wei Not recorded (disk full). CRITICAL Orders a connections 97%.")
	})
}

// TestOneTextAMinute: what comes meanwhile goes together, the gravest first.
func TestOneTextAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		var ids []string
		for n := range 200 {
			ids = append(ids, fmt.Sprintf("%03d", n))
		}
		r.happen(alarm.Raised, alarm.Warning, ids...)
		r.pass(Patience)
		r.want("the person", r.sms, "sms/wei Not recorded (disk full). WARNING Orders 000 connections 97%, Orders 001 connections 97%, Orders 002 connections 97%, Orders 003 connections 97%, 196 more.")
		if got := r.hook.take(); len(got) != 4 || strings.Count(got[0], "raised") != 64 {
			t.Errorf("the program: %v", got)
		}
		r.happen(alarm.Raised, alarm.Warning, "w")
		r.happen(alarm.Raised, alarm.Critical, "c")
		r.pass(59 * time.Second)
		r.want("within a minute", r.sms)
		r.pass(2 * time.Second)
		r.want("after a minute", r.sms, "sms/wei Not recorded (disk full). CRITICAL Orders c connections 97%, WARNING Orders w connections 97%.")
	})
}

// TestSameNumberIsToldOnce: two contacts with one number are one phone here, too.
func TestSameNumberIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(r *rig, e *notifier.Entries) {
			rcv := e.Receivers["oncall"]
			rcv.Targets[0].Recipient.Address = "+8613800138000"
			other := rcv.Targets[0]
			other.Recipient.Name = "sms/duty"
			rcv.Targets = append(rcv.Targets, other)
			e.Receivers["oncall"] = rcv
		})
		r.happen(alarm.Raised, alarm.Critical, "a")
		r.pass(time.Minute)
		r.want("both contacts", r.sms, "sms/wei Not recorded (disk full). CRITICAL Orders a connections 97%.")
	})
}

// TestNotTold: what is no reason to go this way.
func TestNotTold(t *testing.T) {
	for name, tt := range map[string]struct {
		kind     alarm.EventKind
		severity alarm.Severity
		fail     error
		change   func(*rig, *notifier.Entries)
	}{
		"info":              {kind: alarm.Raised, severity: alarm.Info},
		"a reminder":        {kind: alarm.Reminded, severity: alarm.Critical},
		"eased":             {kind: alarm.Eased, severity: alarm.Warning},
		"an end":            {kind: alarm.Cleared, severity: alarm.Critical},
		"acknowledged":      {kind: alarm.Acked, severity: alarm.Critical},
		"no fault of store": {kind: alarm.Raised, severity: alarm.Critical, fail: errors.New("no")},
		"given up":          {kind: alarm.Raised, severity: alarm.Critical, fail: context.Canceled},
		"silenced": {kind: alarm.Raised, severity: alarm.Critical, change: func(r *rig, _ *notifier.Entries) {
			r.store.silences = []notifier.Silence{{ID: "sil_1", Matchers: map[string]string{"instance_id": "a"}, Until: time.Now().Add(2 * time.Hour)}}
		}},
		"quiet hours": {kind: alarm.Raised, severity: alarm.Critical, change: func(_ *rig, e *notifier.Entries) {
			for i := range e.Receivers["oncall"].Targets {
				e.Receivers["oncall"].Targets[i].Quiet = &notifier.Quiet{From: 0, To: 8 * 60}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, func(r *rig, e *notifier.Entries) {
					if tt.change != nil {
						tt.change(r, e)
					}
				})
				if tt.fail != nil {
					r.store.set(tt.fail)
				}
				r.happen(tt.kind, tt.severity, "a")
				r.pass(time.Hour)
				r.want("the person", r.sms)
				r.want("the program", r.hook)
			})
		})
	}
}

// TestFarSideFails: a message is tried a few times, and again after a while as long as
// the alarm lasts; one that may have arrived is not repeated here, and by the outbox.
func TestFarSideFails(t *testing.T) {
	for name, tt := range map[string]struct {
		answer       error
		minute, half int // how often it was tried by then
		known        bool
		afterwards   int
	}{
		"out of order": {errors.New("503"), 3, 18, true, 1},
		"for good":     {notifier.Permanent(errors.New("no such number")), 1, 6, true, 1},
		"perhaps":      {notifier.Unknown(errors.New("cut")), 1, 1, false, 0},
		"not before":   {notifier.After(errors.New("429"), time.Hour), 1, 1, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t)
				r.hook.set(tt.answer)
				raise := func() { r.happen(alarm.Raised, alarm.Warning, "a") }
				raise()
				r.pass(Patience + time.Minute)
				if got := r.hook.take(); len(got) != tt.minute {
					t.Errorf("tried %d times within a minute, want %d", len(got), tt.minute)
				}
				r.pass(28*time.Minute, raise)
				if got := r.hook.take(); len(got)+tt.minute != tt.half {
					t.Errorf("tried %d times within half an hour, want %d", len(got)+tt.minute, tt.half)
				}
				r.hook.set(nil)
				r.pass(6*time.Minute, raise)
				if got := r.hook.take(); len(got) != tt.afterwards {
					t.Errorf("tried %d times when it works again", len(got))
				}
				r.store.set(nil)
				raise()
				if got := slices.ContainsFunc(r.store.told, func(s string) bool { return strings.HasPrefix(s, "webhook") }); got != tt.known {
					t.Errorf("the outbox heard %v", r.store.told)
				}
			})
		})
	}
}

// TestGone: what was told and is decided neither again nor against is over, or nobody
// can tell: that is said, once.
func TestGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		raise := func() { r.happen(alarm.Raised, alarm.Warning, "a") }
		raise()
		r.pass(10*time.Minute, raise)
		r.sms.take()
		r.hook.take()
		r.pass(goneAfter - time.Minute)
		r.want("it may be decided again", r.sms)
		r.pass(2 * time.Minute)
		r.want("the person", r.sms, "sms/wei Not recorded (disk full). NO LONGER SEEN Orders a connections.")
		r.want("the program", r.hook, "webhook/oncall/1 cleared a")
		if got := r.hook.bodies[1].Notices[0].Alert; !got.Resolved || !strings.HasPrefix(got.Annotations["description"], "Orders a connections: no longer seen. Not recorded (disk full)") {
			t.Errorf("%+v", got)
		}
		r.pass(time.Hour)
		r.want("then", r.sms)
		if len(r.things) != 0 || len(r.outgoing) > 1 {
			t.Errorf("remembered: %v", r.things)
		}
	})
}

// TestEnds: who was told of a beginning is told of the end, and nobody else.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		r.hook.set(notifier.Permanent(errors.New("410")))
		r.happen(alarm.Escalated, alarm.Critical, "a")
		r.pass(2 * time.Minute)
		r.want("the beginning", r.sms, "sms/wei Not recorded (disk full). CRITICAL Orders a connections 97%.")
		r.hook.take()
		end := func() { r.happen(alarm.Cleared, alarm.Critical, "a") }
		end()
		r.pass(4*time.Minute, end)
		r.want("the end", r.sms, "sms/wei Not recorded (disk full). ENDED Orders a connections.")
		r.want("who was not told of the beginning", r.hook)
		r.store.set(nil)
		end()
		if want := []string{"sms/wei cleared a at 02:10"}; !slices.Equal(r.store.told, want) {
			t.Errorf("the outbox heard %v, want %v", r.store.told, want)
		}
		if len(r.things) != 0 {
			t.Errorf("remembered: %v", r.things)
		}
		r.pass(time.Hour)
		r.want("then", r.sms)
	})
}

// TestMemoryIsBounded, whatever fails.
func TestMemoryIsBounded(t *testing.T) {
	ts := make(things)
	for n := range 2 * mostThings {
		ts.offer(&alarm.Event{Kind: alarm.Raised, Severity: alarm.Critical, Key: alarm.Key{Instance: strconv.Itoa(n)}}, outbox.Full, time.Now())
	}
	if len(ts) != mostThings {
		t.Errorf("%d are remembered", len(ts))
	}
	j := New(&store{}, slog.New(slog.DiscardHandler))
	dir := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{"r": {Targets: []notifier.Target{{Recipient: notifier.Recipient{Name: "sms/wei"}}}}}})
	e := &entry{waiting: make(map[string]bool)}
	for range 2 * mostWaiting {
		j.put(dir, notice{Notice: notifier.Notice{Receiver: "r", Recipient: "sms/wei"}, about: e})
	}
	if n := len(j.outgoing["sms/wei"].notices); n != mostWaiting {
		t.Errorf("%d wait", n)
	}
}

// TestInChinese is one whole way to a person who reads Chinese.
func TestInChinese(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(_ *rig, e *notifier.Entries) { e.Receivers["oncall"].Targets[0].Language = words.ZH })
		r.happen(alarm.Raised, alarm.Critical, "a", "b", "c", "d")
		r.pass(time.Minute)
		r.want("the person", r.sms, "sms/wei 未记录（磁盘已满）。紧急：Orders a连接数97%，Orders b连接数97%，Orders c连接数97%，另有1项（1项紧急）。")
	})
}
