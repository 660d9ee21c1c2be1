package promapi

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// gate lets a bounded number of requests work at once. A bounded number of
// others waits for their turn, for a bounded time, in the order in which they
// came.
type gate struct {
	running  chan struct{}
	waiting  chan struct{}
	patience time.Duration
}

func newGate(running, waiting int, patience time.Duration) *gate {
	return &gate{running: make(chan struct{}, running), waiting: make(chan struct{}, waiting), patience: patience}
}

// enter returns when it is the caller's turn. Who has entered must leave.
func (g *gate) enter(ctx context.Context) *apiError {
	select {
	case g.running <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.waiting <- struct{}{}:
		defer func() { <-g.waiting }()
	default:
		return notBegun("unavailable", http.StatusServiceUnavailable,
			fmt.Errorf("%d queries are running and %d wait already; try again in a while", cap(g.running), cap(g.waiting)))
	}
	late := time.NewTimer(g.patience)
	defer late.Stop()
	select {
	case g.running <- struct{}{}:
		return nil
	case <-late.C:
		return notBegun("timeout", http.StatusServiceUnavailable,
			fmt.Errorf("the query waited %s while %d others were running, and was not begun", g.patience, cap(g.running)))
	case <-ctx.Done():
		return notBegun("canceled", statusClientClosed, fmt.Errorf("the query was given up while it waited: %w", context.Cause(ctx)))
	}
}

// leave makes room for the next.
func (g *gate) leave() { <-g.running }

func notBegun(kind string, status int, err error) *apiError {
	return &apiError{kind: kind, status: status, err: err, notBegun: true}
}
