package outbox

import (
	"context"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// kept holds notices that wait, as the database would tell them: those that were just decided,
// and those for which a text had no room and that lead the next one. To read their alerts
// takes longer than all else that is done for a message.
//
// While a notice waits that was never tried, nothing changes of what is kept of it, but what it
// leaves out: thinOut sees to that. Whoever prepares a message takes its notices, so what is
// tried, and comes back, is read again.
type kept struct {
	mu    sync.Mutex
	of    map[int64]*notifier.Notice // by row
	round int                        // how often all were forgotten
}

const (
	// mostKept bounds how many notices are kept. A few kB each, they are a few MB.
	mostKept = 2000
	// mostFresh bounds how many a write may have decided that are kept: those of a storm are more
	// than can be kept, and most of them are counted by few messages.
	mostFresh = 200
)

// fresh is a notice that was just stored, or waits to be, with its row.
type fresh struct {
	*item
	notice *notifier.Notice // as it is read; nil where it is not kept
}

// keep keeps notices that wait, unless all were forgotten since a round: then they may be
// others by now.
func (k *kept) keep(list []fresh, round int) {
	if len(list) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.round != round {
		return
	}
	if len(k.of)+len(list) > mostKept {
		clear(k.of) // some are of notices that were dropped since
	}
	if k.of == nil {
		k.of = make(map[int64]*notifier.Notice)
	}
	for _, f := range list[:min(len(list), mostKept)] {
		if waits := f.state == notifier.Pending || f.state == notifier.Held; waits && f.seq > 0 && f.notice != nil {
			k.of[f.seq] = f.notice
		}
	}
}

// now is the present round. It is asked before notices are decided, or read.
func (k *kept) now() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.round
}

// take returns what is kept of some items, and keeps it no more.
func (k *kept) take(items []item) map[int64]*notifier.Notice {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out map[int64]*notifier.Notice
	for i := range items {
		it := &items[i]
		n := k.of[it.seq]
		if n == nil {
			continue
		}
		delete(k.of, it.seq)
		if it.message != "" {
			continue // it was tried
		}
		if out == nil {
			out = make(map[int64]*notifier.Notice)
		}
		out[it.seq] = n
	}
	return out
}

// forget has all of them read.
func (k *kept) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.of)
	k.round++
}

// decided notes that a notice is to be stored.
func (t *transaction) decided(it *item, n *notifier.Notice) {
	f := fresh{item: it}
	if len(t.fresh) < mostFresh {
		f.notice = asStored(n)
	}
	t.fresh = append(t.fresh, f)
}

// asStored returns a notice that was just decided as it is read from the database: without what
// is not stored, or not read again, because it has done its work when the notice is stored.
func asStored(n *notifier.Notice) *notifier.Notice {
	out := *n
	out.CreatedAt = at(ms(n.CreatedAt))
	out.TemplateFault, out.TemplatePart = "", ""
	out.NotBefore, out.Hold, out.Drop = time.Time{}, "", ""
	out.Escalation, out.Turn = 0, 0
	return &out
}

// readNotices reads the notices of a message, in order.
func (b *Outbox) readNotices(ctx context.Context, items []item) ([]storedNotice, error) {
	known := b.kept.take(items)
	if len(known) == 0 {
		return readAll(ctx, b.reads, items)
	}
	out := make([]storedNotice, len(items))
	var others []item
	var places []int
	for i, it := range items {
		if n := known[it.seq]; n != nil {
			out[i].Notice = *n
			continue
		}
		others, places = append(others, it), append(places, i)
	}
	if len(others) == 0 {
		return out, nil
	}
	read, err := readAll(ctx, b.reads, others)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		out[place] = read[i]
	}
	return out, nil
}

// keepLeft keeps the notices that a text had no room for. One that was tried before is read again.
func (b *Outbox) keepLeft(left []item, notices []notifier.Notice, stored []storedNotice, round int) {
	tried := make(map[string]bool)
	for i := range stored {
		if stored[i].attempts > 0 || stored[i].doubt > 0 {
			tried[stored[i].ID] = true
		}
	}
	var list []fresh
	for i := range left {
		if n := notices[i]; !tried[n.ID] {
			list = append(list, fresh{&left[i], &n})
		}
	}
	b.kept.keep(list, round)
}
