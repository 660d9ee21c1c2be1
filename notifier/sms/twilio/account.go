package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// account is one account at Twilio and how it is reached: what text messages and calls share.
type account struct {
	sid, token        string
	keySID, keySecret string // what requests are made with
	base              *url.URL
	timeout           time.Duration
	transport         http.RoundTripper
}

// access is what an account is reached with, as Options say it.
type access struct {
	sid, token, keySID, keySecret, base string

	timeout   time.Duration
	transport http.RoundTripper
}

const defaultBaseURL = "https://api.twilio.com"

// newAccount checks how an account is reached, and puts in what was left out.
func newAccount(o access) (*account, []error) {
	if o.base == "" {
		o.base = defaultBaseURL
	}
	if o.timeout == 0 {
		o.timeout = 10 * time.Second
	}
	if o.transport == nil {
		o.transport = httpcall.NewTransport(nil, false)
	}
	if o.keySID == "" && o.keySecret == "" {
		o.keySID, o.keySecret = o.sid, o.token
	}
	var faults []error
	if !isSID(o.sid, "AC") {
		faults = append(faults, errors.New("account_sid: must be AC and 32 hex digits, as the Twilio console shows it"))
	}
	if o.keySID == "" || o.keySecret == "" {
		faults = append(faults, errors.New("auth_token: missing; give the auth token, or api_key_sid with api_key_secret"))
	}
	if o.timeout < 0 {
		faults = append(faults, fmt.Errorf("timeout: %s is negative", o.timeout))
	}
	base, err := baseURL(o.base)
	if err != nil {
		faults = append(faults, err)
	}
	return &account{o.sid, o.token, o.keySID, o.keySecret, base, o.timeout, o.transport}, faults
}

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (a *account) CloseIdleConnections() {
	if t, ok := a.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil: // its text would repeat the address, which may hold a password
		return nil, errors.New("base_url: cannot be read as an address")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return nil, errors.New("base_url: must begin with http:// or https:// and a host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("base_url: must hold no user, query or fragment; credentials have keys of their own")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}
