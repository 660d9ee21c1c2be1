package config

import (
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// Catalogue holds the known products: editions and specifications with
// their capacities, and calendars. It ships with the binary and may be
// overridden.
type Catalogue struct {
	Products map[string]Product
	Policies map[string]fleet.Policy
	// Sizes are the same products in the order of size, as advice is given by them.
	Sizes map[string]*advice.Product
}

// Product is one kind of instance.
type Product struct {
	Name     string
	Title    string
	Titles   map[string]string // by language, where it is another one there
	Editions map[string]Edition
	Changes  []advice.Change // the first that fits a change speaks for it
	Guidance Guidance
}

// Edition is what one edition, or one specification of it, carries.
type Edition struct {
	Name     string
	Title    map[string]string // by language
	Capacity fleet.Amounts
	Specs    map[string]Spec
	Policies map[fleet.Method]string // default policy by billing method
	Price    fleet.Price             // of a renewal
	Source   string                  // where the figures are from
	Guidance Guidance                // where it differs from that of the product
}

// Spec is one specification of an edition.
type Spec struct {
	Name     string
	Capacity fleet.Amounts
	Price    fleet.Price // where it is not that of the edition
	Source   string
}
