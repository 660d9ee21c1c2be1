package families

import (
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// TestShortfall: what is missing, and when; nothing while there is enough; no point while the
// balance is not known. Who is gone renews nothing.
func TestShortfall(t *testing.T) {
	balance := func(amount fleet.Amount) func(*fakes) {
		return func(f *fakes) { f.accounts[0].Balance = &fleet.Balance{Amount: amount, Currency: "CNY"} }
	}
	for _, tt := range []struct {
		name   string
		change func(*fakes)
		want   []string
	}{
		{"short", func(*fakes) {}, []string{`brimwatch_account_shortfall_amount{account="acme",currency="CNY"} 799.5`, `brimwatch_account_shortfall_timestamp_seconds{account="acme",currency="CNY"} 1797955200`}},
		{"enough", balance(2000_000_000), []string{`brimwatch_account_shortfall_amount{account="acme",currency="CNY"} 0`}},
		{"a cent too little", balance(1999_990_000), []string{`brimwatch_account_shortfall_amount{account="acme",currency="CNY"} 0.01`, `brimwatch_account_shortfall_timestamp_seconds{account="acme",currency="CNY"} 1797955200`}},
		{"not known", func(f *fakes) { f.accounts[0].Balance = nil }, nil},
		{"renewed by hand", func(f *fakes) {
			for i := range f.standings {
				if c := f.standings[i].Course; c != nil {
					c.Term.AutoRenew = false
				}
			}
		}, []string{`brimwatch_account_shortfall_amount{account="acme",currency="CNY"} 0`}},
		{"gone", func(f *fakes) {
			for i := range f.standings {
				if c := f.standings[i].Course; c != nil {
					told := c.Told(fleet.Existence{Due: now(), Said: fleet.Confirmation{Gone: true, By: "Wei", At: now()}})
					f.standings[i].Course = &told
				}
			}
		}, []string{`brimwatch_account_shortfall_amount{account="acme",currency="CNY"} 0`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := smallFleet()
			tt.change(f)
			got := lines(t, f, Choice{Account: "acme", Family: func(f *series.Family) bool {
				return f.Name == series.ShortfallAmount || f.Name == series.ShortfallMoment
			}})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
