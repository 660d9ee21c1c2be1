package alarm

import "time"

// memoryTerms is how many terms an alarm remembers: of dates that flip back and
// forth, nobody hears twice.
const memoryTerms = 4

// Memory is the steps of a rule of the calendar that people were notified of, over
// restarts, renewals and the ends of episodes. The zero Memory has none.
type Memory struct {
	// Open is the anchor of the open episode, Unix milliseconds; 0 when there is none.
	Open int64 `json:"open,omitempty"`
	// Terms are the newest terms that had a step, the newest first.
	Terms [memoryTerms]TermMemory `json:"terms,omitzero"`
	// Due is when the instance was due for deletion, Unix milliseconds, until it is known
	// that it exists all the same; 0 when it was not. Only that of the release rule has it.
	Due int64 `json:"due,omitempty"`
	// Said is what a person said of whether it exists, while that holds. Only that of the
	// release rule has it.
	Said Saying `json:"said,omitzero"`
}

// TermMemory is the newest step of one term that people were notified of.
type TermMemory struct {
	Anchor int64 `json:"anchor"` // Unix milliseconds; 0 is none
	Lead   int64 `json:"lead"`   // how long before its moment the step is, in seconds
}

// Zero tells whether there is nothing to remember.
func (m Memory) Zero() bool { return m == Memory{} }

// lastStep returns the lead of the newest step of a term that people were notified
// of. Steps come in order, so those before it are no news either.
func (m *Memory) lastStep(anchor time.Time) (time.Duration, bool) {
	for _, t := range m.Terms {
		if t.Anchor == milli(anchor) && t.Anchor != 0 {
			return time.Duration(t.Lead) * time.Second, true
		}
	}
	return 0, false
}

// with returns the memory after people were notified of a step.
func (m Memory) with(anchor time.Time, lead time.Duration) Memory {
	now := TermMemory{Anchor: milli(anchor), Lead: int64(lead / time.Second)}
	out := Memory{Open: now.Anchor, Due: m.Due, Said: m.Said}
	out.Terms[0] = now
	i := 1
	for _, t := range m.Terms {
		if t.Anchor != now.Anchor && i < memoryTerms {
			out.Terms[i] = t
			i++
		}
	}
	return out
}

// newest is the latest moment of all; zero when there is none.
func (m *Memory) newest() time.Time {
	last := max(m.Due, m.Said.At)
	for _, t := range m.Terms {
		last = max(last, t.Anchor)
	}
	return fromMilli(last)
}
