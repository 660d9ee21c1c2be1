package alarm

import (
	"slices"
	"sync"

	"github.com/brimwatch/brimwatch/fleet"
)

// inboxBound is how many readings may wait to be judged.
const inboxBound = 1 << 18

// inbox is the bounded queue in front of the Engine.
type inbox struct {
	wake chan struct{}

	mu      sync.Mutex
	waiting []*fleet.Reading
	spare   []*fleet.Reading
}

func (in *inbox) init() { in.wake = make(chan struct{}, 1) }

// put adds readings and returns how many old ones had to go.
func (in *inbox) put(rs []*fleet.Reading) (dropped int) {
	in.mu.Lock()
	in.waiting = append(in.waiting, rs...)
	dropped = max(len(in.waiting)-inboxBound, 0)
	in.waiting = slices.Delete(in.waiting, 0, dropped)
	in.mu.Unlock()
	select {
	case in.wake <- struct{}{}:
	default:
	}
	return dropped
}

// take returns all that waits. The slice is the caller's until the next take.
func (in *inbox) take() []*fleet.Reading {
	in.mu.Lock()
	defer in.mu.Unlock()
	out := in.waiting
	in.waiting, in.spare = in.spare[:0], out
	return out
}

// depth returns how many readings wait.
func (in *inbox) depth() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.waiting)
}
