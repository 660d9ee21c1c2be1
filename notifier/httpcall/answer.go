package httpcall

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// LongestWait caps what a Retry-After may ask for: an alarm does not wait a day
// because a header says so.
const LongestWait = time.Hour

// RetryAfter reads the header of that name in both forms of RFC 9110, 10.2.3:
// seconds, and a date. What lies in the past is no wait, and none is longer
// than LongestWait. False means that there is no such header or that it cannot
// be read.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if digits(value) {
		s, err := strconv.ParseInt(value, 10, 64)
		if err != nil || s > int64(LongestWait/time.Second) {
			return LongestWait, true // so many digits that it is a long time in any case
		}
		return time.Duration(s) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), LongestWait), true
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// OneLine makes foreign text fit to be shown: one line without control signs,
// at most limit runes long.
func OneLine(s string, limit int) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) || r == unicode.ReplacementChar {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			n++
		}
		gap = false
		if n >= limit {
			return strings.TrimSpace(b.String()) + "..."
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// StatusLine writes a status for people: "404 Not Found".
func StatusLine(status int) string {
	text := http.StatusText(status)
	if text == "" {
		return strconv.Itoa(status)
	}
	return strconv.Itoa(status) + " " + text
}

// RedirectTarget says where an answer points to, without anything of the
// address that could be a secret: scheme and host only.
func RedirectTarget(h http.Header) string {
	u, err := url.Parse(h.Get("Location"))
	switch {
	case err != nil || h.Get("Location") == "":
		return "nowhere"
	case u.Host == "":
		return "another path of the same host"
	case u.Scheme == "":
		return OneLine(u.Host, 100)
	}
	return OneLine(u.Scheme+"://"+u.Host, 100)
}
