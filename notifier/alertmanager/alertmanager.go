// Package alertmanager posts notices to an Alertmanager (POST /api/v2/alerts), and keeps
// those alarms firing there that are open here: an Alertmanager forgets an alert that
// nobody repeats, and all of them when it is restarted.
//
// A Channel sends once. A Keeper repeats what is open. To post an alert again changes
// nothing at the far side, so what may have arrived needs no look-up: it is posted again.
package alertmanager

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
	"strings"
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Options say where an Alertmanager is, and who we are to it.
type Options struct {
	URL string // of the Alertmanager: what comes before /api/v2/alerts
	// Username and Password, or Bearer, go into the Authorization header.
	Username, Password string
	Bearer             string
	TLS                *tls.Config
	Timeout            time.Duration     // of one request; 0 is 15 seconds
	Version            string            // of Brimwatch, for User-Agent
	Transport          http.RoundTripper // nil is one of its own; TLS is its business else
}

// Channel posts to one Alertmanager. It is safe for use from several goroutines, and
// posts one after the other: what was decided later must not be overtaken.
type Channel struct {
	opts   Options
	target *url.URL // without user
	hide   *strings.Replacer
	turn   chan struct{} // of capacity 1: taken by whoever posts
	ahead  atomic.Int64  // by how much its clock is ahead of ours, in nanoseconds
	firing *firing       // guarded by turn
}

const (
	// bundle is how many notices go into one message.
	bundle = 64
	// maxAnswer is how much of an answer is read.
	maxAnswer = 64 << 10
	// Path is where an Alertmanager takes alerts, below its own URL.
	Path = "/api/v2/alerts"
)

// New checks the options, all at once, and returns the channel. It does not call the
// Alertmanager.
func New(o Options) (*Channel, error) {
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	var faults []error
	target, err := parseTarget(o.URL)
	if err != nil {
		faults = append(faults, err)
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
	if o.Transport == nil {
		o.Transport = httpcall.NewTransport(o.TLS, true)
	}
	return &Channel{opts: o, target: target, hide: hider(target, o), turn: make(chan struct{}, 1), firing: newFiring()}, nil
}

func parseTarget(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil: // its text would repeat the address
		return nil, errors.New("url: cannot be read as an address")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		return nil, errors.New("url: must begin with http:// or https:// and a host")
	case u.User != nil:
		return nil, errors.New("url: user and password are given apart")
	case u.RawQuery != "":
		return nil, errors.New("url: it has a query, which an Alertmanager does not know")
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && httpcall.Refused(addr) {
		return nil, fmt.Errorf("url: %s is a link-local or metadata address, which is not called", addr)
	}
	u.Fragment, u.RawFragment = "", ""
	return u.JoinPath(Path), nil
}

// Bundle returns how many notices fit into one message.
func (c *Channel) Bundle() int { return bundle }

// Send posts a message, all its notices as the alerts of one body.
//
// The outcomes: 2xx is accepted, unless it comes with a page, which no Alertmanager sends.
// 400 says which alert it does not take, and 413 and 422 that it does not take the body: never
// again. After a 5xx, or when the request was written and no answer came, nobody knows
// whether it was taken. All else is tried again later. Retry-After is honoured with all that are
// tried again.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if len(m.Notices) == 0 {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to the Alertmanager: the message has no notices"))
	}
	done, err := c.take(ctx)
	if err != nil {
		return notifier.Receipt{}, fmt.Errorf("post to %s: %w", c.host(), err)
	}
	defer done()
	alerts := make([]alert, 0, len(m.Notices))
	now := time.Now()
	for i := range m.Notices {
		n := &m.Notices[i]
		alerts = append(alerts, alertOf(&n.Alert, lasting(n), n.CreatedAt, c.clock(now)))
	}
	alerts = c.firing.thin(alerts)
	if len(alerts) == 0 {
		return notifier.Receipt{Status: notifier.Accepted, Detail: "nothing was posted: what ended is firing again since"}, nil
	}
	return c.post(ctx, alerts)
}

// take waits for its turn to post.
func (c *Channel) take(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// post posts alerts once. The caller has its turn.
func (c *Channel) post(ctx context.Context, alerts []alert) (notifier.Receipt, error) {
	body, err := json.Marshal(alerts)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to the Alertmanager: the body cannot be written as JSON"))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.target.String(), bytes.NewReader(body))
	if err != nil {
		return notifier.Receipt{}, errors.New("post to the Alertmanager: the request cannot be built")
	}
	c.setHeaders(req)
	began := time.Now()
	a, err := httpcall.Do(c.opts.Transport, req, c.opts.Timeout, maxAnswer)
	if err != nil {
		err = c.judgeCall(err)
		c.firing.doubt(alerts, err)
		return notifier.Receipt{}, err
	}
	c.compareClocks(a.Header, began, time.Now())
	if a.Status >= 200 && a.Status <= 299 && !isPage(a) {
		c.firing.note(alerts)
		return notifier.Receipt{Status: notifier.Accepted, Detail: httpcall.StatusLine(a.Status)}, nil
	}
	err = c.judge(a)
	c.firing.doubt(alerts, err)
	return notifier.Receipt{}, err
}

func (c *Channel) setHeaders(req *http.Request) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", strings.TrimSuffix("brimwatch/"+c.opts.Version, "/"))
	switch {
	case c.opts.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+c.opts.Bearer)
	case c.opts.Username != "" || c.opts.Password != "":
		req.SetBasicAuth(c.opts.Username, c.opts.Password)
	}
}

// farApart is how far the clocks of both sides may differ before it matters.
const farApart = 20 * time.Second

// compareClocks takes note of what the far side's clock says. An Alertmanager whose clock is
// ahead of ours by some minutes would take each alert for one that is over.
func (c *Channel) compareClocks(h http.Header, began, ended time.Time) {
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ahead := theirs.Sub(began)
	if latest := theirs.Sub(ended); ahead.Abs() > latest.Abs() {
		ahead = latest
	}
	if ahead.Abs() < farApart {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

// clock is what the far side's clock says at a moment of ours, as far as we know.
func (c *Channel) clock(now time.Time) time.Time { return now.Add(time.Duration(c.ahead.Load())) }

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Channel) CloseIdleConnections() {
	if t, ok := c.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
