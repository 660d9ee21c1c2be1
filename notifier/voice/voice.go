// Package voice has what a telephone call says, whoever makes it: the text of the gravest
// notice, how many others there are, and how to acknowledge. It is pure.
package voice

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// Text is what is said of the gravest notice.
func Text(m *notifier.Message) string {
	n := &m.Notices[0]
	text := n.Text
	if text == "" {
		text = n.Alert.Annotations["summary"]
	}
	return strings.Join(strings.Fields(text), " ")
}

// Language is the language of a text: that of its first letter. Sentences of Brimwatch
// begin with its own words, whatever names are in them.
func Language(text string) words.Language {
	for _, r := range text {
		if unicode.IsLetter(r) {
			if unicode.Is(unicode.Han, r) {
				return words.ZH
			}
			break
		}
	}
	return words.EN
}

// Codes lists the alarms of a message, each once.
func Codes(m *notifier.Message) []string {
	var out []string
	seen := make(map[string]bool)
	for i := range m.Notices {
		if code := m.Notices[i].Code; !seen[code] {
			seen[code] = true
			out = append(out, code)
		}
	}
	return out
}

// More is what follows the text: how many others there are, whether the call may be a repeat,
// and, where a key is taken, what it does.
func More(m *notifier.Message, l words.Language, key bool) string {
	out, others := "", len(Codes(m))-1
	switch {
	case others == 1:
		out += l.Choose(" There is one more alarm.", "另有一个告警。")
	case others > 1:
		out += l.Choose(fmt.Sprintf(" There are %d more alarms.", others), fmt.Sprintf("另有%d个告警。", others))
	}
	if m.InDoubt {
		out += l.Choose(" This call may be a repeat.", "此电话可能重复。")
	}
	switch {
	case !key:
	case others > 0:
		out += l.Choose(" Press 1 to acknowledge all of them.", "全部确认请按1。")
	default:
		out += l.Choose(" Press 1 to acknowledge it.", "确认请按1。")
	}
	return out
}

// Otherwise says how to acknowledge without a key; "" where there is nothing to acknowledge.
func Otherwise(m *notifier.Message, l words.Language) string {
	n := &m.Notices[0]
	if n.Rule == notifier.TestRule {
		return ""
	}
	if len(Codes(m)) > 1 {
		return l.Choose("You may also acknowledge by replying to the text message: ACK, all. Goodbye.", "也可回复短信 ACK ALL 确认。再见。")
	}
	code := notifier.Spelled(n.Code, l)
	return l.Choose("You may also acknowledge by replying to the text message: ACK, "+code+". Goodbye.", "也可回复短信 ACK，代码 "+code+"，以确认。再见。")
}
