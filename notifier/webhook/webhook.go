// Package webhook posts notices to an HTTP endpoint: the body Alertmanager's
// webhook has (version "4"), under the headers of Standard Webhooks 1.0.0, so
// that whatever takes Alertmanager's notices takes these, and who wants to can
// check where they come from.
//
// It sends once. What may have arrived is notifier.Unknown. It cannot be looked up; it is
// sent again as the same message under the same webhook-id, which is the receiver's to
// recognize.
package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Options say where the notices go, and how they are signed.
type Options struct {
	URL         string
	Receiver    string // name of the receiver, as it stands in the body
	ExternalURL string // of Brimwatch, as it stands in the body
	// Secrets sign, each with a signature of its own, so that a secret can be
	// changed without a gap: both ends know old and new for a while. A secret
	// is whsec_ and base64, or any other text, whose bytes are the key. None is
	// no signature.
	Secrets []string
	// Username and Password, or Bearer, go into the Authorization header.
	Username, Password string
	Bearer             string
	TLS                *tls.Config
	Timeout            time.Duration // of one request; 0 is 15 seconds
	Bundle             int           // how many notices go into one message; 0 is 64
	Version            string        // of Brimwatch, for User-Agent
	// Templated posts each notice by itself, in the words of its template where it has some
	// (notifier.Notice.Own), as ContentType; "" is JSON.
	Templated   bool
	ContentType string
	// AllowLinkLocal lets the endpoint be on a link-local or metadata address
	// (see httpcall.Refused).
	AllowLinkLocal bool
	Transport      http.RoundTripper // nil is one of its own; TLS and AllowLinkLocal are its business else
}

// Channel posts to one endpoint. It is safe for use from several goroutines.
type Channel struct {
	opts   Options
	target *url.URL // without user
	keys   [][]byte
	hide   *strings.Replacer
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// New checks the options, all at once, and returns the channel. It does not call
// the endpoint.
func New(o Options) (*Channel, error) {
	o.setDefaults()
	keys, faults := signingKeys(o.Secrets)
	target, err := parseTarget(o.URL, o.AllowLinkLocal)
	if err != nil {
		faults = append(faults, err)
	} else {
		if user := target.User; user != nil && o.Username == "" && o.Password == "" {
			o.Username = user.Username()
			o.Password, _ = user.Password()
		}
		target.User = nil
	}
	if o.Bearer != "" && (o.Username != "" || o.Password != "") {
		faults = append(faults, errors.New("bearer: a user is given too; give one of both"))
	}
	if o.Timeout < 0 {
		faults = append(faults, fmt.Errorf("timeout: %s is negative", o.Timeout))
	}
	if o.Bundle < 0 {
		faults = append(faults, fmt.Errorf("bundle: %d is negative", o.Bundle))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Channel{opts: o, target: target, keys: keys, hide: hider(target, o)}, nil
}

func (o *Options) setDefaults() {
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Templated {
		o.Bundle = 1
	}
	if o.Bundle == 0 {
		o.Bundle = 64
	}
	if o.Transport == nil {
		o.Transport = httpcall.NewTransport(o.TLS, !o.AllowLinkLocal)
	}
}

// signingKeys reads all secrets.
func signingKeys(secrets []string) (keys [][]byte, faults []error) {
	for i, s := range secrets {
		key, err := signingKey(s)
		if err != nil {
			faults = append(faults, fmt.Errorf("secret %d: %w", i+1, err))
		}
		keys = append(keys, key)
	}
	return keys, faults
}

func parseTarget(s string, anywhere bool) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil: // its text would repeat the address
		return nil, errors.New("url: cannot be read as an address")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		return nil, errors.New("url: must begin with http:// or https:// and a host")
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && !anywhere && httpcall.Refused(addr) {
		return nil, fmt.Errorf("url: %s is a link-local or metadata address, which is not called", addr)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// Bundle returns how many notices fit into one message.
func (c *Channel) Bundle() int { return c.opts.Bundle }

// Send posts a message, all its notices as the alerts of one body.
//
// The outcomes: 2xx is accepted. 410 says that the endpoint is no more, and 400,
// 413 and 422 that it read this body and will not have it: never again. After a 5xx,
// or when the request was written and no answer came, nobody knows whether it was
// taken. All else is tried again later: what stands in the way of it (credentials, a
// path, a redirect) can be mended, and then the notice still arrives. Retry-After is
// honoured with all that are tried again.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if len(m.Notices) == 0 {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to the webhook: the message has no notices"))
	}
	body, own, err := c.written(m)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to the webhook: the body cannot be written as JSON"))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.target.String(), bytes.NewReader(body))
	if err != nil {
		return notifier.Receipt{}, errors.New("post to the webhook: the request cannot be built")
	}
	c.setHeaders(req, m.ID, body, time.Now())
	if own && c.opts.ContentType != "" {
		req.Header.Set("Content-Type", c.opts.ContentType)
	}
	a, err := httpcall.Do(c.opts.Transport, req, c.opts.Timeout, maxAnswer)
	if err != nil {
		return notifier.Receipt{}, c.judgeCall(err)
	}
	if a.Status >= 200 && a.Status <= 299 {
		return notifier.Receipt{Status: notifier.Accepted, Detail: httpcall.StatusLine(a.Status)}, nil
	}
	return notifier.Receipt{}, c.judge(a)
}

// written is the body of a message: in its own words, or in the shape of Alertmanager.
func (c *Channel) written(m notifier.Message) (body []byte, own bool, err error) {
	if c.opts.Templated && m.Notices[0].Own != "" {
		return []byte(m.Notices[0].Own), true, nil
	}
	body, err = json.Marshal(c.body(m))
	return body, false, err
}

func (c *Channel) setHeaders(req *http.Request, id string, body []byte, now time.Time) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", strings.TrimSuffix("brimwatch/"+c.opts.Version, "/"))
	stamp := strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", stamp)
	if len(c.keys) > 0 {
		req.Header.Set("webhook-signature", signatures(c.keys, id, stamp, body))
	}
	switch {
	case c.opts.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+c.opts.Bearer)
	case c.opts.Username != "" || c.opts.Password != "":
		req.SetBasicAuth(c.opts.Username, c.opts.Password)
	}
}

// perhaps ends the text of an unknown outcome.
const perhaps = "it may have arrived, and is sent again under the same webhook-id"

// judgeCall gives a call that got no answer its meaning.
func (c *Channel) judgeCall(err error) error {
	if e, ok := errors.AsType[*httpcall.CallError](err); ok && !e.Written {
		return fmt.Errorf("post to %s: %w", c.host(), c.shown(err))
	}
	return notifier.Unknown(fmt.Errorf("post to %s: %w; %s", c.host(), c.shown(err), perhaps))
}

// judge gives an answer that is not a success its meaning.
func (c *Channel) judge(a httpcall.Answer) error {
	said := fmt.Sprintf("post to %s: HTTP %s", c.host(), httpcall.StatusLine(a.Status))
	if why := httpcall.OneLine(c.hide.Replace(string(a.Body)), 200); why != "" && isText(a) {
		said += ": " + why
	}
	switch a.Status {
	case http.StatusGone:
		return notifier.Permanent(notifier.AboutRecipient(fmt.Errorf("%s; the endpoint is no more, take it out of receiver %s", said, c.opts.Receiver)))
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return notifier.Permanent(fmt.Errorf("%s; the endpoint does not take this body, check that it expects Alertmanager's webhook", said))
	case http.StatusUnauthorized, http.StatusForbidden:
		said += "; check the secret and the credentials of the webhook"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		said += "; check the path of the webhook's url"
	}
	if a.Status < 400 {
		said += "; it redirects to " + c.hide.Replace(httpcall.RedirectTarget(a.Header)) + ", which is not followed, give the webhook that url"
	}
	if a.Status >= 500 {
		said += "; " + perhaps
	}
	err := errors.New(said)
	if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden {
		err = notifier.AboutCredentials(err)
	}
	wait, asked := httpcall.RetryAfter(a.Header, time.Now())
	switch {
	case asked:
		err = notifier.After(err, wait)
	case a.Status == http.StatusTooManyRequests:
		err = notifier.After(err, 30*time.Second)
	}
	if a.Status >= 500 {
		err = notifier.Unknown(err)
	}
	return err
}

// isText tells whether an answer's body is for people: short text or JSON, and
// not a page.
func isText(a httpcall.Answer) bool {
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(strings.ToLower(kind)) {
	case "text/plain", "application/json", "application/problem+json":
		return true
	}
	return false
}

// host says where the endpoint is, without what may be secret: path, query and
// user.
func (c *Channel) host() string { return c.target.Scheme + "://" + c.target.Host }

// shown is an error as it may be shown. It is shortened last: half a secret would
// no longer be recognized.
func (c *Channel) shown(err error) error {
	return &shownError{httpcall.OneLine(c.hide.Replace(err.Error()), 300), err}
}

// shownError is an error with another text.
type shownError struct {
	text string
	err  error
}

func (s *shownError) Error() string { return s.text }
func (s *shownError) Unwrap() error { return s.err }

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Channel) CloseIdleConnections() {
	if t, ok := c.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
