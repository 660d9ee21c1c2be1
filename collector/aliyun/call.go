package aliyun

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/internal/acs"
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
	err := acs.Do(ctx, &acs.Call{
		Scheme: scheme, Host: host, Version: c.Version, Action: c.Action, Method: c.Method, Path: c.Path, Query: c.Query,
	}, acs.Keys{ID: k.id, Secret: k.secret, Token: k.token}, e.send)
	switch {
	case err != nil:
		return err
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
