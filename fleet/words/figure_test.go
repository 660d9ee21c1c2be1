package words_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
	tib = 1 << 40
)

func TestFigure(t *testing.T) {
	for _, c := range []struct {
		name   string
		metric fleet.Metric
		v      float64
		want   string
	}{
		{"nothing", fleet.Connections, 0, "0"},
		{"a count", fleet.Connections, 3612, "3,612"},
		{"a million and more", fleet.Connections, 1234567, "1,234,567"},
		{"1e12", fleet.Connections, 1e12, "1,000,000,000,000"},
		{"too long for commas", fleet.Connections, 1.23456e15, "1.235e+15"},
		{"whole from 100 up", fleet.MessageTPS, 512.4, "512"},
		{"one decimal from 10 up", fleet.MessageTPS, 12.44, "12.4"},
		{"two decimals below 10", fleet.MessageTPS, 3.27, "3.27"},
		{"no decimals that are nothing", fleet.MessageTPS, 3.0004, "3"},
		{"below one", fleet.MessageTPS, 0.056, "0.06"},
		{"below a hundredth", fleet.MessageTPS, 0.0042, "0.0042"},
		{"rounding up to ten", fleet.MessageTPS, 9.996, "10"},
		{"rounding up to a hundred", fleet.MessageTPS, 99.96, "100"},
		{"rounding up to a thousand", fleet.MessageTPS, 999.6, "1,000"},
		{"below zero", fleet.MessageTPS, -1500, "-1,500"},
		{"just below zero", fleet.MessageTPS, -0.5, "-0.5"},
		{"not a number", fleet.Connections, math.NaN(), "–"},
		{"no end", fleet.Connections, math.Inf(1), "–"},
		{"no end below", fleet.MemoryBytes, math.Inf(-1), "–"},
		{"no bytes", fleet.MemoryBytes, 0, "0 B"},
		{"bytes", fleet.MemoryBytes, 1023, "1,023 B"},
		{"the border to KiB", fleet.MemoryBytes, kib, "1 KiB"},
		{"KiB", fleet.MemoryBytes, 1536, "1.5 KiB"},
		{"MiB", fleet.MemoryBytes, 1023 * mib, "1,023 MiB"},
		{"below the border to GiB, and rounded over it", fleet.MemoryBytes, 1023.99 * mib, "1 GiB"},
		{"below the border to GiB, and rounded under it", fleet.MemoryBytes, 1023.4 * mib, "1,023 MiB"},
		{"GiB", fleet.MemoryBytes, 2.61 * gib, "2.61 GiB"},
		{"below the border to TiB", fleet.MemoryBytes, tib - 1, "1 TiB"},
		{"the border to TiB", fleet.MemoryBytes, tib, "1 TiB"},
		{"TiB", fleet.MemoryBytes, 15.25 * tib, "15.2 TiB"},
		{"PiB are the largest", fleet.MemoryBytes, 5000 * 1024 * tib, "5,000 PiB"},
		{"bytes below zero", fleet.MemoryBytes, -1536, "-1.5 KiB"},
	} {
		if got := words.Figure(c.metric, c.v); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOf(t *testing.T) {
	for _, c := range []struct {
		name            string
		metric          fleet.Metric
		usage, capacity float64
		en, zh          string
	}{
		{"a count", fleet.Connections, 3612, 5000, "3,612 of 5,000", "3,612/5,000"},
		{"the same unit", fleet.MemoryBytes, 2.61 * gib, 4 * gib, "2.61 of 4 GiB", "2.61/4 GiB"},
		{"two units", fleet.MemoryBytes, 512 * mib, 4 * gib, "512 MiB of 4 GiB", "512 MiB/4 GiB"},
		{"over the capacity and the border", fleet.MemoryBytes, 1.1 * gib, 512 * mib, "1.1 GiB of 512 MiB", "1.1 GiB/512 MiB"},
		{"nothing", fleet.MemoryBytes, 0, gib, "0 B of 1 GiB", "0 B/1 GiB"},
		{"not known", fleet.MemoryBytes, math.NaN(), gib, "– of 1 GiB", "–/1 GiB"},
	} {
		if en, zh := words.Of(c.metric, c.usage, c.capacity, words.EN), words.Of(c.metric, c.usage, c.capacity, words.ZH); en != c.en || zh != c.zh {
			t.Errorf("%s: %q %q, want %q %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

// A memory figure never has as much as the next unit, and keeps three digits.
func TestFigureStaysWithinItsUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(1, 1e18).Draw(t, "bytes")
		text, unit, _ := strings.Cut(words.Figure(fleet.MemoryBytes, v), " ")
		n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			t.Fatalf("%v is written as %q", v, text)
		}
		if n >= 1024 && unit != "PiB" {
			t.Errorf("%v is %s %s, and has a larger unit", v, text, unit)
		}
		one := map[string]float64{"B": 1, "KiB": kib, "MiB": mib, "GiB": gib, "TiB": tib, "PiB": 1024 * tib}[unit]
		if off := math.Abs(n*one - v); off > 0.00501*v {
			t.Errorf("%v is written as %s %s, which is %v off", v, text, unit, off)
		}
	})
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		name string
		u    float64
		want string
	}{
		{"nothing", 0, "0%"},
		{"half a percent", 0.005, "0.5%"},
		{"less than is written", 0.0004, "0%"},
		{"one decimal below ten", 0.0319, "3.1%"},
		{"no decimal that is nothing", 0.03, "3%"},
		{"just below ten", 0.09999, "9.9%"},
		{"ten", 0.1, "10%"},
		{"whole from ten up", 0.7224, "72%"},
		{"a binary fraction below what it stands for", 0.29, "29%"},
		{"a quotient", 3.0 / 10, "30%"},
		{"just below a threshold", 0.6996, "69%"},
		{"just below full", 0.9996, "99%"},
		{"full", 1, "100%"},
		{"over full", 1.049, "104%"},
		{"with commas", 12.5, "1,250%"},
		{"1e12", 1e12, "100,000,000,000,000%"},
		{"too long for commas", 1e14, "1e+16%"},
		{"below zero", -0.255, "-25%"},
		{"not far below zero", -0.0001, "0%"},
		{"not a number", math.NaN(), "–"},
		{"no end", math.Inf(1), "–"},
		{"a number with no end in percent", math.MaxFloat64, "–"},
	} {
		if got := words.Share(c.u); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		name string
		u    float64
		want string
	}{
		{"the usual one", 0.7, "70%"},
		{"none", 0, "0%"},
		{"with a decimal", 0.875, "87.5%"},
		{"worked out: 70 less 5", 0.7 - 0.05, "65%"},
		{"a binary fraction", 0.29, "29%"},
		{"three decimals", 0.12345, "12.345%"},
		{"above full", 1.5, "150%"},
		{"not a number", math.NaN(), "–"},
		{"no end", math.Inf(-1), "–"},
		{"a number with no end in percent", math.MaxFloat64, "–"},
	} {
		if got := words.Threshold(c.u); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestShareBeside(t *testing.T) {
	for _, c := range []struct {
		name         string
		u, threshold float64
		want         string
	}{
		{"a whole threshold", 0.7224, 0.7, "72%"},
		{"just below it", 0.69999, 0.7, "69%"},
		{"above one with a decimal", 0.876, 0.875, "87.6%"},
		{"at it", 0.875, 0.875, "87.5%"},
		{"below it", 0.8749, 0.875, "87.4%"},
		{"far above it", 0.9, 0.875, "90%"},
		{"no threshold", 0.7224, 0, "72%"},
		{"a threshold that is not a number", 0.7224, math.NaN(), "72%"},
		{"not a number", math.NaN(), 0.7, "–"},
	} {
		if got := words.ShareBeside(c.u, c.threshold); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A share reads at or above the threshold beside it exactly when it stands there.
func TestShareReadsAsItStands(t *testing.T) {
	percent := func(t *rapid.T, text string) float64 {
		v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(text, "%"), ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	rapid.Check(t, func(t *rapid.T) {
		threshold := float64(rapid.IntRange(1, 200_000).Draw(t, "thousandths of a percent")) / 100_000
		near := rapid.Float64Range(0, 2)
		u := rapid.OneOf(near, rapid.Just(threshold), rapid.Just(math.Nextafter(threshold, 0)), rapid.Just(math.Nextafter(threshold, 9))).Draw(t, "share")
		reads := percent(t, words.ShareBeside(u, threshold)) >= percent(t, words.Threshold(threshold))
		if stands := u >= threshold; reads != stands {
			t.Errorf("%v beside %v is %s beside %s", u, threshold, words.ShareBeside(u, threshold), words.Threshold(threshold))
		}
	})
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 10_000: "10,000", 1_234_567: "1,234,567"} {
		if got := words.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
