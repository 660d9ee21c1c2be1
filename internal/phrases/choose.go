package phrases

import (
	"cmp"
	"strings"

	"golang.org/x/text/language"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// ByHeader chooses the language for a browser by its Accept-Language header; English
// when it names none of ours.
func ByHeader(accept string) words.Language {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return words.EN
	}
	return match(tags...)
}

// match finds the language that fits best, English first where none does.
func match(tags ...language.Tag) words.Language {
	// All of Chinese, however it is written: who reads one script reads the other more
	// easily than English.
	matcher := language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese, language.TraditionalChinese})
	if _, i, confidence := matcher.Match(tags...); i > 0 && confidence > language.No {
		return words.ZH
	}
	return words.EN
}

// ByEnvironment chooses the language for a terminal by LC_ALL, LC_MESSAGES and LANG,
// of which the first that is set counts. A terminal of another encoding than UTF-8
// cannot show Chinese and gets English.
func ByEnvironment(getenv func(string) string) words.Language {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))
	locale, _, _ = strings.Cut(locale, "@") // zh_CN@pinyin
	locale, encoding, encoded := strings.Cut(locale, ".")
	if encoded && !strings.EqualFold(strings.ReplaceAll(encoding, "-", ""), "utf8") {
		return words.EN
	}
	tag, err := language.Parse(locale)
	if err != nil { // C, POSIX, or nothing
		return words.EN
	}
	return match(tag)
}
