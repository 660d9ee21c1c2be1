package web

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// Bounds on what the fields of the filter propose: with more, the page of a large fleet would be
// lists above all.
const (
	maxAccounts   = 500
	maxVocabulary = 100
)

// vocabulary gathers what a filter may ask for: products, accounts and labels that there are.
type vocabulary struct {
	products, accounts map[string]bool
	labels             map[fleet.Label]int // by how many instances have it
}

func newVocabulary() *vocabulary {
	return &vocabulary{products: make(map[string]bool), accounts: make(map[string]bool), labels: make(map[fleet.Label]int)}
}

func (v *vocabulary) add(in *fleet.Instance) {
	v.products[in.Product] = true
	if in.Account != "" {
		v.accounts[in.Account] = true
	}
	for _, l := range in.Labels {
		v.labels[l]++
	}
}

// lists returns the products, the first accounts by name, and the labels that most instances have.
func (v *vocabulary) lists() (products, accounts, labels []string) {
	products, accounts = slices.Sorted(maps.Keys(v.products)), slices.Sorted(maps.Keys(v.accounts))
	most := slices.SortedFunc(maps.Keys(v.labels), func(a, b fleet.Label) int {
		return cmp.Or(v.labels[b]-v.labels[a], strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	for _, l := range most[:min(len(most), maxVocabulary)] {
		labels = append(labels, l.Name+"="+l.Value)
	}
	slices.Sort(labels)
	return products, accounts[:min(len(accounts), maxAccounts)], labels
}
