// Package fleet holds the nouns of Brimwatch: instances, what they may carry,
// how long they may be used, and what was read from them. It is a leaf: it
// imports nothing of ours, does no I/O and starts nothing. All values that are
// handed around by pointer (Instance, Reading) are immutable once published.
package fleet

import (
	"slices"
	"strings"
	"time"
)

// Instance is one message or cache instance that is watched: who it is, what
// it may carry and how long it may be used. A reload builds new values; nothing
// running writes to one.
type Instance struct {
	ID      string
	Name    string // what people call it; the ID when none was given
	Account string
	Product string // key of the catalogue: mqtt, rocketmq, iot, redis, or one of the operator's own
	Edition string
	Spec    string
	Labels  []Label // sorted by name

	Configured Amounts // capacity given by hand; 0 is not given
	Catalogue  Amounts // capacity of the edition or specification; 0 is not known
	Cloud      Amounts // capacity in the cloud's list of instances; 0 is not known
	CloudAt    int64   // when it was read there, Unix seconds

	Term Term
	// Status is the cloud's own word for how it is; "" where no cloud tells.
	Status string

	// Watched is false for an instance without a source: only its calendar counts.
	Watched bool
	// BulkRenewal tells that instances of its product can be renewed together, as the
	// catalogue says (Guide.Bulk).
	BulkRenewal bool
}

// Label is one name and value an operator put on an instance.
type Label struct {
	Name, Value string
}

// SortLabels turns a map into the sorted form that Instance.Labels has.
func SortLabels(m map[string]string) []Label {
	out := make([]Label, 0, len(m))
	for k, v := range m {
		out = append(out, Label{Name: k, Value: v})
	}
	slices.SortFunc(out, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Label returns the value of the label called name, and "" when there is none.
func (in *Instance) Label(name string) string {
	for _, l := range in.Labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// Amounts holds one figure for each metric, indexed by Metric: messages per
// second, subscriptions, connections, commands per second or bytes.
type Amounts [NumMetrics]float64

// Origin says where a limit comes from.
type Origin uint8

// The origins, in the order in which they win over those below them.
const (
	OriginNone       Origin = iota
	OriginConfigured        // the operator's configuration
	OriginServer            // the server says so
	OriginCloud             // the cloud's API says so
	OriginCatalogue         // the edition's or specification's row in the catalogue
)

// String returns the word that pages, API and logs use.
func (o Origin) String() string {
	switch o {
	case OriginConfigured:
		return "configured"
	case OriginServer:
		return "server"
	case OriginCloud:
		return "cloud"
	case OriginCatalogue:
		return "catalogue"
	case OriginNone:
	}
	return "unknown"
}

// ParseOrigin finds an origin by its word.
func ParseOrigin(word string) (Origin, bool) {
	for o := OriginConfigured; o <= OriginCatalogue; o++ {
		if o.String() == word {
			return o, true
		}
	}
	return OriginNone, false
}

// Limit is the capacity for one metric, with where it comes from and when it
// was read there (Unix seconds; 0 for what does not age). A Value of 0 or less
// is "not known"; nothing is ever divided by it.
type Limit struct {
	Value  float64
	At     int64
	Origin Origin
}

// Known tells whether there is a limit to hold a usage against.
func (l Limit) Known() bool { return l.Value > 0 }

// staleAfter is how old a limit of a server or cloud may be.
const staleAfter = 24 * time.Hour

// Stale tells whether the limit was read so long ago that it may have changed.
// It still counts: an alarm by an old limit is better than none.
func (l Limit) Stale(now time.Time) bool {
	return l.At != 0 && now.Sub(time.Unix(l.At, 0)) > staleAfter
}

// Limit returns the capacity that counts for metric m: what the operator
// configured, else what the server or cloud said with reading r (which may be
// nil), else what the cloud's list of instances says, else what the catalogue
// says.
func (in *Instance) Limit(r *Reading, m Metric) Limit {
	if v := in.Configured[m]; v > 0 {
		return Limit{Value: v, Origin: OriginConfigured}
	}
	if r != nil && r.Limits[m].Known() {
		return r.Limits[m]
	}
	if v := in.Cloud[m]; v > 0 {
		return Limit{Value: v, At: in.CloudAt, Origin: OriginCloud}
	}
	if v := in.Catalogue[m]; v > 0 {
		return Limit{Value: v, Origin: OriginCatalogue}
	}
	return Limit{}
}

// Balance is what an account has left; below zero it is overdue.
type Balance struct {
	Amount   Amount
	Currency string    // ISO 4217, as CNY
	At       time.Time // when the cloud was asked; zero for one that was given by hand
	// Credit is the line of credit that the cloud tells beside it. The amount holds what
	// is left of it already.
	Credit Amount
}

// Account is a cloud account, or any payer that instances belong to.
type Account struct {
	Name     string
	Provider string
	Zone     *time.Location // where its days begin; never nil
	Balance  *Balance       // nil when it is not known

	// LowBalance is the threshold below which somebody should pay; 0 is none.
	LowBalance Amount

	// Credit is how far a balance that was given by hand may lie below zero before the
	// account is overdue. What a cloud reports holds its line of credit already.
	Credit Amount
	// SuspensionDelay is how long after it became overdue the cloud suspends nothing.
	SuspensionDelay time.Duration
	// Coupons are worth so much for bills and renewals, besides the balance.
	Coupons Amount
	// DailyUse is what the balance falls by on a day, without payments into it and single
	// large ones out of it; nil when too little is known.
	DailyUse *Amount

	// OverdueSince is since when the balance is known to lie below zero; zero when
	// it does not.
	OverdueSince time.Time
}

// Overdue tells whether a bill of the account is known to be unpaid.
func (a *Account) Overdue() bool {
	available, known := a.Available()
	return a != nil && (!a.OverdueSince.IsZero() || known && available < 0)
}

// Available is what the account can pay with, its line of credit included; false when
// its balance is not known.
func (a *Account) Available() (Amount, bool) {
	if a == nil || a.Balance == nil {
		return 0, false
	}
	if !a.Balance.At.IsZero() {
		return a.Balance.Amount, true
	}
	return a.Balance.Amount.Plus(a.Credit), true
}
