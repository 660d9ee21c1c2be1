package sms_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/notifier/sms"
)

func TestSegments(t *testing.T) {
	tests := []struct {
		name string
		text string
		n    int
		gsm  bool
	}{
		{"empty", "", 0, true},
		{"one sign", "a", 1, true},
		{"160 septets stay one", strings.Repeat("a", 160), 1, true},
		{"161 septets are split", strings.Repeat("a", 161), 2, true},
		{"306 septets fill two parts", strings.Repeat("a", 306), 2, true},
		{"307 septets need a third", strings.Repeat("a", 307), 3, true},
		{"extension signs count twice", strings.Repeat("€", 80), 1, true},
		{"one more extension sign than fits", strings.Repeat("€", 81), 2, true},
		{"159 and an extension sign", strings.Repeat("a", 159) + "[", 2, true},
		{"158 and an extension sign", strings.Repeat("a", 158) + "[", 1, true},
		{"an extension sign is not torn apart", strings.Repeat("a", 152) + "{" + strings.Repeat("a", 152), 3, true},
		{"the same without it", strings.Repeat("a", 152) + "aa" + strings.Repeat("a", 152), 2, true},
		{"70 units stay one", strings.Repeat("告", 70), 1, false},
		{"71 units are split", strings.Repeat("告", 71), 2, false},
		{"134 units fill two parts", strings.Repeat("告", 134), 2, false},
		{"135 units need a third", strings.Repeat("告", 135), 3, false},
		{"a surrogate pair counts twice", strings.Repeat("🔥", 35), 1, false},
		{"36 surrogate pairs", strings.Repeat("🔥", 36), 2, false},
		{"a surrogate pair is not torn apart", strings.Repeat("告", 66) + "🔥" + strings.Repeat("告", 66), 3, false},
		{"one curly quote makes all UCS-2", strings.Repeat("a", 70) + "’", 2, false},
		{"an em dash is not GSM", "—", 1, false},
		{"an ellipsis is not GSM", "…", 1, false},
		{"a tab is not GSM", "\t", 1, false},
		{"the escape itself is not a sign", "\x1b", 1, false},
		{"small c with cedilla is not GSM", "ç", 1, false},
		{"line ends are GSM", "a\r\nb", 1, true},
		{"broken UTF-8 counts a unit each", "\xff\xfe", 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, gsm := sms.Segments(tt.text)
			if n != tt.n || gsm != tt.gsm {
				t.Errorf("Segments = %d, %t; want %d, %t", n, gsm, tt.n, tt.gsm)
			}
			if got := sms.IsGSM(tt.text); got != tt.gsm {
				t.Errorf("IsGSM = %t; want %t", got, tt.gsm)
			}
		})
	}
}

// The two tables of 3GPP TS 23.038, 6.2.1 and 6.2.1.1, in the order of their
// codes, without the escape at 0x1B.
const (
	basicTable = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
		" !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extensionTable = "\f^{}\\[~]|€"
)

func TestSegmentsKnowsBothTables(t *testing.T) {
	if n := len([]rune(basicTable)); n != 127 {
		t.Fatalf("the basic table of this test has %d signs, want 127", n)
	}
	for r := rune(0); r <= 0xffff; r++ {
		if r >= 0xd800 && r < 0xe000 {
			continue
		}
		s := string(r)
		inBasic, inExtension := strings.Contains(basicTable, s), strings.Contains(extensionTable, s)
		if got, want := sms.IsGSM(s), inBasic || inExtension; got != want {
			t.Errorf("IsGSM(%U) = %t, want %t", r, got, want)
		}
		// 81 signs fit into one message unless each of them takes two septets.
		if n, gsm := sms.Segments(strings.Repeat(s, 81)); gsm && (n == 1) != inBasic {
			t.Errorf("%U: 81 of them take %d segments", r, n)
		}
	}
}

func TestSegmentsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		n, gsm := sms.Segments(text)
		if gsm != sms.IsGSM(text) {
			t.Fatalf("Segments and IsGSM disagree")
		}
		units := len(utf16.Encode([]rune(text)))
		if (n == 0) != (units == 0) {
			t.Fatalf("%d units in %d segments", units, n)
		}
		room := 70 // a segment holds at least half of its units when nothing is torn
		if gsm {
			room = 160
		}
		if units > n*room {
			t.Fatalf("%d units do not fit into %d segments", units, n)
		}
		longer, _ := sms.Segments(text + "a")
		if longer < n {
			t.Fatalf("a longer text takes fewer segments: %d after %d", longer, n)
		}
	})
}
