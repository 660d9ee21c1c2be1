package httpget

import "time"

// Explain says in plain words why a request of net/http got no answer; secure is
// whether it went over TLS. It is for those who cannot use a Site because each of
// their requests has to be built anew, such as signed ones.
func Explain(err error, secure bool) error { return explain(err, asking, secure) }

// RetryAfter reads the header of that name, seconds or a date; false when it says
// nothing. No server is left alone for longer than ten minutes.
func RetryAfter(text string, now time.Time) (time.Duration, bool) { return retryAfter(text, now) }
