// Package post makes the one POST of a channel whose address may be a secret: where it
// goes and who we are there, which outcome an HTTP status is, and errors in plain words
// that hold no secret. What the body says, and what the far side says in its own, is the
// channel's.
package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Options say where the posts go, and as whom.
type Options struct {
	URL string
	// Username and Password, or Bearer, go into the Authorization header.
	Username, Password string
	Bearer             string
	// Secrets are further ones that the far side may repeat, and nobody is shown.
	Secrets []string
	TLS     *tls.Config
	Timeout time.Duration // of one request; 0 is 15 seconds
	Version string        // of Brimwatch, for User-Agent
	// AllowLinkLocal lets the endpoint be on a link-local or metadata address
	// (see httpcall.Refused).
	AllowLinkLocal bool
	Transport      http.RoundTripper // nil is one of its own; TLS and AllowLinkLocal are its business else
	Texts          Texts
}

// Texts are what errors say that is different from channel to channel.
type Texts struct {
	Again   string // of an unknown outcome: how it is sent again
	Gone    string // of a 410: what to do
	Refused string // of a 400, 413 or 422
	Denied  string // of a 401 or 403
	Path    string // of a 404 or 405
}

// Endpoint is where the posts go. It is safe for use from several goroutines.
type Endpoint struct {
	opts   Options
	target *url.URL // without user
	hidden []string // pairs of what is hidden, and what stands for it
	hide   *strings.Replacer
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// New checks the options, all at once, and returns the endpoint. It does not call it.
func New(o Options) (*Endpoint, error) {
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Transport == nil {
		o.Transport = httpcall.NewTransport(o.TLS, !o.AllowLinkLocal)
	}
	var faults []error
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
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	hidden := secretsOf(target, &o)
	return &Endpoint{opts: o, target: target, hidden: hidden, hide: strings.NewReplacer(hidden...)}, nil
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

// secretsOf lists everything of the options that may be secret, in case the far side
// repeats what it was sent. Shorter pieces are left alone: to replace them would tear plain
// words apart.
func secretsOf(target *url.URL, o *Options) []string {
	var pairs []string
	hide := func(shortest int, secrets ...string) {
		for _, s := range secrets {
			if len(s) >= shortest {
				pairs = append(pairs, s, hiddenSign)
			}
		}
	}
	hide(4, base64.StdEncoding.EncodeToString([]byte(o.Username+":"+o.Password)), o.Password, o.Bearer)
	hide(4, o.Secrets...)
	hide(8, target.RequestURI(), target.Path, target.RawQuery)
	hide(8, strings.Split(target.Path, "/")...)
	for _, values := range target.Query() {
		hide(8, values...)
	}
	return pairs
}

// hiddenSign stands for a secret.
const hiddenSign = "<secret>"

// Letter is one post.
type Letter struct {
	Body    []byte
	Header  http.Header // further ones; they win over those that every post has
	Query   url.Values  // added to the address for this post; its values are not shown
	Secrets []string    // of this post alone: a signature
}

// JSON writes a body as JSON, without the signs for HTML that some far sides do not read.
// What is written by this has no type that cannot be.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write the body as JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Host says where the endpoint is, without what may be secret: path, query and user.
func (e *Endpoint) Host() string { return e.target.Scheme + "://" + e.target.Host }

// Post sends a letter once. Without an answer the error says what became of it:
// certainly nothing of it arrived, or it is notifier.Unknown.
func (e *Endpoint) Post(ctx context.Context, l Letter) (*Reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.address(l.Query), bytes.NewReader(l.Body))
	if err != nil {
		return nil, errors.New("post to " + e.Host() + ": the request cannot be built")
	}
	e.setHeaders(req, l.Header)
	r := &Reply{e: e, hide: e.hiding(&l)}
	r.Answer, err = httpcall.Do(e.opts.Transport, req, e.opts.Timeout, maxAnswer)
	if err != nil {
		return nil, r.unanswered(err)
	}
	return r, nil
}

func (e *Endpoint) address(query url.Values) string {
	if len(query) == 0 {
		return e.target.String()
	}
	u := *e.target
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query.Encode()
	return u.String()
}

func (e *Endpoint) setHeaders(req *http.Request, header http.Header) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", strings.TrimSuffix("brimwatch/"+e.opts.Version, "/"))
	switch {
	case e.opts.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+e.opts.Bearer)
	case e.opts.Username != "" || e.opts.Password != "":
		req.SetBasicAuth(e.opts.Username, e.opts.Password)
	}
	for name, values := range header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
}

// hiding hides what this letter has of its own, too.
func (e *Endpoint) hiding(l *Letter) *strings.Replacer {
	own := l.Secrets
	for _, values := range l.Query {
		own = append(own, values...)
	}
	if len(own) == 0 {
		return e.hide
	}
	pairs := make([]string, 0, len(e.hidden)+4*len(own))
	for _, s := range own {
		if s != "" {
			pairs = append(pairs, s, hiddenSign, url.QueryEscape(s), hiddenSign)
		}
	}
	return strings.NewReplacer(append(pairs, e.hidden...)...)
}

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (e *Endpoint) CloseIdleConnections() {
	if t, ok := e.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Took is the receipt of what a far side took over.
func (r *Reply) Took() notifier.Receipt {
	return notifier.Receipt{Status: notifier.Accepted, Detail: httpcall.StatusLine(r.Status)}
}
