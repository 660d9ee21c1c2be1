package rehearsal

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Day is what happens on one day.
type Day struct {
	Begins, Ends time.Time
	Messages     []Message // in order of time
	Unheard      []Unheard
}

// Message is one message that somebody would get.
type Message struct {
	At         time.Time       `json:"at"`
	Recipient  string          `json:"recipient"` // as people are shown it: wei, https://hooks.example.com
	Channel    string          `json:"channel"`   // sms, webhook
	Severity   alarm.Severity  `json:"severity"`
	Rule       alarm.RuleName  `json:"rule"`
	Kind       alarm.EventKind `json:"kind"`
	Code       string          `json:"code"`
	InstanceID string          `json:"instance_id,omitempty"`
	Account    string          `json:"account,omitempty"`
	Text       string          `json:"text"`           // as it is sent; of a webhook, the summary of its first alert
	Held       string          `json:"held,omitempty"` // why it was told later than it happened
	HeldSince  *time.Time      `json:"held_since,omitempty"`
	Segments   int             `json:"segments,omitempty"`
	Price      *json.Number    `json:"price,omitempty"` // nil is not known
	About      []About         `json:"about"`           // all that it speaks of, the gravest first

	Zone  *time.Location `json:"-"` // of the person
	price fleet.Amount
}

// About is one thing that a message speaks of.
type About struct {
	Code       string          `json:"code"`
	Kind       alarm.EventKind `json:"kind"`
	Rule       alarm.RuleName  `json:"rule"`
	Severity   alarm.Severity  `json:"severity"`
	InstanceID string          `json:"instance_id,omitempty"`
	Account    string          `json:"account,omitempty"`
	DecidedAt  time.Time       `json:"decided_at"` // when it happened
	Held       string          `json:"held,omitempty"`
}

// charge works out what a text message costs.
func (m *Message) charge(perSegment fleet.Amount) {
	if m.Channel != "sms" {
		return
	}
	m.Segments, _ = sms.Segments(m.Text)
	if perSegment > 0 {
		m.price = perSegment * fleet.Amount(m.Segments)
		n := json.Number(m.price.Decimal())
		m.Price = &n
	}
}

// Unheard is something that nobody hears of.
type Unheard struct {
	At         time.Time       `json:"at"`
	Code       string          `json:"code"`
	Kind       alarm.EventKind `json:"kind"`
	Rule       alarm.RuleName  `json:"rule"`
	Severity   alarm.Severity  `json:"severity"`
	InstanceID string          `json:"instance_id,omitempty"`
	Account    string          `json:"account,omitempty"`
	Reason     string          `json:"reason,omitempty"` // what happened
	Why        string          `json:"why"`              // why nobody hears of it
	Do         string          `json:"do"`               // what to do about that

	whys []why // what Why says, one by one
}

// Person is what one recipient would get in all.
type Person struct {
	Recipient string `json:"recipient"`
	Channel   string `json:"channel"`
	Totals

	Name string `json:"-"` // of the recipient, as the outbox has it
}

// Totals are sums of messages.
type Totals struct {
	Messages int          `json:"messages"`
	Held     int          `json:"held"`
	Segments int          `json:"segments"`
	Price    fleet.Amount `json:"-"`
	Unpriced int          `json:"unpriced"` // text messages of which the price is not known
	Unheard  int          `json:"-"`
}

func (t *Totals) add(m *Message) {
	t.Messages++
	t.Segments += m.Segments
	t.Price += m.price
	if m.Held != "" && !escalated(m.Held) {
		t.Held++
	}
	if m.Channel == "sms" && m.Price == nil {
		t.Unpriced++
	}
}

// Report is what a rehearsal came to.
type Report struct {
	Totals

	People []Person // who would get something, in order of names
	// Waiting is how many notices are still held when the rehearsal ends.
	Waiting int
}

func (r *run) report() *Report {
	out := &Report{Totals: r.totals, Waiting: len(r.fates.open)}
	for _, p := range r.people {
		if p.Messages > 0 {
			out.People = append(out.People, *p)
		}
	}
	slices.SortFunc(out.People, func(a, b Person) int { return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Name, b.Name)) })
	return out
}

// escalated tells whether a reason says that a notice waited for an acknowledgement alone, or
// for the ways before it: it was told in its time.
func escalated(reason string) bool {
	return (strings.HasPrefix(reason, "escalation:") || strings.HasPrefix(reason, "turn:")) && !strings.Contains(reason, ", then ")
}

func sortMessages(list []Message) {
	slices.SortStableFunc(list, func(a, b Message) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Recipient, b.Recipient))
	})
}

func sortUnheard(list []Unheard) {
	slices.SortStableFunc(list, func(a, b Unheard) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Account, b.Account), cmp.Compare(a.InstanceID, b.InstanceID), cmp.Compare(a.Rule, b.Rule))
	})
}
