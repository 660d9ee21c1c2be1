package alarm

import (
	"math"
	"strings"
	"testing"
)

func TestParseShare(t *testing.T) {
	for text, want := range map[string]float64{"70%": 0.7, "70": 0.7, "0.5%": 0.005, "100": 1, "1": 0.01, " 87.5 % ": 0.875, "0": 0, "0%": 0, "1000%": 10} {
		if got, err := ParseShare(text); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"0.7": "0.7 is read as a percentage; write 70% if that is what you mean", "0.875": "write 87.5% if", "0.0001": "write 0.01% if",
		"": "a share is wanted here", "x": "a share is wanted here", "NaN": "a share is wanted here", "1e9": "a share is wanted here", "Inf": "a share is wanted here", "70%%": "a share is wanted here",
		"-1": "a share lies between", "1001": "a share lies between", strings.Repeat("7", 100): "…",
	} {
		if got, err := ParseShare(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %v, %v; want an error with %s", text, got, err, want)
		}
	}
}

func TestClip(t *testing.T) {
	forty := strings.Repeat("满", 40)
	for text, want := range map[string]string{"": "", forty: forty, forty + "x": forty + "…"} {
		if got := clip(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
