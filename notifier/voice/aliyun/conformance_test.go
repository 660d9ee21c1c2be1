package aliyun_test

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
			return newCaller(t, options(base))
		},
		Message: message(spoken),
		Accept: func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"Message": "OK", "RequestId": "B12A", "Code": "OK", "CallId": "116012354148^102813784100"}`)
		},
		Status: func(status int) channeltest.Outcome {
			if status < 300 || status >= 500 { // a success without an answer, or a fault of the cloud's own
				return channeltest.Doubt
			}
			return channeltest.NotBefore
		},
		RetryAfter: func(int) bool { return true },
		Lost:       channeltest.Doubt,
		CutBody:    channeltest.Doubt,
		Refusals: []channeltest.Refusal{
			{Name: "too often", Answer: channeltest.JSON(`{"RequestId": "B12A", "Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"}`), Outcome: channeltest.NotBefore, Says: "one in a minute"},
			{Name: "no number", Answer: channeltest.JSON(`{"RequestId": "B12A", "Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "号码格式非法"}`), Outcome: channeltest.Never, Says: "correct phone"},
			{Name: "a fault of the cloud", Answer: channeltest.JSON(`{"RequestId": "B12A", "Code": "isp.SYSTEM_ERROR", "Message": "系统错误"}`), Outcome: channeltest.Doubt, Says: "cannot be asked"},
		},
		Secrets: []string{secret, weiPhone, weiPhone[1:], weiPhone[3:], keyID},
	})
}
