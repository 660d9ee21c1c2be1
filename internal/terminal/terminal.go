// Package terminal says what a terminal can show, and writes for it: colours, bars, and
// text cut to cells. All of it is pure but Of, which asks the system about a stream.
//
// Two rules hold for whatever is written here. What the terminal cannot show has a plain
// form: no colours where NO_COLOR is set or nobody looks on, and ASCII where the locale
// has no UTF-8. And no text from outside reaches a terminal as it came: Plain writes out
// control signs and signs that turn the direction of the text, so that a name can neither
// clear the screen nor pass for another one.
package terminal

import (
	"cmp"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// The size of a terminal that does not tell its own.
const (
	usualWidth  = 80
	usualHeight = 24
)

// Look is what can be shown.
type Look struct {
	Live          bool // a terminal: what is written may be written over
	Color         bool
	Unicode       bool // bars and lines out of blocks; else ASCII
	Width, Height int  // in cells
}

// Of finds what can be shown on the far side of a stream.
func Of(w io.Writer, getenv func(string) string) Look {
	look := Look{Unicode: speaksUTF8(getenv), Width: usualWidth, Height: usualHeight}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		look.Width = n
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return look
	}
	look.Live = getenv("TERM") != "dumb"
	look.Color = look.Live && getenv("NO_COLOR") == ""
	if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
		look.Width, look.Height = width, height
	}
	return look
}

// speaksUTF8 tells whether the locale shows more than ASCII: it does unless it names
// another encoding, or is the C locale. A locale that is not set says nothing, and
// terminals of our time show UTF-8.
func speaksUTF8(getenv func(string) string) bool {
	locale, _, _ := strings.Cut(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")), "@")
	name, encoding, named := strings.Cut(locale, ".")
	if named {
		return strings.EqualFold(strings.ReplaceAll(encoding, "-", ""), "utf8")
	}
	return name != "C" && name != "POSIX"
}

// Tone is what a colour says.
type Tone uint8

// The tones.
const (
	Usual  Tone = iota
	Good        // below its threshold
	Warned      // worth a look
	Bad         // an alarm is raised
	Faint       // beside the point
	Strong      // a heading
	Marked      // the chosen line
)

// codes are the SGR parameters of a tone: the eight colours that every scheme of a
// terminal has, so that they are readable on light and dark ground.
func (t Tone) codes() string {
	switch t {
	case Good:
		return "32"
	case Warned:
		return "33"
	case Bad:
		return "31"
	case Faint:
		return "2"
	case Strong:
		return "1"
	case Marked:
		return "7"
	case Usual:
	}
	return ""
}

// Paint writes a text in a tone, or as it is where there are no colours.
func (l Look) Paint(t Tone, text string) string {
	codes := t.codes()
	if !l.Color || codes == "" || text == "" {
		return text
	}
	return "\x1b[" + codes + "m" + text + "\x1b[m"
}

// Plain writes a text from outside so that it can do nothing but be read.
func Plain(text string) string { return fleet.PlainName(text) }

// Cut shortens a text to so many cells, with a sign at its end that says so.
func (l Look) Cut(text string, cells int) string {
	if phrases.Cells(text) <= cells {
		return text
	}
	end := "…"
	if !l.Unicode {
		end = "~"
	}
	if cells < 1 {
		return ""
	}
	room := cells - 1
	var b strings.Builder
	for _, r := range text {
		sign := string(r)
		n := phrases.Cells(sign)
		if n > room {
			break
		}
		room -= n
		b.WriteString(sign)
	}
	return b.String() + end
}

// Fit makes a text exactly so many cells wide.
func (l Look) Fit(text string, cells int) string {
	return phrases.Fill(l.Cut(text, cells), cells)
}

// FitRight is Fit for figures: they stand at the right.
func (l Look) FitRight(text string, cells int) string {
	text = l.Cut(text, cells)
	return strings.Repeat(" ", max(0, cells-phrases.Cells(text))) + text
}
