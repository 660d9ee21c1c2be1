package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

// Scenario is one thing that is done to the product.
type Scenario struct {
	Name  string
	About string // what is done, and what must come of it
	Brief bool   // its brief form is short enough for every test run
	Jumps bool   // it needs the product with a wall clock that jumps
	needs func(*Options) error
	run   func(context.Context, Options) (*World, error)
}

// Result is what one scenario came to.
type Result struct {
	Name    string
	Figures []Figure
	Ledger  ledger.Report
	Took    time.Duration
	Left    string // why it was left out; "" when it was run
}

// Run runs a scenario. An error is one of the test itself: what the product did is
// in the result.
func (s *Scenario) Run(ctx context.Context, o Options) (Result, error) {
	began := time.Now()
	if s.Jumps {
		if o.Jumps == "" {
			return Result{Name: s.Name, Left: "there is no binary whose wall clock jumps"}, nil
		}
		o.Binary = o.Jumps
	}
	if s.needs != nil {
		if err := s.needs(&o); err != nil {
			return Result{Name: s.Name, Left: err.Error()}, nil
		}
	}
	w, err := s.run(ctx, o)
	r := Result{Name: s.Name, Took: time.Since(began)}
	if w != nil {
		if err != nil {
			err = fmt.Errorf("%w%s", err, w.daemon.Log())
		}
		err = errors.Join(err, w.close())
		r.Figures, r.Ledger = w.figures, w.report
	}
	if err != nil {
		return r, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return r, nil
}

// Missed returns the figures that missed their mark; those of time only on request.
func (r *Result) Missed(timed bool) []Figure {
	var out []Figure
	for _, f := range r.Figures {
		if !f.OK && (timed || !f.Timed) {
			out = append(out, f)
		}
	}
	return out
}
