package callnames

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func table(names ...string) *Table {
	return New(func() []Named {
		var out []Named
		for i, n := range names {
			out = append(out, Named{ID: fmt.Sprintf("mqtt-cn-%05d", i), Name: n})
		}
		return out
	})
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name   string
		others []string
		given  string
		most   int
		gap    string
		want   string
	}{
		{"short enough", nil, "Payments", 8, "..", "Payments"},
		{"no width is all of it", nil, "Payments-production-0001", 0, "..", "Payments-production-0001"},
		{"in the middle", nil, "Payments-production-0001", 16, "..", "Payment..on-0001"},
		{"with one sign for the gap", nil, "Payments-production-0001", 16, "…", "Payments…on-0001"},
		{"others differ at the end", []string{"Payments-production-0002"}, "Payments-production-0001", 16, "..", "Payment..on-0001"},
		{"one differs in the middle: the gap moves", []string{"Payments-preferred-on-0001"}, "Payments-production-0001", 16, "..", "Paymen..ion-0001"},
		{"nothing but the ID helps", []string{"Payments-of-A-in-Asia-0001"}, "Payments-of-B-in-Asia-0001", 12, "..", "mqtt-..00000"},
		{"the same name twice", []string{"Payments-production-0001"}, "Payments-production-0001", 16, "..", "mqtt-cn-00000"},
		{"of other alphabets", []string{"订单与支付与结算与对账"}, "订单与支付及结算与对账", 7, "…", "订单与支付及…"},
	} {
		id := "mqtt-cn-00000"
		if got := table(append([]string{tt.given}, tt.others...)...).Cut(tt.given, id, tt.most, tt.gap); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := (*Table)(nil).Cut("Payments-production-0001", "", 16, ".."); got != "Payment..on-0001" {
		t.Errorf("without a table: %q", got)
	}
}

// Ten thousand names that differ in one sign in the middle stay ten thousand names, however
// few signs there are.
func TestNamesThatDifferInTheMiddle(t *testing.T) {
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("Payments-of-the-%04d-shop-in-Asia", i))
	}
	all := table(names...)
	for _, most := range []int{7, 12, 16, 20, 24, 30} {
		seen := make(map[string]string, len(names))
		for i, name := range names {
			short := all.Cut(name, fmt.Sprintf("mqtt-cn-%05d", i), most, "..")
			if other, twice := seen[short]; twice {
				t.Fatalf("in %d signs %q and %q are both called %q", most, name, other, short)
			}
			seen[short] = name
		}
	}
}

// Whatever the names are, no two of those that are shortened are the same, nor the same as
// one that is not.
func TestShortNamesStayApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[ab-]{1,14}`), 2, 30, rapid.ID[string]).Draw(t, "names")
		most := rapid.IntRange(5, 14).Draw(t, "signs")
		all, seen := table(names...), make(map[string]string)
		for i, name := range names {
			short := all.Cut(name, fmt.Sprintf("mqtt-cn-%05d", i), most, "…")
			if other, twice := seen[short]; twice {
				t.Errorf("%q and %q are both called %q", name, other, short)
			}
			seen[short] = name
			if utf8.RuneCountInString(short) > max(most, 13) {
				t.Errorf("%q is called %q, and was to have %d signs", name, short, most)
			}
		}
	})
}
