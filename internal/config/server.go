package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

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

func (d *decoder) resolveStorage(root place, doc *document, s *Snapshot) {
	s.Storage = Storage{Dir: doc.Storage.Dir, Retention: doc.Storage.Retention.or(400 * 24 * time.Hour), State: doc.Storage.State}
	if s.Storage.Dir == "" {
		s.Storage.Dir = "data"
	}
	if s.Storage.Retention < 2*time.Hour { // the length of one block of the history
		d.fault(d.find(root, "storage.retention"), "the history is kept for 2h or longer")
	}
	switch {
	case s.Storage.State == "":
		s.Storage.State = "sqlite"
	case s.Storage.State != "sqlite":
		d.fault(d.find(root, "storage.state"), "this version keeps its state in sqlite only")
	}
	if doc.Storage.QueryURL != "" {
		d.fault(d.find(root, "storage.query_url"), "this version reads statistics from its own history only; remove the key")
	}
	for i := range doc.Storage.RemoteWrite {
		w := &doc.Storage.RemoteWrite[i]
		if w.node == nil {
			continue
		}
		d.needURL(w.place, w.URL, "http", "https")
		if slices.ContainsFunc(s.Storage.RemoteWrite, func(o RemoteWrite) bool { return o.URL == w.URL }) {
			d.fault(d.under(w.place, "url"), "the same URL is given twice")
		}
		out := RemoteWrite{URL: w.URL, TLS: d.resolveTLS(&w.TLS, strings.HasPrefix(w.URL, "https://"))}
		out.Username, out.Password, out.Bearer = d.resolveAuth(w.place, &w.loginDoc)
		s.Storage.RemoteWrite = append(s.Storage.RemoteWrite, out)
	}
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

// needURL checks a URL that must be there, under the key url of p.
func (d *decoder) needURL(p place, raw string, schemes ...string) {
	if raw == "" {
		d.fault(p, "url is missing")
		return
	}
	d.checkURL(d.find(p, "url"), raw, schemes...)
}

// checkURL checks a URL. None of it is quoted: any part may be a secret.
func (d *decoder) checkURL(p place, raw string, schemes ...string) {
	u, err := url.Parse(raw)
	if err == nil && u.Scheme == "unix" && slices.Contains(schemes, "unix") {
		if u.Host != "" || u.Path == "" {
			d.fault(p, "a socket is given by its whole path, as in unix:///run/redis.sock")
		}
		return
	}
	switch {
	case err != nil:
		d.fault(p, "this is not a URL; one looks like %s://host:port/path", schemes[0])
	case !slices.Contains(schemes, u.Scheme) || u.Host == "":
		d.fault(p, "a URL that begins with %s:// is wanted here", strings.Join(schemes, ":// or "))
	case u.User != nil:
		d.fault(p, "user and password do not belong into the URL; use username and password_file")
	case u.Hostname() == "":
		d.fault(p, "the URL names no host")
	case u.Fragment != "":
		d.fault(p, "what follows the # in the URL would not be sent; remove it")
	}
	if err != nil || u.Port() == "" {
		return
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
		d.fault(p, "a port lies between 1 and 65535")
	}
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
