package alarm

import "context"

// Record is the stored state of one alarm.
type Record struct {
	Key    Key
	State  State
	Memory Memory // of the calendar's alarms: the steps that people were notified of
}

// Zero tells whether there is nothing to store.
func (r *Record) Zero() bool { return r.State.Zero() && r.Memory.Zero() }

// Commit is what one judging round changed.
type Commit struct {
	States []Record // to be stored; a Record that is Zero is to be removed
	Events []Event  // what caused them, in order
	Said   []Said   // what people said of whether instances exist, and what does not hold any more
}

// Journal keeps states and events, and decides in the same transaction which
// notices an event causes.
type Journal interface {
	// Commit stores all of c in one transaction, or nothing of it. It returns
	// when the data is safe on disk. It must not keep c.
	Commit(ctx context.Context, c Commit) error
	// Load returns all records that are not Zero, for the start.
	Load(ctx context.Context) ([]Record, error)
}
