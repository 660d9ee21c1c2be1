package twilio

import (
	"encoding/xml"
	"fmt"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/voice"
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
	said := voice.Text(&m)
	l := voice.Language(said)
	for {
		t := twiml{Say: []say{}}
		if whole := said + voice.More(&m, l, action != ""); action != "" {
			t.Gather = gathering(whole, 2, l, action)
		} else {
			t.Say = append(t.Say, saying(whole, 2, l))
		}
		if other := voice.Otherwise(&m, l); other != "" {
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
