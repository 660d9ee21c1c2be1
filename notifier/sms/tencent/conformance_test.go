package tencent_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
)

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New: func(t *testing.T, base string) notifier.Channel {
			t.Helper()
			return newChannel(t, options(base))
		},
		Message: message(raiseText),
		Accept: func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"Response": {"SendStatusSet": [{"SerialNo": "5000:1045710669157053657849499619", "PhoneNumber": "`+weiPhone+
				`", "Fee": 2, "SessionContext": "msg_2kq7", "Code": "Ok", "Message": "send success", "IsoCode": "CN"}], "RequestId": "a0aabda6"}}`)
		},
		Status: func(status int) channeltest.Outcome {
			if status < 300 || status >= 500 { // a success without an answer, or a fault of the far side's own
				return channeltest.Doubt
			}
			return channeltest.NotBefore
		},
		RetryAfter: func(int) bool { return true },
		Lost:       channeltest.Doubt,
		CutBody:    channeltest.Doubt,
		Secrets:    []string{secretKey, weiPhone, weiPhone[1:], weiPhone[3:], secretID},
	})
}
