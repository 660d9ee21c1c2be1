package httpget

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/collector/neterror"
)

// stage is how far a visit came.
type stage uint8

const (
	connecting stage = iota // TCP
	securing                // TLS
	asking                  // the request is sent, nothing has come back
	answering               // the answer has begun
)

// String completes "what was being done:".
func (s stage) String() string {
	switch s {
	case connecting:
		return "connect"
	case securing:
		return "greet the server by TLS"
	case asking:
		return "wait for the answer"
	case answering:
	}
	return "read the head of the answer"
}

// PlainError is an error that is whole in its own words.
type PlainError string

// Error returns the words for people.
func (e PlainError) Error() string { return string(e) }

const (
	errLongHead   PlainError = "the head of the answer is longer than 256 KiB"
	errInterim    PlainError = "the server announces an answer (status 1xx) again and again and gives none"
	errLongPacked PlainError = "the compressed page is larger than what is read: is this the right address?"
	errProxy      PlainError = "the proxy that the environment names (HTTP_PROXY or HTTPS_PROXY) cannot be read as a URL"
)

// ErrHTML says that a web page came where metrics were wanted.
const ErrHTML PlainError = "the server answered with a web page (HTML), not with metrics: is the path of the url right, or does a login page stand in front?"

// maxShown is how much of a server's own words is shown, in bytes.
const maxShown = 60

// maxCause is how much of an error of a library is shown, in bytes.
const maxCause = 160

// over tells whether err came because the visit's time was over. A deadline may
// strike a connection a moment before it strikes ctx.
func over(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// ended says that the visit's time was over, and at what.
func ended(ctx context.Context, at stage) error {
	why := ctx.Err()
	if why == nil {
		why = context.DeadlineExceeded
	}
	return fmt.Errorf("%v: %w", at, why)
}

// fault is an error in words for people that still is what caused it.
type fault struct {
	words string
	cause error
}

// Error returns the words for people.
func (f *fault) Error() string { return f.words }

// Unwrap returns what caused the fault.
func (f *fault) Unwrap() error { return f.cause }

// because adds the text of cause to words, cut to a bearable length: parts of it
// may come from the server.
func because(words string, cause error) error {
	return &fault{words: words + ": " + Clip(cause.Error(), maxCause), cause: cause}
}

// explain says why no answer came.
func explain(err error, s stage, secure bool) error {
	var own PlainError
	var mine *fault
	if errors.As(err, &own) || errors.As(err, &mine) {
		return err
	}
	if words := neterror.Words(err); words != "" {
		return because(words, err)
	}
	switch {
	case neterror.NotTLS(err):
		return &fault{words: "the server does not answer by TLS: wrong port, or http:// is meant", cause: err}
	case neterror.HungUp(err):
		return because(hangUpWords(s, secure), err)
	}
	return because(s.String(), err)
}

// hangUpWords says what it may mean that the server ended the connection.
func hangUpWords(s stage, secure bool) string {
	switch {
	case s == securing:
		return "the server closed the connection instead of greeting by TLS: wrong port, or http:// is meant"
	case s == asking && !secure:
		return "the server closed the connection without an answer: wrong port, or https:// is meant"
	case s == asking:
		return "the server closed the connection without an answer"
	}
	return "the connection was cut off within the answer"
}

// ExplainBody says why a page could not be read to its end.
func ExplainBody(err error) error {
	var packed flate.CorruptInputError
	var own PlainError
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &packed):
		return because("the server says the page is gzip, but it cannot be unpacked", err)
	case neterror.HungUp(err):
		return because("the page was cut off: the connection ended before it was whole", err)
	}
	return because("the page could not be read to its end", err)
}

// checkStart tells whether an answer begins as one of HTTP/1, as soon as its
// first bytes are there.
func checkStart(r *bufio.Reader) error {
	const start = "HTTP/1."
	for n := 1; n <= len(start); n++ {
		b, err := r.Peek(n)
		if err != nil {
			return err
		}
		if string(b) != start[:n] {
			said, err := r.Peek(min(r.Buffered(), 16))
			if err != nil {
				return err
			}
			return PlainError("the server answers " + strconv.QuoteToASCII(string(said)) + ", which is not HTTP/1: wrong port, or it wants TLS (https://)")
		}
	}
	return nil
}

// headError turns an error of http.ReadResponse into one that does not repeat
// what the server said.
func headError(err error) error {
	var own PlainError
	var ne net.Error
	if errors.As(err, &own) || errors.As(err, &ne) || neterror.HungUp(err) {
		return err
	}
	return &fault{words: "the head of the answer is not HTTP/1", cause: err}
}

// Bytes writes a number of bytes for people.
func Bytes(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

// Clip makes a text of at most n bytes (and a dot or three) of one line of UTF-8.
func Clip(s string, n int) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
