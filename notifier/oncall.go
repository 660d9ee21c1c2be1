package notifier

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
	"github.com/brimwatch/brimwatch/notifier/mute"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// OnCall is a rota with how its people are reached.
type OnCall struct {
	Rota   rota.Rota
	People map[string]Target // all who can be on call, by name
	Turn   int               // which of the ways of the receiver it is; 0 is the first
}

// throughAll returns rotas whose people are reached through other channels.
func throughAll(rotas []OnCall, channel func(Target) Channel) []OnCall {
	var out []OnCall
	for _, oc := range rotas {
		people := make(map[string]Target, len(oc.People))
		for name, t := range oc.People {
			t.Channel, t.Others = channel(t), nil
			people[name] = t
		}
		out = append(out, OnCall{Rota: oc.Rota, People: people, Turn: oc.Turn})
	}
	return out
}

// onCallAt is the target of who is on call at another moment, where it is in a rota; nobody is
// whoever is on call now.
func (t reached) onCallAt(at time.Time) reached {
	if t.rota == nil {
		return t
	}
	person, _ := t.rota.Rota.At(at)
	if other, known := t.rota.People[person]; known {
		other.Turn = t.Turn
		t.Target = other
	}
	return t
}

// Escalation is one step of telling others of an alarm that nobody acknowledges.
type Escalation struct {
	After time.Duration // since the receiver itself was told
	To    []string      // names of receivers
}

// MuteTime is a named time in which somebody is told nothing.
type MuteTime struct {
	Name      string
	Intervals []mute.Interval
	Except    []alarm.Severity // that go out all the same
}

// Everybody lists all whom the receiver can reach: its targets, and who can be on call.
func (r *Receiver) Everybody() []Target {
	out := slices.Clone(r.Targets)
	for _, t := range r.people() {
		if !slices.ContainsFunc(out, func(o Target) bool { return o.Recipient.Name == t.Recipient.Name }) {
			out = append(out, t)
		}
	}
	return out
}

// people lists all who can be on call by the rotas of a receiver, each once as one who is called
// and as one who gets text messages, in the order of their turns.
func (r *Receiver) people() []Target {
	var out []Target
	seen := make(map[string]bool)
	for i := range r.OnCall {
		oc := &r.OnCall[i]
		for _, name := range oc.Rota.Everybody() {
			if t, known := oc.People[name]; known && !seen[t.Recipient.Name] {
				seen[t.Recipient.Name] = true
				out = append(out, t)
			}
		}
	}
	return out
}

// reached lists the targets of a receiver and who is on call at a moment, and names the
// rotas in which nobody is.
func (r *Receiver) reached(at time.Time) (out []reached, empty []string) {
	for _, t := range r.Targets {
		out = append(out, reached{Target: t, receiver: r.Name, wait: r.GroupWait})
	}
	for i := range r.OnCall {
		oc := &r.OnCall[i]
		person, _ := oc.Rota.At(at)
		if t, known := oc.People[person]; known {
			t.Turn = oc.Turn
			out = append(out, reached{Target: t, receiver: r.Name, wait: r.GroupWait, rota: oc})
		} else if !slices.Contains(empty, oc.Rota.Name) {
			empty = append(empty, oc.Rota.Name)
		}
	}
	return out, empty
}

// becauseOf is the text of a notice to somebody who is told because of something that came
// between: nobody acknowledged in time.
func (w Words) becauseOf(why string, ev *alarm.Event, l words.Language, zone *time.Location) string {
	s := w.spoken(ev, l, zone)
	s.word += s.sep.Open + why + s.sep.Shut
	return s.message()
}

// unanswered says why somebody is told though another was told first.
func unanswered(after time.Duration, l words.Language) string {
	return lexicon.For(l, &lexicon.Reader{}).Unanswered(after)
}
