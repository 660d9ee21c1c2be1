package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// maxAnswer bounds what is read of an answer: a page of 100 messages of 1,600
// signs each fits several times.
const maxAnswer = 1 << 20

// service returns Twilio's generated API over a client of one call. The
// generated methods take no context, so each call has a client that carries its
// own; that costs one small allocation.
func (a *account) service(ctx context.Context) *openapi.ApiService {
	return a.call(ctx).service()
}

func (a *account) call(ctx context.Context) *call { return &call{account: a, ctx: ctx} }

// call is a client.BaseClient for one call, or for the pages of one list.
type call struct {
	account *account
	ctx     context.Context //nolint:containedctx // client.BaseClient's methods take none, and this value lives for one call
	date    time.Time       // when the far side wrote its last good answer, by its own clock; zero when it did not say
}

// service returns the generated API over this client. The RequestHandler is made here
// and not by its constructor, which would read TWILIO_EDGE and TWILIO_REGION from the
// environment.
func (c *call) service() *openapi.ApiService {
	return openapi.NewApiService(&client.RequestHandler{Client: c})
}

// AccountSid returns the account that the request is about.
func (c *call) AccountSid() string { return c.account.sid }

// SetTimeout is part of client.BaseClient and has no effect: the timeout is an
// option of the account, and a call's context ends it in any case.
func (c *call) SetTimeout(time.Duration) {}

// SetOauth is part of client.BaseClient and has no effect: the channel signs in
// with a key or token.
func (c *call) SetOauth(client.OAuth) {}

// OAuth is part of client.BaseClient; there is none.
func (c *call) OAuth() client.OAuth { return nil }

// SendRequest makes the request and returns the answer with its whole body in
// memory. The error is an *apiError when Twilio, or what stands before it,
// answered with something else than success, or a *httpcall.CallError.
func (c *call) SendRequest(method, rawURL string, data url.Values, headers map[string]any, body ...byte) (*http.Response, error) {
	req, err := c.request(method, rawURL, data, headers, body)
	if err != nil {
		return nil, err
	}
	a, err := httpcall.Do(c.account.transport, req, c.account.timeout, maxAnswer)
	if err != nil {
		return nil, err
	}
	if a.Status < 200 || a.Status > 299 {
		return nil, newAPIError(a)
	}
	if a.Cut != nil || !json.Valid(a.Body) {
		return nil, &garbledError{status: a.Status, cut: a.Cut}
	}
	c.date = time.Time{}
	if at, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		c.date = at
	}
	return &http.Response{
		Status:     httpcall.StatusLine(a.Status),
		StatusCode: a.Status,
		Header:     a.Header,
		Body:       io.NopCloser(bytes.NewReader(a.Body)),
		Request:    req,
	}, nil
}

// request builds the request for the configured base address; rawURL names
// Twilio's own, which is fixed in the generated code.
func (c *call) request(method, rawURL string, data url.Values, headers map[string]any, body []byte) (*http.Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the address of the call cannot be read")
	}
	base := c.account.base
	u.Scheme, u.Host, u.Path, u.RawPath = base.Scheme, base.Host, base.Path+u.Path, ""
	content := string(body)
	if method == http.MethodGet || method == http.MethodDelete {
		if len(data) > 0 {
			u.RawQuery = data.Encode()
		}
	} else if content == "" {
		content = data.Encode()
	}
	req, err := http.NewRequestWithContext(c.ctx, method, u.String(), strings.NewReader(content))
	if err != nil {
		return nil, errors.New("the call cannot be built")
	}
	for k, v := range headers {
		if k == "Content-Type" && content == "" {
			continue // a GET has no body to describe
		}
		req.Header.Set(k, fmt.Sprint(v))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "brimwatch twilio-go/"+client.LibraryVersion)
	req.SetBasicAuth(c.account.keySID, c.account.keySecret)
	return req, nil
}

// apiError is an answer that is not a success, by Twilio or by something
// between here and there.
type apiError struct {
	client.TwilioRestError
	header http.Header
	json   bool // the body was Twilio's, not a proxy's page
}

// newAPIError reads an answer that is not a success. A body that is not the
// JSON Twilio writes is a proxy's: then the status says all there is.
func newAPIError(a httpcall.Answer) *apiError {
	e := &apiError{header: a.Header}
	var body struct {
		Code     int    `json:"code"`
		Message  string `json:"message"`
		MoreInfo string `json:"more_info"`
	}
	if json.Unmarshal(a.Body, &body) == nil {
		e.Code, e.Message, e.MoreInfo, e.json = body.Code, body.Message, body.MoreInfo, body.Code != 0 || body.Message != ""
	}
	e.Status = a.Status
	return e
}

// Error says what was answered, as long and as it was; scrubbed makes it fit to
// be shown.
func (e *apiError) Error() string {
	if !e.json {
		return "HTTP " + httpcall.StatusLine(e.Status)
	}
	return fmt.Sprintf("HTTP %d, error %d: %s", e.Status, e.Code, e.Message)
}

// Unwrap returns the error as twilio-go's own type.
func (e *apiError) Unwrap() error { return &e.TwilioRestError }

// garbledError is a success whose body is not what Twilio writes.
type garbledError struct {
	status int
	cut    error
}

// Error says what was wrong with the body.
func (e *garbledError) Error() string {
	if e.cut != nil {
		return fmt.Sprintf("HTTP %s, and then the answer broke off: %v", httpcall.StatusLine(e.status), e.cut)
	}
	return "HTTP " + httpcall.StatusLine(e.status) + " with an answer that is not JSON, so something between here and Twilio may have answered instead"
}

// Unwrap returns why the body broke off, if it did.
func (e *garbledError) Unwrap() error { return e.cut }
