package daemon

import (
	"context"
	"errors"
	"fmt"
)

// parts are the long-lived parts of the daemon that run. Each has a context of its
// own, because they end one after the other, in the reverse order of their start.
type parts struct {
	running []*part
	failed  chan error // gets the error of each part that ended by itself
}

// part is one of them.
type part struct {
	name   string
	cancel context.CancelFunc
	ended  chan error
}

// mostParts bounds how many parts there are, so that one that ends by itself never
// waits for somebody to hear of it.
const mostParts = 32

func newParts() *parts { return &parts{failed: make(chan error, mostParts)} }

// start runs f until the part is stopped. When f returns before, the daemon hears of
// it: no part ends by itself.
func (p *parts) start(name string, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	one := &part{name: name, cancel: cancel, ended: make(chan error, 1)}
	p.running = append(p.running, one)
	go func() {
		err := f(ctx)
		if ctx.Err() == nil {
			p.failed <- endedByItself(name, err)
		}
		one.ended <- err
	}()
}

// endedByItself says which part ended, and why when it said so.
func endedByItself(name string, err error) error {
	if err == nil {
		return fmt.Errorf("%s ended by itself, without an error", name)
	}
	return fmt.Errorf("%s ended by itself: %w", name, err)
}

// stop ends all parts, the last that was started first, and returns when each has
// ended.
func (p *parts) stop() error {
	var errs []error
	for i := len(p.running) - 1; i >= 0; i-- {
		one := p.running[i]
		one.cancel()
		if err := <-one.ended; err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", one.name, err))
		}
	}
	p.running = nil
	return errors.Join(errs...)
}
