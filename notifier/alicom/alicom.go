// Package alicom asks the communication services of Alibaba Cloud: text messages (Dysmsapi)
// and telephone calls (Dyvmsapi). They are asked in one way, and answer in one way: what came
// of it stands as a code in the body of a 200.
//
// A Client makes one call of one operation, over our own transport, signed by package acs. It
// goes by the cloud's clock once the cloud complained of ours. It says what an error means for
// the outbox; which code means what is each service's own.
package alicom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/internal/acs"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// Far names the far side for people.
const Far = "Alibaba Cloud"

// version is that of the services' APIs: both have the same.
const version = "2017-05-25"

// maxAnswer bounds what is read of an answer: a page of 50 messages of 500 signs fits
// several times.
const maxAnswer = 1 << 20

// Options say which account asks, and whom.
type Options struct {
	AccessKeyID, AccessKeySecret string
	BaseURL                      string        // scheme, host and port
	Timeout                      time.Duration // of one request; 0 is 10 seconds
	Transport                    http.RoundTripper
	// May is what the keys must be allowed to do, as a request to people.
	May string
	// Meanings say what the service's codes mean.
	Meanings []verdict.Row
	// Perhaps begins the text of an unknown outcome; "" is that of a message which is looked up
	// before it is sent again.
	Perhaps string
}

// Client asks one service with one account. It is safe for use from several goroutines.
type Client struct {
	opts Options
	base *url.URL
	// ahead is by how much the cloud's clock is ahead of ours, in nanoseconds, as far as the
	// cloud complained of it.
	ahead atomic.Int64
}

// New checks the options and returns the client, with all that is wrong as one error. It asks nothing.
func New(o Options) (*Client, error) {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Transport == nil {
		o.Transport = httpcall.NewTransport(nil, false)
	}
	var faults []error
	if o.AccessKeyID == "" || o.AccessKeySecret == "" {
		faults = append(faults, errors.New("access_key_id and access_key_secret: missing; "+o.May))
	}
	if o.Timeout < 0 {
		faults = append(faults, fmt.Errorf("timeout: %s is negative", o.Timeout))
	}
	base, err := httpcall.Server(o.BaseURL)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	return &Client{opts: o, base: base}, nil
}

// Now is the moment by the cloud's clock, as far as it complained of ours.
func (c *Client) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// CloseIdleConnections closes the connections that are kept for later calls.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// answer is what the answers of all operations have in common.
type answer struct {
	Code    json.RawMessage // a string; a foreign server may write anything
	Message string
	// RequestID is in each answer of the cloud, also in those that refuse.
	RequestID string `json:"RequestId"`
}

// Call asks the cloud once and decodes its answer. The error is an *Error when the cloud, or
// what stands before it, answered with something else than OK; a *verdict.GarbledError when a
// success is not the cloud's; or a *httpcall.CallError.
func (c *Client) Call(ctx context.Context, action string, query map[string]string, into any) error {
	if err := ctx.Err(); err != nil {
		return &httpcall.CallError{Err: err}
	}
	call := &acs.Call{Scheme: c.base.Scheme, Host: c.base.Host, Version: version, Action: action, Query: query, At: c.Now()}
	var a httpcall.Answer
	var failed error
	err := acs.Do(ctx, call, acs.Keys{ID: c.opts.AccessKeyID, Secret: c.opts.AccessKeySecret}, func(r *http.Request) error {
		a, failed = httpcall.Do(c.opts.Transport, r, c.opts.Timeout, maxAnswer)
		return failed
	})
	switch {
	case err != nil:
		return &httpcall.CallError{Err: err}
	case failed != nil:
		return failed
	}
	return c.decode(a, into)
}

// decode reads an answer that came.
func (c *Client) decode(a httpcall.Answer, into any) error {
	text := bytes.TrimSpace(a.Body)
	var told answer
	whole := a.Cut == nil && len(text) > 0 && text[0] == '{' && json.Unmarshal(text, &told) == nil
	e := &Error{status: a.Status, header: a.Header}
	if whole {
		e.Code, e.message = code(told.Code), told.Message
		e.meaning = verdict.Find(c.opts.Meanings, e.Code)
	}
	switch {
	case a.Status < 200 || a.Status > 299:
		c.learnClock(e)
		return e
	case !whole || e.Code == "" || e.Code != "OK" && told.RequestID == "":
		return &verdict.GarbledError{Far: Far, Status: a.Status, Cut: a.Cut}
	case e.Code != "OK":
		return e
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &verdict.GarbledError{Far: Far, Status: a.Status}
	}
	return nil
}

// code reads a code; "" when it is not text.
func code(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return httpcall.OneLine(s, 60)
}
