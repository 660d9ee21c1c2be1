package acceptance_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/internal/demo/phone/contract"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// The account that text messages are sent with.
const (
	accountSID = "AC0123456789abcdef0123456789abcdef"
	authToken  = "0123456789abcdef0123456789abcdef"
)

// telephone is a server that keeps Twilio's contract. Where Twilio's OpenAPI
// document is at hand, every request and answer is held against it.
type telephone struct {
	*httptest.Server
	phone *phone.Server
}

func newTelephone(t *testing.T) *telephone {
	t.Helper()
	p, err := phone.New(phone.Options{
		AccountSID: accountSID, AuthToken: authToken, Names: map[string]string{"+14155550123": "wei"},
		Pace: 100 * time.Millisecond, Segments: sms.Segments,
	})
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = p
	if os.Getenv("BRIMWATCH_CONTRACTS") != "" {
		handler = contract.Check(t, contract.Twilio(t))(p)
	} else {
		t.Log("BRIMWATCH_CONTRACTS is not set: requests are not held against Twilio's OpenAPI document")
	}
	tel := &telephone{Server: httptest.NewServer(handler), phone: p}
	t.Cleanup(tel.Close)
	return tel
}

// texts lists the messages that were accepted, the oldest first.
func (tel *telephone) texts() []string {
	var out []string
	for _, m := range tel.phone.Messages() {
		out = append(out, m.Body)
	}
	return out
}
