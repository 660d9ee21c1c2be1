// Package rota tells who is on call: a list of people who take turns, the hour at
// which they hand over, and overrides for some days.
//
// All of it is a function of the moment that is asked for. Hand-overs are at the
// same hour of the rota's zone each time, so a day of 23 or 25 hours moves none of them.
package rota

import (
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Rota is one list of people who are on call in turn.
type Rota struct {
	Name   string
	Days   int            // how many days a turn lasts: 1 daily, 7 weekly
	Minute int            // of the day at which people hand over, since midnight
	Zone   *time.Location // of the hand-over, and of dates
	People []string       // in the order of their turns; nobody is ever on call when there are none
	// First is the date, as midnight UTC, on which the first of People takes over.
	// Turns are counted from it into both directions.
	First     time.Time
	Overrides []Override // the later of two that overlap wins
}

// Override puts one person on call for a while, in place of the one whose turn it is.
type Override struct {
	From, To time.Time // To is the first moment after it
	Person   string    // "" is nobody
}

// Shift is a time in which one person is on call.
type Shift struct {
	From, To   time.Time // UTC; To is the first moment after it
	Person     string    // "" is nobody: a gap
	Overridden bool      // it is by an override, not by turn
}

// Gap tells whether nobody is on call in it.
func (s Shift) Gap() bool { return s.Person == "" }

// FixedMonday is the date from which turns are counted when nothing else is given:
// the first Monday of Unix time. It is the same for all, so that no reload and no restart
// changes whose turn it is.
func FixedMonday() time.Time { return time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC) }

// At returns who is on call at a moment; false when nobody is.
func (r *Rota) At(t time.Time) (person string, ok bool) {
	s := r.ShiftAt(t)
	return s.Person, !s.Gap()
}

// ShiftAt returns the shift that a moment lies in, from its beginning to its end.
func (r *Rota) ShiftAt(t time.Time) Shift {
	i := r.override(t)
	if i < 0 {
		return r.turn(t)
	}
	o := r.Overrides[i]
	s := Shift{From: o.From.UTC(), To: o.To.UTC(), Person: o.Person, Overridden: true}
	return r.between(s, r.Overrides[i+1:], t)
}

// turn is the shift of whose turn it is at a moment that no override covers.
func (r *Rota) turn(t time.Time) Shift {
	k := r.number(t)
	s := Shift{From: r.handOver(k), To: r.handOver(k + 1)}
	if n := len(r.People); n > 0 {
		s.Person = r.People[(k%n+n)%n]
	}
	return r.between(s, r.Overrides, t)
}

// between cuts off what the overrides take of a shift around the moment t, which none
// of them covers.
func (*Rota) between(s Shift, by []Override, t time.Time) Shift {
	for _, o := range by {
		if o.From.After(t) && o.From.Before(s.To) {
			s.To = o.From.UTC()
		}
		if !o.To.After(t) && o.To.After(s.From) {
			s.From = o.To.UTC()
		}
	}
	return s
}

// override returns the index of the override that counts at a moment; -1 is none.
func (r *Rota) override(t time.Time) int {
	for i := len(r.Overrides) - 1; i >= 0; i-- {
		if o := r.Overrides[i]; !t.Before(o.From) && t.Before(o.To) {
			return i
		}
	}
	return -1
}

// number returns which turn a moment lies in; that of the first person begins at
// 0, and turns before First are below it.
func (r *Rota) number(t time.Time) int {
	y, m, d := t.In(r.Zone).Date()
	const day = 24 * 60 * 60 // a Duration of more than 292 years cannot be written
	days := int((time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() - r.First.Unix()) / day)
	k := days / r.Days
	// The date alone is right to within a turn: before the hour of the hand-over it
	// is still the turn of before.
	for r.handOver(k).After(t) {
		k--
	}
	for !r.handOver(k + 1).After(t) {
		k++
	}
	return k
}

// handOver is the moment at which turn k begins.
func (r *Rota) handOver(k int) time.Time {
	y, m, d := r.First.Date()
	return fleet.OnClock(time.Date(y, m, d+k*r.Days, 0, r.Minute, 0, 0, time.UTC), r.Zone)
}

// Shifts returns the shifts that touch the time between two moments, in order and
// without holes. The first and the last are whole: they may begin before and end after it.
func (r *Rota) Shifts(from, to time.Time) []Shift {
	var out []Shift
	for t := from; t.Before(to); {
		s := r.ShiftAt(t)
		out = append(out, s)
		t = s.To
	}
	return out
}

// Everybody lists who can be on call, by turn or by an override, each once.
func (r *Rota) Everybody() []string {
	out := slices.Clone(r.People)
	for _, o := range r.Overrides {
		out = append(out, o.Person)
	}
	seen := map[string]bool{"": true}
	return slices.DeleteFunc(out, func(name string) bool {
		twice := seen[name]
		seen[name] = true
		return twice
	})
}

// Gaps returns the shifts between two moments in which nobody is on call.
func (r *Rota) Gaps(from, to time.Time) []Shift {
	var out []Shift
	for _, s := range r.Shifts(from, to) {
		if s.Gap() {
			out = append(out, s)
		}
	}
	return out
}

// Rotation says in words how long a turn lasts.
func (r *Rota) Rotation() string {
	switch {
	case r.Days == 1:
		return "daily"
	case r.Days == 7:
		return "weekly"
	case r.Days%7 == 0:
		return fmt.Sprintf("every %d weeks", r.Days/7)
	}
	return fmt.Sprintf("every %d days", r.Days)
}

// HandOver says in words when people hand over, in the rota's zone: Mon 09:00, or
// 09:00 where the weekday changes.
func (r *Rota) HandOver() string {
	hour := fmt.Sprintf("%02d:%02d", r.Minute/60, r.Minute%60)
	if r.Days%7 != 0 {
		return hour
	}
	return r.First.Format("Mon ") + hour
}
