package collectortest

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWords is how long the text of an error may be in bytes: it has to fit on a
// page and into a notice.
const maxWords = 400

// judgeWords tells what is wrong with the text of an error that reaches people,
// and "" when nothing is.
func judgeWords(text, password string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "it is empty"
	case len(text) > maxWords:
		return "it is longer than 400 bytes"
	case !utf8.ValidString(text):
		return "it is not valid UTF-8"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "it holds a line break or another control character"
	case strings.Contains(text, "%!"):
		return "it holds a broken format"
	case strings.Contains(text, "<nil>"), strings.Contains(text, "goroutine "):
		return "it holds the program's own words"
	}
	for _, form := range disguises(password) {
		if strings.Contains(text, form) {
			return "it holds the password"
		}
	}
	return ""
}

// disguises returns the forms in which a password travels.
func disguises(password string) []string {
	login := []byte(Username + ":" + password)
	return []string{
		password,
		url.QueryEscape(password),
		url.PathEscape(password),
		base64.StdEncoding.EncodeToString([]byte(password)),
		base64.RawURLEncoding.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString(login),
		base64.RawURLEncoding.EncodeToString(login),
	}
}
