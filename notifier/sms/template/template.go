// Package template puts the text of a message into the variables of a template, for providers
// that send approved templates only. It is pure.
//
// A variable may be a few dozen signs long, must not be empty, and stands between words of
// the template. So a text is cut into pieces, at the borders of its clauses where that goes.
// Every sign of it is in some variable, but for blanks and for the comma, colon or full stop
// at the end of a piece, where the words of the template stand instead, and for what the
// providers refuse in a variable (Clean). A variable that is left over holds Filler.
package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// Filler stands in a variable that nothing is left for.
	Filler = "-"
	// Length is how many signs a variable of a notification holds at the most.
	Length = 35
	// Pieces is into how many pieces a text is cut when nothing else is said: five of 35
	// signs hold the longest text there is, 160 signs of English.
	Pieces = 5
	// MostPieces is how many pieces can be named.
	MostPieces = 9
	// LongestEnglish is the longest text in English, in signs.
	LongestEnglish = 160
	// LongestChinese is the longest one in Chinese.
	LongestChinese = 70
)

// The fields that a variable can hold beside pieces of the text (Text).
const (
	Code     = "code"     // of the alarm: K7Q2
	Severity = "severity" // critical, warning or info
)

// Text is the field that holds the nth piece of the text, from 1.
func Text(n int) string { return "text" + strconv.Itoa(n) }

// Variable is a variable of a template.
type Variable struct {
	Name  string // as the template has it; "" where variables go by their place
	Field string
}

// Default are the variables of a template when nothing else is said: t1 to t5 hold the text.
func Default() []Variable {
	out := make([]Variable, Pieces)
	for i := range out {
		out[i] = Variable{Name: "t" + strconv.Itoa(i+1), Field: Text(i + 1)}
	}
	return out
}

// Set are the templates of a provider. All have the same variables.
type Set struct {
	Default   string            // the template of all rules that have none of their own
	ByRule    map[string]string // template by the name of the rule
	Variables []Variable
	Length    int // of a variable, in signs; 0 is Length
}

// Content is what is said by a message.
type Content struct {
	Text     string
	Rules    []string // of all it speaks for
	Code     string   // of the gravest
	Severity string
}

// Filled is a template with the values of its variables, in their order.
type Filled struct {
	Template string
	Values   []string
	Whole    bool // the text had room
}

// Fill chooses the template of a message, and fills it.
func (s *Set) Fill(c Content) Filled { return s.FillBy(c, Clean, Filler) }

// FillBy does so where another function takes out of a text what the provider refuses, and
// something else than Filler stands in a variable that nothing is left for.
func (s *Set) FillBy(c Content, clean func(string) string, filler string) Filled {
	out := Filled{Template: s.template(c.Rules), Values: make([]string, len(s.Variables))}
	pieces, whole := Cut(clean(c.Text), s.Pieces(), s.length())
	out.Whole = whole
	for i, v := range s.Variables {
		value := ""
		switch n, isText := pieceOf(v.Field); {
		case isText && n <= len(pieces):
			value = pieces[n-1]
		case v.Field == Code:
			value = clean(c.Code)
		case v.Field == Severity:
			value = c.Severity
		}
		if value == "" {
			value = filler
		}
		out.Values[i] = value
	}
	return out
}

// template is that of the rule that all notices have in common.
func (s *Set) template(rules []string) string {
	if len(rules) > 0 && !slices.ContainsFunc(rules, func(r string) bool { return r != rules[0] }) {
		if t := s.ByRule[rules[0]]; t != "" {
			return t
		}
	}
	return s.Default
}

// All lists the templates, each once, the default first.
func (s *Set) All() []string {
	out := []string{s.Default}
	for _, t := range s.ByRule {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	slices.Sort(out[1:])
	return out
}

// Room is how many signs of text the variables hold.
func (s *Set) Room() int { return s.Pieces() * s.length() }

func (s *Set) length() int {
	if s.Length == 0 {
		return Length
	}
	return s.Length
}

// Pieces is how many variables hold pieces of the text.
func (s *Set) Pieces() int {
	n := 0
	for _, v := range s.Variables {
		if _, isText := pieceOf(v.Field); isText {
			n++
		}
	}
	return n
}

func pieceOf(field string) (n int, isText bool) {
	digits, ok := strings.CutPrefix(field, "text")
	if !ok || len(digits) != 1 || digits < "1" || digits > "9" {
		return 0, false
	}
	return int(digits[0] - '0'), true
}

// Fault tells what is wrong with variables; "" for nothing.
func Fault(variables []Variable) string {
	have := make(map[string]bool, len(variables))
	pieces := 0
	for _, v := range variables {
		_, isText := pieceOf(v.Field)
		switch {
		case !isText && v.Field != Code && v.Field != Severity:
			return fmt.Sprintf("%q is no field; there are text1 to text%d, which hold the text piece by piece, %s and %s", v.Field, MostPieces, Code, Severity)
		case have[v.Field]:
			return fmt.Sprintf("two variables hold %s; the same is told once", v.Field)
		case isText:
			pieces++
		}
		have[v.Field] = true
	}
	if pieces == 0 {
		return "no variable holds the text; give text1, text2 and so on to variables"
	}
	for n := 1; n <= pieces; n++ {
		if !have[Text(n)] {
			return fmt.Sprintf("no variable holds %s, so a piece of the text would be left out", Text(n))
		}
	}
	return ""
}

// Missing tells which names are in one list and not in the other.
func Missing(have, want []string) []string {
	var out []string
	for _, name := range want {
		if !slices.Contains(have, name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Names are the names of the variables.
func (s *Set) Names() []string {
	out := make([]string, len(s.Variables))
	for i, v := range s.Variables {
		out[i] = v.Name
	}
	return out
}

// Segments is how many segments a text of so many signs takes in mainland China, where each
// sign counts as one whatever its alphabet.
func Segments(signs int) int {
	const alone, part = 70, 67
	switch {
	case signs <= 0:
		return 0
	case signs <= alone:
		return 1
	}
	return (signs + part - 1) / part
}
