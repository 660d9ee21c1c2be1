package alarm

import "time"

// memoryTerms is how many terms an alarm remembers: dates that flip back and
// forth tell nobody twice.
const memoryTerms = 4

// Memory is what a rule of the calendar has told, over restarts, renewals and
// the ends of episodes. The zero Memory has told nothing.
type Memory struct {
	// Open is the anchor of the open episode, Unix milliseconds; 0 when there is none.
	Open int64 `json:"open,omitempty"`
	// Terms are the newest terms of which something was told, the newest first.
	Terms [memoryTerms]ToldTerm `json:"terms,omitzero"`
}

// ToldTerm is what was told of one term.
type ToldTerm struct {
	Anchor int64 `json:"anchor"` // Unix milliseconds; 0 is none
	Lead   int64 `json:"lead"`   // of the newest step that was told, in seconds
}

// Zero tells whether there is nothing to remember.
func (m Memory) Zero() bool { return m == Memory{} }

// told returns the lead of the newest step that was told of a term. Steps come in
// order, so all before it count as told.
func (m *Memory) told(anchor time.Time) (time.Duration, bool) {
	for _, t := range m.Terms {
		if t.Anchor == milli(anchor) && t.Anchor != 0 {
			return time.Duration(t.Lead) * time.Second, true
		}
	}
	return 0, false
}

// with returns the memory after a step was told.
func (m Memory) with(anchor time.Time, lead time.Duration) Memory {
	now := ToldTerm{Anchor: milli(anchor), Lead: int64(lead / time.Second)}
	out := Memory{Open: now.Anchor}
	out.Terms[0] = now
	i := 1
	for _, t := range m.Terms {
		if t.Anchor != 0 && t.Anchor != now.Anchor && i < memoryTerms {
			out.Terms[i] = t
			i++
		}
	}
	return out
}

// newest is the latest date that something was told of; zero when there is none.
func (m *Memory) newest() time.Time {
	var last int64
	for _, t := range m.Terms {
		last = max(last, t.Anchor)
	}
	return fromMilli(last)
}
