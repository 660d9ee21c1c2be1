package notifier

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// beginning plans the notices of one event that tells people that something is wrong.
type beginning struct {
	d        *Directory
	ev       *alarm.Event
	silences []Silence
	now      time.Time
	says     *telling  // to all receivers; nil before it is needed
	told     time.Time // when the first person is told, by the hours of steps

	out     []Notice
	to      []reached      // of each notice in out
	called  []turn         // who is called when nobody acknowledges
	later   []turn         // who is told when the ways before have not delivered
	at      map[string]int // index into out, by recipient
	numbers map[string]int // index into out of the text message that a phone number gets
}

// planBegin tells whom the receivers of the event reach, each recipient and each phone
// number once, and then plans whom to tell later, while nobody acknowledges.
func planBegin(d *Directory, ev *alarm.Event, silences []Silence, now time.Time) []Notice {
	b := beginning{d: d, ev: ev, silences: silences, now: now, at: make(map[string]int), numbers: make(map[string]int)}
	routes := receiversFor(d, ev)
	for _, r := range routes {
		b.tell(r, 0)
	}
	b.foldNumbers()
	b.tellInTurn()
	// Nobody can acknowledge what nobody has heard of: that is when escalations count from.
	b.told = earliestHour(ev, b.to, now)
	b.callLater()
	if ev.Kind == alarm.Raised || ev.Kind == alarm.Escalated {
		for _, s := range d.escalations(routes) {
			b.tell(s.route, s.after)
		}
	}
	return b.out
}

// tell plans the notices to whom a receiver reaches, now or after a while without an
// acknowledgement.
func (b *beginning) tell(r route, after time.Duration) {
	says := b.telling(r)
	at := b.now
	if after > 0 {
		at = b.told.Add(after)
	}
	people, gaps := b.d.reached(r.name, at)
	if hour := earliestHour(says.ev, people, at); hour.After(at) { // who is on call then
		people, gaps = b.d.reached(r.name, hour)
	}
	for _, g := range gaps {
		b.note(says, r.name, g, after)
	}
	for _, to := range people {
		switch {
		case to.Recipient.Channel == VoiceChannel && !calls(says.ev):
		case to.Recipient.Channel == VoiceChannel && to.Turn == 0 && after == 0:
			b.called = append(b.called, turn{says, to})
		case to.Turn > 0 && after == 0:
			b.later = append(b.later, turn{says, to})
		case to.Turn > 0 || after > 0:
			b.tellLater(says, to, after, at)
		default:
			b.tellNow(says, to)
		}
	}
}

// telling is what the event says to a receiver: the same to all, unless it lists the
// instances of each.
func (b *beginning) telling(r route) *telling {
	if len(r.silent) == 0 && len(b.ev.Silent) == 0 {
		if b.says == nil {
			b.says = newTelling(b.d, b.ev, b.now)
		}
		return b.says
	}
	about := *b.ev
	about.Silent = r.silent
	return newTelling(b.d, &about, b.now)
}

// tellNow plans a notice that goes out at once. Where two receivers reach a
// recipient, it is told by the first; by the other where that would hold the notice for longer.
func (b *beginning) tellNow(says *telling, to reached) {
	n := says.notice(to.receiver, to.Target)
	if n.Kind == alarm.Raised && to.wait > 0 {
		n.NotBefore = b.now.Add(to.wait)
	}
	holdForHour(&n, says.ev, to.Target, b.now)
	holdFor(&n, to.Target, b.silences, b.now)
	i, told := b.at[n.Recipient]
	switch {
	case !told:
		b.add(n, to)
	case sooner(&n, &b.out[i]):
		b.out[i], b.to[i] = n, to
	}
}

// tellLater plans a notice for the case that nobody acknowledges, or that the ways before it
// do not deliver. Who is told already, or earlier, is not told again by it.
func (b *beginning) tellLater(says *telling, to reached, after time.Duration, at time.Time) {
	if _, told := b.at[to.Recipient.Name]; told {
		return
	}
	if _, told := b.numbers[to.number()]; told && to.number() != "" {
		return
	}
	n := says.notice(to.receiver, to.Target)
	n.Escalation, n.Turn = after, to.Turn
	at = at.Add(time.Duration(to.Turn) * b.d.within(to.receiver, n.Severity))
	n.NotBefore = at
	n.Alert.Annotations = maps.Clone(n.Alert.Annotations)
	b.whyLater(&n, to)
	switch why := b.d.becauseOf(&n, to.Language); n.Channel {
	case "sms":
		n.Text = b.d.entries.Words.becauseOf(why, says.ev, to.Language, to.Zone)
	case VoiceChannel:
		n.Text = b.d.entries.Words.aloud(says.ev, to.Language, to.Zone, why)
	}
	says.ownWords(&n, &to.Target)
	holdForHour(&n, says.ev, to.Target, at)
	holdFor(&n, to.Target, b.silences, b.now)
	if phone := to.number(); phone != "" {
		b.numbers[phone] = len(b.out)
	}
	b.add(n, to)
}

// whyLater says why somebody is told though others were told first: in the reason for which
// the notice is held, and in its annotations.
func (b *beginning) whyLater(n *Notice, to reached) {
	language := languageFor(to.Target)
	if n.Turn > 0 {
		by := b.d.waysBefore(to.receiver, n.Turn)
		n.Hold = "turn: until " + strings.Join(by, ", ") + " has delivered " + n.Code
		n.Alert.Annotations["failover"] = unconfirmed(by, language)
	}
	if n.Escalation > 0 {
		n.Hold = "escalation: until somebody acknowledges " + n.Code
		n.Alert.Annotations["escalation"] = unanswered(n.Escalation, language)
	}
}

// becauseOf is why a notice is told to somebody who is not told first, in the language of
// its text; "" for who is.
func (d *Directory) becauseOf(n *Notice, l words.Language) string {
	switch {
	case n.Escalation > 0:
		return unanswered(n.Escalation, l)
	case n.Turn > 0:
		return unconfirmed(d.waysBefore(n.Receiver, n.Turn), l)
	}
	return ""
}

func (b *beginning) add(n Notice, to reached) {
	b.at[n.Recipient] = len(b.out)
	b.out, b.to = append(b.out, n), append(b.to, to)
}

// sooner tells whether a notice goes out before another one that is held.
func sooner(n, than *Notice) bool { return than.Hold != "" && n.NotBefore.Before(than.NotBefore) }

// foldNumbers leaves each phone number with one text message, though several contacts
// have it: that of the first, or the one that is held for less.
func (b *beginning) foldNumbers() {
	for i := range b.out {
		phone := b.to[i].number()
		if phone == "" || b.out[i].Drop != "" {
			continue
		}
		j, told := b.numbers[phone]
		switch {
		case !told:
			b.numbers[phone] = i
		case sooner(&b.out[i], &b.out[j]):
			b.numbers[phone] = i
			b.out[j].fold(&b.out[i])
		default:
			b.out[i].fold(&b.out[j])
		}
	}
}

// fold drops a notice in favour of one to the same phone number.
func (n *Notice) fold(told *Notice) {
	n.NotBefore, n.Hold = time.Time{}, ""
	n.Drop = "told with " + strings.TrimPrefix(told.Recipient, "sms/") + ", who has the same number"
}

// note keeps in the journal that nobody is on call, as a notice that is dropped with
// the reason. Nobody has this recipient's name: those of contacts hold no slash.
func (b *beginning) note(says *telling, receiver string, g unmanned, after time.Duration) {
	to := reached{receiver: receiver, Target: Target{Recipient: Recipient{Channel: "sms", Name: "sms/oncall/" + g.rota}, Zone: time.UTC}}
	if _, noted := b.at[to.Recipient.Name]; noted {
		return
	}
	n := says.notice(receiver, to.Target)
	n.Escalation = after
	n.Drop = fmt.Sprintf("nobody is on call in %s; %s", g.rota, g.instead)
	b.add(n, to)
}

// reached is a target with the receiver by which it is told.
type reached struct {
	Target

	receiver string
	wait     time.Duration // for others to go out with it
	rota     *OnCall       // by which it is on call; nil where it is always told
}

// number is the phone number that a text message goes to; "" for other channels.
func (t *reached) number() string {
	if t.Recipient.Channel != "sms" {
		return ""
	}
	return t.Recipient.Address
}

// unmanned is a rota in which nobody is on call, with who is told instead.
type unmanned struct{ rota, instead string }

// reached lists whom a receiver reaches at a moment: its targets, and who is on call
// then. Where nobody is, those of the other receivers that are to step in are told, and
// where these reach nobody either, all people of the rota: to wake them is better than to tell nobody.
func (d *Directory) reached(name string, at time.Time) ([]reached, []unmanned) {
	rcv, _ := d.Receiver(name) // one that is gone has no targets
	out, empty := rcv.reached(at)
	if len(empty) == 0 {
		return out, nil
	}
	instead := "the others of the receiver " + name + " are told"
	if len(out) == 0 {
		var by []string
		for _, other := range d.standIns() {
			r, _ := d.Receiver(other)
			if more, _ := r.reached(at); len(more) > 0 {
				out, by = append(out, more...), append(by, other)
			}
		}
		instead = "told instead: " + strings.Join(by, ", ")
	}
	if len(out) == 0 {
		for _, t := range rcv.people() {
			out = append(out, reached{Target: t, receiver: name, wait: rcv.GroupWait})
		}
		instead = "nobody else is there, so all of its people are told"
	}
	var gaps []unmanned
	for _, rota := range empty {
		gaps = append(gaps, unmanned{rota, instead})
	}
	return out, gaps
}

// standIns are the receivers that are told where another one reaches nobody.
func (d *Directory) standIns() []string {
	if len(d.entries.Fallback) > 0 {
		return d.entries.Fallback
	}
	return d.entries.Default
}

// later is a receiver that is told after a while without an acknowledgement.
type later struct {
	route

	after time.Duration
}

// escalations lists the receivers that are told while nobody acknowledges, the soonest
// first. The steps of a receiver count from when it is told itself.
func (d *Directory) escalations(routes []route) []later {
	var out []later
	var follow func(r route, after time.Duration, way []string)
	follow = func(r route, after time.Duration, way []string) {
		rcv, _ := d.Receiver(r.name)
		for _, e := range rcv.Escalate {
			for _, name := range e.To {
				if slices.Contains(way, name) {
					continue // a configuration with a loop is refused
				}
				to := later{route{name, r.silent}, after + e.After}
				out = append(out, to)
				follow(to.route, to.after, append(slices.Clone(way), name))
			}
		}
	}
	for _, r := range routes {
		follow(r, 0, []string{r.name})
	}
	slices.SortStableFunc(out, func(a, b later) int { return int(a.after - b.after) })
	return out
}
