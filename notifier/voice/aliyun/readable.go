package aliyun

import (
	"regexp"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/voice"
)

// readable is a text without what the cloud refuses in a variable, which is links and
// addresses, and with what a voice reads wrong in words: signs, and, where the text is
// Chinese, figures.
func (c *Caller) readable(text string) string {
	l := voice.Language(text)
	text = links().ReplaceAllString(text, l.Choose("the page", "网页"))
	if l == words.ZH {
		text = c.reader.Read(text)
	}
	pause := l.Choose(", ", "，")
	text = regexp.MustCompile(`(\d):(\d)`).ReplaceAllString(template.Clean(text), "$1 $2")
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("():（）：<>", r):
			b.WriteString(pause)
		case r == '+':
			b.WriteString(l.Choose(" plus ", "加"))
		case strings.ContainsRune(`#/%$_-*=|&"'@`, r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return tidy(b.String())
}

// tidy makes one pause of several, and leaves out those at the ends of sentences.
func tidy(text string) string {
	text = regexp.MustCompile(`(?:\s*[,，](?:\s+|$|，))+\s*|\s*，\s*`).ReplaceAllStringFunc(text, func(pauses string) string {
		if strings.Contains(pauses, "，") {
			return "，"
		}
		return ", "
	})
	text = regexp.MustCompile(`[,，]\s*([,，.。；;])`).ReplaceAllString(text, "$1")
	return strings.Join(strings.Fields(strings.Trim(text, ",，; ")), " ")
}

// links finds addresses with a scheme.
func links() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s，。；]*`)
}
