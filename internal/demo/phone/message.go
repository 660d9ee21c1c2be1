package phone

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// message is one that was accepted. Only told changes after it was created.
type message struct {
	sid, account      string
	to, from, service string
	body, validity    string
	callback          string
	createdAt         time.Time
	segments          int
	gsm               bool
	end               string // its last status
	code              int    // why it was not delivered; 0 when it was
	reply             bool   // an answer to what a person wrote
	told              int    // how many steps the status callback was told
}

// steps are the statuses a message goes through, the pace apart. A messaging
// service accepts first, since it has to choose the sender.
func (m *message) steps() []string {
	first := "queued"
	if m.service != "" {
		first = "accepted"
	}
	return []string{first, "sending", "sent", m.end}
}

// stepAt returns how many steps were taken after the first.
func (m *message) stepAt(now time.Time, pace time.Duration) int {
	n := int(now.Sub(m.createdAt) / pace)
	return min(max(n, 0), len(m.steps())-1)
}

// statusAt returns how far the message is at a moment, and the error it ended
// with.
func (m *message) statusAt(now time.Time, pace time.Duration) (status string, code int) {
	step := m.stepAt(now, pace)
	if step == len(m.steps())-1 {
		code = m.code
	}
	return m.steps()[step], code
}

// resource is a message as the API writes it. What is null in Twilio's answers
// is a pointer.
type resource struct {
	Body                string            `json:"body"`
	NumSegments         string            `json:"num_segments"`
	Direction           string            `json:"direction"`
	From                *string           `json:"from"`
	To                  string            `json:"to"`
	DateUpdated         string            `json:"date_updated"`
	Price               *string           `json:"price"`
	ErrorMessage        *string           `json:"error_message"`
	URI                 string            `json:"uri"`
	AccountSID          string            `json:"account_sid"`
	NumMedia            string            `json:"num_media"`
	Status              string            `json:"status"`
	MessagingServiceSID *string           `json:"messaging_service_sid"`
	SID                 string            `json:"sid"`
	DateSent            *string           `json:"date_sent"`
	DateCreated         string            `json:"date_created"`
	ErrorCode           *int              `json:"error_code"`
	PriceUnit           string            `json:"price_unit"`
	APIVersion          string            `json:"api_version"`
	SubresourceURIs     map[string]string `json:"subresource_uris"`
}

// resourceAt writes a message as it is at a moment.
func (m *message) resourceAt(now time.Time, pace time.Duration) resource {
	status, code := m.statusAt(now, pace)
	step := m.stepAt(now, pace)
	path := "/2010-04-01/Accounts/" + m.account + "/Messages/" + m.sid
	r := resource{
		Body:            m.body,
		NumSegments:     strconv.Itoa(m.segments),
		Direction:       "outbound-api",
		To:              m.to,
		DateUpdated:     rfc2822(m.createdAt.Add(time.Duration(step) * pace)),
		URI:             path + ".json",
		AccountSID:      m.account,
		NumMedia:        "0",
		Status:          status,
		SID:             m.sid,
		DateCreated:     rfc2822(m.createdAt),
		PriceUnit:       "USD",
		APIVersion:      "2010-04-01",
		SubresourceURIs: map[string]string{"media": path + "/Media.json"},
	}
	if m.from != "" {
		r.From = &m.from
	}
	if m.reply {
		r.Direction = "outbound-reply"
	}
	if m.service != "" {
		r.MessagingServiceSID = &m.service
	}
	if sent, ok := m.sentAt(now, pace); ok {
		at := rfc2822(sent)
		r.DateSent = &at
		r.Price = m.price()
	}
	if code != 0 {
		said := deliveryError(code)
		r.ErrorCode, r.ErrorMessage = &code, &said
	}
	return r
}

// sentAt returns when the message left for the carrier, if it did by now.
func (m *message) sentAt(now time.Time, pace time.Duration) (time.Time, bool) {
	const sent = 2
	return m.createdAt.Add(sent * pace), m.stepAt(now, pace) >= sent
}

// price is what the message costs, as Twilio writes it: below zero, and null where
// segments are not counted.
func (m *message) price() *string {
	const perSegment = 0.0079
	if m.segments == 0 {
		return nil
	}
	text := fmt.Sprintf("-%.5f", float64(m.segments)*perSegment)
	return &text
}

func rfc2822(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// newSID returns the identifier of the nth message: it looks like Twilio's, and
// is the same in every run.
func newSID(account string, n int) string {
	sum := sha256.Sum256([]byte(account + "/" + strconv.Itoa(n)))
	return "SM" + hex.EncodeToString(sum[:16])
}

// deliveryError says in words why a message was not delivered.
func deliveryError(code int) string {
	switch code {
	case 30003:
		return "Unreachable destination handset"
	case 30004:
		return "Message blocked"
	case 30005:
		return "Unknown destination handset"
	case 30006:
		return "Landline or unreachable carrier"
	case 30007:
		return "Message filtered"
	case 30036:
		return "Validity period expired"
	}
	return "Unknown error"
}

// answer writes JSON as the API does.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The reader may be gone; there is nobody else to tell.
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // strings, numbers and maps of them
}
