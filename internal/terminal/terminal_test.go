package terminal

import (
	"math"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestLocale: what the environment says of the signs that can be shown.
func TestLocale(t *testing.T) {
	for _, tt := range []struct {
		name    string
		env     map[string]string
		unicode bool
		width   int
	}{
		{"nothing is said", nil, true, 80},
		{"UTF-8", map[string]string{"LANG": "en_GB.UTF-8"}, true, 80},
		{"utf8", map[string]string{"LC_CTYPE": "zh_CN.utf8@pinyin"}, true, 80},
		{"C with UTF-8", map[string]string{"LC_ALL": "C.UTF-8"}, true, 80},
		{"C", map[string]string{"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, false, 80},
		{"POSIX", map[string]string{"LANG": "POSIX"}, false, 80},
		{"another encoding", map[string]string{"LANG": "zh_CN.GB18030"}, false, 80},
		{"no encoding", map[string]string{"LANG": "de_DE"}, true, 80},
		{"a width", map[string]string{"COLUMNS": "132"}, true, 132},
		{"no width", map[string]string{"COLUMNS": "-1"}, true, 80},
	} {
		look := Of(&strings.Builder{}, func(name string) string { return tt.env[name] })
		if look.Unicode != tt.unicode || look.Width != tt.width || look.Live || look.Color {
			t.Errorf("%s: %+v", tt.name, look)
		}
	}
}

func TestPaint(t *testing.T) {
	if got := (Look{Color: true}).Paint(Bad, "x"); got != "\x1b[31mx\x1b[m" {
		t.Errorf("got %q", got)
	}
	for _, got := range []string{Look{}.Paint(Bad, "x"), Look{Color: true}.Paint(Usual, "x")} {
		if got != "x" {
			t.Errorf("got %q", got)
		}
	}
	if got := (Look{Color: true}).Paint(Bad, ""); got != "" {
		t.Errorf("nothing is painted: %q", got)
	}
}

func TestPlain(t *testing.T) {
	for given, want := range map[string]string{"Orders": "Orders", "会话": "会话", "a\x1b[2Jb": "a<U+001B>[2Jb", "a\u202eb": "a<U+202E>b", "a\nb": "a<U+000A>b", "\xff": "<0xFF>"} {
		if got := Plain(given); got != want {
			t.Errorf("%q is written as %q, want %q", given, got, want)
		}
	}
}

func TestMeter(t *testing.T) {
	unicode := Look{Unicode: true}
	for _, tt := range []struct {
		name             string
		share, threshold float64
		want, ascii      string
	}{
		{"below", 0.3, 0.7, "███░░░░│░░", "###----|--"},
		{"nearly", 0.699, 0.7, "███████│░░", "#######|--"},
		{"at it", 0.7, 0.7, "████████░░", "########--"},
		{"above", 0.91, 0.7, "█████████░", "#########-"},
		{"full", 1, 0.7, "██████████", "##########"},
		{"more than full", 3, 0.7, "██████████", "##########"},
		{"below zero", -1, 0.7, "░░░░░░░│░░", "-------|--"},
		{"not known", math.NaN(), 0.7, "░░░░░░░│░░", "-------|--"},
		{"no threshold", 0.5, 0, "█████░░░░░", "#####-----"},
		{"a threshold of all", 0.99, 1, "█████████│", "#########|"},
		{"a threshold beyond", 0.5, 1.2, "█████░░░░░", "#####-----"},
	} {
		if got, ascii := unicode.Meter(tt.share, tt.threshold, 10), (Look{}).Meter(tt.share, tt.threshold, 10); got != tt.want || ascii != tt.ascii {
			t.Errorf("%s: %s and %s, want %s and %s", tt.name, got, ascii, tt.want, tt.ascii)
		}
	}
	if got := unicode.Meter(0.5, 0.7, 0); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestFit: a text fills its cells exactly, Chinese signs and all.
func TestFit(t *testing.T) {
	look := Look{Unicode: true}
	for _, tt := range []struct{ given, cut, right string }{
		{"Orders", "Orders  ", "  Orders"}, {"Orders of all", "Orders …", "Orders …"}, {"会话缓存组", "会话缓… ", " 会话缓…"}, {"", "        ", "        "},
	} {
		if cut, right := look.Fit(tt.given, 8), look.FitRight(tt.given, 8); cut != tt.cut || right != tt.right {
			t.Errorf("%q: %q and %q", tt.given, cut, right)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, cells := rapid.String().Draw(t, "text"), rapid.IntRange(0, 30).Draw(t, "cells")
		if got := (Look{Unicode: rapid.Bool().Draw(t, "unicode")}).Fit(text, cells); phrases.Cells(got) != cells {
			t.Fatalf("%q takes %d cells, want %d", got, phrases.Cells(got), cells)
		}
	})
}
