// Package ledger holds what had to be said against what was said: from what the
// pages of the fleet showed and when it was read, and from what arrived at
// telephones and webhooks, it says what was lost, wrong, doubled, repeated or late.
//
// Each value that a page shows is shown once only, so that a notice, which names
// the value, says by itself which beginning or end it is about. Nothing here asks a
// clock or the program that is tested.
package ledger

import (
	"fmt"
	"time"
)

// Key is one alarm: a metric of an instance.
type Key struct {
	Instance, Metric string
}

// String writes a key for people.
func (k Key) String() string { return k.Instance + " " + k.Metric }

// Period is how long a page showed one value. The periods of a key follow one
// another in time.
type Period struct {
	Key    Key
	Raised bool // the value is above the threshold
	Value  int
	// First is when it was read first; zero is never, and then it did not happen.
	First time.Time
	// Sure is when one life of the program had read it long enough that it must have
	// been judged; zero is never.
	Sure time.Time
}

// Kind is what an arrival tells.
type Kind string

// The kinds: something began (or went on, or became worse), and it is over.
const (
	Begin Kind = "begin"
	End   Kind = "end"
)

// Resolved is the Event of an end at a far side that keeps what it was told of: it is over there
// from then on, whatever the end was about.
const Resolved = "resolved"

// Arrival is one thing that one recipient was told in one message.
type Arrival struct {
	At        time.Time
	Recipient string
	Message   string // the far side's: webhook-id, or the SID of a text message
	Key       Key
	Code      string // of the episode
	Kind      Kind
	Event     string // raised, escalated, cleared: two of them are two notices
	Value     int    // 0 is not said
	Repeat    bool   // it says that it may be a repeat
	Instead   bool   // it says that another way gave no proof of delivery
}

// Stay is how long somebody is to be told. A zero Until is to the end.
type Stay struct {
	Recipient   string
	From, Until time.Time
}

// Input is all that a ledger is drawn up from.
type Input struct {
	Periods  []Period
	Arrivals []Arrival
	Stays    []Stay
	// Could tells whether a recipient could be told between two moments: the way was
	// free and the program ran, for long enough. A zero end is still to come.
	Could func(recipient string, from, to time.Time) bool
	// Late is how long after an end a first notice of the beginning is not yet late.
	Late time.Duration
}

// Verdict is what a ledger finds.
type Verdict string

// The verdicts. The first three are faults.
const (
	Lost     Verdict = "lost"     // it had to be said, and was not
	Wrong    Verdict = "wrong"    // it was not so, it was not for them, or it came before its beginning
	Doubled  Verdict = "doubled"  // the same notice in a second message
	Repeated Verdict = "repeated" // the same, and it says so; or the same message once more
	Late     Verdict = "late"     // a beginning that was over when it was told
)

// Finding is one entry of the report.
type Finding struct {
	Verdict   Verdict
	Recipient string
	Key       Key
	What      string
	At        time.Time // of the arrival; zero for what never came
}

// String writes a finding as one line.
func (f Finding) String() string {
	line := fmt.Sprintf("%s: %s about %s: %s", f.Verdict, f.Recipient, f.Key, f.What)
	if !f.At.IsZero() {
		line += " at " + f.At.Format("15:04:05.000")
	}
	return line
}

// Report is the ledger, drawn up.
type Report struct {
	Episodes int // that were read
	Owed     int // beginnings and ends that had to be said, each to each recipient
	Told     int // beginnings and ends that were said
	Findings []Finding
}

// Count returns how many findings have a verdict.
func (r *Report) Count(v Verdict) int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Verdict == v {
			n++
		}
	}
	return n
}

// Faults returns what must not be: lost, wrong and doubled.
func (r *Report) Faults() []Finding {
	var out []Finding
	for _, f := range r.Findings {
		if f.Verdict == Lost || f.Verdict == Wrong || f.Verdict == Doubled {
			out = append(out, f)
		}
	}
	return out
}
