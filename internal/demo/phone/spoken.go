package phone

import (
	"encoding/xml"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

// spoken is what a TwiML document says, and whether it takes a key.
type spoken struct {
	XMLName xml.Name `xml:"Response"`
	Gather  *struct {
		Action string `xml:"action,attr"`
		Say    string `xml:"Say"`
	} `xml:"Gather"`
	Say []string `xml:"Say"`
}

// spokenIn reads a TwiML document.
func spokenIn(text string) (spoken, error) {
	var doc spoken
	err := xml.Unmarshal([]byte(text), &doc)
	return doc, err
}

// text is what is said, one after the other.
func (d *spoken) text() string {
	said := d.Say
	if d.Gather != nil {
		said = append([]string{d.Gather.Say}, said...)
	}
	return strings.Join(said, "\n")
}

// acknowledges is the key that a call of Brimwatch asks for.
const acknowledges = "1"

// bubble is the call as the telephone shows it.
func (c *call) bubble(now time.Time, pace time.Duration, say *phrases.Printer) bubble {
	status, body := c.statusAt(now, pace), ""
	if said, err := spokenIn(c.twiml); err == nil { // looked at when the call was taken over
		body = said.text()
	}
	b := bubbleAt(c.createdAt, body, say)
	b.Call, b.Arrived, b.Status = true, status == "completed", c.shown(status, say)
	b.Failed = over(status) && !b.Arrived
	if c.action != "" {
		b.Key = acknowledges
	}
	if after, err := spokenIn(c.heard); err == nil {
		b.Heard = after.text()
	}
	return b
}

// shown is a status for people.
func (c *call) shown(status string, say *phrases.Printer) string {
	switch status {
	case "queued":
		return say.T("Queued")
	case "ringing":
		return say.T("Rings")
	case "busy":
		return say.T("Busy, or declined")
	case "no-answer":
		return say.T("Nobody took it")
	case "failed":
		return say.T("Not put through")
	}
	switch by := c.answeredBy(); {
	case strings.HasPrefix(by, "machine"):
		return say.T("Taken by an answering machine")
	case c.pressed:
		return say.T("Taken; key %s was pressed", c.taken.Key)
	}
	return say.T("Taken")
}
