package inventory

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// record is what one API told about one instance. It is also what the cache
// keeps, so metrics stand in it by their names.
type record struct {
	ID      string            `json:"id"`
	Name    string            `json:"name,omitempty"`
	Region  string            `json:"region,omitempty"`
	Product string            `json:"product,omitempty"`
	Edition string            `json:"edition,omitempty"`
	Kind    string            `json:"kind,omitempty"`
	Spec    string            `json:"spec,omitempty"`
	Tags    map[string]string `json:"tags,omitempty"`

	Capacity  map[string]float64 `json:"capacity,omitempty"`
	Method    fleet.Method       `json:"method,omitempty"`
	Term      term               `json:"term"`
	Overdue   bool               `json:"overdue,omitempty"`
	Since     time.Time          `json:"overdue_since,omitzero"` // when it was first seen overdue
	AutoRenew *bool              `json:"auto_renew,omitempty"`   // nil is not told
	Frozen    bool               `json:"frozen,omitempty"`
	Status    string             `json:"status,omitempty"`

	// Stands is what the status says for the calendar: suspended, recycled or released. StoodSince is
	// when it was first seen to say so.
	Stands     fleet.LifecycleState `json:"stands,omitempty"`
	StoodSince time.Time            `json:"stood_since,omitzero"`

	// RenewPeriod is for how long it is renewed, such as 1M; "" is not told.
	RenewPeriod string `json:"renew_period,omitempty"`

	Detail *detail   `json:"detail,omitempty"`
	At     time.Time `json:"at"`               // when the list told it
	Missed int       `json:"missed,omitempty"` // whole lists since then without it
	Doubt  *term     `json:"doubt,omitempty"`  // an earlier end that only one answer told yet
}

// term is how long an instance may be used; zero is not told.
type term struct {
	Expires  time.Time `json:"expires,omitzero"`
	Suspends time.Time `json:"suspends,omitzero"`
	Releases time.Time `json:"releases,omitzero"`
}

// detail is what only an operation for this one instance tells.
type detail struct {
	Spec      string             `json:"spec,omitempty"`
	Capacity  map[string]float64 `json:"capacity,omitempty"`
	AutoRenew *bool              `json:"auto_renew,omitempty"`
	At        time.Time          `json:"at"`
	Status    string             `json:"status,omitempty"` // what the list said then
}

// follow makes a new record the successor of what was known before (nil for a new
// instance): what the list does not tell stays, and an end that moved towards us
// is not believed at once.
func (r *record) follow(prev *record, now time.Time) {
	r.At = now
	if r.Overdue {
		r.Since = now
	}
	if r.Stands != "" {
		r.StoodSince = now
	}
	if prev == nil {
		return
	}
	if r.Stands != "" && r.Stands == prev.Stands {
		r.StoodSince = prev.StoodSince
	}
	if r.Overdue && prev.Overdue {
		r.Since = prev.Since
	}
	r.Detail = prev.Detail
	r.settle(prev)
}

// settle takes an end of term that is earlier than the known one, or is not told
// any more, only when a second answer says the same. One answer of a replica that
// lags behind must not raise an alarm, nor end one.
func (r *record) settle(prev *record) {
	known, next := prev.Term, r.Term
	worse := !known.Expires.IsZero() && (next.Expires.IsZero() || next.Expires.Before(known.Expires))
	if !worse {
		return
	}
	if prev.Doubt != nil && prev.Doubt.Expires.Equal(next.Expires) {
		return
	}
	r.Term, r.Doubt = known, &next
}

// plausible leaves out what cannot be: service does not stop before the end of
// the term, and nothing is deleted at the moment it ends or stops.
func (t term) plausible() term {
	if t.Suspends.Before(t.Expires) {
		t.Suspends = time.Time{}
	}
	if !t.Releases.After(t.Expires) || !t.Releases.After(t.Suspends) {
		t.Releases = time.Time{}
	}
	return t
}
