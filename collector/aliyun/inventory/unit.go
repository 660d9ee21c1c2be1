package inventory

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// unit is what one list told of one region. A sweep asks several at a time; each
// is only touched by the one that asks it.
type unit struct {
	list
	region  string
	records map[string]*record

	failed  error    // why it could not be asked last time
	trouble []string // what was odd about the last answer
}

func newUnit(l list, region string) *unit {
	return &unit{list: l, region: region, records: make(map[string]*record)}
}

// key names the unit in the cache.
func (u *unit) key() string { return u.name + "/" + u.region }

// title names the unit for people.
func (u *unit) title() string {
	if u.region == "" {
		return u.name
	}
	return u.name + " in " + u.region
}

// absorb takes a listing as the truth of now. What a whole list does not tell
// any more was missing once more, and is gone when gone says so.
func (u *unit) absorb(t listing, now time.Time, gone func(*record) bool) {
	u.trouble = t.odd
	if !t.whole {
		u.trouble = append(u.trouble, u.title()+": the list was not complete; what is not on it is not taken for gone")
	}
	seen := make(map[string]bool, len(t.records))
	for _, r := range t.records {
		if seen[r.ID] {
			continue
		}
		seen[r.ID] = true
		if r.Stands == fleet.LifecycleReleased && u.records[r.ID] == nil {
			continue // it was gone before anybody knew of it
		}
		if r.Region == "" {
			r.Region = u.region
		}
		r.follow(u.records[r.ID], now)
		u.records[r.ID] = r
	}
	if !t.whole {
		return
	}
	maps.DeleteFunc(u.records, func(id string, r *record) bool {
		if seen[id] {
			return false
		}
		r.Missed++
		return gone(r)
	})
}

// sweep asks the list, and then for the details that are due.
func (u *unit) sweep(ctx context.Context, i *Inventory, now time.Time) {
	t, err := u.read(ctx, i.ask, u.region, i.opts.Zone)
	u.failed = err
	if err != nil {
		return
	}
	t.records = slices.DeleteFunc(t.records, func(r *record) bool { return !i.wants(u, r) })
	u.absorb(t, now, func(r *record) bool { return r.Missed > i.opts.Keep && !i.billed(r.ID) })
	if u.detail != nil {
		u.details(ctx, i, now)
	}
}

// details asks for each instance that is new, that changed its status, or whose
// details are old; the account sees to the pace. After a few failures in a row the rest waits for the next
// sweep: what is wrong with one is most likely wrong with all.
func (u *unit) details(ctx context.Context, i *Inventory, now time.Time) {
	const enough = 3
	var failures []string
	var last error
	row := 0
	for _, r := range u.due(now) {
		d, err := u.detail(ctx, i.ask, r)
		if err != nil {
			failures, last = append(failures, r.ID), err
			if row++; row == enough {
				break
			}
			continue
		}
		row = 0
		d.At, d.Status = now, r.Status
		r.Detail = d
	}
	if last != nil {
		u.trouble = append(u.trouble, fmt.Sprintf("%s: the details of %s cannot be read: %v", u.title(), enumerate(failures), last))
	}
}

// due returns the instances whose details are to be asked for: new ones first,
// then the oldest.
func (u *unit) due(now time.Time) []*record {
	var due []*record
	for _, r := range u.records {
		if r.Missed == 0 && r.Stands != fleet.LifecycleReleased && (r.Detail == nil || r.Detail.Status != r.Status || now.Sub(r.Detail.At) >= refresh(r.ID)) {
			due = append(due, r)
		}
	}
	age := func(r *record) time.Time {
		if r.Detail == nil {
			return time.Time{}
		}
		return r.Detail.At
	}
	slices.SortFunc(due, func(a, b *record) int { return cmp.Or(age(a).Compare(age(b)), cmp.Compare(a.ID, b.ID)) })
	return due
}

// refresh is how old the details of an instance may get: between an hour and an
// hour and a half, so that those that were found together do not fall due together.
func refresh(id string) time.Duration {
	const youngest, spread = time.Hour, 30 * 60 // seconds
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // cannot fail
	return youngest + time.Duration(h.Sum32()%spread)*time.Second
}
