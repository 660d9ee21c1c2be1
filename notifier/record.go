package notifier

import "time"

// NoticeState is how far a notice got.
type NoticeState string

// The states of a notice.
const (
	Pending         NoticeState = "pending"   // to be sent, or to be tried again
	Sending         NoticeState = "sending"   // handed to the channel; in doubt after a crash
	Sent            NoticeState = "sent"      // accepted by the far side
	NoticeDelivered NoticeState = "delivered" // on the recipient's device
	Held            NoticeState = "held"      // waits for a moment, with a reason
	Dropped         NoticeState = "dropped"   // not to be sent any more, with a reason
	Dead            NoticeState = "dead"      // could not be sent, with a reason
)

// Record is a notice with what became of it.
type Record struct {
	Notice
	Display    string // of the recipient
	State      NoticeState
	Attempts   int
	Reason     string // why it is held, dropped, dead or waits for another try
	ProviderID string
	Message    string    // id of the message that it is part of; "" while it is part of none
	Together   int       // how many notices that message speaks for
	Said       string    // the text of that message; "" for what has no text
	SentAt     time.Time // zero while it was not sent
	NextAt     time.Time // when it is tried next
}

// Filter selects notices; zero fields select all.
type Filter struct {
	State    NoticeState
	Code     string
	Instance string // ID of the instance that the alarm is about
	Person   string // who was told: the name of a contact, or a recipient as people are shown it
	Receiver string
	From, To time.Time // when it was decided; To is not included
	Limit    int       // 0 is 1000, newest first
}
