package alarm

import "context"

// Record is the stored state of one alarm.
type Record struct {
	Key   Key
	State State
}

// Commit is what one judging round changed.
type Commit struct {
	States []Record // to be stored; a State that is Zero is to be removed
	Events []Event  // what caused them, in order
}

// Journal keeps states and events, and decides in the same transaction which
// notices an event causes.
type Journal interface {
	// Commit stores all of c in one transaction, or nothing of it. It returns
	// when the data is safe on disk. It must not keep c.
	Commit(ctx context.Context, c Commit) error
	// Load returns all states that are not Zero, for the start.
	Load(ctx context.Context) ([]Record, error)
}
