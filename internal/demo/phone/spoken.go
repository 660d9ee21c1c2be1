package phone

import (
	"encoding/xml"
	"strings"
	"time"
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
func (c *call) bubble(now time.Time, pace time.Duration) bubble {
	status := c.statusAt(now, pace)
	b := bubble{
		Call: true, Day: c.createdAt.Format("Monday, 2 January"), Time: c.createdAt.Format("15:04:05"), Stamp: c.createdAt.UTC().Format(time.RFC3339),
		Arrived: status == "completed",
	}
	if said, err := spokenIn(c.twiml); err == nil { // looked at when the call was taken over
		b.Body = said.text()
	}
	if c.action != "" {
		b.Keys = acknowledges
	}
	if after, err := spokenIn(c.heard); err == nil && c.heard != "" {
		b.Heard = after.text()
	}
	switch status {
	case "completed":
		b.Status = "Taken"
		if by := c.answeredBy(); strings.HasPrefix(by, "machine") {
			b.Status = "Taken by an answering machine"
		}
		if c.pressed {
			b.Status += ", key " + c.taken.Key + " was pressed"
		}
	case "busy", "no-answer", "failed":
		b.Failed = true
		b.Status = map[string]string{"busy": "Busy, or declined", "no-answer": "Nobody took it", "failed": "Not put through"}[status]
	case "in-progress":
		b.Status = "Taken"
	case "ringing":
		b.Status = "Rings"
	default:
		b.Status = "Queued"
	}
	return b
}
