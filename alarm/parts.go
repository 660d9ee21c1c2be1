package alarm

import "slices"

// parts cuts a batch into parts of at most so many changes, in order. Events of one
// topic are one piece of news: the changes they belong to stay together, however many
// they are, so that a message about it does not leave before all of it is known.
func (b *batch) parts(most int) []batch {
	switch {
	case len(b.changes) == 0:
		return nil
	case len(b.changes) <= most:
		return []batch{*b}
	}
	var parts []batch
	changes := b.byPiece()
	for len(changes) > 0 {
		n := 1 // how many belong to the next piece
		for n < len(changes) && changes[n].piece == changes[0].piece {
			n++
		}
		if last := len(parts) - 1; last < 0 || len(parts[last].changes)+n > most {
			parts = append(parts, batch{})
		}
		part := &parts[len(parts)-1]
		for _, p := range changes[:n] {
			c := b.changes[p.change]
			part.changes = append(part.changes, c)
			part.commit.Events = append(part.commit.Events, b.commit.Events[p.event:p.event+c.events]...)
		}
		changes = changes[n:]
	}
	parts[0].commit.Said = b.commit.Said
	return parts
}

// placed is where a change of a batch and the first of its events are.
type placed struct{ piece, change, event int }

// byPiece returns all changes of a batch, those of one piece side by side. A piece goes
// by its first change: that is the one it is named after.
func (b *batch) byPiece() []placed {
	first := make([]int, len(b.changes)) // for each change itself, or one before it in its piece
	root := func(i int) int {
		for first[i] != i {
			i = first[i]
		}
		return i
	}
	out := make([]placed, len(b.changes))
	topics := make(map[string]int) // a change that has each topic
	next := 0
	for i := range b.changes {
		first[i], out[i] = i, placed{change: i, event: next}
		for _, ev := range b.commit.Events[next : next+b.changes[i].events] {
			if ev.Topic == "" {
				continue
			}
			if other, known := topics[ev.Topic]; known {
				x, y := root(i), root(other)
				first[max(x, y)] = min(x, y)
			}
			topics[ev.Topic] = i
		}
		next += b.changes[i].events
	}
	for i := range out {
		first[i] = first[first[i]] // those before it point at their piece already
		out[i].piece = first[i]
	}
	slices.SortStableFunc(out, func(x, y placed) int { return x.piece - y.piece })
	return out
}
