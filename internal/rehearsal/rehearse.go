package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

// MostDays is how far ahead a rehearsal goes at most.
const MostDays = 3660

// Options is what a rehearsal is made of. Snapshot, From and Days are needed.
type Options struct {
	Snapshot *config.Snapshot
	Accounts []fleet.Account // who pays, in order of names, with what is known of their balances
	From     time.Time       // the first moment
	Zone     *time.Location  // whose days it is told by; nil is UTC
	Days     int
	Acts     []Act
	// RenewalsFail is true where automatic renewals are not paid, though their accounts could.
	RenewalsFail bool
	Person       string // the contact whose messages are told; "" is everybody
	// Day is called with each day on which something happens, in order, as soon as it is over.
	Day func(*Day) error
}

// end is the first moment after the rehearsal.
func (o *Options) end() time.Time { return o.From.In(o.zone()).AddDate(0, 0, o.Days) }

// Check says what is wrong with the options; all at once.
func (o *Options) Check() error {
	var errs []error
	if o.Days < 1 || o.Days > MostDays {
		errs = append(errs, fmt.Errorf("--days is a number from 1 to %d", MostDays))
		return errors.Join(errs...)
	}
	if o.Person != "" && !known(o.Snapshot, o.Person) {
		errs = append(errs, fmt.Errorf("--person %s: there is no contact of this name in %s", o.Person, o.Snapshot.Path))
	}
	for i := range o.Acts {
		errs = append(errs, o.Acts[i].check(o.Snapshot, o.From, o.end()))
	}
	return errors.Join(errs...)
}

func known(s *config.Snapshot, person string) bool {
	for i := range s.Contacts {
		if s.Contacts[i].Name == person {
			return true
		}
	}
	return false
}

// Run rehearses the calendar ahead. It returns what it came to, once all days are over; what
// happened on them it gives away day by day, and keeps only figures by recipient and a bounded
// list of what nobody hears.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	r := newRun(&o)
	m, err := Open(ctx, MachineOptions{Snapshot: o.Snapshot, Accounts: o.Accounts, At: o.From, Tick: tick, Sent: r.sent, Judged: r.fates.judged, Decided: r.fates.decided})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	r.machine = m
	zone := func(a *Act) *time.Location { return zoneOf(o.Snapshot, a) }
	w := newOwners(m.Calendar(), o.Accounts, o.Acts, zone, !o.RenewalsFail, o.From)
	for day := o.From.In(o.zone()); day.Before(o.end()); {
		next := dayAfter(day)
		if o.end().Before(next) {
			next = o.end()
		}
		if err := r.live(ctx, w, next); err != nil {
			return nil, err
		}
		if err := r.endDay(ctx, day, next); err != nil {
			return nil, err
		}
		day = next
	}
	return r.report(), nil
}

// tick is how often is tried again what could not be judged.
const tick = 10 * time.Minute

// dayAfter is the first moment of the day after that of t.
func dayAfter(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}

// live lets time go by until a moment: owners act at theirs.
func (r *run) live(ctx context.Context, w *owners, until time.Time) error {
	for {
		at, some := w.next()
		if !some || !at.Before(until) {
			return r.machine.Advance(ctx, until)
		}
		if err := r.machine.Advance(ctx, at); err != nil {
			return err
		}
		if err := w.act(ctx, r.machine); err != nil {
			return err
		}
	}
}

// run is one rehearsal under way.
type run struct {
	options *Options
	machine *Machine
	fates   fates
	day     []Message
	people  map[string]*Person // by recipient
	totals  Totals
}

func newRun(o *Options) *run {
	r := &run{options: o, people: make(map[string]*Person)}
	r.fates = newFates(o.Snapshot)
	return r
}

// sent notes a message that goes out.
func (r *run) sent(s Sent) {
	msg := messageOf(&s, &r.fates)
	p := r.people[s.Message.Recipient.Name]
	if p == nil {
		p = &Person{Recipient: msg.Recipient, Channel: msg.Channel, Name: s.Message.Recipient.Name}
		r.people[s.Message.Recipient.Name] = p
	}
	if r.options.Person != "" && s.Message.Recipient.Name != "sms/"+r.options.Person {
		return
	}
	p.add(&msg)
	r.totals.add(&msg)
	r.day = append(r.day, msg)
}

// endDay gives a day away that is over, with what nobody hears by now.
func (r *run) endDay(ctx context.Context, day, next time.Time) error {
	if err := r.fates.settle(ctx, r.machine); err != nil {
		return err
	}
	unheard := r.fates.unheard
	r.fates.unheard = nil
	r.totals.Unheard += len(unheard)
	if len(r.day) == 0 && len(unheard) == 0 || r.options.Day == nil {
		r.day = r.day[:0]
		return nil
	}
	sortMessages(r.day)
	sortUnheard(unheard)
	d := &Day{Begins: day, Ends: next, Messages: r.day, Unheard: unheard}
	err := r.options.Day(d)
	r.day = nil
	return err
}

// messageOf makes the message of a rehearsal.
func messageOf(s *Sent, f *fates) Message {
	m := &s.Message
	first := &m.Notices[0]
	out := Message{
		At: s.At, Recipient: m.Recipient.Display, Channel: m.Recipient.Channel, Severity: first.Severity, Rule: first.Rule, Kind: first.Kind, Code: first.Code,
		InstanceID: labelOf(first, "instance_id"), Account: labelOf(first, "account"), Text: m.Text, Zone: s.Target.Zone,
	}
	if out.Recipient == "" {
		out.Recipient = strings.TrimPrefix(m.Recipient.Name, m.Recipient.Channel+"/")
	}
	if out.Text == "" {
		out.Text = first.Alert.Annotations["summary"]
	}
	out.charge(s.Target.PricePerSegment)
	for i := range m.Notices {
		n := &m.Notices[i]
		said := About{Code: n.Code, Kind: n.Kind, Rule: n.Rule, Severity: n.Severity, InstanceID: labelOf(n, "instance_id"), Account: labelOf(n, "account"), DecidedAt: n.CreatedAt}
		if h, held := f.heard(n.ID); held {
			said.Held = h.reason
			if out.Held == "" || h.since.Before(*out.HeldSince) {
				out.Held, out.HeldSince = h.reason, &h.since
			}
		}
		out.About = append(out.About, said)
	}
	return out
}

func labelOf(n *notifier.Notice, name string) string { return n.Alert.Labels[name] }

// begins tells whether an event is one that somebody should hear of: what began, or got graver.
func begins(k alarm.EventKind) bool { return k == alarm.Raised || k == alarm.Escalated }
