package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the hash Twilio signs with
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// VerifySignature tells whether a callback was made by Twilio: whether signature
// (the header X-Twilio-Signature) is the HMAC-SHA1 under the account's auth
// token of the address followed by the form's names and values in order.
//
// address is the one Twilio called, with path and query as configured: behind a
// proxy it is made from external_url, never from the Host header. Twilio signs
// sometimes with and sometimes without the port, so both are tried. A name that
// comes several times counts with each of its different values, in order.
//
// The auth token is needed even where an API key is used for sending.
func VerifySignature(authToken, address string, form url.Values, signature string) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if authToken == "" || err != nil || len(given) != sha1.Size {
		return false
	}
	params := sortedForm(form)
	good := false
	for _, a := range []string{address, withPort(address), withoutPort(address)} {
		mac := hmac.New(sha1.New, []byte(authToken))
		mac.Write([]byte(a + params))
		good = hmac.Equal(mac.Sum(nil), given) || good
	}
	return good
}

func sortedForm(form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(v)
		}
	}
	return b.String()
}

// authority splits an address around its host and port. The rest stays as it
// was written: to encode it anew would change what was signed.
func authority(address string) (before, hostport, after string, ok bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return "", "", "", false
	}
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	start := strings.LastIndexByte(rest[:end], '@') + 1
	return scheme + "://" + rest[:start], rest[start:end], rest[end:], true
}

// withPort adds the port that goes without saying.
func withPort(address string) string {
	before, host, after, ok := authority(address)
	if _, _, err := net.SplitHostPort(host); !ok || err == nil {
		return address
	}
	port := ":80"
	if strings.HasPrefix(strings.ToLower(before), "https://") {
		port = ":443"
	}
	return before + host + port + after
}

// withoutPort takes the port away; an IPv6 address keeps its brackets.
func withoutPort(address string) string {
	before, host, after, ok := authority(address)
	_, port, err := net.SplitHostPort(host)
	if !ok || err != nil {
		return address
	}
	return before + strings.TrimSuffix(host, ":"+port) + after
}

// Callback is what Twilio posts about a message it sent, or a call it made.
type Callback struct {
	AccountSID string
	Status     Status
	Receipt    notifier.Receipt // with the SID of the message or call
}

// ParseCallback reads the form of a status callback. Its signature is checked
// before, with VerifySignature.
func ParseCallback(form url.Values) (Callback, error) {
	if form.Has("CallSid") {
		return parseCallCallback(form)
	}
	sid := form.Get("MessageSid")
	if sid == "" {
		sid = form.Get("SmsSid") // the older name, sent beside the new one
	}
	if !isSID(sid, "SM", "MM") {
		return Callback{}, errors.New("status callback: MessageSid is missing or not the SID of a message")
	}
	status := Status(form.Get("MessageStatus"))
	if status == "" {
		status = Status(form.Get("SmsStatus"))
	}
	if status.rank() == 0 {
		return Callback{}, fmt.Errorf("status callback: MessageStatus %q is not the status of an outbound message", httpcall.OneLine(string(status), 40))
	}
	code := 0
	if s := form.Get("ErrorCode"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return Callback{}, fmt.Errorf("status callback: ErrorCode %q is not a number", httpcall.OneLine(s, 40))
		}
		code = n
	}
	return Callback{AccountSID: form.Get("AccountSid"), Status: status, Receipt: makeReceipt(sid, status, code, "")}, nil
}

// parseCallCallback reads what is posted when a call has ended.
func parseCallCallback(form url.Values) (Callback, error) {
	sid, status := form.Get("CallSid"), form.Get("CallStatus")
	if !isSID(sid, "CA") {
		return Callback{}, errors.New("status callback: CallSid is not the SID of a call")
	}
	if status == "" {
		return Callback{}, errors.New("status callback: CallStatus is missing")
	}
	return Callback{AccountSID: form.Get("AccountSid"), Status: Status(status), Receipt: makeCallReceipt(sid, status, form.Get("AnsweredBy"))}, nil
}
