package notifier

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
)

// A receiver may have ways in order. Those whose turn is later are planned with the first, and
// held until its time to deliver is over: so nothing new has to survive a crash.

// turn is a recipient whose turn comes later.
type turn struct {
	says *telling
	to   reached
}

// tellInTurn plans the notices of later ways. Their time counts from when the first way may
// be told.
func (b *beginning) tellInTurn() {
	slices.SortStableFunc(b.later, func(x, y turn) int { return x.to.Turn - y.to.Turn })
	for _, t := range b.later {
		b.tellLater(t.says, t.to, 0, b.firstWay(t.to.receiver))
	}
}

// firstWay is when the first way of a receiver is told: at night it may be told tomorrow, and
// then the next has no turn before.
func (b *beginning) firstWay(receiver string) time.Time {
	first := time.Time{}
	for i := range b.out {
		n := &b.out[i]
		if b.to[i].receiver != receiver || n.Turn > 0 || n.Drop != "" {
			continue
		}
		if at := maxTime(n.NotBefore, b.now); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return maxTime(first, b.now)
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// within is how long each way of a receiver has to deliver.
func (d *Directory) within(receiver string, s alarm.Severity) time.Duration {
	r, _ := d.Receiver(receiver)
	if s == alarm.Critical {
		return r.WithinCritical
	}
	return r.Within
}

// HasTurns tells whether a receiver has ways in order.
func (d *Directory) HasTurns(receiver string) bool {
	r, _ := d.Receiver(receiver)
	return slices.ContainsFunc(r.Targets, func(t Target) bool { return t.Turn > 0 }) ||
		slices.ContainsFunc(r.OnCall, func(o OnCall) bool { return o.Turn > 0 })
}

// waysBefore names the kinds of channels of a receiver that have their turn before one.
func (d *Directory) waysBefore(receiver string, turn int) []string {
	r, _ := d.Receiver(receiver)
	var out []string
	add := func(t *Target, its int) {
		if name := channelName(t.Recipient.Channel); its < turn && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for i := range r.Targets {
		add(&r.Targets[i], r.Targets[i].Turn)
	}
	for i := range r.OnCall {
		for _, t := range r.OnCall[i].People {
			add(&t, r.OnCall[i].Turn)
		}
	}
	return out
}

// channelName is how a kind of channel is called in a sentence.
func channelName(channel string) string {
	switch channel {
	case "sms":
		return "SMS"
	case "email":
		return "e-mail"
	case "alertmanager":
		return "Alertmanager"
	}
	return channel
}

// unconfirmed says why somebody is told another way.
func unconfirmed(by []string, l words.Language) string {
	return lexicon.For(l, &lexicon.Reader{}).Unconfirmed(by)
}
