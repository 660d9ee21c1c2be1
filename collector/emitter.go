package collector

import (
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// emitWindow is how long a reading may wait for others, so that they are handed
// over together.
const emitWindow = 10 * time.Millisecond

// emitBound is how many readings may wait before visits are held up by a sink
// that does not keep up.
const emitBound = 1 << 16

// emitter hands readings to the sink in batches, from one goroutine.
type emitter struct {
	sink func([]*fleet.Reading)
	wake chan struct{} // of capacity 1

	mu      sync.Mutex
	room    sync.Cond // on mu: waiting has been taken
	waiting []*fleet.Reading
	handing []*fleet.Reading // the sink is being given them
	spare   []*fleet.Reading // used by flush alone
}

func newEmitter(sink func([]*fleet.Reading)) *emitter {
	e := &emitter{sink: sink, wake: make(chan struct{}, 1)}
	e.room.L = &e.mu
	return e
}

// put adds readings. It does not block.
func (e *emitter) put(rs []*fleet.Reading) {
	e.mu.Lock()
	e.waiting = append(e.waiting, rs...)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// awaitRoom blocks while too many readings wait.
func (e *emitter) awaitRoom() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.waiting) > emitBound {
		e.room.Wait()
	}
}

// flush hands over what waits, in order.
func (e *emitter) flush() {
	e.mu.Lock()
	batch := e.waiting
	e.waiting, e.handing = e.spare[:0], batch
	e.room.Broadcast()
	e.mu.Unlock()
	if len(batch) > 0 {
		e.sink(batch)
	}
	e.mu.Lock()
	e.handing = nil
	e.mu.Unlock()
	clear(batch) // no reading is kept alive by the spare
	e.spare = batch
}

// run hands readings over until done is closed, and then the remaining ones.
func (e *emitter) run(done <-chan struct{}) {
	window := time.NewTimer(emitWindow)
	defer window.Stop()
	for {
		select {
		case <-done:
			e.flush()
			return
		case <-e.wake:
		}
		window.Reset(emitWindow)
		select {
		case <-done:
		case <-window.C:
		}
		e.flush()
	}
}
