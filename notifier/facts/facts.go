// Package facts turns an event into what is said of it: which facts hold, in which
// order they are said, what each weighs, and what a person can do. All judgement of
// notices is here, once for every language; notifier/lexicon puts it into words.
//
// It is a function of the event and its moment. It knows no language, no zone and no
// length. A notice that comes late tells how it stands when it is decided, and promises
// nothing that is past.
//
// To say something new takes a type here, its place in Of, and a method in each lexicon.
package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Telling is what is said of one event.
type Telling struct {
	Code    string
	Now     time.Time // of the event
	Tone    Tone
	Subject Subject
	// Facts are in the order in which they are said: what has happened first, then how
	// it stands, and then what follows.
	Facts []Weighed
	// Steps are what a person can do, the most urgent first. A text message has room
	// for one of them.
	Steps []Step
	// Home is the time zone of the account that pays, nil where there is none: the days
	// of a term are days there.
	Home *time.Location
}

// Tone is how grave it is, and whether it begins, lasts or is over.
type Tone struct {
	Severity alarm.Severity
	Stage    Stage
}

// Stage is where an episode stands with a notice.
type Stage uint8

// The stages.
const (
	Begun     Stage = iota // it is raised, or worse than before
	Still                  // people are reminded of it
	Ended                  // it is over
	Withdrawn              // nobody watches it any more
)

// Subject is what a telling is about.
type Subject struct {
	Kind     SubjectKind
	Name     string          // "" is the fleet
	ID       string          // of an instance
	Instance *fleet.Instance // nil for others
	// More counts further instances of the account to which the same happens at the same
	// time.
	More    int
	Account string // that pays for the instance
}

// SubjectKind is what kind of thing a telling is about.
type SubjectKind uint8

// The kinds of subjects.
const (
	OfInstance SubjectKind = iota
	OfAccount
	OfFleet
)

// Weight orders facts by how soon they are left out where there is no room.
type Weight uint8

// The weights, from the lightest. What to do, product and edition, and the middle of a
// name go after Aside and before Plain.
const (
	Full    Weight = iota // is only said where there is room for sentences
	Aside                 // goes before what to do
	Plain                 // goes after it
	Grave                 // goes last
	Gravest               // is always said
)

// Weighed is a fact with its weight in one telling.
type Weighed struct {
	Fact

	Weight Weight
}

// Fact is one thing that is so.
type Fact interface{ fact() }

// Of judges what is to be said of an event.
func Of(ev *alarm.Event) Telling {
	t := Telling{Code: ev.Code, Now: ev.At, Tone: ToneOf(ev), Subject: subject(ev)}
	switch {
	case ev.Kind == alarm.Withdrawn && ev.By != "":
		t.say(Gravest, SaidGone{By: words.Clean(ev.By)})
		t.do(Step{Do: Nothing})
	case ev.Kind == alarm.Withdrawn:
		t.say(Gravest, Unwatched{Rule: ev.Key.Rule, Metric: ev.Key.Metric, Removed: ev.Removed})
		if !ev.Gone.IsZero() {
			t.say(Grave, DueForDeletion{At: ev.Gone})
			t.do(Step{Do: CheckConsole})
			break
		}
		t.do(Step{Do: Nothing})
	case flaps(ev):
		t.flapping(ev)
	case ev.Key.Rule == alarm.Capacity:
		t.capacity(ev)
	case ev.Key.Rule == alarm.NoData:
		t.silence(ev)
	case ev.Details == nil:
		t.unknown(ev)
	case ev.Key.Rule == alarm.Forecast:
		t.forecast(ev)
	case ev.Details.Money != nil:
		t.shortfall(ev)
	case ev.Details.Course != nil && ev.Instance != nil:
		t.calendar(ev)
	case ev.Key.Account != "":
		t.account(ev)
	default:
		t.unknown(ev)
	}
	return t
}

// ToneOf judges how grave an event is, and where its episode stands.
func ToneOf(ev *alarm.Event) Tone { return Tone{Severity: ev.Severity, Stage: stage(ev.Kind)} }

// unknown tells an event of which no more is known than its reason.
func (t *Telling) unknown(ev *alarm.Event) { t.say(Gravest, Reason{words.Clean(ev.Reason)}) }

func (t *Telling) say(w Weight, list ...Fact) {
	for _, f := range list {
		t.Facts = append(t.Facts, Weighed{f, w})
	}
}

func (t *Telling) do(list ...Step) { t.Steps = append(t.Steps, list...) }

func stage(k alarm.EventKind) Stage {
	switch k {
	case alarm.Cleared:
		return Ended
	case alarm.Withdrawn:
		return Withdrawn
	case alarm.Reminded:
		return Still
	case alarm.Raised, alarm.Escalated, alarm.Eased, alarm.Acked, alarm.Lost, alarm.Found, alarm.BeganFlapping, alarm.Rose, alarm.Fell, alarm.Settled:
	}
	return Begun
}

func subject(ev *alarm.Event) Subject {
	switch {
	case ev.Instance != nil:
		return Subject{Kind: OfInstance, Name: ev.Instance.Name, ID: ev.Instance.ID, Instance: ev.Instance, Account: ev.Instance.Account}
	case ev.Key.Account != "":
		return Subject{Kind: OfAccount, Name: ev.Key.Account, Account: ev.Key.Account}
	}
	return Subject{Kind: OfFleet}
}
