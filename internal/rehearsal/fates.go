package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

// fates follows what becomes of events: whom they were told, or why nobody heard.
type fates struct {
	snapshot *config.Snapshot
	new      map[happened]*fate // of events that were judged just now
	open     map[int64]*fate    // of notices that wait, by their numbers
	byNotice map[string]waiting // the same, by the IDs of the notices
	unheard  []Unheard
}

// happened names an event: an alarm that begins or gets graver, at a moment.
type happened struct {
	code string
	kind alarm.EventKind
}

// fate is what became of one event so far.
type fate struct {
	about Unheard
	open  int // notices that wait
	heard bool
	whys  []why
}

// why is one cause for which an event is not heard.
type why struct {
	who    string // of people, whom it keeps from hearing; "" is everybody
	reason string
}

// whyWords writes causes in a sentence.
func whyWords(list []why) string {
	out := make([]string, len(list))
	for i, w := range list {
		if out[i] = w.reason; w.who != "" {
			out[i] = w.who + ": " + w.reason
		}
	}
	return strings.Join(out, "; ")
}

// waiting is a notice that waits.
type waiting struct {
	seq  int64
	hold hold
}

// hold is why a notice is held, and since when.
type hold struct {
	since  time.Time
	reason string
}

func newFates(s *config.Snapshot) fates {
	return fates{snapshot: s, new: make(map[happened]*fate), open: make(map[int64]*fate), byNotice: make(map[string]waiting)}
}

// judged notes the events that somebody should hear of.
func (f *fates) judged(c *alarm.Commit) {
	for i := range c.Events {
		ev := &c.Events[i]
		if !begins(ev.Kind) {
			continue
		}
		u := Unheard{At: ev.At, Code: ev.Code, Kind: ev.Kind, Rule: ev.Key.Rule, Severity: ev.Severity, InstanceID: ev.Key.Instance, Account: ev.Key.Account, Reason: ev.Reason}
		if ev.Instance != nil && u.Account == "" {
			u.Account = ev.Instance.Account
		}
		f.new[happened{ev.Code, ev.Kind}] = &fate{about: u}
	}
}

// decided notes the notices that events caused. An event of which there is none is heard by nobody.
func (f *fates) decided(list []outbox.Decision) {
	for i := range list {
		d := &list[i]
		e := f.new[happened{d.Code, d.Kind}]
		if e == nil { // an end or a reminder: only what holds it is of interest
			e = &fate{heard: true}
		}
		f.take(e, d)
	}
	f.closeNew()
}

// closeNew judges the events of which all is known.
func (f *fates) closeNew() {
	for _, h := range slices.SortedFunc(maps.Keys(f.new), func(a, b happened) int {
		return strings.Compare(a.code+string(a.kind), b.code+string(b.kind))
	}) {
		f.close(f.new[h])
	}
	clear(f.new)
}

// take notes one notice of an event.
func (f *fates) take(e *fate, d *outbox.Decision) {
	switch d.State {
	case notifier.Held, notifier.Pending, notifier.Sending:
		e.open++
		f.open[d.Seq] = e
		w := waiting{seq: d.Seq}
		if d.State == notifier.Held {
			w.hold = hold{d.CreatedAt, d.Reason}
		}
		f.byNotice[d.ID] = w
	case notifier.Sent, notifier.NoticeDelivered:
		e.heard = true
	case notifier.Dropped, notifier.Dead:
		e.drop(d)
	}
}

// drop notes a notice that does not go out.
func (e *fate) drop(d *outbox.Decision) {
	if d.ToldWith != "" || spokenFor(d.Reason) {
		e.heard = true
		return
	}
	w := why{reason: d.Reason}
	if who, ok := strings.CutPrefix(d.Recipient, "sms/"); ok && !strings.HasPrefix(who, "oncall/") {
		w.who = who
	}
	if !slices.Contains(e.whys, w) {
		e.whys = append(e.whys, w)
	}
}

// spokenFor tells whether a notice was dropped because another one says it.
func spokenFor(reason string) bool {
	for _, begin := range []string{"told with ", "a newer notice of the same alarm", "the alarm got graver"} {
		if strings.HasPrefix(reason, begin) {
			return true
		}
	}
	return false
}

// heard notes that a notice goes out, and returns why it was held.
func (f *fates) heard(notice string) (hold, bool) {
	w, known := f.byNotice[notice]
	if !known {
		return hold{}, false
	}
	delete(f.byNotice, notice)
	if e := f.open[w.seq]; e != nil {
		delete(f.open, w.seq)
		e.open--
		e.heard = true
	}
	return w.hold, w.hold.reason != ""
}

// settle looks what became of the notices that wait.
func (f *fates) settle(ctx context.Context, m *Machine) error {
	f.closeNew()
	if len(f.open) == 0 {
		return nil
	}
	list, err := m.Became(ctx, slices.Sorted(maps.Keys(f.open)))
	if err != nil {
		return fmt.Errorf("look what became of notices: %w", err)
	}
	for i := range list {
		d := &list[i]
		if d.State != notifier.Dropped && d.State != notifier.Dead {
			continue
		}
		e := f.open[d.Seq]
		delete(f.open, d.Seq)
		delete(f.byNotice, d.ID)
		e.open--
		e.drop(d)
		f.close(e)
	}
	return nil
}

// close notes an event that nobody hears, once nothing of it waits.
func (f *fates) close(e *fate) {
	if e.open > 0 || e.heard {
		return
	}
	e.heard = true // it is noted once
	u := e.about
	u.whys, u.Do = e.whys, remedy(e)
	if len(u.whys) == 0 {
		u.whys, u.Do = f.unreached(e)
	}
	u.Why = whyWords(u.whys)
	f.unheard = append(f.unheard, u)
}

// unreached says why an event has nobody to be told, and what to do about it.
func (f *fates) unreached(e *fate) (whys []why, do string) {
	names, about := f.receivers(e)
	switch len(names) {
	case 0:
		return []why{{reason: about + " has no receiver"}}, "name one under notify of " + about + ", or under alarms.notify for all"
	case 1:
		whys = []why{{reason: "the receiver " + names[0] + " reaches nobody"}}
	default:
		whys = []why{{reason: "the receivers " + strings.Join(names, ", ") + " reach nobody"}}
	}
	return whys, "give " + names[0] + " a contact under sms, a rota under oncall, or a webhook"
}

// remedy says what to do where notices were dropped.
func remedy(e *fate) string {
	why := whyWords(e.whys)
	switch {
	case strings.Contains(why, "over the cap"):
		return "raise the cap under sms.limits, or tell fewer people"
	case strings.Contains(why, "quiet hours"):
		return "let its severity through under except of the quiet hours, or name somebody else, too"
	case strings.Contains(why, "mute time"):
		return "let its severity through under except of the mute time, or name somebody else, too"
	case strings.Contains(why, "nobody is on call"):
		return "fill the rota, or name a fallback receiver"
	case strings.Contains(why, "escalation"):
		return "name somebody who is told at once"
	}
	return "name somebody else, too"
}

// receivers names who was to be told, and what the event is about.
func (f *fates) receivers(e *fate) (names []string, about string) {
	if e.about.InstanceID != "" {
		about = "the instance " + e.about.InstanceID
		if in := instanceOf(f.snapshot, e.about.InstanceID); in != nil {
			names = in.Notify
		}
		return names, about
	}
	return f.snapshot.AccountNotify[e.about.Account], "the account " + e.about.Account
}
