package aliyun

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
)

// Call is one question to the cloud. It is asked again when its connection turns
// out to be closed, so it must change nothing there.
type Call struct {
	// API is the part of the endpoint's host that names the service: metrics,
	// business, onsmqtt, rocketmq, ons, r-kvstore.
	API             string
	Version, Action string
	// Region completes the endpoint's host; "" for services with one endpoint for
	// all regions.
	Region string
	// Method and Path are for services in ROA style (GET /instances); with an
	// empty Path it is POST / in RPC style.
	Method, Path string
	Query        map[string]string
}

func (c *Call) check() error {
	switch {
	case c.API == "" || c.Version == "" || c.Action == "":
		return errors.New("a call needs API, Version and Action")
	case !hostLabel(c.API) || c.Region != "" && !hostLabel(c.Region):
		return fmt.Errorf("region %q cannot be part of a host name; it is written like cn-hangzhou", c.Region)
	case c.Path != "" && c.Method == "":
		return errors.New("a call with a Path needs a Method")
	}
	return nil
}

// hostLabel tells whether s may stand in a host name, so that nothing that was
// configured leads the keys' signature to another host.
func hostLabel(s string) bool {
	return s != "" && len(s) <= 63 && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	}) < 0
}

// metered tells whether a call counts among those of a month.
func (c *Call) metered() bool {
	if c.API != "metrics" {
		return false
	}
	switch c.Action {
	case "DescribeMetricLast", "DescribeMetricList", "DescribeMetricTop", "DescribeMetricData":
		return true
	}
	return false
}

// host returns where the service listens.
func (c *Call) host() string {
	if c.Region == "" {
		return c.API + ".aliyuncs.com"
	}
	return c.API + "." + c.Region + ".aliyuncs.com"
}

// ask sends one request and judges what comes back.
func (a *Account) ask(ctx context.Context, c *Call, k keys, into any) error {
	scheme, host := "https", c.host()
	if a.endpoint != nil {
		scheme, host = a.endpoint.Scheme, a.endpoint.Host
	}
	e := &exchange{transport: a.transport}
	client, err := openapi.NewClient(&openapiutil.Config{
		AccessKeyId: &k.id, AccessKeySecret: &k.secret, SecurityToken: &k.token,
		Endpoint: &host, Protocol: &scheme, UserAgent: dara.String("brimwatch"), HttpClient: e,
	})
	if err == nil {
		_, err = client.CallApiWithCtx(ctx, c.params(scheme), &openapiutil.OpenApiRequest{Query: c.query()}, &dara.RuntimeOptions{})
	}
	switch {
	case !e.called && err != nil:
		// The text of err may hold what the environment says, passwords included.
		return &fault{"the request to the cloud could not be built: does the environment (HTTP_PROXY, HTTPS_PROXY) name a proxy that is no URL?", err}
	case ctx.Err() != nil && e.err != nil:
		return fmt.Errorf("%s: wait for the answer to %s: %w", host, c.Action, ctx.Err())
	case e.err != nil:
		return fmt.Errorf("%s: %w", host, e.explained(scheme == "https"))
	}
	err = e.decode(c, k, into)
	if _, refused := errors.AsType[*CallError](err); err == nil || refused {
		return err
	}
	return fmt.Errorf("%s: %w", host, err)
}

// params says to darabonba how the request is built.
func (c *Call) params(scheme string) *openapiutil.Params {
	p := &openapiutil.Params{
		Action: &c.Action, Version: &c.Version, Protocol: &scheme, AuthType: dara.String("AK"),
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
