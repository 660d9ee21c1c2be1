package httpget

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// answer is the head of a server's answer, and its body.
type answer struct {
	status   int
	header   http.Header
	length   int64 // -1 when it is not told
	chunked  bool
	closing  bool // the connection ends with this answer
	encoding string
	asked    *http.Request
	body     io.Reader
}

func newAnswer(r *http.Response) *answer {
	return &answer{
		status: r.StatusCode, header: r.Header, length: r.ContentLength, closing: r.Close, asked: r.Request,
		chunked: slices.Contains(r.TransferEncoding, "chunked"), encoding: encodingOf(r.Header), body: r.Body,
	}
}

// encodingOf returns the content encoding; "" for none.
func encodingOf(h http.Header) string {
	e := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding")))
	if e == "identity" {
		return ""
	}
	return e
}

// endless tells whether nothing but the end of the connection ends the page, so
// that half a page looks like a whole one.
func (a *answer) endless() bool { return a.length < 0 && !a.chunked && a.encoding == "" }

// judge tells what is wrong with an answer by its head. login is whether
// credentials were sent.
func (a *answer) judge(want Want, login bool) error {
	if a.status != http.StatusOK {
		return a.refusal(login)
	}
	return a.judgeBody(want)
}

// judgeBody tells whether a body can be what is wanted.
func (a *answer) judgeBody(want Want) error {
	if a.length > MaxPage {
		return fmt.Errorf("the page has %s, more than the %s that are read: is this the right address?", Bytes(a.length), Bytes(MaxPage))
	}
	return a.judgeType(want)
}

// judgeType refuses what says itself that it is something else. Many servers
// name no type or a wrong one; then the page has to speak for itself.
func (a *answer) judgeType(want Want) error {
	given := a.header.Get("Content-Type")
	if given == "" {
		return nil
	}
	kind, _, _ := strings.Cut(strings.ToLower(given), ";")
	kind = strings.TrimSpace(kind)
	switch kind {
	case "text/html", "application/xhtml+xml":
		return want.html()
	case "application/openmetrics-text", "application/octet-stream", "binary/octet-stream":
		return nil
	case "application/vnd.google.protobuf":
		return errors.New("the server answered in protobuf although text was asked for: turn its text format on")
	case "text/xml":
	default:
		if want == JSON || strings.HasPrefix(kind, "text/") {
			return nil
		}
	}
	return fmt.Errorf("the server answered with %s, not with %s: is the path of the url right?", Clip(kind, maxShown), want)
}

// unpacked returns the body as it was before it was compressed.
func (a *answer) unpacked(w *workspace) (io.Reader, error) {
	switch a.encoding {
	case "":
		return a.body, nil
	case "gzip", "x-gzip":
	default:
		return nil, fmt.Errorf("the server compressed the page in a way that was not asked for (%s)", Clip(a.encoding, maxShown))
	}
	// The limit holds for the compressed page, too: it may go on without end and
	// without unpacking to anything.
	packed := &limited{r: a.body, left: MaxPage}
	var err error
	if w.gzip == nil {
		w.gzip, err = gzip.NewReader(packed)
	} else {
		err = w.gzip.Reset(packed)
	}
	if err != nil {
		return nil, ExplainBody(err)
	}
	return w.gzip, nil
}

// limited reads r up to so many bytes; more are an error.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return n, errLongPacked
	}
	return n, err
}

// maxDrain is how much of the body of an error is read to keep the connection.
const maxDrain = 64 << 10

// drained reads the body of an answer that is of no use, and tells whether it
// came to its end.
func drained(r io.Reader, buf []byte) bool {
	for left := maxDrain; left > 0; {
		n, err := r.Read(buf[:min(left, len(buf))])
		if err != nil {
			return err == io.EOF
		}
		if left -= n; n == 0 {
			left--
		}
	}
	return false
}

// StatusError is an answer that is not the one that was wanted.
type StatusError struct {
	Status int // of HTTP
	words  string
}

// Error returns the words for people.
func (e *StatusError) Error() string { return e.words }

// StatusOf returns the HTTP status of a refusal; 0 when err is something else.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Status
	}
	return 0
}

// refusal puts a status into words.
func (a *answer) refusal(login bool) error {
	return &StatusError{Status: a.status, words: a.refused(login).Error()}
}

func (a *answer) refused(login bool) error {
	switch s := a.status; {
	case s == http.StatusUnauthorized && !login:
		return errors.New("the server wants a login (status 401): set username and password_file, or a bearer token")
	case s == http.StatusUnauthorized:
		return errors.New("the server refuses the login (status 401): wrong user name, password or token")
	case s == http.StatusForbidden:
		return errors.New("the server does not let this user read the page (status 403): it needs more rights")
	case s == http.StatusNotFound, s == http.StatusGone:
		return fmt.Errorf("there is no page at this address (status %d): is the path of the url right, and are metrics turned on there?", s)
	case s == http.StatusProxyAuthRequired:
		return errors.New("the proxy wants a login (status 407): put it into the environment variable that names the proxy")
	case s == http.StatusTooManyRequests:
		return errors.New("the server is asked too often (status 429): read it at a longer interval, or raise its limit")
	case s == http.StatusBadRequest && a.asked.URL.Scheme == "http":
		return errors.New("the server does not understand the request (status 400): is https:// meant, or another path or query?")
	case s >= 300 && s < 400:
		return fmt.Errorf("the server redirects (status %d) to %s, which is not followed: put the right address into url", s, a.redirect())
	case s >= 500:
		return fmt.Errorf("the server has a fault of its own (%s): see its log", statusText(s))
	default:
		return fmt.Errorf("the server answered with %s instead of a page", statusText(s))
	}
}

// redirect returns where an answer points to, as far as it may be shown.
func (a *answer) redirect() string {
	location := a.header.Get("Location")
	to, err := url.Parse(location)
	if location == "" || err != nil {
		return "an address that cannot be read"
	}
	return placeOf(a.asked.URL.ResolveReference(to))
}

func statusText(s int) string {
	if text := http.StatusText(s); text != "" {
		return fmt.Sprintf("status %d, %s", s, text)
	}
	return fmt.Sprintf("status %d", s)
}
