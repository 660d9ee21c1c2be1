package twilio_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

const (
	accountSID = "AC0123456789abcdef0123456789abcdef"
	authToken  = "an-auth-token-of-a-test"
	sid        = "SM00000000000000000000000000000001"
	from       = "+15005550006"
	weiPhone   = "+8613800138000"
	raiseText  = "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), MQTT Basic. Upgrade or cut clients."
	endText    = "K7Q2 ENDED Orders: connections back to 3,100 of 5,000 (62%) after 25m, MQTT Basic."
)

func newChannel(t *testing.T, base string, change ...func(*twilio.Options)) *twilio.Channel {
	t.Helper()
	o := twilio.Options{AccountSID: accountSID, AuthToken: authToken, From: from, BaseURL: base}
	for _, f := range change {
		f(&o)
	}
	ch, err := twilio.New(o)
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

// message is one text to wei.
func message(text string) notifier.Message {
	return notifier.Message{
		ID:        "msg_2kq7",
		Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei", Address: weiPhone, Display: "wei"},
		Notices: []notifier.Notice{{
			ID: "ntc_1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning,
			Receiver: "oncall", Recipient: "sms/wei", Channel: "sms", Text: text,
		}},
		Text:    text,
		Attempt: 1,
	}
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return newChannel(t, base) },
		Message: message(raiseText),
		Accept: func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"sid": "`+sid+`", "status": "queued", "to": "`+weiPhone+`"}`)
		},
		Status: func(status int) channeltest.Outcome {
			switch {
			case status < 300, status >= 500: // a success without a message, or a fault of Twilio's own
				return channeltest.Doubt
			case status == 408 || status == 425:
				return channeltest.Later
			}
			return channeltest.NotBefore
		},
		RetryAfter: func(int) bool { return true },
		Lost:       channeltest.Doubt,
		CutBody:    channeltest.Doubt,
		Secrets:    []string{authToken, weiPhone, weiPhone[1:], "QUMwMTIz"}, // the last is how AC0123 begins in base64
	})
}
