// Package sms holds what every SMS provider has in common: how many segments a
// text takes, which is what it costs and how fast it goes out. Each provider is
// a package of its own below this one.
package sms

import (
	"unicode/utf16"
	"unicode/utf8"
)

// What fits into a message that goes out alone, and into each part of one that
// had to be split: a part gives seven septets (or three UTF-16 units) to the
// header that puts the parts together again (3GPP TS 23.040, 9.2.3.24.1).
const (
	gsmAlone, gsmPart   = 160, 153
	ucs2Alone, ucs2Part = 70, 67
)

// Segments returns how many segments a text takes, and whether it can be
// written in the GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1). One sign
// outside of that alphabet makes the whole text UCS-2. An empty text takes none.
//
// What takes two units is not torn apart over two segments: a sign of the
// extension table, or one that UTF-16 writes as a surrogate pair.
func Segments(text string) (n int, gsm bool) {
	gsm = IsGSM(text)
	width, alone, part := septets, gsmAlone, gsmPart
	if !gsm {
		width, alone, part = units, ucs2Alone, ucs2Part
	}
	total, segments, used := 0, 1, 0
	for _, r := range text {
		w := width(r)
		total += w
		if used += w; used > part {
			segments, used = segments+1, w
		}
	}
	switch {
	case total == 0:
		return 0, gsm
	case total <= alone:
		return 1, gsm
	}
	return segments, gsm
}

// Room returns how many units a text may grow by within one segment: septets of GSM-7,
// or units of UTF-16. It is below zero for a text that is longer.
func Room(text string) int {
	width, alone := septets, gsmAlone
	if !IsGSM(text) {
		width, alone = units, ucs2Alone
	}
	for _, r := range text {
		alone -= width(r)
	}
	return alone
}

// IsGSM tells whether a text can be written in the GSM 7-bit default alphabet
// with its extension table.
func IsGSM(text string) bool {
	for _, r := range text {
		if septets(r) == 0 {
			return false
		}
	}
	return true
}

// septets returns how many septets GSM-7 needs for a sign: one from the basic
// table, two from the extension table, none when it is in neither.
func septets(r rune) int {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '%' && r <= '?':
		// '%' to '?' holds the digits and most punctuation; the tables agree
		// with ASCII there.
		return 1
	}
	switch r {
	case '\n', '\r', ' ', '!', '"', '#', '$', '@', '_',
		'£', '¥', '¤', '§', '¡', '¿',
		'è', 'é', 'ù', 'ì', 'ò', 'à', 'Ç', 'É',
		'Ø', 'ø', 'Å', 'å', 'Æ', 'æ', 'ß',
		'Ä', 'Ö', 'Ñ', 'Ü', 'ä', 'ö', 'ñ', 'ü',
		'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ':
		return 1
	case '\f', '^', '{', '}', '\\', '[', '~', ']', '|', '€':
		return 2
	}
	return 0
}

// units returns how many UTF-16 units a sign takes.
func units(r rune) int {
	if n := utf16.RuneLen(r); n > 0 {
		return n
	}
	return 1
}

// Cut takes signs off the end until a text fits into one segment.
func Cut(s string) string {
	for n, _ := Segments(s); n > 1; n, _ = Segments(s) {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
