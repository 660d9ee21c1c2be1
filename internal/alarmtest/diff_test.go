package alarmtest

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFitsText(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		fits      bool
	}{
		{"", "anything", true},
		{"{code} WARNING Orders…", "{code} WARNING Orders: full", true},
		{"{code} WARNING Orders...", "{code} WARNING Orders: full", true},
		{"{code} WARNING", "{code} WARNING Orders: full", false},
		{"…full", "{code} WARNING\nOrders: full", true},
		{"a.c", "abc", false},
		{"…(70%)…", "x (70%) y", true},
	} {
		if got := fitsText(tt.want, tt.got); got != tt.fits {
			t.Errorf("fitsText(%q, %q) = %v", tt.want, tt.got, got)
		}
	}
}

// TestLines holds for any two lists: what stays and what is missing is what was wanted, what
// stays and what came is what there is, in order, and nothing is marked where both are equal.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "c"})
		want, got := rapid.SliceOfN(word, 0, 8).Draw(t, "want"), rapid.SliceOfN(word, 0, 8).Draw(t, "got")
		text := func(s *string) string { return *s }
		out, same := lines(want, got, func(a, b *string) bool { return *a == *b }, text, text)
		side := func(mark string) []string {
			var list []string
			for _, l := range out {
				if strings.HasPrefix(l, "  ") || strings.HasPrefix(l, mark) {
					list = append(list, l[2:])
				}
			}
			return list
		}
		if !slices.Equal(side("- "), want) || !slices.Equal(side("+ "), got) {
			t.Fatalf("lines(%v, %v) = %v", want, got, out)
		}
		if same != slices.Equal(want, got) {
			t.Fatalf("lines(%v, %v) says same: %v", want, got, same)
		}
	})
}

func TestParseValues(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []value
		why  string
	}{
		{"3x2", []value{{3, true}, {3, true}, {3, true}}, ""},
		{"1+2x2", []value{{1, true}, {3, true}, {5, true}}, ""},
		{"7", []value{{7, true}}, ""},
		{"_x2 5", []value{{}, {}, {5, true}}, ""},
		{"_ 5", []value{{}, {5, true}}, ""},
		{"stale", []value{{}}, ""},
		{"5xy", nil, "values are written as"},
		{"", nil, "values are written as"},
		{"-5", nil, "zero or above"},
		{"Inf", nil, "zero or above"},
		{"1x9999999999", nil, "values"},
		{strings.Repeat("1", 500), nil, "values are written as"},
	} {
		got, why := parseValues(tt.text)
		if !slices.Equal(got, tt.want) || (tt.why == "") != (why == "") || !strings.Contains(why, tt.why) {
			t.Errorf("parseValues(%.40q) = %v, %q; want %v, %q", tt.text, got, why, tt.want, tt.why)
		}
	}
}
