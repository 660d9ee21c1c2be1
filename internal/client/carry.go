package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// maxRefusal is how much of a refusal is read.
const maxRefusal = 4 << 10

// Address is the URL of a path of Brimwatch, without user and password.
func (c *Client) Address(path string) string { return c.shown() + path }

// Carrier carries requests that somebody else makes, such as the client of a protocol,
// as the Client does: with its user and password. It notes in plain words why one was
// not answered. It is safe for use from several goroutines.
type Carrier struct {
	client  *Client
	mu      sync.Mutex
	trouble error
}

// Carrier returns a Carrier that has carried nothing.
func (c *Client) Carrier() *Carrier { return &Carrier{client: c} }

// Trouble says why a request was not answered; nil when all were.
func (k *Carrier) Trouble() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble
}

func (k *Carrier) note(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.trouble == nil {
		k.trouble = err
	}
}

// RoundTrip implements http.RoundTripper.
func (k *Carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	c := k.client
	r = r.Clone(r.Context())
	if u := c.base.User; u != nil {
		password, _ := u.Password()
		r.SetBasicAuth(u.Username(), password)
	}
	resp, err := c.http.Transport.RoundTrip(r)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		k.note(fmt.Errorf("the Brimwatch at %s did not answer in time", c.shown()))
	case errors.Is(err, context.Canceled): // nobody waits for it any more
	case err != nil:
		k.note(c.noAnswer(err))
	case resp.StatusCode >= http.StatusMultipleChoices && !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json"):
		k.note(c.refusalOf(r, resp)) // what is JSON is the protocol's own answer
	}
	return resp, err
}

// refusalOf says what an answer means that is no success, and leaves its body to be read.
func (c *Client) refusalOf(r *http.Request, resp *http.Response) error {
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil {
		return c.noAnswer(err)
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(strings.NewReader(string(head)), resp.Body), resp.Body}
	text := strings.TrimSpace(string(head))
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("what answers at %s has no %s: is it a Brimwatch, and of this version?", c.shown(), r.URL.Path)
	case resp.StatusCode != http.StatusUnauthorized && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") && text != "" && !strings.Contains(text, "\n"):
		return fmt.Errorf("the Brimwatch at %s refuses: %s", c.shown(), text)
	}
	return c.refusal(resp.StatusCode, nil)
}
