package rehearsal

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// Bounds of what a Foresight keeps, and of how often it looks ahead.
const (
	foresightDays  = 90
	foretoldMost   = 40     // messages about one instance
	foresightMost  = 50_000 // about all
	foresightPause = 10 * time.Minute
)

// Foresight looks ahead for pages: what people will be told of each instance, if nobody does
// anything. It rehearses in the background, when somebody asks for what it does not know yet, and
// keeps what came of it until the day, the configuration or a balance is another.
type Foresight struct {
	options ForesightOptions
	log     *slog.Logger
	wanted  chan struct{} // of capacity 1

	mu   sync.Mutex
	seen *foreseen // nil before the first
}

// ForesightOptions is what a Foresight is built from. All is needed.
type ForesightOptions struct {
	// Configuration and Accounts tell what is in force. They do not block.
	Configuration func() *config.Snapshot
	Accounts      func() []fleet.Account
	Logger        *slog.Logger
}

// foreseen is what one rehearsal came to.
type foreseen struct {
	of   cause
	from time.Time
	told map[string]*readers.Foretold
}

// cause is what a rehearsal depends on.
type cause struct {
	configuration string
	day           string
	accounts      string
}

// NewForesight returns a Foresight that knows nothing yet.
func NewForesight(o ForesightOptions) *Foresight {
	return &Foresight{options: o, log: o.Logger.With("component", "foresight"), wanted: make(chan struct{}, 1)}
}

// Foretold tells what people will be told of an instance. It returns false while that is worked
// out; what is known of before is told meanwhile.
func (f *Foresight) Foretold(id string) (readers.Foretold, bool) {
	now := f.cause(time.Now())
	f.mu.Lock()
	seen := f.seen
	f.mu.Unlock()
	if seen == nil || seen.of != now {
		select {
		case f.wanted <- struct{}{}:
		default:
		}
	}
	if seen == nil {
		return readers.Foretold{}, false
	}
	out := readers.Foretold{From: seen.from, Days: foresightDays}
	if t := seen.told[id]; t != nil {
		out.Tellings, out.More = t.Tellings, t.More
	}
	return out, true
}

// cause is what a rehearsal depends on, as it is now.
func (f *Foresight) cause(now time.Time) cause {
	accounts := ""
	for _, a := range f.options.Accounts() {
		accounts += a.Name + " "
		if a.Balance != nil {
			accounts += a.Balance.Amount.Decimal()
		}
		accounts += fmt.Sprintln(" ", a.OverdueSince.Unix())
	}
	s := f.options.Configuration()
	return cause{fmt.Sprint(s.Hash, s.LoadedAt.UnixNano()), now.UTC().Format(time.DateOnly), accounts}
}

// Run looks ahead when it is wanted, until ctx ends.
func (f *Foresight) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-f.wanted:
		}
		if err := f.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			f.log.Error("what people will be told could not be worked out", "error", err)
		}
		pause := time.NewTimer(foresightPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
	}
}

// look rehearses from now on.
func (f *Foresight) look(ctx context.Context, now time.Time) error {
	of := f.cause(now)
	seen := &foreseen{of: of, from: now, told: make(map[string]*readers.Foretold)}
	kept := 0
	_, err := Run(ctx, Options{
		Snapshot: f.options.Configuration(), Accounts: f.options.Accounts(), From: now, Days: foresightDays,
		Day: func(d *Day) error {
			for i := range d.Messages {
				kept += seen.keep(&d.Messages[i], foresightMost-kept)
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	f.log.Debug("looked ahead", "days", foresightDays, "messages", kept, "took", time.Since(now).Round(time.Millisecond))
	f.mu.Lock()
	f.seen = seen
	f.mu.Unlock()
	return nil
}

// keep notes a message with each instance that it speaks of, as often as there is room. What had
// happened when the rehearsal began was told already.
func (s *foreseen) keep(m *Message, room int) (kept int) {
	said := make(map[string]bool)
	for i := range m.About {
		a := &m.About[i]
		if a.InstanceID == "" || said[a.InstanceID] || !a.DecidedAt.After(s.from) {
			continue
		}
		said[a.InstanceID] = true
		t := s.told[a.InstanceID]
		if t == nil {
			t = &readers.Foretold{}
			s.told[a.InstanceID] = t
		}
		if len(t.Tellings) >= foretoldMost || kept >= room {
			t.More = true
			continue
		}
		t.Tellings = append(t.Tellings, readers.Telling{
			At: m.At, Recipient: m.Recipient, Channel: m.Channel, Rule: a.Rule, Kind: a.Kind, Severity: a.Severity, Text: m.Text, Held: a.Held, With: len(m.About) - 1,
		})
		kept++
	}
	return kept
}
