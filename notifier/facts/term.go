package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// What is a moment of the calendar of an instance.
type What uint8

// The moments that a notice is about, and that may be unknown.
const (
	Term     What = iota // the end of the paid term
	Stop                 // of the service
	Deletion             // for good
	Bill                 // since when it is unpaid
	numWhats
)

// Whats lists the moments.
func Whats() []What {
	var out []What
	for w := range numWhats {
		out = append(out, w)
	}
	return out
}

// Other is another instance that a notice names, with its moment.
type Other struct {
	Instance *fleet.Instance
	At       time.Time // zero is not known
	Deleted  time.Time // when it is deleted for good; zero is never, or not known
}

// The facts of an instance's calendar.
type (
	// Expires is that the paid term ends.
	Expires struct {
		At    time.Time
		Stops bool // and the service with it
	}
	// Expired is that the paid term has ended.
	Expired struct{ At time.Time }
	// Unknown is that nobody knows a moment any more.
	Unknown struct{ What What }
	// Together are the other instances whose terms end soon, and that are renewed with
	// this one.
	Together struct{ Others []Other }
	// Tried is that automatic renewal has tried to pay, and could not.
	Tried struct{}

	// ServiceStops is that the service is going to stop: what the notice is about.
	ServiceStops struct{ At time.Time }
	// ServiceStopped is that it has stopped.
	ServiceStopped struct{ At time.Time }
	// Stops is that the service stops, as what follows.
	Stops struct{ At time.Time }
	// StopsEach is that the service of each of several stops with its term.
	StopsEach struct{}
	// Recycles is that the instance goes to a recycle bin.
	Recycles struct{ At time.Time }
	// WillBeDeleted is that the instance is going to be deleted for good: what the
	// notice is about.
	WillBeDeleted struct {
		At      time.Time
		FromBin bool // it is in a recycle bin until then, or would be
	}
	// DueForDeletion is that it should be deleted by now.
	DueForDeletion struct {
		At      time.Time
		FromBin bool
	}
	// Contents is what goes with the instance when it is deleted, by the catalogue.
	Contents struct{}
	// Deletes is that the instance is deleted for good, as what follows.
	Deletes struct {
		At       time.Time
		FromBin  bool
		ByAction bool // because its post-expiration action is that
		First    bool // At is the first of several instances
	}
	// Stands is how it stands with an instance whose term is over.
	Stands struct{ State fleet.LifecycleState }
	// Unregulated is that no policy says what follows.
	Unregulated struct{}
	// SameFor names the other instances to which the same happens at the same time.
	SameFor struct{ Others []Other }
	// AlsoLater are other instances to which the same happens at another time.
	AlsoLater struct {
		What   What
		Others []Other
	}

	// Converts is that the instance is converted to pay-as-you-go and not deleted.
	Converts struct {
		By   time.Time
		Over bool // its term is over
	}
	// Converted is that it is converted by now.
	Converted struct{ By time.Time }
	// PerhapsConverted is that it is stopped or converted by now.
	PerhapsConverted struct{}
	// ReleaseTold is that the cloud tells a release of an instance that is to be
	// converted.
	ReleaseTold struct{ At time.Time }
	// IgnoreRelease is that a release notice of the cloud is to be ignored.
	IgnoreRelease struct{}

	// Unpaid is that a bill of the instance is unpaid; a zero time is not known.
	Unpaid struct{ Since time.Time }
	// UnpaidBill is that this is why its service stops.
	UnpaidBill struct{}
	// PayerOverdue is that its account is overdue, and this is why.
	PayerOverdue struct{ Account string }
	// RunsOn is that it runs on, and can neither be renewed nor upgraded.
	RunsOn struct{}
	// RenewalFailed is that automatic renewal has not paid.
	RenewalFailed struct{}
	// Attempts is how many attempts of automatic renewal are left; the last may be today's.
	Attempts struct {
		Left  int
		Today bool // that is the last
	}
	// Balance is what the account has left.
	Balance struct {
		Account string
		Balance fleet.Balance
	}
	// CannotRenew is that an overdue account can neither renew nor upgrade.
	CannotRenew struct{}
	// Frozen is that the cloud froze the instance.
	Frozen struct{}
)

// calendar tells an event of the calendar of one instance.
func (t *Telling) calendar(ev *alarm.Event) {
	c := newDated(ev)
	t.Home = home(ev.Details)
	if ev.Kind == alarm.Cleared {
		t.ended(c)
		t.same(c)
		return
	}
	if c.unsubscribed() && (ev.Key.Rule == alarm.Expiry || ev.Key.Rule == alarm.Release) {
		t.unsubscription(c)
		return
	}
	t.head(c)
	t.same(c)
	t.follows(c)
	if c.advised() {
		t.say(Plain, RenewalAdvised{})
	}
	t.steps(c)
}

// home is the zone of the account that pays.
func home(o *alarm.Details) *time.Location {
	switch {
	case o.Account != nil && o.Account.Zone != nil:
		return o.Account.Zone
	case o.Course != nil:
		return o.Course.Zone
	}
	return nil
}

// same names the other instances to which the same happens.
func (t *Telling) same(c *dated) {
	if len(c.alike) > 0 {
		t.Subject.More = len(c.alike)
		t.say(Full, SameFor{c.alike})
	}
	if len(c.later) > 0 {
		t.say(Plain, AlsoLater{c.what(), c.later})
	}
}

// head says what happens, and when.
func (t *Telling) head(c *dated) {
	at := c.details.At
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		t.say(Gravest, Frozen{})
	case alarm.Overdue:
		t.say(Gravest, Unpaid{at})
	case alarm.AutoRenewal:
		t.say(Gravest, RenewalFailed{})
		if c.now.Before(at) {
			t.say(Grave, Attempts{Left: max(c.details.AttemptsLeft, 0), Today: c.details.LastAttempt})
		}
		t.term(Grave, c, at)
	case alarm.CannotRenew:
		t.say(Gravest, CannotRenew{})
		t.term(Grave, c, at)
	case alarm.Suspension:
		t.headOfStop(c, at)
	case alarm.Release:
		t.headOfDeletion(c, at)
	default:
		t.term(Gravest, c, at)
		if c.bulk() {
			t.say(Grave, Together{c.others})
		}
		if c.renewalTried() {
			t.say(Full, Tried{})
		}
	}
}

// term says when the paid term ends, or has ended.
func (t *Telling) term(w Weight, c *dated, at time.Time) {
	switch {
	case at.IsZero():
		t.say(w, Unknown{Term})
	case c.unsubscribed():
		t.say(w, Unsubscribed{At: at, Ahead: at.After(c.now)})
	case at.After(c.now):
		t.say(w, Expires{At: at, Stops: c.stopsAtEnd() && !c.bulk() && c.tellsStop()})
	default:
		t.say(w, Expired{at})
	}
}

func (t *Telling) headOfStop(c *dated, at time.Time) {
	switch {
	case at.IsZero():
		t.say(Gravest, Unknown{Stop})
	case c.course.Downgrades():
		t.term(Gravest, c, c.course.From)
	case at.After(c.now):
		t.say(Gravest, ServiceStops{at})
	default:
		t.say(Gravest, ServiceStopped{at})
	}
}

func (t *Telling) headOfDeletion(c *dated, at time.Time) {
	switch {
	case at.IsZero():
		t.say(Gravest, Unknown{Deletion})
	case c.course.Downgrades():
		t.say(Gravest, ReleaseTold{at})
	case at.After(c.now):
		t.say(Gravest, WillBeDeleted{At: at, FromBin: c.fromBin()})
		t.say(Plain, Contents{})
	default:
		t.say(Gravest, DueForDeletion{At: at, FromBin: c.fromBin()})
		t.say(Plain, Contents{})
	}
}

// follows says how it stands with the instance, and what follows.
func (t *Telling) follows(c *dated) {
	rule := c.event.Key.Rule
	switch {
	case rule == alarm.FrozenRule || c.dateUnknown() && rule != alarm.Overdue:
		return
	case rule == alarm.Release && c.course.Downgrades():
		t.say(Plain, IgnoreRelease{})
		return
	case c.unpaidButRunning():
		t.say(Grave, RunsOn{})
		if !c.course.Term.Expires.IsZero() && c.course.Term.Expires.After(c.now) {
			t.term(Plain, c, c.course.Term.Expires)
		}
		return
	}
	t.stands(c)
	t.stops(c)
	if at := c.ahead(fleet.LifecycleRecycled); !at.IsZero() {
		t.say(Aside, Recycles{at})
	}
	if rule == alarm.Release {
		t.cutShort(c)
		return
	}
	if a := c.details.Account; rule == alarm.AutoRenewal {
		t.balance(Plain, a)
	}
	if at := c.deletion(); !at.IsZero() {
		t.say(Grave, Deletes{At: at, FromBin: c.fromBin(), ByAction: c.course.Policy.Downgrades && !c.cutShort(), First: c.bulk()})
		t.say(Plain, Contents{})
	}
	t.conversion(c)
	t.cutShort(c)
}

// stands says how it stands with an instance whose term is over.
func (t *Telling) stands(c *dated) {
	state := c.details.Lifecycle.State
	switch {
	case c.withoutPolicy():
		t.say(Plain, Unregulated{})
	case !c.over():
	case c.suspendedForBill() && c.details.Account.Overdue():
		t.say(Plain, PayerOverdue{words.Clean(c.details.Account.Name)})
	case c.suspendedForBill():
		t.say(Plain, UnpaidBill{})
	case state == fleet.LifecycleSuspended && c.maybeConverted():
		t.say(Plain, PerhapsConverted{})
	default:
		switch s := c.present(); s {
		case fleet.LifecycleGrace, fleet.LifecycleSuspended, fleet.LifecycleRecycled, fleet.LifecycleReleased:
			t.say(Plain, Stands{s})
		case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
		}
	}
}

// stops says when the service stops, where the head does not. Of automatic renewal the
// balance is more important, when there is little room.
func (t *Telling) stops(c *dated) {
	at := c.ahead(fleet.LifecycleSuspended)
	switch rule := c.event.Key.Rule; {
	case at.IsZero() || !c.tellsStop():
	case c.bulk() && c.stopsAtEnd():
		t.say(Plain, StopsEach{})
	case c.stopsAtEnd():
	case rule == alarm.AutoRenewal:
		t.say(Aside, Stops{at})
	default:
		t.say(Plain, Stops{at})
	}
}

// conversion says what becomes of an instance that is downgraded.
func (t *Telling) conversion(c *dated) {
	by := c.course.Converts()
	switch {
	case by.IsZero():
	case c.converted():
		t.say(Grave, Converted{by})
	default:
		t.say(Grave, Converts{By: by, Over: c.over()})
		t.say(Plain, IgnoreRelease{})
	}
}

// steps says what a person can do.
func (t *Telling) steps(c *dated) {
	if c.cutShort() {
		t.do(c.stepOfUnsubscribed()...)
		return
	}
	t.do(c.step()...)
	if c.over() {
		t.do(Step{Do: Returns})
	}
	if c.details.Lifecycle.State == fleet.LifecycleSuspended && !c.payg() {
		t.do(Step{Do: RenewedLate})
	}
}

func dos(list ...Do) []Step {
	var out []Step
	for _, d := range list {
		out = append(out, Step{Do: d})
	}
	return out
}

func (c *dated) step() []Step {
	rule, state := c.event.Key.Rule, c.details.Lifecycle.State
	switch {
	case rule == alarm.FrozenRule:
		return dos(ContinueTrial, RenewWhere, UpgradeWhere)
	case state == fleet.LifecycleReleased && !c.course.Downgrades():
		return dos(CheckConsole)
	case state == fleet.LifecycleRecycled && rule != alarm.Overdue:
		return dos(Restore)
	case c.payg():
		return dos(PayBill, NoRenewal)
	case rule == alarm.Overdue:
		return dos(PayBill)
	case c.converted():
		return dos(CheckConverted)
	case c.overdueAccount():
		return dos(PayThenRenew, RenewWhere)
	case rule == alarm.AutoRenewal && c.details.AttemptsLeft <= 0:
		return dos(RenewByHand, RenewWhere)
	case rule == alarm.AutoRenewal:
		return dos(FundOrRenew, FundsFrom, RenewWhere)
	case c.course.Downgrades():
		return dos(KeepEdition, RenewWhere)
	case c.bulk():
		return dos(RenewTogether)
	case c.over():
		return dos(RenewNow, RenewWhere, AutoRenewalUseless)
	}
	return dos(Renew, RenewWhere)
}
