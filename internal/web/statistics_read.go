package web

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/brimwatch/brimwatch/fleet"
)

// history is what was recorded of one instance.
type history struct {
	standing *fleet.Standing
	series   []fleet.Series
	marks    []mark
}

// charts are all that was read for an address.
type charts struct {
	asked     *asked
	from, to  time.Time // on the grid
	step      time.Duration
	histories []history
	notes     []string
}

// readers at once, of one page: a year of eight instances is a hundred million readings.
const readersAtOnce = 4

// read reads what an address asks for. Where it asks for no range it opens on the part of the
// last hours that has data, or on the last hours that had any.
func (p *pages) read(ctx context.Context, a *asked, list []*fleet.Standing) (*charts, error) {
	b := *a
	if a.open {
		if err := p.openOn(ctx, &b); err != nil {
			return nil, err
		}
	}
	c := &charts{asked: &b}
	c.from, c.to, c.step = b.grid()
	all, err := p.readAll(ctx, b.ids, c.from, c.to, c.step)
	if err != nil {
		return nil, err
	}
	for i, st := range list {
		marks, note := p.marksOf(ctx, st, c)
		if note != "" && !slices.Contains(c.notes, note) {
			c.notes = append(c.notes, note)
		}
		c.histories = append(c.histories, history{standing: st, series: all[i], marks: marks})
	}
	return c, nil
}

// readAll reads the series of some instances side by side.
func (p *pages) readAll(ctx context.Context, ids []string, from, to time.Time, step time.Duration) ([][]fleet.Series, error) {
	out := make([][]fleet.Series, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readersAtOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			out[i], err = p.Statistics.Statistics(ctx, id, from, to, step)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// openOn chooses the range of a page whose address names none: the last six hours, or what
// there is of them, or the last six hours that have data.
func (p *pages) openOn(ctx context.Context, a *asked) error {
	now := p.Now()
	first, _, _, err := p.known(ctx, a.ids, now.Add(-usualRange), now)
	if err != nil {
		return err
	}
	if !first.IsZero() {
		// A little before the first reading, and ten minutes at least.
		length := now.Sub(first) * 21 / 20
		if length < usualRange*9/10 {
			a.from = now.Add(-max(length, 10*time.Minute))
			return nil
		}
		a.last, a.open = usualPreset, false
		return nil
	}
	for _, back := range [...]time.Duration{7 * day, 400 * day} {
		_, last, step, err := p.known(ctx, a.ids, now.Add(-back), now)
		if err != nil {
			return err
		}
		for !last.IsZero() && step > 5*time.Minute { // it may lie anywhere within the step
			_, nearer, finer, err := p.known(ctx, a.ids, last.Add(-step), last.Add(step))
			if err != nil {
				return err
			}
			if nearer.IsZero() {
				break
			}
			last, step = nearer, finer
		}
		if !last.IsZero() {
			end := last.Add(step)
			if end.After(now) {
				end = now
			}
			a.over(end.Add(-usualRange), end)
			return nil
		}
	}
	return nil
}

// known returns the first and the last moment of a range of which a usage is known, zero for
// none, and how far they may be from the readings.
func (p *pages) known(ctx context.Context, ids []string, begin, end time.Time) (first, last time.Time, step time.Duration, err error) {
	b := asked{from: begin, to: end}
	from, to, step := b.grid()
	all, err := p.readAll(ctx, ids, from, to, step)
	first, last = span(all)
	return first, last, step, err
}

// span returns the first and the last moment of which a usage is known; zero for none.
func span(all [][]fleet.Series) (first, last time.Time) {
	for _, list := range all {
		for _, s := range list {
			if len(s.Usage) == 0 {
				continue
			}
			if t := s.Usage[0].T; first.IsZero() || t.Before(first) {
				first = t
			}
			if t := s.Usage[len(s.Usage)-1].T; t.After(last) {
				last = t
			}
		}
	}
	return first, last
}
