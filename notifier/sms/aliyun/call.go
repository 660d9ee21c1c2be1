package aliyun

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/acs"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// maxAnswer bounds what is read of an answer: a page of 50 messages of 500 signs fits
// several times.
const maxAnswer = 1 << 20

// answer is what the answers of all operations have in common.
type answer struct {
	Code    json.RawMessage // a string; a foreign server may write anything
	Message string
	BizID   string `json:"BizId"`
	// RequestID is in each answer of the cloud, also in those that refuse.
	RequestID string `json:"RequestId"`
}

// call asks the cloud once and decodes its answer. The error is an *apiError when the cloud,
// or what stands before it, answered with something else than OK; a *verdict.GarbledError when a
// success is not the cloud's; or a *httpcall.CallError.
func (c *Channel) call(ctx context.Context, action string, query map[string]string, into any) error {
	if err := ctx.Err(); err != nil {
		return &httpcall.CallError{Err: err}
	}
	call := &acs.Call{
		Scheme: c.base.Scheme, Host: c.base.Host, Version: "2017-05-25", Action: action, Query: query,
		At: c.now(),
	}
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
func (c *Channel) decode(a httpcall.Answer, into any) error {
	text := bytes.TrimSpace(a.Body)
	var told answer
	whole := a.Cut == nil && len(text) > 0 && text[0] == '{' && json.Unmarshal(text, &told) == nil
	e := &apiError{status: a.Status, header: a.Header}
	if whole {
		e.code, e.message = code(told.Code), told.Message
	}
	switch {
	case a.Status < 200 || a.Status > 299:
		c.learnClock(e)
		return e
	case !whole || e.code == "" || e.code != "OK" && told.RequestID == "":
		return &verdict.GarbledError{Far: far, Status: a.Status, Cut: a.Cut}
	case e.code != "OK":
		return e
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &verdict.GarbledError{Far: far, Status: a.Status}
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

// now is the moment by the cloud's clock, as far as it complained of ours.
func (c *Channel) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// learnClock takes over the cloud's clock when it finds a request too old or too new: an
// alarm does not wait for somebody to set the machine's. Anybody who can answer in the
// cloud's place gains nothing by it: a wrong moment is refused again.
func (c *Channel) learnClock(e *apiError) {
	at, err := http.ParseTime(e.header.Get("Date"))
	if err == nil && strings.HasPrefix(e.code, "InvalidTimeStamp") {
		e.off = time.Since(at).Round(time.Second)
		c.ahead.Store(int64(time.Until(at)))
	}
}

// apiError is an answer that is not a success.
type apiError struct {
	status  int
	header  http.Header
	code    string // of the cloud; "" when the answer is not the cloud's
	message string
	off     time.Duration // by how much our clock is ahead of the cloud's, which was taken over; 0 where it was not
}

// Error says what was answered. What is said of keys and signatures is left out, since it
// quotes what was signed.
func (e *apiError) Error() string {
	said := "HTTP " + httpcall.StatusLine(e.status)
	if e.code != "" {
		said = fmt.Sprintf("HTTP %d, %s", e.status, e.code)
	}
	if e.message == "" || e.code == "" || meaningOf(e.code).Kind == verdict.Credentials {
		return said
	}
	return said + ": " + e.message
}

// refusedWith returns the cloud's code of an error; "" when it has none.
func refusedWith(err error) string {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.code
	}
	return ""
}
