package scenario

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

// readJournal takes over what the product's journal says now. What it said before of
// a notice that it no longer knows stays.
func (w *World) readJournal(ctx context.Context) error {
	list, err := w.daemon.Notices(ctx)
	if err != nil {
		return err
	}
	for _, n := range list {
		w.journal[n.ID] = n
	}
	return nil
}

// textsTo returns the text messages to a number since a moment.
func (w *World) textsTo(number string, since time.Time) []farside.Text {
	var out []farside.Text
	for _, t := range w.texts() {
		if t.To == number && !t.At.Before(since) {
			out = append(out, t)
		}
	}
	return out
}

// firstText waits for the first text message to anybody since a moment whose text
// pleases; false when none comes in time.
func (w *World) firstText(ctx context.Context, since time.Time, most time.Duration, pleases func(farside.Text) bool) (farside.Text, bool, error) {
	var found farside.Text
	ok, err := waitFor(ctx, most, func() bool {
		for _, t := range w.texts() {
			if !t.At.Before(since) && pleases(t) {
				found = t
				return true
			}
		}
		return false
	})
	return found, ok, err
}

// anyText pleases always.
func anyText(farside.Text) bool { return true }

// about pleases where a text names an instance.
func about(instance string) func(farside.Text) bool {
	return func(t farside.Text) bool { return strings.Contains(t.Body, instance) }
}

// firstBody waits for the first webhook since a moment.
func (w *World) firstBody(ctx context.Context, since time.Time, most time.Duration) (farside.Body, bool, error) {
	var found farside.Body
	ok, err := waitFor(ctx, most, func() bool {
		for _, b := range w.hooks["a"].Bodies() {
			if !b.At.Before(since) {
				found = b
				return true
			}
		}
		return false
	})
	return found, ok, err
}

// arrivals are all that arrived, as the ledger takes it. Which notices a text message
// carried says the journal, by the provider's id of it; a text that the journal does
// not know (its answer was lost, or the journal with it) is that of another with the
// same words, or is read.
func (w *World) arrivals() (all []ledger.Arrival, unread []farside.Text) {
	for _, h := range w.hooks {
		all = append(all, h.Arrivals()...)
	}
	for _, l := range w.lines {
		if l.told != nil {
			all = append(all, l.told()...)
		}
	}
	bySID := make(map[string][]wire.Notice) // by the provider's id, and by that of the product
	for _, n := range w.journal {
		for _, id := range []string{n.ProviderID, n.Message} {
			if n.Channel == "sms" && id != "" {
				bySID[id] = append(bySID[id], n)
			}
		}
	}
	texts := w.texts()
	byWords := make(map[string][]wire.Notice)
	carried := func(t farside.Text) []wire.Notice {
		if notices := bySID[t.SID]; len(notices) > 0 || t.Ref == "" {
			return notices
		}
		return bySID[t.Ref]
	}
	for _, t := range texts {
		if notices := carried(t); len(notices) > 0 {
			bare, _ := ledger.Bare(t.Body)
			byWords[t.To+bare] = notices
		}
	}
	reader := ledger.NewReader()
	for _, t := range texts {
		bare, repeat := ledger.Bare(t.Body)
		notices := carried(t)
		if len(notices) == 0 {
			notices = byWords[t.To+bare]
		}
		base := ledger.Arrival{At: t.At, Recipient: "sms/" + t.To, Message: t.SID, Repeat: repeat}
		if len(notices) == 0 {
			list, ok := reader.ReadUnrecorded(t.Body)
			if said, one := reader.Read(t.Body); one {
				list, ok = append(list, said), true
			}
			if !ok {
				unread = append(unread, t)
			}
			for _, said := range list {
				all = append(all, entry(base, said, said.Code, said.Event))
			}
		}
		for _, n := range notices {
			if said, ok := reader.Read(n.Text); ok {
				all = append(all, entry(base, said, n.Episode, n.Kind))
			}
		}
	}
	return all, unread
}

// entry fills an arrival in.
func entry(base ledger.Arrival, said ledger.Said, code, event string) ledger.Arrival {
	base.Key = ledger.Key{Instance: said.Instance, Metric: said.Metric}
	base.Code, base.Kind, base.Event, base.Value, base.Instead = code, said.Kind, event, said.Value, said.Instead
	return base
}

// grace is how long a way must have been free, and the product run, for a notice that
// waits to be owed before its alarm is over.
const grace = 40 * time.Second

// could tells whether somebody could be told between two moments.
func (w *World) could(recipient string, from, to time.Time) bool {
	if w.perhaps[recipient] {
		return false
	}
	if to.IsZero() && w.settled {
		return true
	}
	if recipient == ordered {
		return slices.ContainsFunc(w.lines[:3], func(l *line) bool { return l.gate.Free(from, to, l.grace, w.daemon.Up) })
	}
	for _, l := range w.lines {
		if l.recipient == recipient {
			return l.gate.Free(from, to, l.grace, w.daemon.Up)
		}
	}
	gate := w.sms
	for name, h := range w.hooks {
		if recipient == "webhook/"+name {
			gate = h.gate
		}
	}
	if gate == w.sms && w.spare != nil && w.spare.Free(from, to, grace, w.daemon.Up) {
		return true
	}
	return gate.Free(from, to, grace, w.daemon.Up)
}

// settle waits until everything was judged and nothing waits any more, most at the
// longest, and tells whether that came to pass. All ways must be free.
func (w *World) settle(ctx context.Context, most time.Duration) (bool, error) {
	began := time.Now()
	ok, err := waitFor(ctx, most, w.judged)
	if err != nil || !ok {
		return false, err
	}
	for {
		waits, err := w.daemon.Waits(ctx)
		if err != nil {
			return false, err
		}
		waits = waits || w.behind()
		if !waits || time.Since(began) > most {
			return !waits, w.readJournal(ctx)
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return false, err
		}
	}
}

// behind tells whether a further way is still to accept what was sent by it.
func (w *World) behind() bool {
	return slices.ContainsFunc(w.lines, func(l *line) bool { return l.gate.Behind() > 0 })
}

// judged tells whether all that the pages show now was surely judged.
func (w *World) judged() bool {
	for i := range w.fleet.Instances() - w.config.Without {
		for m := range w.fleet.Metrics() {
			if w.fleet.Sure(i, m).IsZero() {
				return false
			}
		}
	}
	return true
}

// draw settles and draws the ledger up, as the last thing of a scenario.
func (w *World) draw(ctx context.Context, most time.Duration) error {
	ok, err := w.settle(ctx, most)
	if err != nil {
		return err
	}
	if !ok {
		w.missed("nothing waits any more", "settled", most)
	}
	return w.drawNow(ctx)
}

// isText tells whether a recipient gets text messages.
func isText(recipient string) bool { return strings.HasPrefix(recipient, "sms/") }

// drawNow draws the ledger up as it is.
func (w *World) drawNow(ctx context.Context) error {
	if err := w.readJournal(ctx); err != nil {
		return err
	}
	w.settled = true
	arrivals, unread := w.arrivals()
	stays := w.stays
	if w.byHook {
		unread = nil
		stays = slices.DeleteFunc(slices.Clone(stays), func(s ledger.Stay) bool { return isText(s.Recipient) })
		arrivals = slices.DeleteFunc(arrivals, func(a ledger.Arrival) bool { return isText(a.Recipient) })
	}
	w.report = ledger.Judge(ledger.Input{
		Periods: w.fleet.Periods(), Arrivals: w.joined(arrivals), Stays: stays, Could: w.could, Late: 10 * time.Second,
	})
	for _, t := range unread {
		w.say("a text that the ledger cannot place: %s", t.Body)
	}
	return nil
}
