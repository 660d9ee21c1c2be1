package inventory

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/brimwatch/brimwatch/fleet"
)

// Sweep asks once for everything, and tells whether anything but its age changed.
// When an API fails, the instances of its product and region stay; the error says
// which, in one line. Only when ctx was cancelled nothing of the sweep is kept
// but what the next one needs.
func (i *Inventory) Sweep(ctx context.Context, now time.Time) (changed bool, err error) {
	i.sweeping.Lock()
	defer i.sweeping.Unlock()
	now = now.UTC().Round(0)
	i.askLists(ctx, now)
	i.askBilling(ctx, now)
	if errors.Is(ctx.Err(), context.Canceled) {
		return false, ctx.Err()
	}
	found := i.merge()
	problems := i.trouble()
	if err := i.save(now); err != nil {
		problems = append(problems, "what was found cannot be kept for the next start: "+err.Error())
	}
	return i.publish(found, problems), i.failures()
}

// askLists asks all lists of all regions, a few at a time.
func (i *Inventory) askLists(ctx context.Context, now time.Time) {
	const atOnce = 4
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, u := range i.units {
		g.Go(func() error {
			u.sweep(ctx, i, now)
			return nil // it is in the unit
		})
	}
	_ = g.Wait() // always nil
}

// askBilling asks what is paid for, after the lists, since it is only kept of
// what they told. An account that pays for a great many things is asked less
// often: each page is a call.
func (i *Inventory) askBilling(ctx context.Context, now time.Time) {
	const pages, seldom = 10, time.Hour
	if now.Before(i.nextBill) {
		return
	}
	known := make(map[string]bool)
	for _, u := range i.units {
		for id := range u.records {
			known[id] = true
		}
	}
	read := func() (listing, error) {
		return readBilling(ctx, i.ask, i.abroad, i.opts.Zone, func(id string) bool { return known[id] })
	}
	t, err := read()
	if otherSite(err) {
		i.abroad = !i.abroad
		t, err = read()
	}
	i.billing.failed = err
	if err != nil {
		return
	}
	t.records = slices.DeleteFunc(t.records, func(r *record) bool { return !i.wants(i.billing, r) })
	i.billing.absorb(t, now, func(r *record) bool { return r.Missed > i.opts.Keep })
	if t.calls > pages {
		i.nextBill = now.Add(seldom)
	}
}

// billed tells whether billing goes on to know an instance as one in use. Keys
// that lost a right may be told a list without an instance instead of an error;
// what is still paid for is not gone because of that.
func (i *Inventory) billed(id string) bool {
	b := i.billing.records[id]
	return b != nil && b.Missed == 0 && (strings.HasPrefix(b.Status, "Normal") || strings.HasPrefix(b.Status, "WaitForExpire"))
}

// wants tells whether a record of a unit is about an instance that is looked for:
// in one of the regions, where it tells one. Bills of all are wanted, but for IoT,
// whose instances nothing else tells.
func (i *Inventory) wants(u *unit, r *record) bool {
	if u == i.billing && r.Product != productIoT {
		return true
	}
	if r.Product == productIoT && !slices.Contains(i.opts.Products, productIoT) {
		return false
	}
	return r.Region == "" || slices.Contains(i.opts.Regions, r.Region)
}

// merge joins what all lists told, sorted by id. An instance that the lists of two
// regions tell is believed to the one whose region it names.
func (i *Inventory) merge() []fleet.Found {
	best := make(map[string]*record)
	for _, u := range i.units {
		for id, r := range u.records {
			if _, known := best[id]; !known || r.Region == u.region {
				best[id] = r
			}
		}
	}
	for id, r := range i.billing.records {
		if _, known := best[id]; !known && r.Product == productIoT {
			best[id] = r
		}
	}
	found := make([]fleet.Found, 0, len(best))
	for _, id := range slices.Sorted(maps.Keys(best)) {
		found = append(found, merge(i.opts.Name, best[id], i.billing.records[id]))
	}
	return found
}

// publish makes the instances of a sweep the newest, logs what appeared and vanished, and
// tells whether anything changed.
func (i *Inventory) publish(found []fleet.Found, faults []string) bool {
	i.mu.Lock()
	before := i.found
	i.found, i.faults, i.problems = found, faults, slices.Concat(faults, asks(found))
	i.mu.Unlock()

	byID := func(f fleet.Found, id string) int { return cmp.Compare(f.ID, id) }
	changed := false
	for n := range found {
		at, known := slices.BinarySearchFunc(before, found[n].ID, byID)
		switch {
		case !known:
			i.log.Info("instance found", "instance", found[n].ID, "product", found[n].Product, "region", found[n].Region)
			changed = true
		case !same(&before[at], &found[n]):
			i.log.Info("instance changed", "instance", found[n].ID)
			changed = true
		}
	}
	for n := range before {
		if _, still := slices.BinarySearchFunc(found, before[n].ID, byID); !still {
			i.log.Info("instance gone", "instance", before[n].ID)
			changed = true
		}
	}
	return changed
}

// failures joins what could not be asked, in one line.
func (i *Inventory) failures() error {
	var all sweepError
	for _, u := range i.all() {
		if u.failed != nil {
			all = append(all, unitError{u.title(), u.failed})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// all returns every unit, billing last.
func (i *Inventory) all() []*unit { return append(slices.Clone(i.units), i.billing) }

// unitError is why one list could not be asked.
type unitError struct {
	title string
	err   error
}

func (e unitError) Error() string { return e.title + ": " + e.err.Error() }
func (e unitError) Unwrap() error { return e.err }

// sweepError is why some lists could not be asked.
type sweepError []error

func (e sweepError) Error() string {
	words := make([]string, len(e))
	for n, err := range e {
		words[n] = err.Error()
	}
	return strings.Join(words, "; ")
}

func (e sweepError) Unwrap() []error { return e }
