package push

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/metrics"
)

// once sends the page to one endpoint.
func once(ctx context.Context, e Endpoint, write func(context.Context, io.Writer)) error {
	return plainError(metrics.PushMetricsExt(ctx, e.URL, func(w io.Writer) { write(ctx, w) }, &metrics.PushOptions{Method: http.MethodPost, Headers: e.headers()}), e)
}

// headers are sent with every push. The library has no client of ours to keep
// connections in, so each push ends its own.
func (e Endpoint) headers() []string {
	out := []string{"Connection: close"}
	switch {
	case e.Bearer != "":
		out = append(out, "Authorization: Bearer "+e.Bearer)
	case e.Username != "":
		out = append(out, "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(e.Username+":"+e.Password)))
	}
	return out
}

// plainError makes an error of the library fit to be shown. The library writes the
// URL into all of its errors, as text and with no error beneath, and path or query
// may hold a token; and it quotes the whole body of an answer.
func plainError(err error, e Endpoint) error {
	if err == nil {
		return nil
	}
	u, parseErr := url.Parse(e.URL)
	if parseErr != nil {
		return errors.New("the URL cannot be read")
	}
	if rest, ok := strings.CutPrefix(err.Error(), fmt.Sprintf("unexpected status code in response from %q: ", u.Redacted())); ok {
		code, _, _ := strings.Cut(rest, ";")
		if status, err := strconv.Atoi(code); err == nil {
			return errors.New(strings.TrimSpace("it answered " + code + " " + http.StatusText(status)))
		}
	}
	// What is left is: cannot push metrics to "URL": Post "URL": cause.
	_, rest, _ := strings.Cut(err.Error(), `": `)
	_, cause, ok := strings.Cut(rest, `": `)
	if !ok {
		return errors.New("it could not be reached")
	}
	for _, form := range []string{e.URL, u.String(), u.RequestURI(), u.RawQuery} {
		if len(form) > 1 { // "/" alone says nothing
			cause = strings.ReplaceAll(cause, form, "…")
		}
	}
	return errors.New(cause)
}
