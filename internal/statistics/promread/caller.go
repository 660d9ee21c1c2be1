package promread

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

// caller makes the requests of the API client ours: with what signs in, and with a bound
// on answers.
type caller struct {
	next               http.RoundTripper
	query              string // of the configured URL
	username, password string
	bearer             string
	agent              string
}

// RoundTrip implements http.RoundTripper.
func (c *caller) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	// VictoriaMetrics would move what is asked for to where it has it already; Prometheus
	// takes no notice.
	parts := []string{r.URL.RawQuery, c.query, "nocache=1"}
	r.URL.RawQuery = strings.Trim(strings.Join(parts, "&"), "&")
	r.Header.Set("User-Agent", c.agent)
	switch {
	case c.bearer != "":
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	case c.username != "":
		r.SetBasicAuth(c.username, c.password)
	}
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err //nolint:wrapcheck // explained where it arrives
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: answerBytes}
	return resp, nil
}

// errTooLong says that an answer is longer than it may be.
var errTooLong = errors.New("the answer is too long")

// bounded is the body of an answer, up to a bound.
type bounded struct {
	io.ReadCloser

	left int
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err //nolint:wrapcheck // io.EOF must be itself
}

// explain turns an error of the API client into a sentence that holds no secrets.
func (r *Reader) explain(ctx context.Context, err error) error {
	var answer *v1.Error
	var inner *url.Error
	switch {
	case errors.Is(err, errTooLong):
		return fmt.Errorf("%s: the answer is longer than %d MiB; ask for less", r.shown, answerBytes>>20)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s does not answer in time", r.shown)
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &answer):
		return fmt.Errorf("%s: %s", r.shown, said(answer))
	case errors.As(err, &inner):
		return fmt.Errorf("%s does not answer: %w", r.shown, inner.Err) // without the URL, which may carry a password
	}
	return fmt.Errorf("%s does not answer as Prometheus does: %w", r.shown, err)
}

// said is what the database said, in short.
func said(e *v1.Error) string {
	switch {
	case strings.Contains(e.Msg, "401"), strings.Contains(e.Msg, "403"):
		return "it does not let Brimwatch in (" + e.Msg + "); mend the user name, password or token of storage.query_url"
	case e.Type == v1.ErrClient || e.Type == v1.ErrServer || e.Type == v1.ErrBadResponse:
		return "it does not answer as Prometheus does (" + e.Msg + ")"
	}
	return e.Msg
}
