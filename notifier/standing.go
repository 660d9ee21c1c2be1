package notifier

import "time"

// StandingQuery asks what some recipients at one address were told of that is open, or
// ended lately.
type StandingQuery struct {
	Channel    string
	Recipients []string // their names
	Address    string   // or where it was told, under whatever name
	EndedAfter time.Time
	After      int64 // the row of the last one that is known
	Most       int
}

// Standing is an episode that a recipient was told of, as it stands.
type Standing struct {
	Row     int64
	EndedAt time.Time    // zero: it is open
	Told    []ToldNotice // of its beginning and of what came then, in order; at least one
}

// ToldNotice is what a recipient was told, and when that was decided.
type ToldNotice struct {
	At    time.Time
	Alert Alert
}
