// Package redis reads one Redis or Valkey server through INFO, and through
// CLIENT LIST where it may.
//
// A Collector keeps one connection, since a server at its maxclients refuses
// newcomers. A visit sends its questions in one piece and reads the replies as
// they come, without a goroutine and without setting aside what a server
// announces. RESP, the protocol, is spoken by this package itself: a client
// library hides the refusal at maxclients behind a broken pipe, and sends
// commands of its own, which could not be taken off the server's counters.
//
// docs/sources/redis.md says what each metric is made of, which rights it takes
// and which limits hold.
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/neterror"
)

// Options says which server is read, and as whom.
type Options struct {
	// URL is where the server listens: redis://host:6379, rediss://host:6379 for
	// TLS, or unix:///path/of/socket. The port may be left out.
	URL string
	// Username and Password may be empty for a server that wants none. A password
	// alone is that of the default user, as requirepass sets it.
	Username, Password string
	// TLS is for rediss:// and may be nil there: then the server's certificate is
	// checked against the system's authorities.
	TLS *tls.Config
	// SubscriptionsEvery is how often subscriptions are counted at most, which
	// takes the server a walk through all its clients; 0 is a minute. In between
	// the last count stands, unless it is older than three times this.
	SubscriptionsEvery time.Duration
	// Logger may be nil.
	Logger *slog.Logger
}

// Collector reads one server. It is a collector.Collector.
type Collector struct {
	address address
	login   []string // the AUTH command; nil for none
	tls     *tls.Config
	logger  *slog.Logger

	session *session // nil without a connection
	run     run
	// ours is how many commands of ours the server counted on connections before
	// this one; below zero when its counters were reset since it was made.
	ours  int64
	whole bool // knows INFO with one section only, as Redis before 7
	subs  subscriptions
	limit limit
	named bool // the last reading told names that are subscribed to
	role  string
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	a, err := parseAddress(o.URL)
	if err != nil {
		return nil, err
	}
	if o.TLS != nil && !a.tls {
		return nil, errors.New("tls is set, but the url is not rediss://")
	}
	if o.SubscriptionsEvery < 0 {
		return nil, errors.New("subscriptions cannot be counted at an interval below zero")
	}
	if strings.ContainsAny(o.Username, " \x00") {
		return nil, errors.New("the username holds a space or a NUL, which no user of Redis has")
	}
	c := &Collector{address: a, login: loginOf(o), logger: o.Logger, subs: subscriptions{every: o.SubscriptionsEvery}}
	if c.subs.every == 0 {
		c.subs.every = defaultEvery
	}
	if a.tls {
		c.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		if o.TLS != nil {
			c.tls = o.TLS.Clone()
		}
		if c.tls.ServerName == "" {
			c.tls.ServerName = a.host
		}
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	c.logger = c.logger.With("component", "redis", "url", a.shown)
	return c, nil
}

// loginOf returns the command that logs in. The default user is meant when none
// is named, which is how Redis before 6 is logged in to as well. A user name alone
// is sent with an empty password, which a user without one (nopass) accepts.
func loginOf(o Options) []string {
	switch {
	case o.Username != "" && o.Username != "default":
		return []string{"AUTH", o.Username, o.Password}
	case o.Password != "":
		return []string{"AUTH", o.Password}
	}
	return nil
}

// Collect implements collector.Collector. The server has one set of figures;
// all visits get it.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %s: %w", c.address.shown, connecting, err)
	}
	kept := c.session != nil
	a, err := c.read(ctx)
	if errors.Is(err, errAway) && kept {
		// Closed since the last visit: by a restart, or because we were idle for
		// longer than the server's timeout.
		a, err = c.read(ctx)
	}
	if err != nil {
		return c.report(err, visits)
	}
	for i := range visits {
		c.fill(&visits[i], a)
	}
	return nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	if c.session == nil {
		return nil
	}
	s := c.session
	c.session = nil
	return s.end()
}

// read makes one attempt to read the server, on the connection that there is or
// on a new one.
func (c *Collector) read(ctx context.Context) (*answer, error) {
	if c.session == nil {
		s, err := open(ctx, c.address, c.tls)
		if err != nil {
			return nil, err
		}
		c.session = s
		c.logger.Debug("connected")
	}
	s := c.session
	stop := context.AfterFunc(ctx, func() { _ = s.SetDeadline(time.Unix(1, 0)) })
	a, err := c.converse(ctx, s)
	if stop() && err == nil && !a.broken {
		return a, nil
	}
	c.drop()
	if err != nil && !s.heard && neterror.HungUp(err) {
		return nil, &caused{words: explain(ctx, err, asking, c.address).Error(), cause: errAway}
	}
	if err != nil {
		return nil, explain(ctx, err, asking, c.address)
	}
	return a, nil
}

// errAway says that a connection ended before anything was answered.
const errAway fault = "the connection was closed"

// drop gives the connection up.
func (c *Collector) drop() {
	s := c.session
	c.session = nil
	c.ours += int64(s.executed)
	if err := s.end(); err != nil {
		c.logger.Debug("close the connection", "error", err)
	}
}
