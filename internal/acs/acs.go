// Package acs builds and signs calls to Alibaba Cloud, through darabonba-openapi
// (ACS3-HMAC-SHA256). It sends nothing and reads no answer: how a request goes out, and what
// came back, is its caller's (docs/decisions/0006-alibaba-cloud-over-our-own-transport.md).
package acs

import (
	"context"
	"errors"
	"net/http"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
)

// Keys are what a request is signed with; Token is set for temporary ones.
type Keys struct{ ID, Secret, Token string }

// Call is what is asked of the cloud.
type Call struct {
	Scheme, Host    string // of the endpoint; the host may have a port
	Version, Action string
	// Method and Path are for services in ROA style (GET /instances); with an empty Path
	// it is POST / in RPC style.
	Method, Path string
	Query        map[string]string
	At           time.Time // the moment that is signed; zero is now
}

// UnbuiltError says that there was no request to send. Its text leaves out what darabonba
// says, which may repeat what the environment holds, passwords included.
type UnbuiltError struct{ cause error }

// Error returns the words for people.
func (e *UnbuiltError) Error() string {
	return "the request to the cloud could not be built: does the environment (HTTP_PROXY, HTTPS_PROXY) name a proxy that is no URL?"
}

// Unwrap returns what darabonba said.
func (e *UnbuiltError) Unwrap() error { return e.cause }

// Do builds and signs a call, and gives the request to send, once. The error is an
// *UnbuiltError when there was none; what came of sending is known to send alone.
func Do(ctx context.Context, c *Call, k Keys, send func(*http.Request) error) error {
	carrier := &carrier{send: send}
	client, err := openapi.NewClient(&openapiutil.Config{
		AccessKeyId: &k.ID, AccessKeySecret: &k.Secret, SecurityToken: &k.Token,
		Endpoint: &c.Host, Protocol: &c.Scheme, UserAgent: dara.String("brimwatch"), HttpClient: carrier,
	})
	if err == nil {
		_, err = client.CallApiWithCtx(ctx, c.params(), &openapiutil.OpenApiRequest{Query: c.query(), Headers: c.headers()}, &dara.RuntimeOptions{})
	}
	if err != nil && !carrier.called {
		return &UnbuiltError{cause: err}
	}
	return nil
}

// params says to darabonba how the request is built.
func (c *Call) params() *openapiutil.Params {
	p := &openapiutil.Params{
		Action: &c.Action, Version: &c.Version, Protocol: &c.Scheme, AuthType: dara.String("AK"),
		Method: dara.String(http.MethodPost), Pathname: dara.String("/"), Style: dara.String("RPC"),
		ReqBodyType: dara.String("formData"), BodyType: dara.String("string"),
	}
	if c.Path != "" {
		p.Method, p.Pathname, p.Style = &c.Method, &c.Path, dara.String("ROA")
	}
	return p
}

func (c *Call) query() map[string]*string {
	q := make(map[string]*string, len(c.Query))
	for name, value := range c.Query {
		q[name] = &value
	}
	return q
}

// headers replaces darabonba's moment, which is that of the machine's clock.
func (c *Call) headers() map[string]*string {
	if c.At.IsZero() {
		return nil
	}
	return map[string]*string{"x-acs-date": dara.String(c.At.UTC().Format("2006-01-02T15:04:05Z"))}
}

// carrier gives a request that darabonba has built and signed to send. darabonba sees an
// empty answer: its own reading of answers would lose what they say about waiting, and
// repeat what they say about keys.
type carrier struct {
	send   func(*http.Request) error
	called bool
}

// Call implements dara.HttpClient. The transport that darabonba offers is left aside: it is
// a new one for each request, and keeps no connection.
func (c *carrier) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	if c.called { // a library that tries again by itself must not send somebody a message twice
		return nil, errors.New("a call was to be made twice")
	}
	c.called = true
	// darabonba shows the login of the environment's proxy to the cloud; net/http shows it
	// to the proxy.
	r.Header.Del("Proxy-Authorization")
	if err := c.send(r); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}
