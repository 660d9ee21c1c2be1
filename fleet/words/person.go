package words

import "strings"

// How who did something by a link is kept: in English, whoever reads it later.
const (
	byLink   = " (by link)"
	byLinkTo = " (by link to "
	linkEnd  = ")"
	// longestPerson is how many signs of a name are kept: all of it has room in a table.
	longestPerson = 24
)

// ByLink is who did something by a link that was given to somebody, or to all readers of a
// chat: wei (by link). name is who says that it was they; "" is whom the link was given to.
func ByLink(name, given string) string {
	name, given = short(name), short(given)
	if name == "" || name == given {
		return given + byLink
	}
	return name + byLinkTo + given + linkEnd
}

// short is a name of single blanks and bounded length.
func short(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if r := []rune(name); len(r) > longestPerson {
		return strings.TrimSpace(string(r[:longestPerson-1])) + "…"
	}
	return name
}

// Person writes who did something, which ByLink may have written, for a reader.
func Person(by string, l Language) string {
	if name, ok := strings.CutSuffix(by, byLink); ok {
		return name + l.Choose(byLink, "（通过链接）")
	}
	name, given, ok := strings.Cut(strings.TrimSuffix(by, linkEnd), byLinkTo)
	if ok && strings.HasSuffix(by, linkEnd) {
		return name + l.Choose(byLinkTo+given+linkEnd, "（通过发给 "+given+" 的链接）")
	}
	return by
}
