package config

import (
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// resolveServer reads where the HTTP side listens, and how others reach it.
func (d *decoder) resolveServer(root place, doc *document, s *Snapshot) {
	s.Server = Server{Listen: doc.Server.Listen, ExternalURL: strings.TrimRight(doc.Server.ExternalURL, "/")}
	if s.Server.Listen == "" {
		s.Server.Listen = "127.0.0.1:9740"
	}
	host, port, err := net.SplitHostPort(s.Server.Listen)
	if _, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil {
		d.fault(d.find(root, "server.listen"), "an address and a port are wanted here, such as 127.0.0.1:9740, not %q", clip(s.Server.Listen))
	}
	switch {
	case s.Server.ExternalURL != "":
		d.checkURL(d.find(root, "server.external_url"), s.Server.ExternalURL, "http", "https")
	case host == "" || host == "0.0.0.0" || host == "::":
		s.Server.ExternalURL = "http://" + net.JoinHostPort("localhost", port)
	default:
		s.Server.ExternalURL = "http://" + s.Server.Listen
	}
	d.resolveDoors(root, &doc.Server, &s.Server)
}

func (d *decoder) resolveCollect(doc *document, s *Snapshot) {
	s.Collect = Collect{Interval: doc.Collect.Interval.or(15 * time.Second), Timeout: doc.Collect.Timeout.or(5 * time.Second)}
	if doc.Collect.node == nil {
		return
	}
	d.checkPace(doc.Collect.place, s.Collect)
	if !doc.Collect.Timeout.set && s.Collect.Timeout > s.Collect.Interval {
		s.Collect.Timeout = s.Collect.Interval
	}
}

// checkPace checks how often and for how long sources are read.
func (d *decoder) checkPace(p place, c Collect) {
	if c.Interval < time.Second || c.Interval > 24*time.Hour {
		d.fault(d.under(p, "interval"), "sources are read every 1s to 24h")
	}
	if c.Timeout < 10*time.Millisecond || c.Timeout > 10*time.Minute {
		d.fault(d.under(p, "timeout"), "a reading may take 10ms to 10m")
	}
}

// resolveAuth reads the ways to sign in somewhere.
func (d *decoder) resolveAuth(p place, a *loginDoc) (username string, password, bearer Secret) {
	password = d.secretOf(p, "password", a.Password, a.PasswordFile, a.PasswordEnv)
	bearer = d.secretOf(p, "bearer_token", a.BearerToken, a.BearerTokenFile, a.BearerTokenEnv)
	if bearer != "" && a.Username != "" {
		d.fault(d.under(p, "username"), "give either a username or a bearer_token, not both")
	}
	if password != "" && a.Username == "" && !a.anonymous {
		d.fault(p, "a password needs a username")
	}
	if strings.ContainsFunc(a.Username, unicode.IsControl) {
		d.fault(d.under(p, "username"), "the username has line breaks or other control characters in it")
	}
	if strings.ContainsFunc(bearer.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
		d.fault(p, "the bearer token holds blanks or other signs that cannot be sent; does its file hold more than the token?")
	}
	return a.Username, password, bearer
}

// loadZone finds a time zone by name.
func (d *decoder) loadZone(p place, name string) *time.Location {
	if name == "" {
		return time.UTC
	}
	if name == "Local" {
		d.fault(d.find(p, "time_zone"), "name the zone, such as Asia/Shanghai, so that it means the same everywhere")
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		d.fault(d.find(p, "time_zone"), "there is no time zone %q; one looks like Asia/Shanghai or Europe/Berlin", clip(name))
		return time.UTC
	}
	return zone
}
