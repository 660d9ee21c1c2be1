package lastway

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

// Bounds of the path.
const (
	parallel = 8 // messages under way
	// mostWaiting is how many notices wait for one recipient.
	mostWaiting = 2000
	attempts    = 3
	sendTimeout = 30 * time.Second
	// probeTimeout bounds the look whether the store can be written.
	probeTimeout = 10 * time.Second
	// pace is how far apart text messages to one person are.
	pace = time.Minute
	// retryAfter is how long a message waits that could not be sent.
	retryAfter = 10 * time.Second
	grace      = 5 * time.Second
)

// outgoing is what one recipient is to be told.
type outgoing struct {
	target  notifier.Target
	notices []notice
	next    time.Time // not before
	busy    bool
}

// notice is one thing for one recipient.
type notice struct {
	notifier.Notice

	event   alarm.Event
	about   *entry // what is told; it may be stored meanwhile
	gone    bool   // it is told that it is over, as nothing more is seen of it
	attempt int
}

// Run sends until ctx ends.
func (j *Journal) Run(ctx context.Context) error {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var under sync.WaitGroup
	slots := make(chan struct{}, parallel)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			stop := time.AfterFunc(grace, cancel)
			defer stop.Stop()
			under.Wait()
			return nil
		case <-j.wake:
		case <-timer.C:
		}
		j.look(ctx, time.Now())
		due, wait := j.claim(time.Now(), parallel-len(slots))
		for _, m := range due {
			slots <- struct{}{}
			under.Go(func() {
				j.send(calls, m)
				<-slots
				j.nudge()
			})
		}
		timer.Reset(wait)
	}
}

// look plans what has waited long enough, and what is over.
func (j *Journal) look(ctx context.Context, now time.Time) {
	if j.idle(now) {
		return
	}
	if j.locked(now) && j.writable(ctx) {
		j.mu.Lock()
		j.well()
		j.things.forget()
		j.mu.Unlock()
	}
	silences, err := j.store.Silences(ctx)
	dir := j.store.Directory()
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		j.silences = silences // else they are as they were
	}
	for _, e := range j.things.due(now) {
		e.planned = now
		j.plan(dir, e, notifier.Plan(dir, &e.event, j.things.heard(e.event.Key), j.silences, now), false)
	}
	for _, e := range j.things.gone(now) {
		over := *e
		over.event.Kind, over.event.At, over.event.Known = alarm.Cleared, now.UTC(), false
		over.told, over.waiting = nil, make(map[string]bool)
		j.plan(dir, &over, notifier.Plan(dir, &over.event, e.who, nil, now), true)
	}
}

// idle tells whether there is nothing to look at.
func (j *Journal) idle(now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.things.next(now) > 0
}

// locked tells whether something is due that waits for another program to let the
// database go.
func (j *Journal) locked(now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.things.due(now), func(e *entry) bool { return e.trouble == outbox.Locked && e.planned.IsZero() })
}

// plan lets the notices of a thing wait for their recipients, as far as these do not
// know of it.
func (j *Journal) plan(dir *notifier.Directory, e *entry, notices []notifier.Notice, gone bool) {
	for _, n := range notices {
		if n.Hold == "" && n.Drop == "" && !e.hears(n.Recipient) {
			j.put(dir, notice{Notice: n, event: e.event, about: e, gone: gone})
		}
	}
}

// writable tells whether the store can be written by now.
func (j *Journal) writable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return j.store.Probe(ctx) == nil
}

// put lets a notice wait for its recipient, if there is one.
func (j *Journal) put(dir *notifier.Directory, n notice) {
	t, ok := dir.Reach(n.Notice, n.Told)
	if !ok {
		return
	}
	o := j.outgoing[n.Recipient]
	if o == nil {
		o = &outgoing{}
		j.outgoing[n.Recipient] = o
	}
	o.target = t
	if len(o.notices) < mostWaiting {
		n.about.waiting[n.Recipient] = true
		o.notices = append(o.notices, n)
	}
}

// message is what goes out at once.
type message struct {
	to      *outgoing
	target  notifier.Target
	trouble outbox.Trouble // of the gravest
	notices []notice
}

// claim takes what may leave now, for so many recipients at most, and tells how long
// nothing more may.
func (j *Journal) claim(now time.Time, most int) (out []message, wait time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wait = j.things.next(now)
	for name, o := range j.outgoing {
		switch {
		case o.busy:
		case len(o.notices) == 0 && !o.next.After(now):
			delete(j.outgoing, name)
		case len(o.notices) == 0:
		case o.next.After(now):
			wait = min(wait, o.next.Sub(now))
		case len(out) < most:
			slices.SortStableFunc(o.notices, func(a, b notice) int {
				return notifier.Weight(a.Severity, a.Kind) - notifier.Weight(b.Severity, b.Kind)
			})
			n := len(o.notices)
			if o.target.Recipient.Channel != "sms" {
				n = min(n, bundle(o.target.Channel))
			}
			o.busy = true
			out = append(out, message{to: o, target: o.target, trouble: o.notices[0].about.trouble, notices: slices.Clone(o.notices[:n])})
			o.notices = slices.Delete(o.notices, 0, n)
		}
	}
	return out, wait
}

func bundle(ch notifier.Channel) int {
	if b, ok := ch.(notifier.Bundler); ok {
		return max(b.Bundle(), 1)
	}
	return 1
}

// send makes one attempt at a message, and notes who was told.
func (j *Journal) send(ctx context.Context, m message) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	_, err := m.target.Channel.Send(ctx, m.written())
	now := time.Now()
	name := m.target.Recipient.Name
	j.mu.Lock()
	defer j.mu.Unlock()
	m.to.busy = false
	if m.target.Recipient.Channel == "sms" {
		m.to.next = now.Add(pace)
	}
	unsure := notifier.IsUnknown(err)
	for i := range m.notices {
		delete(m.notices[i].about.waiting, name)
		if err == nil || unsure {
			m.notices[i].heard(m.target.Recipient, now, unsure)
		}
	}
	if err == nil {
		j.sent++
		j.log.Warn("told without being recorded", "recipient", name, "notices", len(m.notices), "gravest", m.notices[0].event.Key.Instance)
		return
	}
	j.log.Error("could not tell what is not recorded", "recipient", name, "notices", len(m.notices), "error", err)
	other := len(m.target.Others) > 0 && !notifier.IsAboutRecipient(err)
	if unsure || notifier.IsPermanent(err) && !other {
		return
	}
	asked, _ := notifier.RetryAfter(err)
	m.to.next = now.Add(max(retryAfter, asked))
	if other { // the next provider may do better
		m.to.target, m.to.next = m.target.Next(), now
	}
	for _, n := range m.notices {
		if n.attempt++; n.attempt < attempts {
			n.about.waiting[name] = true
			m.to.notices = append(m.to.notices, n)
		}
	}
}

// heard notes that the recipient was told, or may have been.
func (n *notice) heard(r notifier.Recipient, now time.Time, unsure bool) {
	if n.gone {
		return
	}
	if _, known := n.about.told[r.Name]; known {
		return
	}
	n.about.who = append(n.about.who, notifier.Addressee{Receiver: n.Receiver, Recipient: r.Name, Channel: r.Channel, Display: r.Display, Address: r.Address})
	if unsure {
		now = time.Time{}
	}
	n.about.told[r.Name] = now
}

// written is the message as the channel gets it. A text message is one notice that
// speaks for all.
func (m *message) written() notifier.Message {
	out := notifier.Message{
		ID: "last_" + strings.TrimPrefix(m.notices[0].ID, "ntc_"), Recipient: m.target.Recipient, Attempt: m.notices[0].attempt + 1,
	}
	if m.target.Recipient.Channel == "sms" {
		out.Text = text(m.notices, m.trouble, m.target.Language)
		n := m.notices[0].Notice
		n.Text = out.Text
		out.Notices = []notifier.Notice{n}
		return out
	}
	for i := range m.notices {
		n := m.notices[i].Notice
		a := maps.Clone(n.Alert.Annotations)
		n.Alert.Annotations = a
		if m.notices[i].gone {
			a["summary"] = brief(&m.notices[i].event) + ": " + noLongerSeen
			a["description"] = a["summary"]
			n.Alert.Story.Lines = []string{words.Capital(noLongerSeen)}
		}
		a["not_recorded"] = unrecorded(m.trouble)
		a["description"] = fmt.Sprintf("%s %s", a["description"], a["not_recorded"])
		out.Notices = append(out.Notices, n)
	}
	return out
}
