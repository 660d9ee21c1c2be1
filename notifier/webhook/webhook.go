// Package webhook posts notices to an HTTP endpoint under the headers of Standard Webhooks
// 1.0.0, so that who wants to can check where they come from. The body is that of
// Alertmanager's webhook (version "4"), so that whatever takes Alertmanager's notices takes
// these, or Brimwatch's own.
//
// It sends once. What may have arrived is notifier.Unknown. It cannot be looked up; it is
// sent again as the same message under the same webhook-id, which is the receiver's to
// recognize.
package webhook

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// Options say where the notices go, and how they are signed.
type Options struct {
	URL         string
	Receiver    string // name of the receiver, as it stands in the body
	ExternalURL string // of Brimwatch, as it stands in the body
	// Own chooses Brimwatch's own body instead of Alertmanager's, and Language is what its
	// texts are in.
	Own      bool
	Language words.Language
	// Templated posts each notice by itself, in the words of its template where it has some
	// (notifier.Notice.Own), as ContentType; "" is JSON.
	Templated   bool
	ContentType string
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
	// AcceptPages takes a web page for an answer of success, too.
	AcceptPages bool
	// AllowLinkLocal lets the endpoint be on a link-local or metadata address
	// (see httpcall.Refused).
	AllowLinkLocal bool
	Transport      http.RoundTripper // nil is one of its own; TLS and AllowLinkLocal are its business else
}

// Channel posts to one endpoint. It is safe for use from several goroutines.
type Channel struct {
	opts     Options
	keys     [][]byte
	endpoint *post.Endpoint
}

// New checks the options, all at once, and returns the channel. It does not call
// the endpoint.
func New(o Options) (*Channel, error) {
	if o.Templated {
		o.Bundle = 1
	}
	if o.Bundle == 0 {
		o.Bundle = 64
	}
	keys, faults := signingKeys(o.Secrets)
	endpoint, err := post.New(post.Options{
		URL: o.URL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, Secrets: o.Secrets,
		TLS: o.TLS, Timeout: o.Timeout, Version: o.Version, AllowLinkLocal: o.AllowLinkLocal, Transport: o.Transport,
		Texts: texts(&o),
	})
	if err != nil {
		faults = append(faults, err)
	}
	if o.Bundle < 0 {
		faults = append(faults, fmt.Errorf("bundle: %d is negative", o.Bundle))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Channel{opts: o, keys: keys, endpoint: endpoint}, nil
}

// texts are what errors say of a webhook.
func texts(o *Options) post.Texts {
	expects := "Alertmanager's webhook"
	if o.Own {
		expects = "Brimwatch's own body (format: brimwatch)"
	}
	return post.Texts{
		Again:   "it may have arrived, and is sent again under the same webhook-id",
		Gone:    "the endpoint is no more, take it out of receiver " + o.Receiver,
		Refused: "the endpoint does not take this body, check that it expects " + expects,
		Denied:  "check the secret and the credentials of the webhook",
		Path:    "check the path of the webhook's url",
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

// Bundle returns how many notices fit into one message.
func (c *Channel) Bundle() int { return c.opts.Bundle }

// Send posts a message, all its notices in one body. 2xx is accepted, whatever the answer
// says, unless it is a web page: then a sign-in page of a network may stand in the way.
// post.Reply.Judge says what the others mean.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if len(m.Notices) == 0 {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to the webhook: the message has no notices"))
	}
	body, kind, err := c.written(&m)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to the webhook: the body cannot be written as JSON"))
	}
	reply, err := c.endpoint.Post(ctx, post.Letter{Body: body, Header: c.headers(m.ID, kind, body, time.Now())})
	if err != nil {
		return notifier.Receipt{}, err
	}
	switch {
	case reply.Fine() && reply.IsPage() && !c.opts.AcceptPages:
		return notifier.Receipt{}, errors.New(reply.Line() + " with a web page, as a sign-in page of a network answers, or a proxy: check the webhook's url; where the endpoint itself answers so, write accept_pages: true")
	case reply.Fine():
		return reply.Took(), nil
	}
	return notifier.Receipt{}, reply.Judge()
}

// written is the body of a message, the same for every attempt at it, and what it is; "" is
// JSON.
func (c *Channel) written(m *notifier.Message) (body []byte, kind string, err error) {
	if c.opts.Templated && m.Notices[0].Own != "" {
		return []byte(m.Notices[0].Own), c.opts.ContentType, nil
	}
	if c.opts.Own {
		body, err = json.Marshal(c.own(m))
	} else {
		body, err = json.Marshal(c.body(m))
	}
	return body, "", err
}

func (c *Channel) headers(id, kind string, body []byte, now time.Time) http.Header {
	h := make(http.Header, 4)
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	if len(c.keys) > 0 {
		h.Set("webhook-signature", signatures(c.keys, id, stamp, body))
	}
	return h
}

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Channel) CloseIdleConnections() { c.endpoint.CloseIdleConnections() }
