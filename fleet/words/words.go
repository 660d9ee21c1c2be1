// Package words is how the nouns of the fleet are written for people, in English
// and Chinese: names of metrics, figures with their units, shares, thresholds,
// money, durations, moments and lifecycle states. Pages, commands, advice, the
// calendar and notices all write through it, so that one figure reads the same
// wherever somebody meets it.
//
// All of it is pure functions: now and the zone of the reader are parameters, and
// nothing here knows a clock. Sentences belong to the packages that say them; this
// one has the words that sentences are made of.
//
// Rounding has one rule for each noun:
//
//   - A figure is rounded to the nearest of three significant digits, and whole
//     from 100 up: 3,612, 12.4, 0.05, 2.61 GiB. It is rounded before its unit is
//     chosen, so that 1,023.99 MiB is 1 GiB.
//   - A share is cut, never rounded up: 69.96% reads 69%. Beside a threshold it has
//     as many decimals as that, so that it reads at or above the threshold exactly
//     when it stands there.
//   - A threshold is written as it was chosen, with up to three decimals.
//   - A duration is cut to its two largest units, the time that remains to one.
//
// What is not a number is written as Unknown.
package words

// Language is what a text is written in. The zero value is English.
type Language uint8

// The languages.
const (
	EN Language = iota
	ZH
)

// ParseLanguage finds a language by its code in the configuration, en or zh; EN
// and false for any other.
func ParseLanguage(code string) (Language, bool) {
	switch code {
	case "en":
		return EN, true
	case "zh":
		return ZH, true
	}
	return EN, false
}

// String returns the language's code.
func (l Language) String() string {
	if l == ZH {
		return "zh"
	}
	return "en"
}

// Choose returns the text that is in the language.
func (l Language) Choose(english, chinese string) string {
	if l == ZH {
		return chinese
	}
	return english
}

// Unknown is written for what is not a number.
const Unknown = "–"

// Capital begins a sentence or a heading: its first letter becomes a capital when
// it is one of a to z.
func Capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
