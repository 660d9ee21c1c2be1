package demo

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Capacities of the instance whose story is told: small, so that clients of one
// machine fill it.
const (
	capacityConnections   = 50
	capacitySubscriptions = 120
	capacitySendTPS       = 400
)

// scene is one stretch of the story.
type scene struct {
	lasts  time.Duration
	orders level  // how busy the broker Orders is
	away   bool   // the broker Payments is stopped
	says   string // what the terminal prints when it begins
}

// calm is how busy Orders is when nothing is the matter: about 40 %.
func calm() level { return level{clients: 18, filters: 45, messages: 120} }

// usualPayments is how busy Payments is while its broker runs.
func usualPayments() level { return level{clients: 12, filters: 30, messages: 60} }

// story is what happens, in about two minutes; then it begins again. The first alarm is critical, so
// that it is told at once: with an account the first minute has many texts, after which a warning
// would wait for the next minute, and be over by then.
func story(say *phrases.Printer) []scene {
	many, wide, fast := calm(), calm(), calm()
	many.clients, many.filters = 46, 60
	wide.filters = 100
	fast.messages = 340
	return []scene{
		{lasts: 10 * time.Second, orders: calm(), says: say.T("Orders and Payments are busy at about 40 % of their capacity.")},
		{lasts: 46 * time.Second, orders: many, says: say.T("Clients pour in: connections of Orders pass 70 %, and 90 %: that is critical. When nobody acknowledges it for half a minute, whoever is on call is called.")},
		{lasts: 14 * time.Second, orders: calm(), says: say.T("They leave again: the alarm ends.")},
		{lasts: 20 * time.Second, orders: wide, away: true, says: say.T("Subscriptions of Orders pass 70 %; and the broker of Payments is switched off: it tells nothing any more.")},
		{lasts: 14 * time.Second, orders: calm(), away: true, says: say.T("The filters are gone again.")},
		{lasts: 22 * time.Second, orders: fast, says: say.T("Payments is back, and publishers of Orders speed up: its message rate passes 70 %.")},
		{lasts: 14 * time.Second, orders: calm(), says: say.T("They slow down. What was told can be looked up under Notices.")},
	}
}

// stage is what the story moves and the crowds look at.
type stage struct {
	orders atomic.Pointer[level]
	away   chan bool // for the one that keeps the broker Payments
}

// tell moves the stage through the story, again and again, until ctx ends.
func (s *stage) tell(ctx context.Context, out io.Writer, say *phrases.Printer) error {
	began := time.Now()
	for {
		for _, sc := range story(say) {
			l := sc.orders
			s.orders.Store(&l)
			select {
			case s.away <- sc.away:
			case <-ctx.Done():
				return nil
			}
			fmt.Fprintf(out, "  %5s  %s\n", time.Since(began).Truncate(time.Second), sc.says)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(sc.lasts):
			}
		}
		fmt.Fprintln(out, "        ", say.T("The story begins again; Ctrl-C ends it."))
	}
}

// payments keeps the broker Payments: with its clients, or switched off.
func (s *stage) payments(ctx context.Context, b *broker) error {
	address := b.address
	busy := usualPayments()
	crowdOf := func() (stop func()) {
		cctx, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = (&crowd{address: address, name: "payments"}).run(cctx, func() level { return busy })
		}()
		return func() { cancel(); <-ended }
	}
	stop := crowdOf()
	defer func() { stop() }()
	for {
		var away bool
		select {
		case <-ctx.Done():
			if b != nil {
				stop()
				return b.Close()
			}
			return nil
		case away = <-s.away:
		}
		switch {
		case away && b != nil:
			stop()
			stop = func() {}
			if err := b.Close(); err != nil {
				return err
			}
			b = nil
		case !away && b == nil:
			next, err := startBroker(address)
			if err != nil {
				return err
			}
			b, stop = next, crowdOf()
		}
	}
}
