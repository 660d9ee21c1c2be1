package fleet

import (
	"testing"
	"unicode"
)

func TestCheckName(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // empty: the name is taken
	}{
		{"nothing", "", ""},
		{"plain", "Orders (EU)", ""},
		{"Chinese", "订单 消息队列", ""},
		{"Hebrew", "הזמנות", ""},
		{"a family of emoji, joined by U+200D", "ops 👩‍👩‍👧", ""},
		{"a line feed", "Orders\nAll is well", "character 7 is U+000A, a line break"},
		{"a carriage return", "Orders\rAll", "character 7 is U+000D, a line break"},
		{"next line", "a\u0085b", "character 2 is U+0085, a line break"},
		{"a line separator", "a\u2028b", "character 2 is U+2028, a line break"},
		{"a paragraph separator", "a\u2029b", "character 2 is U+2029, a line break"},
		{"a tab", "a\tb", "character 2 is U+0009, a control sign"},
		{"zero", "\x00", "character 1 is U+0000, a control sign"},
		{"escape", "订单\x1b[2J", "character 3 is U+001B, a control sign"},
		{"delete", "a\x7f", "character 2 is U+007F, a control sign"},
		{"a control sign of the upper half", "a\u009bb", "character 2 is U+009B, a control sign"},
		{"an override", "ab\u202ecd", "character 3 is U+202E, which turns the direction of the text"},
		{"an embedding", "\u202aab", "character 1 is U+202A, which turns the direction of the text"},
		{"an isolate", "ab\u2066cd\u2069", "character 3 is U+2066, which turns the direction of the text"},
		{"a mark", "ab\u200f", "character 3 is U+200F, which turns the direction of the text"},
		{"a blank without width", "ab\u200bcd", "character 3 is U+200B, which is not seen"},
		{"a soft hyphen", "ab\u00adcd", "character 3 is U+00AD, which is not seen"},
		{"a byte order", "\ufeffab", "character 1 is U+FEFF, which is not seen"},
		{"Persian, with U+200C", "می\u200cخواهم", ""},
		{"an Arabic number sign, which is seen although it is a format character", "\u0600 12", ""},
		{"the first of several", "a\u202e\n", "character 2 is U+202E, which turns the direction of the text"},
		{"a byte that is no UTF-8", "ab\xffcd", "character 3 is the byte 0xFF, which is no UTF-8"},
		{"half a character", "ab\xe8\xae", "character 3 is the byte 0xE8, which is no UTF-8"},
		{"what JSON makes of such a byte", "ab\ufffd", "character 3 is U+FFFD, which stands for what could not be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := CheckName(tt.text); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("CheckName(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// TestCheckNameRefusesNothingThatPrints goes through all of Unicode: a character
// that can be seen is never refused.
func TestCheckNameRefusesNothingThatPrints(t *testing.T) {
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if c == '\ufffd' || c >= 0xd800 && c <= 0xdfff {
			continue
		}
		err := CheckName(string(c))
		if unicode.IsPrint(c) && err != nil {
			t.Errorf("U+%04X is refused: %v", c, err)
		}
		if unicode.IsControl(c) && err == nil {
			t.Errorf("U+%04X is taken", c)
		}
	}
}

func TestPlainName(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "Orders (EU)": "Orders (EU)", "订单": "订单", "ab\u202ecd": "ab<U+202E>cd", "a\nb\n": "a<U+000A>b<U+000A>", "ab\xffcd": "ab<0xFF>cd", "a\ufffdb": "a<U+FFFD>b",
		"\U000e0041": "<U+E0041>",
	} {
		got := PlainName(name)
		if got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
		if err := CheckName(got); err != nil {
			t.Errorf("%q is no name: %v", got, err)
		}
	}
}
