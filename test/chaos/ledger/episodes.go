package ledger

import "time"

// episode is one time above the threshold, as the pages showed it.
type episode struct {
	key   Key
	first time.Time // when it was read first
	sure  time.Time // when it must have been judged; zero is never
	over  time.Time // when the end was read first; zero is not yet
	ended time.Time // when the end must have been judged; zero is never
	// joined tells that the end of the episode before may not have been judged, so
	// that both may be one.
	joined bool
}

// history is what is known of one key: its episodes, and which values belong to
// which.
type history struct {
	episodes []episode
	begins   map[int]int // by value
	ends     map[int]int
	calm     map[int]bool // values of before the first episode
}

// histories puts the periods of each key together. What nobody read did not happen.
func histories(periods []Period) map[Key]*history {
	out := make(map[Key]*history)
	for _, p := range periods {
		h := out[p.Key]
		if h == nil {
			h = &history{begins: make(map[int]int), ends: make(map[int]int), calm: make(map[int]bool)}
			out[p.Key] = h
		}
		if !p.First.IsZero() {
			h.add(p)
		}
	}
	return out
}

// add takes the next period.
func (h *history) add(p Period) {
	last := len(h.episodes) - 1
	open := last >= 0 && h.episodes[last].over.IsZero()
	switch {
	case p.Raised && !open:
		joined := last >= 0 && h.episodes[last].ended.IsZero()
		h.episodes = append(h.episodes, episode{key: p.Key, first: p.First, sure: p.Sure, joined: joined})
		h.begins[p.Value] = len(h.episodes) - 1
	case p.Raised:
		h.begins[p.Value] = last
		if e := &h.episodes[last]; e.sure.IsZero() {
			e.sure = p.Sure
		}
	case last < 0:
		h.calm[p.Value] = true
	default:
		e := &h.episodes[last]
		h.ends[p.Value] = last
		if open {
			e.over = p.First
		}
		if e.ended.IsZero() {
			e.ended = p.Sure
		}
	}
}
