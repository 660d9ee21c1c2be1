package template

import (
	"regexp"
	"strings"
	"unicode"
)

// Clean takes out of a text what providers refuse in a variable: links, which are named
// instead, and names of hosts and addresses, whose dots become dashes; brackets, which belong
// to the signature; pictures and other signs that are neither letters nor plain marks; and
// line ends.
func Clean(text string) string {
	page := "the page"
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		page = "网页"
	}
	text = links().ReplaceAllString(text, page)
	text = hosts().ReplaceAllStringFunc(text, func(host string) string { return strings.ReplaceAll(host, ".", "-") })
	var b strings.Builder
	for _, r := range text {
		b.WriteString(cleaned(r))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// links finds addresses with a scheme. What ends a sentence or a clause is not part of one.
func links() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[\w\-./?%&=#:@~+!$*()\[\]]*[\w/]`)
}

// hosts finds names of hosts, which end with letters, and IPv4 addresses.
func hosts() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}|\d{1,3}(?:\.\d{1,3}){3})\b`)
}

func cleaned(r rune) string {
	switch r {
	case '【', '[', '『', '「', '〖', '〔', '{', '｛':
		return "("
	case '】', ']', '』', '」', '〗', '〕', '}', '｝':
		return ")"
	case '—', '–', '−', '‐', '‑', '―', '→', '~', '～':
		return "-"
	case '·', '•', '^', '`', '¨', '※', '★':
		return "."
	case '×':
		return "x"
	case '≥':
		return ">="
	case '≤':
		return "<="
	case '≈':
		return "="
	case '±':
		return "+/-"
	case '¥', '￥':
		return "CNY "
	case '€':
		return "EUR "
	case '£':
		return "GBP "
	case '…':
		return ".."
	case '“', '”', '„', '«', '»', '"':
		return "'"
	case '‘', '’', '′':
		return "'"
	case '\\', '|', '¦':
		return "/"
	}
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r):
		return " "
	case unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Co, unicode.Cs), r == unicode.ReplacementChar:
		return ""
	case r > 0xffff, unicode.In(r, unicode.So, unicode.Sk), unicode.Is(unicode.Sm, r) && r > unicode.MaxASCII, unicode.Is(unicode.No, r):
		return "_"
	}
	return string(r)
}
