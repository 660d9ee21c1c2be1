package memory

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// reserve is kept back for storing and sending: 64 messages of 64 alarms at a time, a
	// storm's transaction, the pages of the database that are held. Of a small limit it is a quarter.
	reserve = 48 << 20
	// leastVisit is what a visit takes at the least: buffers, a connection.
	leastVisit = 64 << 10
	// ofBody is how much memory a byte of an answer takes that is held: as it was
	// read, and as it was understood.
	ofBody = 3
	// lookedFor is how long it is taken for true how much is in use.
	lookedFor = 100 * time.Millisecond
	// lookEvery is how often those look again who wait for memory.
	lookEvery = 50 * time.Millisecond
)

// Room is the memory that sources may use: all that the process may, without what is in use
// for other things, and without the reserve. It may be used from several goroutines.
type Room struct {
	limit, kept int64
	use         func() int64 // what is in use beside what visits took
	collect     func()       // frees what nobody needs

	taken atomic.Int64

	mu     sync.Mutex
	looked time.Time
	used   int64
	freed  time.Time
}

// NewRoom learns the limit of this process and, unless somebody set one, has the Go runtime
// stay a tenth below it: not all memory is the runtime's. It returns nil when there is no
// limit.
func NewRoom() *Room {
	limit, set := Limit()
	if limit == Unlimited {
		return nil
	}
	if !set {
		limit -= limit / 10
		debug.SetMemoryLimit(limit)
	}
	return newRoom(limit, inUse, runtime.GC)
}

func newRoom(limit int64, use func() int64, collect func()) *Room {
	return &Room{limit: limit, kept: min(reserve, limit/4), use: use, collect: collect}
}

// inUse returns how much memory the program holds that cannot be freed: what was alive at
// the last collection, and what the runtime itself needs.
func inUse() int64 {
	s := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/memory/classes/metadata/other:bytes"},
		{Name: "/memory/classes/metadata/mspan/inuse:bytes"}, {Name: "/memory/classes/other:bytes"},
	}
	metrics.Read(s)
	var n uint64
	for i := range s {
		n += s[i].Value.Uint64()
	}
	return int64(min(n, Unlimited))
}

// ShortError says that memory is short.
type ShortError struct{ used, limit int64 }

func (e *ShortError) Error() string {
	return fmt.Sprintf("not read: memory is short, %d MB of %d MB in use", e.used>>20, e.limit>>20)
}

// Advice says what is kept back, and what a person can do.
func (r *Room) Advice() string {
	return fmt.Sprintf("this process may use %d MB of memory, and %d MB of them are kept for storing and sending. "+
		"Give the container or service more memory (or raise GOMEMLIMIT)", r.limit>>20, r.kept>>20)
}

// short returns an error when the sources may not take what they have taken.
func (r *Room) short() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.looked) >= lookedFor {
		r.looked, r.used = now, r.use()
	}
	if used := r.used + r.taken.Load(); used > r.limit-r.kept {
		return &ShortError{min(used, r.limit), r.limit}
	}
	return nil
}

// take takes memory if there is some.
func (r *Room) take(n int64) error {
	r.taken.Add(n)
	err := r.short()
	if err != nil {
		r.taken.Add(-n)
	}
	return err
}

// tidy frees what nobody needs, once a second at most.
func (r *Room) tidy() {
	r.mu.Lock()
	due := time.Since(r.freed) >= time.Second
	if due {
		r.freed = time.Now()
	}
	r.mu.Unlock()
	if due {
		r.collect()
	}
}

// Enter begins a visit that takes about so many bytes, as the last one did. It waits while memory is
// short, and gives up shortly before ctx ends: memory is the reason then, and no server that does not answer.
func (r *Room) Enter(ctx context.Context, need int64) (*Visit, error) {
	need = max(need, leastVisit)
	err := r.take(need)
	if err == nil {
		return &Visit{room: r, has: need}, nil
	}
	if end, some := ctx.Deadline(); some {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-min(time.Until(end)/10, time.Second)))
		defer cancel()
	}
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		r.tidy()
		select {
		case <-ctx.Done():
			return nil, err
		case <-again.C:
		}
		if err = r.take(need); err == nil {
			return &Visit{room: r, has: need}, nil
		}
	}
}

// Visit is one visit of a source, with the memory that it took. It may be used from
// several goroutines.
type Visit struct {
	room *Room

	mu    sync.Mutex
	has   int64 // of the room
	used  int64
	short error
}

// Leave gives back what the visit took. It returns how much it needed, and why it did not
// get it.
func (v *Visit) Leave() (used int64, short error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.room.taken.Add(-v.has)
	v.has = 0
	return v.used, v.short
}

// hold takes the memory for so many bytes of an answer.
func (v *Visit) hold(n int) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.used += int64(n) * ofBody
	if v.used <= v.has {
		return nil
	}
	if err := v.room.take(v.used - v.has); err != nil {
		v.short = err
		return err
	}
	v.has = v.used
	return nil
}

// visitKey is the key of a Visit in a context.
type visitKey struct{}

// With returns a context whose answers take their memory from a visit.
func With(ctx context.Context, v *Visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// Of returns a reader whose bytes are held, within the visit of a context.
func Of(ctx context.Context, r io.Reader) io.Reader {
	v, ok := ctx.Value(visitKey{}).(*Visit)
	if !ok {
		return r
	}
	return &held{r, v}
}

type held struct {
	r     io.Reader
	visit *Visit
}

// Read reads on while there is memory.
func (h *held) Read(b []byte) (int, error) {
	n, err := h.r.Read(b)
	if n > 0 {
		if short := h.visit.hold(n); short != nil {
			return 0, short
		}
	}
	return n, err
}
