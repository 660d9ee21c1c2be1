package alarm

import (
	"testing"
	"time"
)

func TestZeroRecords(t *testing.T) {
	for _, tt := range []struct {
		record Record
		want   bool
	}{{Record{Key: Key{Rule: Expiry}}, true}, {Record{State: State{Level: 1}}, false}, {Record{Memory: Memory{Open: 1}}, false}} {
		if got := tt.record.Zero(); got != tt.want {
			t.Errorf("%+v: %v", tt.record, got)
		}
	}
}

// TestMemoryOfTerms: the newest four terms are remembered, each once, with the
// newest step.
func TestMemoryOfTerms(t *testing.T) {
	term := func(n int) time.Time { return in2026(time.January, 1).AddDate(0, n, 0) }
	var m Memory
	if _, known := m.lastStep(time.Time{}); known || !m.newest().IsZero() {
		t.Error("the zero Memory has a step")
	}
	if _, known := m.lastStep(time.Unix(0, 0)); known {
		t.Error("no term is the term that ends with 1970's beginning")
	}
	for n := range 5 {
		m = m.with(term(n), 7*day)
	}
	m = m.with(term(2), 3*day)
	if m.Open != milli(term(2)) {
		t.Errorf("the open term is %d", m.Open)
	}
	for n, want := range []time.Duration{-1, 7 * day, 3 * day, 7 * day, 7 * day} {
		lead, known := m.lastStep(term(n))
		if known != (want >= 0) || known && lead != want {
			t.Errorf("term %d: %s, %v", n, lead, known)
		}
	}
	if got := m.newest(); !got.Equal(term(4)) {
		t.Errorf("the newest is %s", got)
	}
	if m.Terms[0].Anchor != milli(term(2)) || m.Terms[3].Anchor != milli(term(1)) {
		t.Errorf("their order is %v", m.Terms)
	}
}
