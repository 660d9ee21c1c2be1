package readers

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// Foresight tells what people will be told of an instance if nobody does anything; false while
// that is not known yet. It does not block.
type Foresight interface {
	Foretold(id string) (Foretold, bool)
}

// Foretold is what people will be told of one instance.
type Foretold struct {
	From     time.Time // when it was worked out
	Days     int       // how far ahead
	Tellings []Telling // the soonest first; nobody may change them
	More     bool      // there is more than that
}

// Telling is one message that speaks of an instance.
type Telling struct {
	At        time.Time
	Recipient string // as people are shown it
	Channel   string
	Rule      alarm.RuleName
	Kind      alarm.EventKind
	Severity  alarm.Severity
	Text      string
	Held      string // why it comes later than it happens; "" when it does not
	With      int    // how many further notices the message speaks for
}
