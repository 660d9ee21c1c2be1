package memory

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const mb = 1 << 20

// TestReserve: what is kept back is a quarter of a small limit, and no more of a large one.
func TestReserve(t *testing.T) {
	for limit, want := range map[int64]int64{64 * mb: 16 * mb, 192 * mb: 48 * mb, 4096 * mb: 48 * mb} {
		if got := newRoom(limit, nil, nil).kept; got != want {
			t.Errorf("of %d MB %d MB are kept", limit/mb, got/mb)
		}
	}
}

// TestVisitsWaitForMemory: they go on when others leave, or when something is freed, and give up
// in plain words.
func TestVisitsWaitForMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var use atomic.Int64
		use.Store(40 * mb)
		collected := 0
		leave := func(v *Visit) { _, _ = v.Leave() }
		r := newRoom(100*mb, use.Load, func() { collected++ }) // 75 MB for all, 35 for visits
		enter := func(need int64, patience time.Duration) (*Visit, error) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			return r.Enter(ctx, need)
		}
		first, err := enter(30*mb, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := enter(20*mb, 3*time.Second); err == nil || err.Error() != "not read: memory is short, 90 MB of 100 MB in use" {
			t.Errorf("beside another one: %v", err)
		}
		if collected < 3 || collected > 4 {
			t.Errorf("what nobody needs was freed %d times in 3 s", collected)
		}
		small, err := enter(0, time.Second)
		if err != nil {
			t.Fatalf("a small one beside it: %v", err)
		}
		go func() {
			<-time.After(time.Second)
			leave(first)
		}()
		second, err := enter(20*mb, 2*time.Second)
		if err != nil {
			t.Errorf("after the other one left: %v", err)
		}
		leave(second)
		use.Store(80 * mb)
		<-time.After(lookedFor)
		go func() {
			<-time.After(time.Second)
			use.Store(40 * mb)
		}()
		if second, err = enter(0, 2*time.Second); err != nil {
			t.Errorf("after something else was freed: %v", err)
		}
		leave(second)
		leave(small)
		if got := r.taken.Load(); got != 0 {
			t.Errorf("%d bytes are never given back", got)
		}
	})
}

// TestAnswersTakeMemory: an answer that does not fit is given up while it is read, and its
// memory is there for others.
func TestAnswersTakeMemory(t *testing.T) {
	r := newRoom(100*mb, func() int64 { return 45 * mb }, func() {}) // 30 MB for visits: 10 of answers
	for _, tt := range []struct {
		name string
		size int
		fits bool
	}{{"one that fits", 9 * mb, true}, {"one that does not", 11 * mb, false}, {"the next", 9 * mb, true}} {
		v, err := r.Enter(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(Of(With(t.Context(), v), bytes.NewReader(make([]byte, tt.size))))
		used, short := v.Leave()
		if (err == nil) != tt.fits || (short == nil) != tt.fits || tt.fits && used != int64(tt.size)*ofBody || r.taken.Load() != 0 {
			t.Errorf("%s: %v, used %d, short %v, taken %d", tt.name, err, used, short, r.taken.Load())
		}
	}
	if plain := bytes.NewReader(nil); Of(t.Context(), plain) != io.Reader(plain) {
		t.Error("an answer is counted that belongs to no visit")
	}
}

// TestInUse: the runtime says what is in use.
func TestInUse(t *testing.T) {
	if n := inUse(); n < mb || n > 1<<40 {
		t.Errorf("%d bytes", n)
	}
	if limit := addressSpace(); limit < mb {
		t.Errorf("%d bytes of address space", limit)
	}
}
