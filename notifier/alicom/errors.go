package alicom

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// Error is an answer that is not a success.
type Error struct {
	Code    string // of the cloud; "" when the answer is not the cloud's
	status  int
	header  http.Header
	message string
	meaning verdict.Meaning
	off     time.Duration // by how much our clock is ahead of the cloud's, which was taken over; 0 where it was not
}

// Error says what was answered. What is said of keys and signatures is left out, since it
// quotes what was signed.
func (e *Error) Error() string {
	said := "HTTP " + httpcall.StatusLine(e.status)
	if e.Code != "" {
		said = fmt.Sprintf("HTTP %d, %s", e.status, e.Code)
	}
	if e.message == "" || e.Code == "" || e.meaning.Kind == verdict.Credentials {
		return said
	}
	return said + ": " + e.message
}

// CodeOf returns the cloud's code of an error; "" when it has none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// learnClock takes over the cloud's clock when it finds a request too old or too new: an
// alarm does not wait for somebody to set the machine's. Anybody who can answer in the
// cloud's place gains nothing by it: a wrong moment is refused again.
func (c *Client) learnClock(e *Error) {
	at, err := http.ParseTime(e.header.Get("Date"))
	if err == nil && strings.HasPrefix(e.Code, "InvalidTimeStamp") {
		e.off = time.Since(at).Round(time.Second)
		c.ahead.Store(int64(time.Until(at)))
	}
}

// Judge gives the error of a send its meaning for the outbox. Where the cloud named a code
// that decides, and else the HTTP status. said is the error as it may be shown.
func (c *Client) Judge(err error, m *notifier.Message, said error) error {
	if e, answered := errors.AsType[*Error](err); answered {
		return c.verdict(e).Of(m, said)
	}
	return (&verdict.Answer{Far: Far, Perhaps: c.opts.Perhaps}).NoAnswer(err, said)
}

// JudgeLookup does so for the error of a look-up. grant says what the keys must be allowed.
func (c *Client) JudgeLookup(err, said error, grant string) error {
	if e, answered := errors.AsType[*Error](err); answered {
		return c.verdict(e).OfLookup(said, grant)
	}
	return said
}

// verdict is what an answer means.
func (c *Client) verdict(e *Error) *verdict.Answer {
	a := &verdict.Answer{Far: Far, Perhaps: c.opts.Perhaps, Status: e.status, Header: e.header, Code: e.Code, Meaning: e.meaning, Off: e.off}
	if a.Meaning.Kind == verdict.Flow {
		a.Meaning.After = flowAfter(e.message)
	}
	return a
}

// flowAfter is how long a number is left alone that got too many messages: the cloud names
// the window in its words, such as 触发分钟级流控Permits:1. Minutes and hours are those of the
// clock, and a day is 24 hours from a message on, of which only the cloud knows the end. 0 is
// what is done where it names none.
func flowAfter(said string) time.Duration {
	said = strings.ToLower(said)
	switch {
	case strings.Contains(said, "分钟") || strings.Contains(said, "minute"):
		return time.Minute
	case strings.Contains(said, "小时") || strings.Contains(said, "hour"), strings.Contains(said, "天") || strings.Contains(said, "day"):
		return time.Hour
	}
	return 0
}

// Shown is an error as it may be shown, without keys and without the number of a recipient, in
// whatever form the cloud got it.
func (c *Client) Shown(err error, r notifier.Recipient, number string) error {
	return verdict.Shown(err,
		[2]string{c.opts.AccessKeySecret, "<secret>"},
		[2]string{c.opts.AccessKeyID, "<access_key_id>"},
		[2]string{r.Address, r.Display},
		[2]string{strings.TrimPrefix(r.Address, "+"), r.Display},
		[2]string{number, r.Display},
	)
}

// AccountRows are the meanings of codes that both services have: those of the cloud's gateway,
// and of the account. grant says what the keys must be allowed, service names the service.
func AccountRows(service, grant string) []verdict.Row {
	const (
		mend  = verdict.Mend
		creds = verdict.Credentials
	)
	return []verdict.Row{
		Row(verdict.Doubt, "", "isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "isp.UNKNOWN", "InternalError", "ServiceUnavailable", "SignatureNonceUsed"),
		Row(verdict.Busy, "asked too often", "Throttling*"),
		Row(mend, service+" is not activated for this account; activate it in the console", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"),
		Row(mend, "something is wrong with the account; ask Alibaba Cloud", "isv.ACCOUNT_ABNORMAL"),
		Row(mend, "base_url is not the address of "+service+"; correct it", "InvalidVersion*", "InvalidAction*"),
		Row(verdict.Clock, "the clock of this machine is off; set it", "InvalidTimeStamp*"),
		Row(creds, "the cloud does not accept the signature: access_key_secret does not belong to access_key_id", "SignatureDoesNotMatch", "IncompleteSignature"),
		Row(creds, "the access key is disabled; enable it in RAM, or give another one", "InvalidAccessKeyId.Inactive"),
		Row(creds, "the cloud does not know the access key; correct access_key_id", "InvalidAccessKey*", "MissingAccessKey*"),
		Row(creds, "these are temporary keys, which need a token; give keys that last", "InvalidSecurityToken*", "MissingSecurityToken*"),
		Row(creds, "the account of these keys is not one of "+service+"; correct access_key_id", "isv.ACCOUNT_NOT_EXISTS"),
		Row(creds, grant, "isp.RAM_PERMISSION_DENY", "Forbidden*", "NoPermission*", "NotAuthorized*"),
	}
}

// Row says what some codes mean.
func Row(k verdict.Kind, why string, codes ...string) verdict.Row {
	return verdict.Row{Meaning: verdict.Meaning{Kind: k, Why: why}, Codes: codes}
}
