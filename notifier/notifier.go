// Package notifier tells people: which notices an event causes (routing), what
// they say (rendering), and how one of them is handed to the outside world
// (Channel). Queueing, retry and what survives a crash are in
// notifier/outbox; each way out is a package of its own below this one.
package notifier

import (
	"context"
	"errors"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Channel sends once. No retry, queue, deduplication or logging inside: those
// are stages around it. It is safe for use from several goroutines.
//
// The error says what happened and what may be done:
//
//	nil           accepted; the Receipt says under which id
//	plain error   not sent; try again later
//	Permanent     not sent; it never will be, tell the next
//	After         not sent; not before the given moment
//	Unknown       it may have been accepted: look it up before sending again
//
// Only Unknown says that something may have left. Where its error is a
// context.DeadlineExceeded, time was up, and the far side may still accept the
// message later. Its text reaches people, so it holds no secret and says the way out.
type Channel interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Finder is the optional power of a Channel to say whether a message in doubt
// was accepted after all.
type Finder interface {
	// Find looks for m at the far side, among what was accepted in the time that
	// m.Age says, by the far side's clock. It returns false when the far side
	// does not have it; an error when that could not be told now, and one that is
	// Undecidable when it never can be.
	Find(ctx context.Context, m Message) (Receipt, bool, error)
}

// Tracker is the optional power of a Channel to ask what became of a message
// after it was accepted.
type Tracker interface {
	Track(ctx context.Context, m SentMessage) (Receipt, error)
}

// SentMessage is a message that the far side accepted.
type SentMessage struct {
	ProviderID string    // its id at the far side, as the Receipt gave it
	Recipient  Recipient // with the address that it was sent to
	At         time.Time // when, by our clock
}

// Checker is the optional power of a Channel to compare, without sending anything, how it
// is set up with what the far side has.
type Checker interface {
	// Check returns what would keep the far side from taking messages, a sentence each,
	// with the way out. The error says that this could not be told.
	Check(ctx context.Context) (faults []string, err error)
}

// Bundler is the optional power of a Channel to send several notices to the
// same recipient as one message.
type Bundler interface {
	// Bundle returns how many notices fit into one message.
	Bundle() int
}

// Pacer is the optional power of a Channel to say how many messages its far side takes
// from one address: what is more is refused, or blocks the address for a while.
type Pacer interface {
	Pace() Pace
}

// Pace is how many messages may leave within a time. The zero Pace is as many as one
// likes.
type Pace struct {
	Messages int
	Within   time.Duration
	// Taken says that only messages count that the far side took: what it refused disturbed
	// nobody.
	Taken bool
}

// Receipt is what the far side said.
type Receipt struct {
	ProviderID string        // its id of the message, "" when it gives none
	Status     ReceiptStatus // how far it got
	Detail     string        // what it said, for people: status line, error text
	Segments   int           // how many segments of text it counts; 0 when it does not say
	Price      Price
	// Again says of a message that Failed that the reason may pass, so that it is worth
	// another attempt: a phone that is off.
	Again bool
	// AboutRecipient says of a message that Failed that no message reaches this
	// address: nobody has the number, or it blocks us. Somebody else is to be told.
	AboutRecipient bool
	// AboutPair says, where AboutRecipient does, that another provider may reach it.
	AboutPair bool
}

// Price is what the far side charges for a message. The zero Price is that of a far
// side that names none.
type Price struct {
	Currency string       // ISO 4217: USD
	Amount   fleet.Amount // not below zero
	Known    bool         // false while it has not said yet; ask again later
}

// Due tells whether the far side is still to say what it charges.
func (p Price) Due() bool { return p.Currency != "" && !p.Known }

// ReceiptStatus is how far a message got.
type ReceiptStatus string

// The statuses of a receipt.
const (
	Accepted  ReceiptStatus = "accepted"  // taken over by the far side
	Delivered ReceiptStatus = "delivered" // on the recipient's device
	Failed    ReceiptStatus = "failed"    // taken over, and then not delivered
)

// Recipient is one address a channel can send to.
type Recipient struct {
	Channel string // sms, email, webhook or alertmanager
	Name    string // stable and without secrets; the queue's key: sms/wei, webhook/oncall/3f2a91c0
	Address string // phone number in E.164, or the URL; may hold secrets, is never shown
	Display string // what people are shown instead: wei, http://127.0.0.1:8080
}

// Message is what is sent at once: one notice, or several for a Bundler.
type Message struct {
	ID        string // constant over retries: the receiver's idempotency key
	Recipient Recipient
	Notices   []Notice // at least one, the gravest first
	// Text is what a text message says: of its notice, or of all of them. It is the
	// same for each attempt. "" for others.
	Text    string
	Attempt int           // 1 for the first
	Age     time.Duration // how long ago the first attempt began, by a clock that nobody sets
	InDoubt bool          // an attempt before may have arrived
}

// Notice is one thing one recipient is told about one episode. What it says is
// fixed when it is decided; a retry after a reload says the same.
type Notice struct {
	ID        string // unique; the same event and recipient always give the same
	Code      string // of the episode
	Kind      alarm.EventKind
	Rule      alarm.RuleName
	Severity  alarm.Severity
	Receiver  string // name of the receiver it goes to
	Recipient string // Recipient.Name
	Channel   string
	Address   string // where the recipient was when it was decided; may hold secrets, is never shown
	Told      string // of an end: the address that was told of the beginning, and is told of the end; "" is wherever the recipient is
	Text      string // for SMS; "" for others
	// Own is the notice by the template of its target: the text of a text message that tells of
	// nothing else, the body of a webhook, or an OwnMail. "" is the words that are shipped.
	Own string
	// TemplateFault is why there is no Own though the target has a template, and TemplatePart which
	// of several it is: subject, text or html of a mail. They are not stored.
	TemplateFault, TemplatePart string
	// Brief is the notice in a few words, for a text message that speaks for
	// several: "K7Q2 Orders connections 97%"; "" for others.
	Brief string
	// LeftOut is how many notices of the same episode this one takes the place of:
	// they were decided before it, and never left.
	LeftOut   int
	Alert     Alert
	CreatedAt time.Time
	NotBefore time.Time // zero is at once
	Hold      string    // why it is held until NotBefore; "" when it is not held
	// Escalation is how long nobody acknowledged when it goes out; 0 for what is told
	// at once. An acknowledgement before drops it.
	Escalation time.Duration
	// Turn is which of the ways of its receiver the notice takes: 0 is the first, or the only
	// one. A later one is held, and is dropped when one before has delivered.
	Turn int
	Drop string // why nobody gets it: it is only kept; "" for all that goes out
}

// Alert is a notice's content as fields, for channels that send a structure.
type Alert struct {
	Resolved     bool              `json:"resolved,omitempty"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"starts_at"`
	EndsAt       time.Time         `json:"ends_at,omitzero"`
	GeneratorURL string            `json:"generator_url,omitempty"`
	Fingerprint  string            `json:"fingerprint"` // 16 hex digits, the same from raise to end
	Story        Story             `json:"story,omitzero"`
}

type permanent struct{ error }

func (e permanent) Unwrap() error { return e.error }

// Permanent marks err: not sent, and trying again is useless.
func Permanent(err error) error { return permanent{err} }

// IsPermanent tells whether err was marked by Permanent.
func IsPermanent(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}

type unknown struct{ error }

func (e unknown) Unwrap() error { return e.error }

// Unknown marks err: the message may have been accepted.
func Unknown(err error) error { return unknown{err} }

// IsUnknown tells whether err was marked by Unknown.
func IsUnknown(err error) bool {
	_, ok := errors.AsType[unknown](err)
	return ok
}

type undecidable struct{ error }

func (e undecidable) Unwrap() error { return e.error }

// Undecidable marks the error of a look-up that cannot tell, however often it is
// made.
func Undecidable(err error) error { return undecidable{err} }

// IsUndecidable tells whether err was marked by Undecidable.
func IsUndecidable(err error) bool {
	_, ok := errors.AsType[undecidable](err)
	return ok
}

type after struct {
	error
	d time.Duration
}

func (e after) Unwrap() error { return e.error }

// After marks err: not sent, and not to be tried again before d has passed.
func After(err error, d time.Duration) error { return after{err, d} }

// RetryAfter returns what After set.
func RetryAfter(err error) (time.Duration, bool) {
	e, ok := errors.AsType[after](err)
	return e.d, ok
}
