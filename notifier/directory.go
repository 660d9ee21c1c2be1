package notifier

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/callnames"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// Directory knows which receivers get the notices of an instance or account, and
// how to reach their targets. It never
// changes: a reload makes a new one. To find a recipient takes as long among ten
// thousand as among ten.
type Directory struct {
	entries Entries
	targets map[address]*Target // also by their former names
	people  map[string]*Target  // by the recipient's name, whatever the receiver
	places  map[place]*Target   // by their address
	roads   map[string][]Route  // how a recipient may be reached
	paces   map[string]Pace     // how many messages the far side of a recipient takes
	bundles map[string]int      // how many notices go to a recipient as one message
	texts   int                 // the same of any text message, for who has no name any more
	prices  map[string]fleet.Amount
	former  []*Target // that left the configuration, and whose ends are still to be told
}

// address is where a notice was sent to, as it is stored.
type address struct{ receiver, recipient string }

// Entries is what a Directory is made from.
type Entries struct {
	Receivers map[string]Receiver
	// Notify names the receivers of each instance, by instance ID.
	Notify map[string][]string
	// Accounts names the receivers of notices about an account as a whole, by its
	// name.
	Accounts map[string][]string
	// Default names the receivers of instances and accounts that are in neither,
	// which may be gone from the configuration.
	Default []string
	// People are those who may answer text messages, by phone number (E.164).
	People map[string]Person
	// Contacts are all who have a telephone number, in order of names.
	Contacts []Contact
	// Fallback names the receivers that are told when somebody cannot be reached and
	// nobody else was, or when nobody is on call; none: Default.
	Fallback []string
	Drill    Drill
	Limits   Limits // of text messages
	// CallLimits are the caps on telephone calls.
	CallLimits Limits
	// ReceiptWithin is how long the receipt of a critical text message is awaited before another
	// route is taken; 0 is for ever.
	ReceiptWithin time.Duration
	Words         Words
	// Stranger returns how an address is reached that is in no receiver any more; nil
	// reaches none.
	Stranger func(receiver, channel, address string) (Target, bool)
}

// NewDirectory makes a directory. It keeps the entries, which nobody may change
// any more.
func NewDirectory(e Entries) *Directory {
	d := &Directory{
		entries: e, targets: make(map[address]*Target), bundles: make(map[string]int), prices: make(map[string]fleet.Amount),
		people: make(map[string]*Target), roads: make(map[string][]Route), paces: make(map[string]Pace), places: make(map[place]*Target),
	}
	names := slices.Sorted(maps.Keys(e.Receivers))
	for _, receiver := range names {
		r := e.Receivers[receiver]
		targets := r.Everybody()
		for i := range targets {
			d.enter(receiver, targets[i].Recipient.Name, &targets[i])
		}
	}
	// A name that somebody has goes before one that somebody had.
	for _, receiver := range names {
		targets := e.Receivers[receiver].Targets
		for i := range targets {
			if targets[i].Former != "" {
				d.enter(receiver, targets[i].Former, &targets[i])
			}
		}
	}
	return d
}

// enter notes how a recipient is reached, unless that is known already.
func (d *Directory) enter(receiver, recipient string, t *Target) {
	if a := (address{receiver, recipient}); d.targets[a] == nil {
		d.targets[a] = t
	}
	if d.people[recipient] == nil {
		d.people[recipient], d.roads[recipient] = t, t.Routes()
	}
	if p := (place{t.Recipient.Channel, t.Recipient.Address}); d.places[p] == nil && p.address != "" {
		d.places[p] = t
	}
	if t.PricePerSegment > 0 {
		d.prices[recipient] = t.PricePerSegment
	}
	if p, ok := t.Channel.(Pacer); ok {
		if _, known := d.paces[recipient]; !known {
			d.paces[recipient] = p.Pace()
		}
	}
	if b, ok := t.Channel.(Bundler); ok && d.bundles[recipient] == 0 {
		d.bundles[recipient] = b.Bundle()
		if t.Recipient.Channel == "sms" {
			d.texts = max(d.texts, b.Bundle())
		}
	}
}

// Through returns a directory in which each target is reached through another channel:
// one that only writes down what would be sent.
func (d *Directory) Through(channel func(Target) Channel) *Directory {
	e := d.entries
	e.Receivers = make(map[string]Receiver, len(d.entries.Receivers))
	for name, r := range d.entries.Receivers {
		r.Targets = slices.Clone(r.Targets)
		for i := range r.Targets {
			r.Targets[i].Channel, r.Targets[i].Others = channel(r.Targets[i]), nil
		}
		r.OnCall = throughAll(r.OnCall, channel)
		e.Receivers[name] = r
	}
	e.Stranger = nil
	return NewDirectory(e)
}

// Receiver is a group of targets that get the same notices.
type Receiver struct {
	Name      string
	Targets   []Target
	OnCall    []OnCall      // whoever is on call is told, too
	Escalate  []Escalation  // who is told, too, while nobody acknowledges
	GroupWait time.Duration // a first notice waits this long for others
	// CallAfter is how long an alarm goes without an acknowledgement before people are called;
	// 0 is the constant CallAfter.
	CallAfter time.Duration
	// Within is how long each way of the receiver has to deliver before the next is taken too,
	// and WithinCritical the same of something critical.
	Within, WithinCritical time.Duration
}

// Target is one recipient with what matters for telling it.
type Target struct {
	Recipient Recipient
	Former    string // another name under which notices to it may be stored; "" is none
	Channel   Channel
	Provider  string             // name of what the Channel sends text messages through; "" for others
	Way       string             // what messages go through to the far side: a provider, a host; targets of one way fail together
	Others    []Route            // taken in order where the first, which is Provider, does not do
	Turn      int                // which of the ways of the receiver it is; 0 is the first
	Bare      bool               // it left the configuration, and with it the secrets that it may have had
	Template  *template.Template // for whoever words it otherwise; nil is the words that are shipped
	Mail      *MailTemplate      // the same for mails
	// TemplateJSON tells that what the template writes has to be JSON.
	TemplateJSON bool
	Language     words.Language
	Zone         *time.Location // for times in texts and for quiet hours
	Quiet        *Quiet         // nil: never quiet
	Mute         []MuteTime     // of the person and of the receiver
	// Hour is when it is told of steps of the calendar that lie ahead, in minutes since midnight
	// in Zone; nil is at once.
	Hour *int
	// Acks tells that its far side keeps an incident of its own for each episode, and is told when
	// somebody acknowledged.
	Acks bool
	// PricePerSegment is what a segment of a text message to it costs, where the
	// provider has not said so.
	PricePerSegment fleet.Amount
}

// Quiet is when a person is not to be woken: minutes since midnight in the
// person's time zone, From included and To not; From may be later than To.
type Quiet struct {
	From, To int
	Except   []alarm.Severity
}

// Words is what rendering needs to know beyond the event.
type Words struct {
	ExternalURL string // without a slash at the end
	// Title names product and edition of an instance for people, in a language.
	Title func(*fleet.Instance, words.Language) string
	// Names knows all names of the configuration, so that shortened ones stay apart; nil
	// knows none.
	Names *callnames.Table
	// Heard has the reasons that are told in English by those who read instances, in other
	// languages; nil is made anew for each text.
	Heard *heard.Book
	// Guide says how an instance is renewed and changed, in a language; nil knows
	// nothing.
	Guide func(*fleet.Instance, words.Language) fleet.Guide
}

// Person returns who may answer from a phone number (E.164).
func (d *Directory) Person(phone string) (Person, bool) {
	p, ok := d.entries.People[phone]
	return p, ok
}

// Receiver returns the receiver of a name.
func (d *Directory) Receiver(name string) (Receiver, bool) {
	r, ok := d.entries.Receivers[name]
	return r, ok
}

// Receivers goes through all receivers, by name.
func (d *Directory) Receivers() iter.Seq2[string, Receiver] { return maps.All(d.entries.Receivers) }

// Targets goes through the targets of all receivers.
func (d *Directory) Targets() iter.Seq[Target] {
	return func(yield func(Target) bool) {
		for _, r := range d.entries.Receivers {
			for _, t := range r.Everybody() {
				if !yield(t) {
					return
				}
			}
		}
	}
}

// Find returns the target that a notice went to, by names that were stored.
func (d *Directory) Find(receiver, recipient string) (Target, bool) {
	if t := d.targets[address{receiver, recipient}]; t != nil {
		return *t, true
	}
	return Target{}, false
}

// Bundle returns how many notices go to a recipient as one message.
func (d *Directory) Bundle(recipient string) int {
	n, known := d.bundles[recipient]
	if !known && strings.HasPrefix(recipient, "sms/") {
		n = d.texts
	}
	return max(n, 1)
}

// Pace is how many messages the far side of a recipient takes; the zero Pace is any
// number.
func (d *Directory) Pace(recipient string) Pace { return d.paces[recipient] }

// ReceiptWithin is how long the receipt of a critical text message is awaited before another
// route is taken; 0 is for ever.
func (d *Directory) ReceiptWithin() time.Duration { return d.entries.ReceiptWithin }

// SegmentPrice is what a segment of a text message to a recipient costs, where the
// provider has not said so; 0 is not known.
func (d *Directory) SegmentPrice(recipient string) fleet.Amount { return d.prices[recipient] }

// receiversOf returns the names of the receivers of one instance.
func (d *Directory) receiversOf(in *fleet.Instance) []string {
	if names, ok := d.entries.Notify[in.ID]; ok {
		return names
	}
	return d.entries.Default
}

// receiversOfAccount returns the names of the receivers of one account.
func (d *Directory) receiversOfAccount(name string) []string {
	if names, ok := d.entries.Accounts[name]; ok {
		return names
	}
	return d.entries.Default
}
