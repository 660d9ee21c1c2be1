// Package gateway sends text messages through any gateway that takes them by HTTP, as
// the terms of a contract say: what is called, with what, and what in an answer means
// that the message was taken, is refused, or is to be sent later.
//
// It sends once. What may have been taken is notifier.Unknown. Where the terms say how a
// message is looked up, the channel is a notifier.Finder, and where they say how its
// receipt is asked for, a notifier.Tracker.
package gateway

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

// Options say how a gateway is called, and what its answers mean.
type Options struct {
	Name  string // of the provider, as errors name it
	Terms contract.Terms
	// Username and Password, or Bearer, go into the Authorization header of each call.
	Username, Password string
	Bearer             string
	Pace               notifier.Pace
	TLS                *tls.Config
	Timeout            time.Duration     // of one call; 0 is 10 seconds
	Version            string            // of Brimwatch, for User-Agent
	Transport          http.RoundTripper // nil is one of its own; TLS and AllowLinkLocal of the terms are its business else
}

// New reads the options and returns the channel, or all that is wrong with them. It does
// not call the gateway.
func New(o Options) (notifier.Channel, error) {
	o.Terms.SignsIn = o.Username != "" || o.Password != "" || o.Bearer != ""
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Transport == nil {
		o.Transport = httpcall.NewTransport(o.TLS, !o.Terms.AllowLinkLocal)
	}
	var faults []error
	if o.Bearer != "" && (o.Username != "" || o.Password != "") {
		faults = append(faults, errors.New("bearer_token: a user is given too; give one of both"))
	}
	if o.Timeout < 0 {
		faults = append(faults, fmt.Errorf("timeout: %s is negative", o.Timeout))
	}
	terms, found := contract.Read(o.Terms)
	for _, f := range found {
		if !f.Warning {
			faults = append(faults, errors.New(f.String()))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return powers(&Channel{opts: o, contract: terms}), nil
}

// powers gives a channel the powers that its contract has.
func powers(c *Channel) notifier.Channel {
	switch {
	case c.contract.LookUp != nil && c.contract.Receipt != nil:
		return both{c, finding{c}, tracking{c}}
	case c.contract.LookUp != nil:
		return finding{c}
	case c.contract.Receipt != nil:
		return tracking{c}
	}
	return c
}
