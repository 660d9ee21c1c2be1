package aliyun

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	// maxCode and maxSaid are how much of the cloud's own words is kept, in bytes.
	maxCode = 80
	maxSaid = 120
)

// CallError is a refusal by the cloud.
type CallError struct {
	Code    string // of the cloud, such as Throttling.User; "" when it told none
	Message string // a clipped piece of what the cloud said, without keys
	Status  int    // of HTTP
	// RetryAfter is how long the operation is left alone; 0 when it was not
	// throttled.
	RetryAfter time.Duration

	api, action string
	until       time.Time // when RetryAfter is over
}

// Throttled tells whether the call was refused because there were too many.
func (e *CallError) Throttled() bool {
	return strings.HasPrefix(e.Code, "Throttling") || e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable
}

// Denied tells whether the keys are known and may not make this call.
func (e *CallError) Denied() bool {
	return hasPrefix(e.Code, "Forbidden", "NoPermission", "NotAuthorized", "AccessDenied") || e.Status == http.StatusForbidden && !e.keysRefused()
}

// keysRefused tells whether the keys themselves are refused.
func (e *CallError) keysRefused() bool {
	return hasPrefix(e.Code, "InvalidAccessKey", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken", "InvalidTimeStamp", "SignatureNonceUsed") ||
		e.Status == http.StatusUnauthorized
}

// Error returns the words for people.
func (e *CallError) Error() string {
	words, wayOut := e.words()
	if e.Code != "" {
		words += " (" + e.Code + ")"
	} else if e.Status != http.StatusOK {
		words += fmt.Sprintf(" (status %d)", e.Status)
	}
	if wayOut != "" {
		words += ": " + wayOut
	}
	return words
}

// words returns what happened and what to do. What the cloud says about keys and
// signatures is not repeated: it quotes what was signed.
func (e *CallError) words() (what, wayOut string) {
	switch {
	case e.Status == http.StatusServiceUnavailable && !hasPrefix(e.Code, "Throttling"):
		return "the cloud cannot answer for the moment", e.pause()
	case e.Throttled():
		return "the cloud is asked for " + e.action + " too often", e.pause()
	case hasPrefix(e.Code, "InvalidAccessKeyId.Inactive"):
		return "the access key is disabled", "enable it in RAM, or give another one"
	case hasPrefix(e.Code, "InvalidAccessKey"):
		return "the cloud does not know the access key", "is access_key_id right, and was the key not deleted?"
	case hasPrefix(e.Code, "SignatureDoesNotMatch", "IncompleteSignature"):
		return "the cloud does not accept the signature", "access_key_secret does not belong to access_key_id"
	case hasPrefix(e.Code, "InvalidSecurityToken"):
		return "the temporary keys are not valid any more", "see to what provides them"
	case hasPrefix(e.Code, "InvalidTimeStamp"):
		return "the cloud finds the request too old or too new", "set the clock of the machine that runs Brimwatch"
	case e.Status == http.StatusProxyAuthRequired:
		return "the proxy wants a login", "put it into the environment variable that names the proxy"
	case e.Denied():
		return "these keys may not call " + e.action, e.grant()
	case e.Status >= http.StatusInternalServerError:
		return "the cloud has a fault of its own", e.Message
	}
	if e.Code == "" && e.Message == "" {
		return "the server refuses " + e.action, "is endpoint, with http:// or https://, the right address of the cloud?"
	}
	return "the cloud refuses " + e.action, e.Message
}

func (e *CallError) pause() string {
	if e.until.IsZero() {
		return "it is left alone for a while"
	}
	return "it is left alone until " + e.until.UTC().Format("15:04:05 UTC") + " (all users of the account share the cloud's limits)"
}

// grant says which right is missing.
func (e *CallError) grant() string {
	action := ramAction(e.api, e.action)
	if action == "" {
		return "allow it to them in RAM"
	}
	return "allow " + action + " to them in RAM"
}

// ramAction returns the name that RAM has for an operation, which often is
// another one; "" when it is not known.
//
// Source: help pages "RAM authorization" of CloudMonitor and of Billing.
func ramAction(api, action string) string {
	switch api + "/" + action {
	case "metrics/DescribeMetricLast":
		return "cms:QueryMetricLast (the policy AliyunCloudMonitorReadOnlyAccess holds it)"
	case "metrics/DescribeMetricList":
		return "cms:QueryMetricList (the policy AliyunCloudMonitorReadOnlyAccess holds it)"
	case "business/QueryAvailableInstances":
		return "bss:DescribeInstances"
	case "business/QueryAccountBalance":
		return "bss:DescribeAcccount (with three c)"
	}
	return ""
}

func hasPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// usedUpError says that the month has no calls left.
type usedUpError struct {
	limit int64
	until time.Time
}

// Error returns the words for people.
func (e *usedUpError) Error() string {
	return fmt.Sprintf("the account has used its %d calls of this month: the count begins anew at %s; raise the number of calls if more are paid for",
		e.limit, e.until.UTC().Format("2006-01-02 15:04 UTC"))
}

// waitError says that a call had to wait longer than its ctx allows.
type waitError struct {
	words string
	cause error // nil when ctx would have ended before
}

// Error returns the words for people.
func (e *waitError) Error() string { return e.words }

// Unwrap returns what ended the wait.
func (e *waitError) Unwrap() error { return e.cause }

// fault is an error in words for people that still is what caused it.
type fault struct {
	words string
	cause error
}

// Error returns the words for people.
func (f *fault) Error() string { return f.words }

// Unwrap returns what caused the fault.
func (f *fault) Unwrap() error { return f.cause }
