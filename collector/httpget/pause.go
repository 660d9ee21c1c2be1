package httpget

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestPause bounds for how long a server is left alone, whatever it says.
const longestPause = 10 * time.Minute

// pause keeps the time until which a server wants to be left alone. It is used
// by one goroutine at a time.
type pause struct {
	until time.Time
	words string // of the refusal
}

// hold returns the refusal while the pause lasts.
func (p *pause) hold(now time.Time) error {
	// A pause that is longer than any that was noted is one of a clock that was
	// set back.
	if left := p.until.Sub(now); left <= 0 || left > longestPause {
		return nil
	}
	return &StatusError{Status: http.StatusTooManyRequests, words: p.words}
}

// note remembers how long the server wants to be left alone, when it said so
// with a refusal (RFC 9110, section 10.2.3), and adds that to the refusal.
func (p *pause) note(a *answer, refusal error, now time.Time) error {
	if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return refusal
	}
	d, ok := retryAfter(a.header.Get("Retry-After"), now)
	if !ok {
		return refusal
	}
	p.until = now.Add(d)
	p.words = fmt.Sprintf("%v; it wants to be left alone until %s", refusal, p.until.UTC().Format("15:04:05 UTC"))
	return &StatusError{Status: a.status, words: p.words}
}

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	var d time.Duration
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(text); err == nil {
		d = t.Sub(now)
	}
	return min(d, longestPause), d > 0
}
