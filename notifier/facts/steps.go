package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Step is something that a person can do, or should know when doing it.
type Step struct {
	Do      Do
	Metric  fleet.Metric  // of Relieve
	Fitting alarm.Fitting // of Fit
	Every   time.Duration // of WaitUntilSteady
}

// Do names what a person can do.
type Do uint8

// What a person can do. What a product has to say about it, such as where it is
// renewed, comes from the catalogue.
const (
	Nothing            Do = iota // what was told is of no matter any more
	Relieve                      // a metric that fills up
	Fit                          // move to what fits
	CheckSource                  // whether an instance runs and can be read
	CheckNetwork                 // between Brimwatch and the instances
	WaitUntilSteady              // an alarm that goes up and down is told again each while
	Renew                        // before the term ends
	RenewNow                     // the term is over
	RenewByHand                  // automatic renewal does not try again
	RenewTogether                // several instances
	RenewWhere                   // where and how, by the catalogue
	FundOrRenew                  // automatic renewal tries again
	FundsFrom                    // from what it pays, by the catalogue
	AutoRenewalUseless           // switching it on after the end does not help
	KeepEdition                  // renew only to keep the edition of one that is converted
	PayBill                      // of an instance
	PayAccount                   // of an account that is overdue
	PayThenRenew                 // the account first
	NoRenewal                    // what is billed by use is not renewed
	AddFunds                     // to an account
	PayIn                        // what is missing, before renewals fail
	CheckConsole                 // what is left of it
	CheckConverted               // whether it was converted
	Restore                      // from the recycle bin
	ContinueTrial                // of one that is frozen
	UpgradeWhere                 // where and how, by the catalogue
	Returns                      // how long a service takes to come back, by the catalogue
	ReturnsLater                 // the same, of all instances of an account
	RenewedLate                  // what to know when it is renewed while it is stopped, by the catalogue
	DowngradeFirst               // before it is unsubscribed, if it is to stay
	SaveFirst                    // what is needed of it, before it is unsubscribed
	EnterBilling                 // of one that is converted when it is unsubscribed
	numDos
)

// Dos lists all that a person can do.
func Dos() []Do {
	var out []Do
	for d := range numDos {
		out = append(out, d)
	}
	return out
}
