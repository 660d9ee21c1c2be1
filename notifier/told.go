package notifier

import "github.com/brimwatch/brimwatch/alarm"

// Told is an open alarm that somebody was told of, or is about to be.
type Told struct {
	alarm.Episode

	Name string // of its instance; "" when it is about none
}
