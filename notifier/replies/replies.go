// Package replies answers the text messages of people: what they ask for is read
// by Parse, done over small interfaces, and answered in the language of the sender, in
// one segment wherever that is possible.
//
// A number is no proof of who texts, so only those of contacts are answered, and what
// can be done by text is bounded: acknowledge, hold notices for a while, ask. Nothing
// here answers for ever: a sender gets no two answers to the same words within some
// seconds, one answer to what is not understood, and a bounded number in an hour.
package replies

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// Acker acknowledges the open alarms with these codes, and returns those that no open
// alarm has. To acknowledge twice changes nothing.
type Acker interface {
	AckAll(ctx context.Context, codes []string, by string) (missing []string, err error)
}

// Silencer stores a silence, and returns it with its id.
type Silencer interface {
	AddSilence(ctx context.Context, s notifier.Silence) (notifier.Silence, error)
}

// Journal knows what is open, what people were told, and which messages of theirs were
// answered.
type Journal interface {
	Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error)
	// Told lists the open alarms that a recipient was told of, or is about to be.
	Told(ctx context.Context, recipient string) ([]notifier.Told, error)
	// Answered notes the id of a message, and tells whether it was noted before.
	Answered(ctx context.Context, id string) (before bool, err error)
	// Proved notes that a contact answered, which proves that its number is right. It
	// returns true when the code is that of a drill that the contact was asked to answer; ""
	// is an answer without a code.
	Proved(ctx context.Context, contact, code string) (bool, error)
	// Optout notes that a number wants no more text messages, or wants them again, and
	// tells whether that is news.
	Optout(ctx context.Context, phone string, stopped bool) (changed bool, err error)
}

// Directories knows the directory that is in force.
type Directories interface {
	Directory() *notifier.Directory
}

// Options is what Replies are built from. All of it is needed.
type Options struct {
	Acker       Acker
	Silencer    Silencer
	Journal     Journal
	Directories Directories
	Logger      *slog.Logger
}

// Replies answers text messages. It is safe for use from several goroutines.
type Replies struct {
	Options
	log     *slog.Logger
	senders senders
	recent  recent
}

// New returns Replies that nobody has texted yet.
func New(o Options) *Replies {
	return &Replies{Options: o, log: o.Logger.With("component", "replies")}
}

// patience bounds what is done for one message: the provider waits 15 s for the answer.
const patience = 12 * time.Second

// mostDrills is how many words of one message are looked up as codes of drills.
const mostDrills = 8

// Answer does what a text message asks for, and returns the reply. "" is no reply: a
// stranger learns nothing, not even that somebody is there.
func (r *Replies) Answer(ctx context.Context, in notifier.Inbound) string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	person, known := r.Directories.Directory().Person(in.From)
	if !known {
		r.log.WarnContext(ctx, "a text message of nobody who is configured was ignored")
		return ""
	}
	if r.before(ctx, in.ID) {
		r.log.InfoContext(ctx, "a text message that came again was ignored", "person", person.Name, "id", in.ID)
		return ""
	}
	c, done := r.keyword(ctx, in, person.Name)
	if done {
		return ""
	}
	proof := r.prove(ctx, person.Name, c.Drills)
	now := time.Now()
	run, reply := r.senders.admit(in.From, in.Text, c.Verb, now)
	if !run {
		r.log.InfoContext(ctx, "a text message got no answer: it repeats one of just now, or there were too many", "person", person.Name)
		return ""
	}
	a := answering{Replies: r, person: person, recipients: r.recipients(person, in.From), now: now, proof: proof}
	text, err := a.answer(ctx, c)
	if err != nil {
		r.log.ErrorContext(ctx, "what a text message asked for could not be done", "person", person.Name, "error", err)
		r.senders.forget(in.From) // the same words are to be tried again
	}
	if !reply {
		return ""
	}
	return text
}

// before tells whether a message was answered already: providers tell of one again
// when they got no answer in time, and so does somebody who has recorded a call.
func (r *Replies) before(ctx context.Context, id string) bool {
	if id == "" {
		return false
	}
	if r.recent.note(id) {
		return true
	}
	before, err := r.Journal.Answered(ctx, id)
	if err != nil { // a restart may forget it; who texts is waiting
		r.log.WarnContext(ctx, "the id of a text message could not be stored", "id", id, "error", err)
	}
	return before
}

// recipients lists under which names somebody with this number is told.
func (r *Replies) recipients(person notifier.Person, phone string) []string {
	out := []string{"sms/" + person.Name}
	for _, c := range r.Directories.Directory().Contacts() {
		if c.Phone == phone && !slices.Contains(out, c.Recipient) {
			out = append(out, c.Recipient)
		}
	}
	return out
}

// proof is what became of an answer to a drill.
type proof struct {
	answered bool  // a code was that of a drill
	failed   error // nothing could be noted
}

// prove notes that somebody answered from their number, and to which drill.
func (r *Replies) prove(ctx context.Context, person string, drills []string) (p proof) {
	for _, code := range append([]string{""}, drills[:min(len(drills), mostDrills)]...) {
		yes, err := r.Journal.Proved(ctx, person, code)
		p.answered, p.failed = p.answered || yes, errors.Join(p.failed, err)
	}
	if p.failed != nil {
		r.log.ErrorContext(ctx, "an answer could not be noted", "person", person, "error", p.failed)
	}
	return p
}

// keyword reads a message, and sees to the words that the provider acts on and answers
// by itself: done is true for those.
func (r *Replies) keyword(ctx context.Context, in notifier.Inbound, person string) (c Command, done bool) {
	c = Parse(in.Text)
	switch in.OptOut {
	case "STOP":
		c = Command{Verb: Stop}
	case "START":
		c = Command{Verb: Start}
	case "HELP":
		c = Command{Verb: Help}
	}
	if c.Verb != Stop && c.Verb != Start && c.Verb != Yes {
		return c, false
	}
	changed, err := r.Journal.Optout(ctx, in.From, c.Verb == Stop)
	switch {
	case err != nil:
		r.log.ErrorContext(ctx, "that a person wants no more text messages, or wants them again, could not be stored", "person", person, "error", err)
	case changed && c.Verb == Stop:
		r.log.WarnContext(ctx, "a person asked for no more text messages; they get none until they text START", "person", person)
	case changed:
		r.log.InfoContext(ctx, "a person gets text messages again", "person", person)
	case c.Verb == Yes:
		return Command{}, false // a word like any other
	}
	return c, true
}
