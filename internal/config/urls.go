package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

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
	if err != nil {
		d.fault(p, "this is not a URL; one looks like %s://host:port/path", schemes[0])
		return
	}
	if u.Scheme == "unix" && slices.Contains(schemes, "unix") {
		if u.Host != "" || u.Path == "" {
			d.fault(p, "a socket is given by its whole path, as in unix:///run/redis.sock")
		}
		return
	}
	switch {
	case !slices.Contains(schemes, u.Scheme) || u.Host == "":
		d.fault(p, "a URL that begins with %s:// is wanted here", strings.Join(schemes, ":// or "))
	case u.User != nil:
		d.fault(p, "user and password do not belong into the URL; use username and password_file")
	case u.Hostname() == "":
		d.fault(p, "the URL names no host")
	case u.Fragment != "":
		d.fault(p, "what follows the # in the URL would not be sent; remove it")
	}
	d.checkPort(p, u.Port())
}

// checkPort checks the port of a URL, which may have none.
func (d *decoder) checkPort(p place, port string) {
	if port == "" {
		return
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		d.fault(p, "a port lies between 1 and 65535")
	}
}
