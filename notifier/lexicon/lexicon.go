// Package lexicon puts facts into words. A language is one Lexicon: a short function
// for each fact, and tables for what is counted, such as steps. A function may ask for
// number and for what is there; which rule, product or edition it is about was decided
// before, in notifier/facts.
//
// A third language is one file more: the interface says what it has to have, and the
// tests what it must not leave out.
//
// Draft fits what is said into one text message, for all languages alike.
package lexicon

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

// Phrase is one fact in words.
type Phrase struct {
	// Message are the words in a text message. They follow what is before them after a
	// comma, unless they begin with a blank or a sign of their own.
	Message string
	// Tight are the fewest words that still say it; "" is Message.
	Tight string
	// Brief is all that a text for several events has room for; "" is Tight.
	Brief string
	// Sentence says it all, for a reader who has room. It may be several sentences.
	Sentence string
}

// Reader is for whom something is written, and what a language does not know by itself.
type Reader struct {
	Now  time.Time
	Zone *time.Location // of the reader; nil is UTC
	// Home is the zone of the account that pays; nil is not known. Where the reader's is
	// another one, it is said.
	Home *time.Location
	// Guide is what the catalogue says of the instance, in the language.
	Guide fleet.Guide
	// Name is what an instance is called in a text, in about so many signs; 0 is all of
	// them.
	Name func(in *fleet.Instance, most int) string
	// Title names the product and edition of an instance.
	Title func(in *fleet.Instance) string
	// Heard has the reasons that those who read instances tell in English.
	Heard *heard.Book
}

// Signs is what a language puts between the parts.
type Signs struct {
	Colon, Comma, Stop string
	Open, Shut         string // brackets
	Blank              string // between sentences
}

// Lexicon is a language.
type Lexicon interface {
	Language() words.Language
	Signs() Signs
	// Tone is the word that a text begins with.
	Tone(t facts.Tone) string
	// Fleet is what all instances together are called.
	Fleet() string
	// More follows the name of an instance to counts others of its account.
	More(n int, account string) string
	// Unanswered is why somebody is told though another was told first.
	Unanswered(after time.Duration) string
	// Unconfirmed is why somebody is told another way: these kinds of channels did not say that
	// they delivered.
	Unconfirmed(channels []string) string
	Step(s facts.Step) Phrase

	readings
	terms
	accounts
}

// readings are the facts of readings.
type readings interface {
	Usage(f facts.Usage) Phrase
	LastUsage(f facts.LastUsage) Phrase
	Back(f facts.Back) Phrase
	Now(f facts.Now) Phrase
	Peak(f facts.Peak) Phrase
	Lasts(f facts.Lasts) Phrase
	Lasted(f facts.Lasted) Phrase
	NoDataNow(f facts.NoDataNow) Phrase
	DataNow(f facts.DataNow) Phrase
	ThresholdChanged(f facts.ThresholdChanged) Phrase
	Swings(f facts.Swings) Phrase
	StaysUp(f facts.StaysUp) Phrase
	Steady(f facts.Steady) Phrase
	Silence(f facts.Silence) Phrase
	FleetSilence(f facts.FleetSilence) Phrase
	Cause(f facts.Cause) Phrase
	DataBack(f facts.DataBack) Phrase
	FleetBack(f facts.FleetBack) Phrase
	DataSwings(f facts.DataSwings) Phrase
	DataGone(f facts.DataGone) Phrase
	DataSteady(f facts.DataSteady) Phrase
	Reaches(f facts.Reaches) Phrase
	Reached(f facts.Reached) Phrase
	Grows(f facts.Grows) Phrase
	GrowsNot(f facts.GrowsNot) Phrase
	Reason(f facts.Reason) Phrase
	SaidGone(f facts.SaidGone) Phrase
	Unwatched(f facts.Unwatched) Phrase
}

// terms are the facts of the calendar of an instance.
type terms interface {
	Expires(f facts.Expires) Phrase
	Expired(f facts.Expired) Phrase
	Unknown(f facts.Unknown) Phrase
	Together(f facts.Together) Phrase
	Tried(f facts.Tried) Phrase
	ServiceStops(f facts.ServiceStops) Phrase
	ServiceStopped(f facts.ServiceStopped) Phrase
	Stops(f facts.Stops) Phrase
	StopsEach(f facts.StopsEach) Phrase
	Recycles(f facts.Recycles) Phrase
	WillBeDeleted(f facts.WillBeDeleted) Phrase
	DueForDeletion(f facts.DueForDeletion) Phrase
	Contents(f facts.Contents) Phrase
	Deletes(f facts.Deletes) Phrase
	Stands(f facts.Stands) Phrase
	Unregulated(f facts.Unregulated) Phrase
	SameFor(f facts.SameFor) Phrase
	AlsoLater(f facts.AlsoLater) Phrase
	Converts(f facts.Converts) Phrase
	Converted(f facts.Converted) Phrase
	PerhapsConverted(f facts.PerhapsConverted) Phrase
	ReleaseTold(f facts.ReleaseTold) Phrase
	IgnoreRelease(f facts.IgnoreRelease) Phrase
	Unpaid(f facts.Unpaid) Phrase
	UnpaidBill(f facts.UnpaidBill) Phrase
	PayerOverdue(f facts.PayerOverdue) Phrase
	RunsOn(f facts.RunsOn) Phrase
	RenewalFailed(f facts.RenewalFailed) Phrase
	Attempts(f facts.Attempts) Phrase
	CannotRenew(f facts.CannotRenew) Phrase
	Frozen(f facts.Frozen) Phrase
	Unsubscribed(f facts.Unsubscribed) Phrase
	GoesAtOnce(f facts.GoesAtOnce) Phrase
	ConvertsAtOnce(f facts.ConvertsAtOnce) Phrase
	ByUnsubscribing(f facts.ByUnsubscribing) Phrase
	RenewalAdvised(f facts.RenewalAdvised) Phrase
	Over(f facts.Over) Phrase
	CalledOff(f facts.CalledOff) Phrase
	PaidLate(f facts.PaidLate) Phrase
}

// accounts are the facts of an account.
type accounts interface {
	Balance(f facts.Balance) Phrase
	AccountOverdue(f facts.AccountOverdue) Phrase
	WasOverdue(f facts.WasOverdue) Phrase
	WillStop(f facts.WillStop) Phrase
	HaveStopped(f facts.HaveStopped) Phrase
	Overripe(f facts.Overripe) Phrase
	StopUnknown(f facts.StopUnknown) Phrase
	NotRenewable(f facts.NotRenewable) Phrase
	Unaffected(f facts.Unaffected) Phrase
	LowBalance(f facts.LowBalance) Phrase
	WasLow(f facts.WasLow) Phrase
	RenewsFrom(f facts.RenewsFrom) Phrase
	RenewsFirst(f facts.RenewsFirst) Phrase
	UsesUp(f facts.UsesUp) Phrase
	WillFail(f facts.WillFail) Phrase
	Missing(f facts.Missing) Phrase
	Unpriced(f facts.Unpriced) Phrase
	ByCard(f facts.ByCard) Phrase
	DailyUse(f facts.DailyUse) Phrase
	WasShort(f facts.WasShort) Phrase
	NoAttemptFor(f facts.NoAttemptFor) Phrase
	Enough(f facts.Enough) Phrase
}

// For returns the lexicon of a language, for a reader.
func For(l words.Language, r *Reader) Lexicon {
	if l == words.ZH {
		return chinese{r}
	}
	return english{r}
}

// Languages lists the languages that there is a lexicon for.
func Languages() []words.Language { return []words.Language{words.EN, words.ZH} }
