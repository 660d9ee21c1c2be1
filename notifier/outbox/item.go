package outbox

import (
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// item is a notice in a queue: what the dispatcher needs to order and to find it.
type item struct {
	seq       int64
	receiver  string
	recipient string
	address   string // where it goes, whatever the configuration says; "" is where the recipient is
	at        string // where the recipient was when it was decided, or where it was sent to
	end       bool   // it stays there; another one that is free goes where the recipient is
	episode   int64
	weight    int  // notifier.Weight of it, or of one that it took the place of
	bound     bool // an end or a reminder: it waits for what is in doubt of its episode
	state     notifier.NoticeState
	message   string    // in doubt: the message that it is part of; "" when it is free
	due       instant   // not before this moment of the outbox's clock
	until     time.Time // held: until this moment of the wall clock
	length    bool      // held for a length of time, until due, and not until a moment of the wall clock
	decided   instant   // by the outbox's clock
	late      bool      // in doubt: it got no answer in time, and the far side may still take it
	stalled   bool      // in doubt: the look-up failed with the far side
	alone     bool      // the far side refused it for good together with others: it goes out by itself
	passed    string    // routes that turned it away, as passes writes them
	route     string    // in doubt: by which its message was sent
	tried     instant   // in doubt: when that began last
}

// line names the queue of an item: that of its recipient, and another one for each
// address that the recipient has no more.
func (it *item) line() line { return line{it.recipient, it.address} }

// line is the key of a queue.
type line struct{ recipient, address string }

// free tells whether an item may become part of a new message.
func (it *item) free() bool { return it.state == notifier.Pending && it.message == "" }

// critical tells whether an item speaks of something critical.
func (it *item) critical() bool { return it.weight < warningWeight }

// warningWeight is the least weight of what is not critical.
const warningWeight = 3
