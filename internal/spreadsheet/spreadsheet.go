// Package spreadsheet writes CSV that spreadsheets take for what it is: text for text, numbers
// for numbers, files under plain names. It is pure functions.
package spreadsheet

import (
	"math"
	"strconv"
	"strings"
)

// Text keeps spreadsheets from taking a field for a formula: OWASP, CSV Injection.
func Text(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
		return "'" + field
	}
	return field
}

// Number writes a figure; what is no number is empty.
func Number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// FileName makes a name of a file of whatever a thing is called.
func FileName(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			return c
		}
		return '_'
	}, name)
}
