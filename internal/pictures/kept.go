package pictures

import (
	"sync"
	"time"
)

// kept are the pictures that were drawn lately, by their addresses.
type kept struct {
	mu   sync.Mutex
	list map[string]drawn
}

// drawn is a picture and when it was drawn.
type drawn struct {
	picture []byte
	at      time.Time
}

const (
	keptFor  = time.Minute
	keptMost = 64 // pictures, of some 10 KB each
)

// get returns a picture that is not too old.
func (k *kept) get(name string, now time.Time) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, ok := k.list[name]
	return d.picture, ok && d.fresh(now)
}

// put keeps a picture. Where there are too many, the oldest goes.
func (k *kept) put(name string, picture []byte, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.list == nil {
		k.list = make(map[string]drawn)
	}
	oldest, at := "", now
	for other, d := range k.list {
		switch {
		case !d.fresh(now):
			delete(k.list, other)
		case !d.at.After(at):
			oldest, at = other, d.at
		}
	}
	if len(k.list) >= keptMost {
		delete(k.list, oldest)
	}
	k.list[name] = drawn{picture, now}
}

func (d drawn) fresh(now time.Time) bool { return now.Sub(d.at) < keptFor && !now.Before(d.at) }
