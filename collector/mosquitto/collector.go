// Package mosquitto reads a Mosquitto broker, or one of mochi-mqtt/server,
// through the figures that it publishes under $SYS.
//
// MQTT pushes: a Collector connects at its first Collect, subscribes to ten
// topics and keeps that connection, so that it goes on seeing a broker that
// takes no further connections. What arrives is put down by one goroutine;
// Collect reads it and does no I/O while the connection stands. A connection
// that was lost is made anew by a later Collect, never in the background, with
// growing pauses between attempts that fail.
//
// docs/sources/mosquitto.md says what each metric is made of, and which traps
// of the two brokers are dealt with how.
package mosquitto

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// Options says which broker is read, and as whom.
type Options struct {
	// URL is where the broker listens: mqtt://host:1883, mqtts://host:8883,
	// ws://host/path or wss://host/path. The port may be left out.
	URL string
	// Username and Password may be empty for a broker that allows anonymous
	// clients.
	Username, Password string
	// TLS is for mqtts:// and wss:// and may be nil there: then the broker's
	// certificate is checked against the system's authorities.
	TLS *tls.Config
	// ClientID is the MQTT client id. Empty: a random one of 23 characters,
	// which is what every broker must accept. Two clients with one id throw
	// each other out.
	ClientID string
	// Logger may be nil.
	Logger *slog.Logger
}

// Collector reads one broker. It is a collector.Collector.
type Collector struct {
	login  login
	logger *slog.Logger
	tree   tree

	session   *session // nil without a connection
	failures  int      // attempts in a row without a refresh
	notBefore time.Time
	failed    error // the last attempt's, reported until notBefore
	aside     bool  // has stayed away for a refresh since the figures were complete
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	a, err := parseAddress(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Password != "" && o.Username == "" {
		return nil, errors.New("a password needs a username (MQTT 3.1.1, 3.1.2.9)")
	}
	if o.TLS != nil && !a.tls {
		return nil, errors.New("tls is set, but the url is neither mqtts:// nor wss://")
	}
	for what, s := range map[string]string{"username": o.Username, "password": o.Password, "client id": o.ClientID} {
		if len(s) > math.MaxUint16 {
			return nil, fmt.Errorf("the %s is longer than MQTT allows (65535 bytes)", what)
		}
	}
	if strings.ContainsAny(o.ClientID, "+#/\x00") {
		return nil, errors.New("the client id must not contain + # / or NUL")
	}

	c := &Collector{logger: o.Logger}
	c.login = login{address: a, clientID: o.ClientID, username: o.Username, password: o.Password}
	if a.tls {
		c.login.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		if o.TLS != nil {
			c.login.tls = o.TLS.Clone()
		}
		if c.login.tls.ServerName == "" {
			c.login.tls.ServerName = a.host
		}
	}
	if c.login.clientID == "" {
		// 13 of the 26 base32 characters: 65 bits.
		c.login.clientID = "brimwatch-" + strings.ToLower(rand.Text()[:13])
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	c.logger = c.logger.With("component", "mosquitto", "url", a.String())
	return c, nil
}

// Collect implements collector.Collector. The broker has one set of figures;
// all visits get it.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	c.noteLoss()
	if c.session == nil {
		if err := c.connect(ctx); err != nil {
			return c.report(err, visits)
		}
	}
	if err := c.stepAside(); err != nil {
		return c.report(err, visits)
	}
	if err := c.tree.fill(time.Now(), visits); err != nil {
		return fmt.Errorf("%s: %w", c.login.address, err)
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
	return s.Close()
}

// noteLoss gives up a connection that has ended.
func (c *Collector) noteLoss() {
	if c.session == nil {
		return
	}
	why, ended := c.session.ended()
	if !ended {
		return
	}
	c.session = nil
	c.logger.Warn("connection lost", "error", why)
	if c.tree.healthy() {
		c.failures = 0
		return
	}
	// Made and lost again without a refresh, as when two clients with one id
	// throw each other out: no faster than attempts that fail.
	c.postpone(fmt.Errorf("the connection was lost again: %w", why))
}

// connect makes one attempt, unless the pause after the last one is not over.
func (c *Collector) connect(ctx context.Context) error {
	if time.Now().Before(c.notBefore) {
		return c.failed
	}
	s, err := open(ctx, c.login, &c.tree)
	if err != nil {
		c.postpone(err)
		return err
	}
	c.session = s
	c.logger.Debug("connected", "client_id", c.login.clientID)
	return nil
}

// postpone begins the pause after an attempt that failed with err.
func (c *Collector) postpone(err error) {
	c.failures++
	c.failed = err
	c.notBefore = time.Now().Add(pause(c.failures))
}

// pause is how long to wait after so many failures in a row: 1 s, doubled each
// time, at most 30 s.
func pause(failures int) time.Duration {
	const longest = 30 * time.Second
	if failures > 5 {
		return longest
	}
	return min(time.Second<<max(failures-1, 0), longest)
}

// stepAside leaves the broker for one refresh when that makes it tell what it
// hides (see tree.hidden). It does so once: if the figures are still hidden
// afterwards, it is the rights of the user that hide them.
func (c *Collector) stepAside() error {
	hidden, settled := c.tree.hidden()
	if !hidden || c.aside {
		c.aside = c.aside && (hidden || !settled)
		return nil
	}
	c.aside = true
	period := c.tree.interval()
	s := c.session
	c.session = nil
	if err := s.Close(); err != nil {
		c.logger.Debug("close before stepping aside", "error", err)
	}
	c.notBefore = time.Now().Add(period + time.Second)
	c.failed = fmt.Errorf("%w: the broker did not tell all figures since connecting; "+
		"left it for one refresh (%s), which makes it tell them", collector.ErrNotYet, period.Round(time.Second))
	return c.failed
}

// report turns an attempt that failed into what the visits show: a broker that
// takes no further connections is full, not down.
func (c *Collector) report(err error, visits []collector.Visit) error {
	var full fullError
	if !errors.As(err, &full) {
		return fmt.Errorf("%s: %w", c.login.address, err)
	}
	for i := range visits {
		visits[i].Full(fleet.Connections)
		for _, m := range [...]fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions} {
			visits[i].Unknown(m, full.how)
		}
	}
	return nil
}
