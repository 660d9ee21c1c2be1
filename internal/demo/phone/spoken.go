package phone

import (
	"encoding/xml"
	"net/http"
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
		if c.listens(now) {
			b.Press = c.sid
		}
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

// Press is what happens when the person with the telephone presses a key during a call that asks
// for one. It tells whether there is such a call; Notify carries the key.
func (s *Server) Press(sid, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.sid == sid && c.listens(s.opts.Now()) {
			c.taken.Key = key
			return true
		}
	}
	return false
}

// press takes a key that was pressed on the page, and leads back to it.
func (s *Server) press(w http.ResponseWriter, r *http.Request) {
	form, bad := readForm(w, r)
	switch {
	case bad != nil:
		http.Error(w, bad.Message, bad.Status)
	case len(form.Get("key")) != 1 || strings.Trim(form.Get("key"), "0123456789*#") != "":
		http.Error(w, "key: must be one of 0 to 9, * and #", http.StatusBadRequest)
	case !s.Press(form.Get("sid"), form.Get("key")):
		http.Error(w, "this call is over", http.StatusConflict)
	default:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}
