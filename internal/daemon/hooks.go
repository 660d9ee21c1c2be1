package daemon

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// Paths at which Twilio calls back, below external_url.
const (
	statusHook  = "/hooks/twilio/status"
	inboundHook = "/hooks/twilio/inbound"
)

// maxHook is how large the form of a callback may be.
const maxHook = 64 << 10

// statusCallback returns where Twilio posts what became of a message; "" where it
// could not: an address of this machine alone means nothing to it, and a
// signature is made with the auth token.
func statusCallback(external string, p *config.Provider) string {
	u, err := url.Parse(external)
	if err != nil || p.AuthToken == "" || u.Hostname() == "localhost" {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		return ""
	}
	return external + statusHook
}

// hook reads a callback and makes sure that Twilio made it. It returns false when
// it has answered already.
func (d *Daemon) hook(w http.ResponseWriter, r *http.Request) (url.Values, *config.Snapshot, bool) {
	s := d.board.current()
	r.Body = http.MaxBytesReader(w, r.Body, maxHook)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "this is not a form that can be read", http.StatusBadRequest)
		return nil, nil, false
	}
	signature := r.Header.Get("X-Twilio-Signature")
	for i := range s.SMS.Providers {
		p := &s.SMS.Providers[i]
		if p.Type == "twilio" && p.AccountSID == r.PostForm.Get("AccountSid") &&
			twilio.VerifySignature(p.AuthToken.Reveal(), s.Server.ExternalURL+r.URL.RequestURI(), r.PostForm, signature) {
			return r.PostForm, s, true
		}
	}
	d.log.Warn("a callback was refused: it is not signed by Twilio for any provider that is configured",
		"path", r.URL.Path, "remote", r.RemoteAddr, "hint", "is server.external_url the address that Twilio calls?")
	http.Error(w, "the signature is missing or wrong", http.StatusForbidden)
	return nil, nil, false
}

// twilioStatus takes what became of a message.
func (d *Daemon) twilioStatus(w http.ResponseWriter, r *http.Request) {
	form, _, ok := d.hook(w, r)
	if !ok {
		return
	}
	callback, err := twilio.ParseCallback(form)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := d.outbox.Receipt(r.Context(), callback.Receipt); err != nil {
		d.log.Error("a receipt could not be stored", "provider_id", callback.Receipt.ProviderID, "error", err)
		http.Error(w, "it could not be stored; try again later", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// reply is the TwiML that answers a text message.
type reply struct {
	XMLName xml.Name `xml:"Response"`
	Message string   `xml:"Message,omitempty"`
}

// twilioInbound takes a text message of a contact: with the code of an open alarm
// in it, it acknowledges that alarm.
func (d *Daemon) twilioInbound(w http.ResponseWriter, r *http.Request) {
	form, s, ok := d.hook(w, r)
	if !ok {
		return
	}
	var answer reply
	if contact := contactOf(s, form.Get("From")); contact == nil {
		// A stranger is told nothing, not even that somebody is there.
		d.log.Warn("a text message of nobody who is configured was ignored")
	} else {
		answer.Message = d.ackByText(r, contact, form.Get("Body"))
	}
	text, err := xml.Marshal(answer)
	if err != nil {
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(append([]byte(xml.Header), text...))
}

func contactOf(s *config.Snapshot, phone string) *config.Contact {
	for i := range s.Contacts {
		if s.Contacts[i].Phone == phone {
			return &s.Contacts[i]
		}
	}
	return nil
}

// maxWords is how many words of a text message may be codes.
const maxWords = 8

// ackByText acknowledges the alarm whose code is among the words of a text, and
// says so in the contact's language.
func (d *Daemon) ackByText(r *http.Request, c *config.Contact, body string) string {
	words := strings.FieldsFunc(strings.ToUpper(body), func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
	for _, code := range words[:min(len(words), maxWords)] {
		err := d.engine.Ack(r.Context(), code, c.Name)
		switch {
		case err == nil && c.Language == "zh":
			return fmt.Sprintf("已确认告警 %s,不再提醒。", code)
		case err == nil:
			return code + " is acknowledged: no more reminders, unless it gets worse."
		case !errors.Is(err, alarm.ErrNoEpisode):
			d.log.Error("an alarm could not be acknowledged by text message", "code", code, "error", err)
		}
	}
	if c.Language == "zh" {
		return "没有此代码的未结束告警。请回复短信中的代码,例如 K7Q2。"
	}
	return "No open alarm has this code. Reply with the code of the message, such as K7Q2."
}
