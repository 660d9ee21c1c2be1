package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

const (
	// lookEvery is how often channels are compared with what their far sides have: what was
	// approved may be taken back.
	lookEvery = 24 * time.Hour
	// lookWithin bounds the look at one channel.
	lookWithin = time.Minute
)

// channelLook compares the channels in force with what their far sides have, where they can:
// at the start, after each reload, and every day. It warns, so that somebody mends a template
// before an alarm needs it.
type channelLook struct {
	directory func() *notifier.Directory
	reloaded  chan struct{} // of capacity 1
	log       *slog.Logger
}

func newChannelLook(directory func() *notifier.Directory, log *slog.Logger) *channelLook {
	return &channelLook{directory: directory, reloaded: make(chan struct{}, 1), log: log}
}

// Run looks until ctx ends.
func (c *channelLook) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		c.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-c.reloaded:
		case <-tick.C:
		}
	}
}

// look compares each channel once.
func (c *channelLook) look(ctx context.Context) {
	for r := range c.directory().Ways() {
		checker, ok := r.Channel.(notifier.Checker)
		if !ok || ctx.Err() != nil {
			continue
		}
		call, cancel := context.WithTimeout(ctx, lookWithin)
		faults, err := checker.Check(call)
		cancel()
		for _, f := range faults {
			c.log.Warn("a channel is not set up as its far side wants it", "channel", r.Way, "fault", f)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Info("a channel could not be compared with its far side", "channel", r.Way, "error", err)
		}
	}
}
