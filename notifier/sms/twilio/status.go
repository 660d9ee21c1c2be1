package twilio

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Status is how far a message got, in Twilio's words.
type Status string

// The statuses of an outbound message.
const (
	Accepted           Status = "accepted"  // by a messaging service, which chooses a sender
	Scheduled          Status = "scheduled" // for a moment that was asked for
	Queued             Status = "queued"
	Sending            Status = "sending"
	Sent               Status = "sent" // to the carrier; the last word where a carrier gives no receipt
	PartiallyDelivered Status = "partially_delivered"
	Delivered          Status = "delivered"
	Read               Status = "read"
	Undelivered        Status = "undelivered"
	Failed             Status = "failed"
	Canceled           Status = "canceled"
)

// Receipt says what a status means to the outbox. A status that is not known
// here is taken as accepted: Twilio has the message.
func (s Status) Receipt() notifier.ReceiptStatus {
	switch s {
	case Delivered, Read:
		return notifier.Delivered
	case Undelivered, Failed, Canceled:
		return notifier.Failed
	}
	return notifier.Accepted
}

// Final tells whether nothing comes after a status. Only read comes after
// delivered, and means the same to us.
func (s Status) Final() bool { return s.rank() >= final }

// final is the lowest rank that nothing comes after.
const final = 6

// rank orders the statuses by how much they say.
func (s Status) rank() int {
	switch s {
	case Accepted, Scheduled:
		return 1
	case Queued:
		return 2
	case Sending:
		return 3
	case Sent:
		return 4
	case PartiallyDelivered:
		return 5
	case Delivered, Undelivered, Failed, Canceled:
		return final
	case Read:
		return final + 1
	}
	return 0
}

// Advance returns the status a message has after news arrived. Callbacks come
// late, twice and out of order, so it never goes back, and a final status is
// only left from delivered to read.
func Advance(old, news Status) Status {
	if old.Final() && (old != Delivered || news != Read) {
		return old
	}
	if news.rank() > old.rank() {
		return news
	}
	return old
}

// Track asks Twilio what became of a message.
func (c *Channel) Track(ctx context.Context, m notifier.SentMessage) (notifier.Receipt, error) {
	providerID := m.ProviderID
	if !isSID(providerID, "SM", "MM") {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("%q is not the SID of a Twilio message", httpcall.OneLine(providerID, 40)))
	}
	msg, err := c.service(ctx).FetchMessage(providerID, &openapi.FetchMessageParams{})
	if err != nil {
		return notifier.Receipt{}, fmt.Errorf("ask Twilio about message %s: %w", providerID, c.judgeLookup(err, notifier.Recipient{}, "messages"))
	}
	if text(msg.Sid) != providerID {
		return notifier.Receipt{}, fmt.Errorf("ask Twilio about message %s: the answer is about another one", providerID)
	}
	return c.receipt(msg), nil
}

// receipt reads a message resource.
func (c *Channel) receipt(msg *openapi.ApiV2010Message) notifier.Receipt {
	code := 0
	if msg.ErrorCode != nil {
		code = *msg.ErrorCode
	}
	to := notifier.Recipient{Address: text(msg.To), Display: "the recipient"}
	said := httpcall.OneLine(c.hide(text(msg.ErrorMessage), to), 200)
	r := makeReceipt(text(msg.Sid), Status(text(msg.Status)), code, said)
	r.Segments, r.Price = segments(msg), price(msg.PriceUnit, msg.Price)
	return r
}

// makeReceipt puts a receipt into words. A SID is kept only if it is one: it
// becomes part of an address later.
func makeReceipt(sid string, s Status, code int, said string) notifier.Receipt {
	r := notifier.Receipt{Status: s.Receipt(), Detail: "Twilio says " + httpcall.OneLine(string(s), 40)}
	if isSID(sid, "SM", "MM") {
		r.ProviderID = sid
	}
	if code == 0 {
		return r
	}
	if r.Status == notifier.Failed {
		r.Again, r.AboutRecipient, r.AboutPair = mayPass(code), unreachable(code), aboutPair(code)
	}
	r.Detail += " (" + strconv.Itoa(code) + ")"
	switch why := deliveryFault(code); {
	case why != "":
		r.Detail += ": " + why
	case said != "":
		r.Detail += ": " + strings.TrimSuffix(said, ".")
	}
	return r
}

// mayPass tells whether an accepted message was not delivered for a reason that may
// pass: a full queue, a phone that is off, a carrier that gave no reason.
func mayPass(code int) bool { return code == 30001 || code == 30003 || code == 30008 }

// unreachable tells whether an accepted message was not delivered because no message
// to this number will be.
func unreachable(code int) bool {
	switch code {
	case 30004, 30005, 30006, 21211, 21217, 21408, 21608, 21610, 21612, 21614, 21635:
		return true
	}
	return false
}

// deliveryFault explains why an accepted message was not delivered; "" when
// Twilio's own words have to do.
func deliveryFault(code int) string {
	switch code {
	case 30001:
		return "the sender's queue was full"
	case 30002:
		return "the account was suspended meanwhile"
	case 30003:
		return "the handset could not be reached; it is off or has no signal"
	case 30004:
		return "the recipient or the carrier blocks this sender"
	case 30005:
		return "nobody has this number; correct phone of this contact"
	case 30006:
		return "a landline or a carrier that takes no text messages; give this contact a mobile number"
	case 30007:
		return "the carrier took it for spam"
	case 30008:
		return "the carrier gave no reason"
	case 30034:
		return "the sender lacks its A2P 10DLC registration; register it in the Twilio console"
	case 30036:
		return "it waited longer than validity"
	}
	return ""
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
