package remotewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	answerBytes = 512              // of an answer's body are shown
	drainBytes  = 64 << 10         // of it are read, so that the connection can be used again
	longestWait = 10 * time.Minute // that a Retry-After may ask for
)

// answerError is an answer that is not a success.
type answerError struct {
	status int
	body   string
	final  bool          // it is about the samples: trying again would not help
	after  time.Duration // not before
}

// Error implements error.
func (e *answerError) Error() string {
	text := fmt.Sprintf("the endpoint answered %d %s", e.status, http.StatusText(e.status))
	if e.body != "" {
		text += ": " + e.body
	}
	return text
}

// send makes one request.
func (w *Writer) send(ctx context.Context, r *request) error {
	body, err := w.encoder.encode(r.win.series, r.points)
	if err != nil {
		return fmt.Errorf("encode samples: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("make request: the URL cannot be used")
	}
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.Header.Set("User-Agent", strings.TrimSuffix("brimwatch/"+w.opts.Version, "/"))
	switch {
	case w.endpoint.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+w.endpoint.Bearer)
	case w.endpoint.Username != "":
		req.SetBasicAuth(w.endpoint.Username, w.endpoint.Password)
	}
	started := time.Now()
	resp, err := w.client.Do(req)
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err // without the URL, which may carry a password
		}
		return fmt.Errorf("send samples: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // all that matters has been read
	w.metrics.duration.Observe(time.Since(started).Seconds())
	text, _ := io.ReadAll(io.LimitReader(resp.Body, drainBytes)) // an answer cut short is still an answer
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return judge(resp, text, time.Now())
}

// judge tells what an answer means. Some are about the samples: they are malformed,
// too many, too old, or not as they were before. All others are about the endpoint or
// how it is reached, from a password that is no longer valid to a wrong path: somebody
// will mend that, and the samples can wait in the history.
func judge(resp *http.Response, body []byte, now time.Time) *answerError {
	shown := strings.ToValidUTF8(string(body[:min(len(body), answerBytes)]), "")
	e := &answerError{status: resp.StatusCode, body: strings.TrimSpace(shown)}
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		e.final = true
	}
	e.after = retryAfter(resp.Header.Get("Retry-After"), now)
	return e
}

// retryAfter reads the header of that name, RFC 9110 section 10.2.3: seconds or
// a date. What cannot be read is 0.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(seconds, 0), int(longestWait/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestWait) // a date in the past is now
	}
	return 0
}
