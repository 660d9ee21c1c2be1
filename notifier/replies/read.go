package replies

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier"
)

const (
	shortest = 4 // signs of a code, as most are
	longest  = 8 // of one that was given when many were in use

	// longestSpan is far more than anybody may ask for, and no sum of it overflows.
	longestSpan = 366 * 24 * time.Hour
)

// read takes words for what they say; false when there is one that says nothing here.
func read(list []string) (s sentence, ok bool) {
	var plain []string
	for _, t := range list {
		first, _ := utf8.DecodeRuneInString(t)
		if !unicode.Is(unicode.Han, first) {
			plain = append(plain, t)
			continue
		}
		parts, ok := cutHan(t)
		if !ok {
			return s, false
		}
		plain = append(plain, parts...)
	}
	for len(plain) > 0 {
		n, ok := s.take(plain)
		if !ok {
			return s, false
		}
		plain = plain[n:]
	}
	return s, true
}

// take takes what the list begins with, and returns how many words that was.
func (s *sentence) take(list []string) (n int, ok bool) {
	t := list[0]
	if notifier.IsSelfCode(t) && isPlain(t) {
		s.drill(t)
		return 1, true
	}
	if d := max(span(t), amount(t)); d > 0 {
		s.last(d)
		return 1, true
	}
	if len(list) > 1 && isNumber(t) {
		if d := times(t, unit(list[1])); d > 0 {
			s.last(d)
			return 2, true
		}
	}
	if isCode(t) {
		s.code(t)
		return 1, true
	}
	pieces := 0
	for pieces < len(list) && isPiece(list[pieces]) {
		pieces++
	}
	if pieces > 1 {
		return s.spaced(list, pieces)
	}
	w := meaning(t)
	s.said[w] = true
	return 1, w != unknown
}

// spaced takes codes that were written with blanks in them: K 7 Q 2. The pieces may end
// with a time, K 7 Q 2 2 h, or with the number of one: K 7 Q 2 2 hours.
func (s *sentence) spaced(list []string, pieces int) (n int, ok bool) {
	of, d := list[:pieces], time.Duration(0)
	last := of[len(of)-1]
	switch {
	case isNumber(last) && len(list) > pieces && times(last, unit(list[pieces])) > 0:
		codes, ok := inFours(of[:len(of)-1])
		s.code(codes...)
		return pieces - 1, ok // the number goes with what follows
	case span(last) > 0:
		of, d = of[:len(of)-1], span(last)
	case len(of) > 2 && isNumber(of[len(of)-2]):
		of, d = of[:len(of)-2], times(of[len(of)-2], unit(last))
	}
	if codes, ok := inFours(of); ok && d > 0 {
		s.code(codes...)
		s.last(d)
		return pieces, true
	}
	codes, ok := inFours(list[:pieces])
	s.code(codes...)
	return pieces, ok
}

// inFours puts pieces together to codes: to one, or to several of the usual length.
func inFours(pieces []string) (codes []string, ok bool) {
	whole := strings.Join(pieces, "")
	if len(whole)%shortest != 0 {
		return []string{whole}, isCode(whole)
	}
	for len(whole) > 0 {
		codes = append(codes, whole[:shortest])
		whole = whole[shortest:]
	}
	return codes, len(codes) > 0 && !slices.ContainsFunc(codes, func(c string) bool { return !isCode(c) })
}

// last adds to the time that the message names.
func (s *sentence) last(d time.Duration) { s.span = min(s.span+d, longestSpan) }

// drill notes what may be the code of a drill.
func (s *sentence) drill(t string) {
	s.drills = append(s.drills, t)
	if d := span(t); d > 0 {
		s.apart, s.times = min(s.apart+d, longestSpan), s.times+1
	}
}

// code notes codes, each once.
func (s *sentence) code(list ...string) {
	for _, c := range list {
		if !slices.Contains(s.codes, c) {
			s.codes = append(s.codes, c)
		}
	}
}

// isCode tells whether a word has the form of a code: a letter, a digit, and then
// either. Letters and digits that no code has, because they look like others, count
// here: whoever typed one is told that there is no such alarm, and none is guessed.
func isCode(t string) bool {
	return len(t) >= shortest && len(t) <= longest && isLetter(t[0]) && isDigit(t[1]) && isPlain(t)
}

// isPiece tells whether a word may be a piece of a code that has blanks in it.
func isPiece(t string) bool {
	return len(t) < shortest && isPlain(t) && (len(t) == 1 || strings.ContainsFunc(t, func(c rune) bool { return c >= '0' && c <= '9' }))
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

func isPlain(t string) bool {
	return !strings.ContainsFunc(t, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') })
}

func isNumber(t string) bool {
	return t != "" && !strings.ContainsFunc(t, func(c rune) bool { return c < '0' || c > '9' })
}

// span reads a time that is one word: 2H, 90MIN, 1H30M; 0 for what is none.
func span(t string) (total time.Duration) {
	for t != "" {
		digits := 0
		for digits < len(t) && isDigit(t[digits]) {
			digits++
		}
		letters := digits
		for letters < len(t) && isLetter(t[letters]) {
			letters++
		}
		d := times(t[:digits], unit(t[digits:letters]))
		if d == 0 {
			return 0
		}
		total, t = min(total+d, longestSpan), t[letters:]
	}
	return total
}

// times multiplies a unit by a number of up to four digits; 0 when either is none.
func times(number string, unit time.Duration) time.Duration {
	if !isNumber(number) || len(number) > 4 {
		return 0
	}
	n, _ := strconv.Atoi(number)
	return min(time.Duration(n)*unit, longestSpan)
}
