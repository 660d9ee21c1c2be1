package aliyun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/internal/memory"
)

const (
	// maxHead and maxBody are how many bytes of an answer are read, unpacked.
	maxHead = 256 << 10
	maxBody = httpget.MaxPage
	// idleFor is how long a connection waits for the next sweep.
	idleFor = 90 * time.Second
	// maxIdle is how many connections wait for each host.
	maxIdle = 8
)

// newTransport returns how the cloud is reached: through the proxies of the
// environment, and never to another place than was asked for.
func newTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               proxyOf,
		DialContext:         (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConnsPerHost: maxIdle, IdleConnTimeout: idleFor,
		TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: maxHead, Protocols: protocols,
	}
}

// errProxy takes the place of an error that repeats the value, which may hold a
// password.
const errProxy httpget.PlainError = "the proxy that the environment names (HTTP_PROXY or HTTPS_PROXY) cannot be read as a URL"

// proxyOf returns the proxy that the environment names for a request.
func proxyOf(r *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errProxy
	}
	return proxy, nil
}

// exchange carries one request, and keeps what came back.
type exchange struct {
	transport *http.Transport

	err    error // why there is no answer, or no whole one
	body   bool  // whether err came while the body was read
	status int
	header http.Header
	data   []byte
}

// send makes the request. The error is only for whoever built it.
func (e *exchange) send(r *http.Request) error {
	// An empty list is sent as no header at all, and tells net/http that the
	// request may be sent again when a kept connection turns out to be closed.
	r.Header["Idempotency-Key"] = []string{}
	resp, err := e.transport.RoundTrip(r)
	if err != nil {
		e.err = err
		return err
	}
	defer resp.Body.Close()
	e.status, e.header = resp.StatusCode, resp.Header
	e.data, err = io.ReadAll(io.LimitReader(memory.Of(r.Context(), resp.Body), maxBody+1))
	if err != nil && e.status == http.StatusOK { // a refusal says enough by its status
		e.err, e.body = err, true
		return err
	}
	return nil
}

// explained says in plain words why there is no answer.
func (e *exchange) explained(secure bool) error {
	if e.body {
		return httpget.ExplainBody(e.err)
	}
	return httpget.Explain(e.err, secure)
}

// envelope is what the answers of all services have in common. encoding/json does
// not mind the case of the keys, which differs between services.
type envelope struct {
	Code    json.RawMessage // a string or a number
	Message string
	Success json.RawMessage // true or "true"
}

// decode judges an answer and reads it into into.
func (e *exchange) decode(c *Call, k keys, into any) error {
	text := bytes.TrimSpace(e.data)
	var said envelope
	var wrong error
	switch {
	case e.status >= 300 && e.status < 400:
		return fmt.Errorf("the server redirects (status %d), which is not followed: put the right address into endpoint", e.status)
	case len(e.data) > maxBody:
		return errors.New("the answer is larger than " + httpget.Bytes(maxBody) + ", which is the most that is read: is this the right address?")
	case len(text) == 0:
		wrong = errors.New("the answer is empty: is this the right address?")
	case text[0] == '<':
		wrong = errors.New("the server answered with a web page or XML, not with JSON: is endpoint right, or does a login page stand in front?")
	case text[0] != '{' || !json.Valid(text):
		wrong = errors.New("the answer is not JSON: is this the right address?")
	default:
		if err := json.Unmarshal(text, &said); err != nil {
			wrong = &fault{"the answer has not the form of the cloud's answers: is this the right address?", err}
		}
	}
	if e.status != http.StatusOK || wrong == nil && said.refused() {
		return e.refusal(c, k, &said)
	}
	if wrong != nil {
		return wrong
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &fault{"the answer to " + c.Action + " has another form than was expected", err}
	}
	return nil
}

// refused tells whether an answer with status 200 says that it is none.
func (v *envelope) refused() bool {
	if success := unquoted(v.Success); success != "" {
		return !strings.EqualFold(success, "true")
	}
	switch unquoted(v.Code) {
	case "", "200", "OK", "Success", "success":
		return false
	}
	return true
}

// unquoted returns a string or another simple value as text; "" for null.
func unquoted(raw json.RawMessage) string {
	text := strings.Trim(string(raw), `"`)
	if text == "null" {
		return ""
	}
	return text
}

func (e *exchange) refusal(c *Call, k keys, said *envelope) *CallError {
	refusal := &CallError{
		Code: httpget.Clip(clean(unquoted(said.Code), k), maxCode), Message: httpget.Clip(clean(said.Message, k), maxSaid),
		Status: e.status, action: c.Action, api: c.API,
	}
	if refusal.Throttled() {
		refusal.RetryAfter, _ = httpget.RetryAfter(e.header.Get("Retry-After"), time.Now())
	}
	return refusal
}
