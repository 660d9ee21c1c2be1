package tencent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// call asks the far side once and decodes its answer. The error is an *apiError when it, or
// what stands before it, answered with an error; a *verdict.GarbledError when a success is
// somebody else's; or a *httpcall.CallError. Without an error, the *apiError is the answer for
// whoever finds a refusal in its body.
func (c *Channel) call(ctx context.Context, action string, params, into any) (*apiError, error) {
	body, err := json.Marshal(params)
	if err != nil {
		return nil, &httpcall.CallError{Err: fmt.Errorf("write the request: %w", err)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.Scheme+"://"+c.base.Host+"/", bytes.NewReader(body))
	if err != nil {
		return nil, &httpcall.CallError{Err: errors.New("the call cannot be built")}
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Accept": "application/json", "User-Agent": "brimwatch",
		"X-TC-Action": action, "X-TC-Version": "2021-01-11", "X-TC-Region": c.opts.Region,
	} {
		r.Header.Set(name, value)
	}
	sign(r, body, "sms", c.opts.SecretID, c.opts.SecretKey, time.Now().Add(time.Duration(c.ahead.Load())), "content-type", "host", "x-tc-action")
	a, err := httpcall.Do(c.opts.Transport, r, c.opts.Timeout, maxAnswer)
	if err != nil {
		return nil, err
	}
	return c.decode(a, into)
}

// decode reads an answer that came.
func (c *Channel) decode(a httpcall.Answer, into any) (*apiError, error) {
	e := &apiError{status: a.Status, header: a.Header}
	var envelope struct{ Response json.RawMessage }
	var told struct {
		Error     *struct{ Code, Message string }
		RequestID string `json:"RequestId"`
	}
	whole := a.Cut == nil && json.Unmarshal(a.Body, &envelope) == nil && json.Unmarshal(envelope.Response, &told) == nil
	if whole && told.Error != nil {
		e.code, e.message = httpcall.OneLine(told.Error.Code, 80), told.Error.Message
	}
	switch {
	case a.Status < 200 || a.Status > 299, e.code != "":
		c.learnClock(e)
		return nil, e
	case !whole || told.Error != nil:
		return nil, &verdict.GarbledError{Far: far, Status: a.Status, Cut: a.Cut}
	}
	if json.Unmarshal(envelope.Response, into) != nil {
		return nil, &verdict.GarbledError{Far: far, Status: a.Status}
	}
	return e, nil
}

// learnClock takes over the far side's clock when it finds a request too old or too new: an
// alarm does not wait for somebody to set the machine's. Anybody who can answer in the far
// side's place gains nothing by it: a wrong moment is refused again.
func (c *Channel) learnClock(e *apiError) {
	at, err := http.ParseTime(e.header.Get("Date"))
	if err == nil && meaningOf(e.code).Kind == verdict.Clock {
		e.off = time.Since(at).Round(time.Second)
		c.ahead.Store(int64(time.Until(at)))
	}
}

// apiError is an answer that is not a success.
type apiError struct {
	status  int
	header  http.Header
	code    string // of the far side; "" when the answer is not its own
	message string
	off     time.Duration // by how much our clock is ahead of the far side's, which was taken over
}

// Error says what was answered.
func (e *apiError) Error() string {
	said := "HTTP " + httpcall.StatusLine(e.status)
	if e.code != "" {
		said = fmt.Sprintf("HTTP %d, %s", e.status, e.code)
	}
	if e.code == "" || e.message == "" {
		return said
	}
	return said + ": " + e.message
}

// verdict is what an answer means.
func (e *apiError) verdict() *verdict.Answer {
	return &verdict.Answer{Far: far, Status: e.status, Header: e.header, Code: e.code, Meaning: meaningOf(e.code), Off: e.off}
}
