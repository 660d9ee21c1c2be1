package config

import (
	"net"
	"net/url"
	"strings"
	"time"
)

func (d *decoder) resolveServer(root place, doc *document, s *Snapshot) {
	s.Server = Server{Listen: doc.Server.Listen, ExternalURL: strings.TrimRight(doc.Server.ExternalURL, "/")}
	if s.Server.Listen == "" {
		s.Server.Listen = "127.0.0.1:9740"
	}
	host, port, err := net.SplitHostPort(s.Server.Listen)
	if err != nil || port == "" {
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
	if f := doc.Server.WebConfigFile; f != "" {
		at := d.find(root, "server.web_config_file")
		s.Server.WebConfigFile = beside(at.file, f)
		if _, err := d.readFile(s.Server.WebConfigFile); err != nil {
			d.fault(at, "%s", err)
		}
	}

	s.Storage = Storage{Dir: doc.Storage.Dir, Retention: doc.Storage.Retention.or(400 * 24 * time.Hour), State: doc.Storage.State}
	if s.Storage.Dir == "" {
		s.Storage.Dir = "data"
	}
	if s.Storage.Retention < 2*time.Hour {
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
		out := RemoteWrite{URL: w.URL, TLS: d.resolveTLS(w.place, &w.TLS)}
		out.Username, out.Password, out.Bearer = d.resolveAuth(w.place, &w.authDoc)
		s.Storage.RemoteWrite = append(s.Storage.RemoteWrite, out)
	}
}

func (d *decoder) resolveCollect(doc *document, s *Snapshot) {
	s.Collect = Collect{Interval: doc.Collect.Interval.or(15 * time.Second), Timeout: doc.Collect.Timeout.or(5 * time.Second)}
	if doc.Collect.node == nil {
		return
	}
	d.checkPace(doc.Collect.place, s.Collect.Interval, s.Collect.Timeout)
	if !doc.Collect.Timeout.set && s.Collect.Timeout > s.Collect.Interval {
		s.Collect.Timeout = s.Collect.Interval
	}
}

// checkPace checks how often and for how long sources are read.
func (d *decoder) checkPace(p place, interval, timeout time.Duration) {
	if interval < time.Second || interval > 24*time.Hour {
		d.fault(d.find(p, "interval"), "sources are read every 1s to 24h")
	}
	if timeout <= 0 {
		d.fault(d.find(p, "timeout"), "a timeout must be longer than nothing")
	}
}

// resolveAuth reads the ways to sign in somewhere.
func (d *decoder) resolveAuth(p place, a *authDoc) (username string, password, bearer Secret) {
	password = d.secretOf(p, "password", a.Password, a.PasswordFile, a.PasswordEnv)
	bearer = d.secretOf(p, "bearer_token", a.BearerToken, a.BearerTokenFile, a.BearerTokenEnv)
	if bearer != "" && a.Username != "" {
		d.fault(d.find(p, "username"), "give either a username or a bearer_token, not both")
	}
	if password != "" && a.Username == "" {
		d.fault(p, "a password needs a username")
	}
	return a.Username, password, bearer
}

// resolveTLS reads a TLS section; its files count as read, so that a new
// certificate is noticed.
func (d *decoder) resolveTLS(p place, t *tlsDoc) TLS {
	out := TLS{ServerName: t.ServerName, InsecureSkipVerify: t.InsecureSkipVerify}
	if t.node == nil {
		return out
	}
	for _, f := range []struct {
		key, value string
		to         *string
	}{{"ca_file", t.CAFile, &out.CAFile}, {"cert_file", t.CertFile, &out.CertFile}, {"key_file", t.KeyFile, &out.KeyFile}} {
		if f.value == "" {
			continue
		}
		at := d.find(t.place, f.key)
		*f.to = beside(at.file, f.value)
		if _, err := d.readFile(*f.to); err != nil {
			d.fault(at, "%s", err)
		}
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		d.fault(t.place, "cert_file and key_file go together")
	}
	if t.InsecureSkipVerify {
		d.warn(d.find(t.place, "insecure_skip_verify"), "the server's certificate is not checked")
	}
	return out
}

// needURL checks a URL that must be there, under the key url of p.
func (d *decoder) needURL(p place, raw string, schemes ...string) {
	if raw == "" {
		d.fault(p, "url is missing")
		return
	}
	d.checkURL(d.find(p, "url"), raw, schemes...)
}

// checkURL checks a URL. What it may hold besides host and path is never
// quoted: it may be a secret.
func (d *decoder) checkURL(p place, raw string, schemes ...string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		d.fault(p, "this is not a URL; one looks like %s://host:port/path", schemes[0])
	case !contains(schemes, u.Scheme) || u.Host == "":
		d.fault(p, "a URL that begins with %s:// is wanted here", strings.Join(schemes, ":// or "))
	case u.User != nil:
		d.fault(p, "user and password do not belong into the URL; use username and password_file")
	case u.Hostname() == "":
		d.fault(p, "the URL names no host")
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
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
