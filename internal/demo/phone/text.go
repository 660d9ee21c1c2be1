package phone

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// longestText is how many signs of a text message are taken from a page.
const longestText = 1600

// text is a message that the person with a telephone wrote.
type text struct {
	number, body string
	at           time.Time
	failed       string // why nobody got it; "" when somebody did
}

// SetInbound says where what people write is posted to: the address that is set for incoming
// messages in Twilio's console. With "" nobody can write.
func (s *Server) SetInbound(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbound = address
}

// Text is what happens when the person with a number writes: the message is posted as Twilio
// posts it, signed, and what is answered comes to the telephone. STOP and START are Twilio's
// own, too.
func (s *Server) Text(ctx context.Context, number, body string) error {
	s.mu.Lock()
	to, now := s.inbound, s.opts.Now()
	sender := s.senderTo(number)
	s.created++
	sid := newSID(s.opts.AccountSID, s.created)
	form := url.Values{
		"AccountSid": {s.opts.AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid},
		"From": {number}, "To": {sender}, "Body": {body}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"},
	}
	s.optOut(number, body, form)
	s.mu.Unlock()

	var err error
	switch {
	case to == "":
		err = errors.New("no address for incoming messages is set")
	case s.opts.Callbacks == nil:
		err = errors.New("this telephone cannot post anything")
	default:
		err = s.post(ctx, callback{to, form, func(answer string) { s.answered(number, sender, answer) }})
	}
	written := text{number: number, body: body, at: now}
	if err != nil {
		written.failed = err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, written)
	if over := len(s.texts) - s.opts.Keep; over > 0 {
		s.texts = append(s.texts[:0], s.texts[over:]...)
	}
	return err
}

// senderTo is the number that wrote to a telephone last.
func (s *Server) senderTo(number string) string {
	for i := len(s.messages) - 1; i >= 0; i-- {
		if m := s.messages[i]; m.to == number && m.from != "" {
			return m.from
		}
	}
	return ""
}

// optOut does what Twilio does by itself with STOP and START.
func (s *Server) optOut(number, body string, form url.Values) {
	switch strings.ToUpper(strings.TrimSpace(body)) {
	case "STOP", "UNSUBSCRIBE":
		s.stopped[number] = true
		form.Set("OptOutType", "STOP")
	case "START", "UNSTOP":
		delete(s.stopped, number)
		form.Set("OptOutType", "START")
	}
}

// answered keeps the messages of an answer in TwiML, for a telephone that may have them. The
// lock is held.
func (s *Server) answered(number, sender, twiml string) {
	var answer struct {
		Messages []string `xml:"Message"`
	}
	if xml.Unmarshal([]byte(twiml), &answer) != nil || s.stopped[number] {
		return
	}
	for _, body := range answer.Messages {
		s.created++
		m := &message{
			sid: newSID(s.opts.AccountSID, s.created), account: s.opts.AccountSID, to: number, from: sender,
			body: strings.TrimSpace(body), reply: true, createdAt: s.opts.Now(), end: "delivered",
		}
		if s.opts.Segments != nil {
			m.segments, m.gsm = s.opts.Segments(m.body)
		}
		s.keep(m)
	}
}

// write takes what somebody wrote on the page, and leads back to it.
func (s *Server) write(w http.ResponseWriter, r *http.Request) {
	form, bad := readForm(w, r)
	number, body := form.Get("number"), strings.TrimSpace(form.Get("body"))
	switch {
	case bad != nil:
		http.Error(w, bad.Message, bad.Status)
		return
	case !isNumber(number):
		http.Error(w, "number: must be a telephone number such as +14155550123", http.StatusBadRequest)
		return
	case body == "" || utf8.RuneCountInString(body) > longestText:
		http.Error(w, fmt.Sprintf("body: must have 1 to %d signs", longestText), http.StatusBadRequest)
		return
	}
	_ = s.Text(r.Context(), number, body) // the page shows why it did not arrive
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
