package notifier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// Contact is somebody who gets text messages.
type Contact struct {
	Name      string
	Phone     string   // E.164; people are shown its Tail
	Recipient string   // Recipient.Name: sms/wei
	Receivers []string // that send text messages to it, in order of names
	Language  words.Language
	Zone      *time.Location
	// DailyTest is when a test message goes out each day, in minutes since midnight in
	// Zone; nil is never.
	DailyTest *int
}

// Drill asks each contact to answer a text message.
type Drill struct {
	Every time.Duration // 0 is never
	At    int           // minutes since midnight in the contact's time zone
}

// Reach is how well a contact can be reached: what is known of the number it has now.
type Reach struct {
	Contact

	Since         time.Time // when Brimwatch first knew this number; zero is not yet
	DeliveredAt   time.Time // when the newest message that arrived was sent
	AnsweredAt    time.Time // the newest answer
	TestedAt      time.Time // the newest daily test
	AskedAt       time.Time // the newest drill
	DrillAnswered time.Time // when it was answered; zero is not yet
	DrillOverdue  bool      // it was not answered within a day
	DrillEvery    time.Duration
	Failing       string // why the newest message did not arrive; "" when it did
	Unsubscribed  bool   // the provider sends nothing to this number any more: it texted STOP
}

// ProvedAt is when it was last certain that the number is right: a message arrived
// there, or somebody answered from it. Zero is never.
func (r *Reach) ProvedAt() time.Time {
	if r.AnsweredAt.After(r.DeliveredAt) {
		return r.AnsweredAt
	}
	return r.DeliveredAt
}

// ReachState sums up how well a contact can be reached.
type ReachState string

// The states of a contact, what is worst first.
const (
	Unused       ReachState = "unused"       // no receiver sends to it
	Unsubscribed ReachState = "unsubscribed" // it texted STOP
	Failing      ReachState = "failing"      // the newest message did not arrive
	Unanswered   ReachState = "unanswered"   // it did not answer the newest drill within a day
	Unproved     ReachState = "unproved"     // no message is known to have arrived
	IsProved     ReachState = "proved"
)

// State sums up how well the contact can be reached.
func (r *Reach) State() ReachState {
	switch {
	case len(r.Receivers) == 0:
		return Unused
	case r.Unsubscribed:
		return Unsubscribed
	case r.Failing != "":
		return Failing
	case r.DrillOverdue:
		return Unanswered
	case r.ProvedAt().IsZero():
		return Unproved
	}
	return IsProved
}

// TestTime is when the daily test comes, as 09:00; "" is never.
func (c *Contact) TestTime() string {
	if c.DailyTest == nil {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", *c.DailyTest/60, *c.DailyTest%60)
}

// Tail is what is shown of a telephone number: its last four digits.
func Tail(phone string) string {
	const shown = 4
	if len(phone) <= 2*shown { // it would be most of it
		return "…"
	}
	return "…" + phone[len(phone)-shown:]
}

// Contacts lists who gets text messages, in order of names.
func (d *Directory) Contacts() []Contact { return d.entries.Contacts }

// Contact returns the contact of a name.
func (d *Directory) Contact(name string) (Contact, bool) {
	i, found := slices.BinarySearchFunc(d.entries.Contacts, name, func(c Contact, name string) int { return strings.Compare(c.Name, name) })
	if !found {
		return Contact{}, false
	}
	return d.entries.Contacts[i], true
}

// Drill tells how often people are asked to answer.
func (d *Directory) Drill() Drill { return d.entries.Drill }

// Fallback names the receivers that are told when somebody cannot be reached and
// nobody else was.
func (d *Directory) Fallback() []string { return d.entries.Fallback }
