package twilio

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// maxTwiML is how many signs of TwiML Twilio takes with a call.
const maxTwiML = 4000

// twiml is what Twilio does while somebody is on the telephone.
type twiml struct {
	XMLName xml.Name `xml:"Response"`
	Gather  *gather  `xml:"Gather"`
	Say     []say    `xml:"Say"`
	Hangup  *hangup  `xml:"Hangup"`
}

// gather waits for one key, while it says something.
type gather struct {
	NumDigits int    `xml:"numDigits,attr"`
	Timeout   int    `xml:"timeout,attr"`
	Action    string `xml:"action,attr"`
	Method    string `xml:"method,attr"`
	Say       say    `xml:"Say"`
}

type say struct {
	Language string `xml:"language,attr"`
	Loop     int    `xml:"loop,attr,omitempty"`
	Text     string `xml:",chardata"`
}

type hangup struct{}

// keyWait is for how many seconds a key is awaited after the text.
const keyWait = 8

// gathering waits for a key during a text.
func gathering(text string, times int, l words.Language, action string) *gather {
	return &gather{NumDigits: 1, Timeout: keyWait, Action: action, Method: "POST", Say: saying(text, times, l)}
}

func saying(text string, times int, l words.Language) say {
	s := say{Language: l.Choose("en-US", "zh-CN"), Text: text}
	if times > 1 {
		s.Loop = times
	}
	return s
}

func (t *twiml) marshal() (string, error) {
	out, err := xml.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("write what a call says: %w", err)
	}
	return string(out), nil
}

// script writes what a call says, and where a key goes; "" is nowhere. What does not fit is
// cut at the end of the text.
func script(m notifier.Message, action string) (string, error) {
	said := spokenText(m)
	l := spokenLanguage(said)
	for {
		t := twiml{Say: []say{}}
		if whole := said + more(m, l, action != ""); action != "" {
			t.Gather = gathering(whole, 2, l, action)
		} else {
			t.Say = append(t.Say, saying(whole, 2, l))
		}
		if other := otherwise(m, l); other != "" {
			t.Say = append(t.Say, saying(other, 1, l))
		}
		out, err := t.marshal()
		over := utf8.RuneCountInString(out) - maxTwiML
		if err != nil || over <= 0 {
			return out, err
		}
		runes := []rune(said)
		if len(runes) == 0 {
			return "", fmt.Errorf("what a call says and does takes %d signs, and Twilio takes %d", over+maxTwiML, maxTwiML)
		}
		said = string(runes[:max(0, min(len(runes)-1, len(runes)-over))])
	}
}

// spokenText is what is said of the gravest notice.
func spokenText(m notifier.Message) string {
	n := &m.Notices[0]
	text := n.Text
	if text == "" {
		text = n.Alert.Annotations["summary"]
	}
	return strings.Join(strings.Fields(text), " ")
}

// spokenLanguage is the language of a text: that of its first letter. Sentences of Brimwatch
// begin with its own words, whatever names are in them.
func spokenLanguage(text string) words.Language {
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

// codes lists the alarms of a message, each once.
func codes(m notifier.Message) []string {
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

// more is what follows the text: how many others there are, and what a key does.
func more(m notifier.Message, l words.Language, key bool) string {
	out, others := "", len(codes(m))-1
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

// otherwise says how to acknowledge without a key; "" where there is nothing to acknowledge.
func otherwise(m notifier.Message, l words.Language) string {
	n := &m.Notices[0]
	if n.Rule == notifier.TestRule {
		return ""
	}
	if len(codes(m)) > 1 {
		return l.Choose("You may also acknowledge by replying to the text message: ACK, all. Goodbye.", "也可回复短信 ACK ALL 确认。再见。")
	}
	code := strings.Join(strings.Split(n.Code, ""), l.Choose(", ", "，"))
	return l.Choose("You may also acknowledge by replying to the text message: ACK, "+code+". Goodbye.", "也可回复短信 ACK，代码 "+code+"，以确认。再见。")
}
