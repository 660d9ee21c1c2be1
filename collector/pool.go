package collector

import "time"

// trimEvery is how often workers are let go that had nothing to do since.
const trimEvery = time.Minute

// pool keeps workers that wait for their next visit. The one that waits for the
// shortest time is taken first, so that those which are not needed stay at the
// bottom and can be let go.
type pool struct {
	idle  []*worker
	least int // the fewest that waited since the last trim
	since time.Duration
}

// take returns a worker that waits, or nil.
func (p *pool) take() *worker {
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	w := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	p.least = min(p.least, n-1)
	return w
}

func (p *pool) put(w *worker) { p.idle = append(p.idle, w) }

// trim lets those workers go that have not been needed for trimEvery.
func (p *pool) trim(now time.Duration) {
	if now-p.since < trimEvery {
		return
	}
	for _, w := range p.idle[:p.least] {
		close(w.next)
	}
	n := copy(p.idle, p.idle[p.least:])
	clear(p.idle[n:])
	p.idle = p.idle[:n]
	p.since, p.least = now, n
}

// close lets all go that wait.
func (p *pool) close() {
	for _, w := range p.idle {
		close(w.next)
	}
	p.idle, p.least = nil, 0
}
