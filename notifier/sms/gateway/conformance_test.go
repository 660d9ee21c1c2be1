package gateway_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

const (
	weiPhone  = "+8613800138000"
	password  = "a-password&of=a \"gateway\""
	apiKey    = "an-api-key-of-a-test"
	raiseText = "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%)."
)

// message is one text to wei.
func message(change ...func(*notifier.Message)) notifier.Message {
	m := notifier.Message{
		ID:        "msg_2kq7c5nt3vb6ezh4aywmrx8d",
		Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei", Address: weiPhone, Display: "wei"},
		Notices: []notifier.Notice{{
			ID: "ntc_1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning,
			Receiver: "oncall", Recipient: "sms/wei", Channel: "sms", Text: raiseText,
		}},
		Text:    raiseText,
		Attempt: 1,
	}
	for _, f := range change {
		f(&m)
	}
	return m
}

// jsonTerms are those of a gateway that answers 200 to everything, with a code in the
// body, and has user and password in the body of the call.
func jsonTerms(base string) contract.Terms {
	code := func(codes ...string) []contract.Condition {
		return []contract.Condition{{JSON: "code", Equals: codes}}
	}
	return contract.Terms{
		Send: contract.Call{
			URL:  base + "/msg/v1/send/json",
			Body: `{"account": "N1234567", "password": {{json .Secrets.password}}, "phone": {{trimPrefix "+86" .Number | json}}, "msg": {{json .Text}}, "uid": {{json .ID}}}`,
		},
		Secrets:       map[string]string{"password": password},
		Accepted:      code("0"),
		NumberRefused: code("107"), Refused: code("105"), AccountRefused: code("101", "109"),
		Later: []contract.Condition{{JSON: "code", Equals: []string{"103"}, After: 10 * 1e9}},
		ID:    "msgId", Reason: "errorMsg",
	}
}

// formTerms are those of a gateway that takes a form, looks messages up, and tells what
// became of them.
func formTerms(base string) contract.Terms {
	journal := contract.Call{URL: base + "/api/journal/outbound", Query: map[string]string{"to": "{{.Number}}", "date_from": `{{date "2006-01-02" "UTC" .Since}}`}}
	became := contract.Becomes{
		Delivered: []contract.Condition{{JSON: "dlr", Equals: []string{"DELIVERED"}}},
		Failed:    []contract.Condition{{JSON: "dlr", Equals: []string{"FAILED", "EXPIRED"}}},
	}
	first := contract.Becomes{Delivered: []contract.Condition{{JSON: "[0].dlr", Equals: []string{"DELIVERED"}}}, NumberFailed: []contract.Condition{{JSON: "[0].dlr", Equals: []string{"NOTDELIVERED"}}}}
	return contract.Terms{
		Send: contract.Call{
			URL:     base + "/api/sms",
			Headers: map[string]string{"Accept": "application/json"},
			Form:    map[string]string{"to": "{{.Number}}", "text": "{{.Text}}", "foreign_id": "{{.ID}}"},
		},
		Secrets:  map[string]string{"key": apiKey},
		Headers:  map[string]string{"X-Api-Key": "{{.Secrets.key}}"},
		Accepted: []contract.Condition{{JSON: "success", Equals: []string{"100"}}},
		ID:       "messages[0].id",
		LookUp:   &contract.LookUp{Call: journal, List: "[*]", Found: []contract.Condition{{JSON: "foreign_id", Equals: []string{"{{.ID}}"}}}, ID: "id", Becomes: became},
		Receipt:  &contract.Receipt{Call: contract.Call{URL: base + "/api/journal/outbound", Query: map[string]string{"id": "{{.ProviderID}}"}}, Becomes: first},
	}
}

func newChannel(t *testing.T, terms contract.Terms) notifier.Channel {
	t.Helper()
	ch, err := gateway.New(gateway.Options{Name: "gw", Terms: terms})
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.(interface{ CloseIdleConnections() }).CloseIdleConnections) //nolint:errcheck // it has the method
	return ch
}

// byStatus is what an answer means that no rule knows.
func byStatus(status int) channeltest.Outcome {
	switch {
	case status < 300, status >= 500: // a success that says nothing, or a fault of the gateway's own
		return channeltest.Doubt
	case status == 408 || status == 425:
		return channeltest.Later
	}
	return channeltest.NotBefore
}

func always(int) bool { return true }

func TestConformanceOfAJSONGateway(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return newChannel(t, jsonTerms(base)) },
		Message: message(),
		Accept: func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"code": "0", "msgId": "23112218040700018290", "time": "20261122180407", "errorMsg": ""}`)
		},
		Status: byStatus, RetryAfter: always, Lost: channeltest.Doubt, CutBody: channeltest.Doubt,
		Secrets: []string{password, weiPhone, weiPhone[1:], weiPhone[3:], "/msg/v1"},
	})
}

func TestConformanceOfAFormGateway(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New: func(t *testing.T, base string) notifier.Channel {
			t.Helper()
			terms := formTerms(base)
			terms.Receipt = nil // so that both kinds of powers are run
			return newChannel(t, terms)
		},
		Message: message(),
		Accept: func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"success": "100", "total_price": 0.075, "messages": [{"id": "77231715575", "success": true}]}`)
		},
		Status: byStatus, RetryAfter: always, Lost: channeltest.Doubt, CutBody: channeltest.Doubt,
		Secrets: []string{apiKey, weiPhone, weiPhone[1:], "/api/sms"},
	})
}

// TestConformanceOfAGetGateway: all of the message is in the URL, and the status alone
// tells what became of it.
func TestConformanceOfAGetGateway(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New: func(t *testing.T, base string) notifier.Channel {
			t.Helper()
			ch, err := gateway.New(gateway.Options{Name: "gw", Username: "brim", Password: "pw-of-a-gateway", Terms: contract.Terms{
				Send: contract.Call{
					Method: "GET", URL: base + "/cgi-bin/sms_send/{{pathescape .Secrets.token}}?number=00{{.NumberDigits}}", Query: map[string]string{"text": "{{.Text}}"},
				},
				Secrets: map[string]string{"token": "T0K3N/OFTHEPATH"},
			}})
			if err != nil {
				t.Fatalf("make the channel: %v", err)
			}
			return ch
		},
		Message: message(),
		Accept:  func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		Status: func(status int) channeltest.Outcome {
			if status < 300 {
				return channeltest.Accepted
			}
			return byStatus(status)
		},
		RetryAfter: always, Lost: channeltest.Doubt, CutBody: channeltest.Accepted,
		Secrets: []string{"pw-of-a-gateway", "T0K3N", weiPhone[1:], "YnJpbTpw"}, // the last is how brim:p begins in base64
	})
}
