package outbox

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// stuckChannel answers when its context ends, as calls over a dead network do.
type stuckChannel struct {
	under atomic.Int64
	err   func(error) error // what it makes of the context's error; nil is the same
}

func (c *stuckChannel) Send(ctx context.Context, _ notifier.Message) (notifier.Receipt, error) {
	c.under.Add(1)
	defer c.under.Add(-1)
	<-ctx.Done()
	if c.err != nil {
		return notifier.Receipt{}, c.err(ctx.Err())
	}
	return notifier.Receipt{}, ctx.Err()
}

// TestACallIsBounded: a call that does not come back is given up, and tried again.
func TestACallIsBounded(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &stuckChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(29 * time.Second)
		if hook.under.Load() != 1 {
			t.Error("the call is not under way")
		}
		pass(2 * time.Second)
		if hook.under.Load() != 0 {
			t.Error("the call is still under way")
		}
		want(t, "notices", r.states(), "webhook/oncall/1 raised pending 1: context deadline exceeded")
	})
}

// TestShutDown: calls under way have a short grace. What they did not finish is as
// if it had not been tried, unless it may have arrived.
func TestShutDown(t *testing.T) {
	for _, tt := range []struct {
		name    string
		err     func(error) error
		state   string
		attempt string
		doubt   bool
	}{
		{"cut off", nil, "webhook/oncall/1 raised pending 0", "interrupted", false},
		{"it may have arrived", notifier.Unknown, "webhook/oncall/1 raised pending 1: context canceled", "unknown", true},
		{"it failed by itself", func(error) error { return errors.New("refused") }, "webhook/oncall/1 raised pending 1: refused", "later", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &stuckChannel{err: tt.err}})
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, dir).start()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				began := time.Now()
				r.stop()
				if took := time.Since(began); took != 5*time.Second {
					t.Errorf("it took %v, want the grace of 5s", took)
				}
			})
			r := open(t, path, dir)
			r.closed()
			want(t, "notices", r.states(), tt.state)
			var outcome string
			var doubt, ended bool
			if err := r.db.QueryRowContext(t.Context(), `SELECT outcome, ended_at > 0, (SELECT in_doubt FROM notice) FROM attempt`).Scan(&outcome, &ended, &doubt); err != nil {
				t.Fatal(err)
			}
			if outcome != tt.attempt || doubt != tt.doubt || !ended {
				t.Errorf("attempt %q, ended %v, in doubt %v; want %q, in doubt %v", outcome, ended, doubt, tt.attempt, tt.doubt)
			}
		})
	}
}

// TestACallThatIsCanceledByItself: only the end of Run makes an attempt undone.
func TestACallThatIsCanceledByItself(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, context.Canceled }}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		want(t, "notices", r.states(), "webhook/oncall/1 raised pending 1: context canceled")
	})
}

// TestParallelCalls: the dispatcher serves as many as it may, and listens while
// all of them are stuck.
func TestParallelCalls(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &stuckChannel{}
		r := open(t, path, manyRecipients(parallel+6, hook)).start()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		if n := hook.under.Load(); n != parallel {
			t.Errorf("%d calls are under way, want %d", n, parallel)
		}
		r.happen(alarm.Raised, "B2BB")
		pass(time.Second)
		began := time.Now()
		r.stop()
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %v to stop, want the grace of 5s", took)
		}
	})
}

// TestOthersAreServedWhenACallEnds: who found no room is served next.
func TestOthersAreServedWhenACallEnds(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{}
		r := open(t, path, manyRecipients(2*parallel+1, hook)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		if n := len(hook.lines()); n != 2*parallel+1 {
			t.Errorf("%d were served, want all %d", n, 2*parallel+1)
		}
	})
}
