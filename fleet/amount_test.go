package fleet

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]string{
		"1200": "1,200.00", "-11.19": "-11.19", "10000.00": "10,000.00", "1,000.00": "1,000.00", "100": "100.00", "-123456": "-123,456.00", "+5": "5.00", " 7.5 ": "7.50", "0": "0.00", "-0.0": "0.00",
		"1,234,567.891": "1,234,567.891", "0.000001": "0.000001", "0.10000000": "0.10", "-9,223,372,036,854.775808": "-9,223,372,036,854.775808",
	} {
		got, err := ParseAmount(text)
		if err != nil || got.String() != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "empty", "  ": "empty", "abc": "not an amount", "1.000,00": "not an amount", "1,00": "not an amount", "1,0000": "not an amount", ",100": "not an amount",
		"1000,000": "not an amount", "1.": "not an amount", ".5": "not an amount", "-": "not an amount", "1e3": "not an amount", "1 000": "not an amount", "¥12": "not an amount",
		"NaN": "not an amount", "0.0000001": "six decimals", "9223372036854.775808": "too large", strings.Repeat("9", 60): "too large",
	} {
		if got, err := ParseAmount(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %s, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestAmountRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(math.MinInt64, math.MaxInt64).Draw(t, "amount"))
		for _, text := range []string{a.String(), a.Decimal()} {
			if got, err := ParseAmount(text); err != nil || got != a {
				t.Fatalf("%s is read as %d, %v; want %d", text, got, err, a)
			}
		}
		text, err := a.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Amount
		if err := got.UnmarshalText(text); err != nil || got != a {
			t.Fatalf("%s is unmarshalled as %d, %v; want %d", text, got, err, a)
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"1200", "-11.19", "1,000.00", "1.000,00", "", "+", "0.0000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAmount(s)
		if err != nil {
			return
		}
		if again, err := ParseAmount(a.Decimal()); err != nil || again != a {
			t.Errorf("%q is %s, and that is %s, %v", s, a, again, err)
		}
	})
}
