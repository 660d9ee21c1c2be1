package httpget

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/memory"
)

// Site is one server that is asked for several things, as JSON, over one kept
// connection. It is used by one goroutine at a time.
type Site struct {
	base      *url.URL
	login     bool
	header    http.Header
	transport *http.Transport
	proxied   bool
	pause     pause
}

// NewSite checks the options; it does not connect. The URL is the server's; its
// path, if it has one, stands before those that are asked for.
func NewSite(o Options) (*Site, error) {
	u, err := o.check()
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" {
		return nil, errors.New("url has a query (?…), which does not belong there")
	}
	t := o.Transport
	if t == nil {
		t = NewTransport()
	}
	r := o.request(u)
	proxy, err := t.proxyFor(r)
	if err != nil {
		return nil, err
	}
	s := &Site{base: u, login: o.login(), header: r.Header, transport: transportOf(u, proxy, o.TLS), proxied: proxy != nil}
	s.header.Set("Accept", JSON.accept())
	return s, nil
}

// NewSiteBeside is NewSite for a server beside another one whose secure goes
// along: it is used when the URL is https://, and dropped when it is not.
func NewSiteBeside(o Options, secure *tls.Config) (*Site, error) {
	if u, err := url.Parse(o.URL); err == nil && u.Scheme == "https" {
		o.TLS = secure
	}
	return NewSite(o)
}

// Place returns the URL as messages show it.
func (s *Site) Place() string { return placeOf(s.base) }

// Close closes the connection.
func (s *Site) Close() { s.transport.CloseIdleConnections() }

// Ask is one thing that is asked for.
type Ask struct {
	Path  string     // below the Site's, such as /varz; it may hold escapes
	Query url.Values // nil: none
	Form  url.Values // not nil: POST with this form, else GET
	// Also are HTTP statuses besides 200 whose body is read as an answer. When it
	// is not JSON, the status is the error.
	Also []int
}

// Answer is the status and the headers of an answer, without its body.
type Answer struct {
	Status  int
	Arrived time.Time // when it began to arrive
}

// Get asks, and decodes the JSON of the answer into into. Keys that into does
// not name are left out.
func (s *Site) Get(ctx context.Context, ask Ask, into any) (Answer, error) {
	at := s.base.JoinPath(ask.Path)
	at.RawQuery = ask.Query.Encode()
	answer, err := s.get(ctx, at, ask, into)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", placeOf(at), err)
	}
	return answer, nil
}

func (s *Site) get(ctx context.Context, at *url.URL, ask Ask, into any) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, fmt.Errorf("begin the visit: %w", err)
	}
	if err := s.pause.hold(time.Now()); err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what is left of a body
	r := s.request(ctx, at, ask)
	resp, err := s.transport.RoundTrip(r)
	if err != nil {
		return Answer{}, s.unanswered(ctx, r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	arrived := time.Now()
	a := newAnswer(resp)
	if slices.Contains(ask.Also, a.status) {
		if a.judgeBody(JSON) != nil {
			err = a.refusal(s.login)
		}
	} else {
		err = a.judge(JSON, s.login)
	}
	if err != nil {
		drained(a.body, make([]byte, drainWindow))
		return Answer{}, s.pause.note(a, err, arrived)
	}
	if err := decode(ctx, a, into); err != nil {
		if ctx.Err() != nil {
			return Answer{}, fmt.Errorf("read the answer: %w", ctx.Err())
		}
		if a.status != http.StatusOK {
			// Not the words that were hoped for: the status says more than they do.
			return Answer{}, a.refusal(s.login)
		}
		return Answer{}, err
	}
	return Answer{Status: a.status, Arrived: arrived}, nil
}

func (s *Site) request(ctx context.Context, at *url.URL, ask Ask) *http.Request {
	r := (&http.Request{Method: http.MethodGet, URL: at, Host: at.Host, Header: s.header.Clone()}).WithContext(ctx)
	if ask.Form != nil {
		text := ask.Form.Encode()
		r.Method, r.ContentLength, r.Body = http.MethodPost, int64(len(text)), io.NopCloser(strings.NewReader(text))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// unanswered says why no answer came.
func (s *Site) unanswered(ctx context.Context, r *http.Request, err error) error {
	if over(ctx, err) {
		return ended(ctx, asking)
	}
	err = explain(err, asking, r.URL.Scheme == "https")
	if s.proxied {
		err = fmt.Errorf("through the proxy that the environment names: %w", err)
	}
	return err
}

// decode reads a body as JSON.
func decode(ctx context.Context, a *answer, into any) error {
	var w workspace
	r, err := a.unpacked(&w)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(memory.Of(ctx, r), MaxPage+1))
	switch {
	case err != nil:
		return ExplainBody(err)
	case len(data) > MaxPage:
		return PlainError("the answer is larger than " + Bytes(MaxPage) + ", which is the most that is read: is this the right address?")
	case len(bytes.TrimSpace(data)) == 0:
		return PlainError("the answer is empty: is this the right address?")
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")):
		return JSON.html()
	}
	if err := json.Unmarshal(data, into); err != nil {
		if _, other := errors.AsType[*json.UnmarshalTypeError](err); other {
			return because("the answer has not the form that is expected: is this the right address, and the right kind of server?", err)
		}
		return because("the answer is not JSON", err)
	}
	return nil
}
