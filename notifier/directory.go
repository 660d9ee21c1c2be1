package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Directory knows who is told about what, and how they are reached. It is a
// value: a reload builds a new one.
type Directory struct {
	Receivers map[string]Receiver
	// Notify names the receivers of each instance, by instance ID.
	Notify map[string][]string
	// Accounts names the receivers of what is said about an account as a whole, by
	// its name.
	Accounts map[string][]string
	// Default names the receivers of instances and accounts that are in neither,
	// which may be gone from the configuration.
	Default []string
	// People are those who may answer text messages, by phone number (E.164).
	People map[string]Person
	Limits Limits
	Words  Words
}

// Receiver is a group of targets that are told together.
type Receiver struct {
	Name      string
	Targets   []Target
	GroupWait time.Duration // a first notice waits this long for others
}

// Target is one recipient with what matters for telling it.
type Target struct {
	Recipient Recipient
	Former    string // another name under which notices to it may be stored; "" is none
	Channel   Channel
	Language  string         // en or zh
	Zone      *time.Location // for times in texts and for quiet hours
	Quiet     *Quiet         // nil: never quiet
}

// Quiet is when a person is not to be woken: minutes since midnight in the
// person's time zone, From included and To not; From may be later than To.
type Quiet struct {
	From, To int
	Except   []alarm.Severity
}

// Limits caps what text messages may cost. A cap of 0 is none. Ends of alarms
// are counted and never held back: who was told of the beginning is told of the
// end.
type Limits struct {
	PerContact      int
	PerContactEvery time.Duration
	PerDay          int
	PerMonth        int
	// ReserveCritical is the share of PerDay and PerMonth that only critical
	// alarms may use.
	ReserveCritical float64
}

// Words is what rendering needs to know beyond the event.
type Words struct {
	ExternalURL string // without a slash at the end
	// Title names product and edition of an instance for people, in a language.
	Title func(in *fleet.Instance, language string) string
	// Guide says how an instance is renewed and changed, in a language; nil knows
	// nothing.
	Guide func(in *fleet.Instance, language string) fleet.Guide
}

// Find returns the target that a notice went to, by names that were stored.
func (d *Directory) Find(receiver, recipient string) (Target, bool) {
	for _, t := range d.Receivers[receiver].Targets {
		if t.Recipient.Name == recipient {
			return t, true
		}
	}
	for _, t := range d.Receivers[receiver].Targets {
		if t.Former == recipient && recipient != "" {
			return t, true
		}
	}
	return Target{}, false
}

// receiversOf returns the names of the receivers of one instance.
func (d *Directory) receiversOf(in *fleet.Instance) []string {
	if names, ok := d.Notify[in.ID]; ok {
		return names
	}
	return d.Default
}

// receiversOfAccount returns the names of the receivers of one account.
func (d *Directory) receiversOfAccount(name string) []string {
	if names, ok := d.Accounts[name]; ok {
		return names
	}
	return d.Default
}
