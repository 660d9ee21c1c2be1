package access

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// names are the hosts that requests may come by, as canonical writes them.
type names map[string]bool

// newNames gathers the names of server.listen, server.external_url and
// server.hosts.
func newNames(listen, externalURL string, hosts []string) names {
	out := make(names, len(hosts)+2)
	add := func(host string) {
		if name, _ := canonical(host); name != "" {
			out[name] = true
		}
	}
	add(listen)
	if u, err := url.Parse(externalURL); err == nil {
		add(u.Host)
	}
	for _, host := range hosts {
		add(host)
	}
	return out
}

// take tells whether a request may come by a Host that arrived at an address of
// ours.
//
// The door is against a page that has its own name lead to this machine (DNS
// rebinding): the browser takes Brimwatch for a part of the page's site then, and
// its Host is the page's name. Three kinds of Host cannot be such a name, and are
// always taken. A loopback name belongs to nobody else. The address that the
// connection arrived at was asked for as an address, for which no name was looked
// up; so a scrape by IP and the health check of a load balancer need no entry.
// And a request without any Host is of HTTP/1.0, which no browser sends; some load
// balancers check by it.
func (n names) take(host string, arrived netip.Addr) bool {
	if host == "" {
		return true
	}
	name, addr := canonical(host)
	switch {
	case name == "":
		return false
	case addr.IsValid() && (addr.IsLoopback() || addr == arrived):
		return true
	case name == "localhost" || strings.HasSuffix(name, ".localhost"):
		return true
	}
	return n[name]
}

// Loopback tells whether only this machine reaches what listens on an address
// such as 127.0.0.1:9740. A name other than localhost may lead anywhere, and no
// host at all is every address.
func Loopback(listen string) bool {
	name, addr := canonical(listen)
	return name == "localhost" || addr.IsLoopback()
}

// canonical brings the host of host:port into one form: without port, brackets,
// zone and the dot at the end, in lower case. addr is valid for an IP address.
// What is no host is "".
func canonical(hostport string) (name string, addr netip.Addr) {
	host := hostport
	if rest, ok := strings.CutPrefix(host, "["); ok {
		inside, after, closed := strings.Cut(rest, "]")
		if !closed || after != "" && after[0] != ':' || !digits(strings.TrimPrefix(after, ":")) {
			return "", netip.Addr{}
		}
		addr, err := netip.ParseAddr(inside)
		if err != nil {
			return "", netip.Addr{}
		}
		addr = plain(addr)
		return addr.String(), addr
	}
	if before, port, ok := strings.Cut(host, ":"); ok && !strings.Contains(port, ":") {
		if !digits(port) {
			return "", netip.Addr{}
		}
		host = before
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = plain(addr)
		return addr.String(), addr
	}
	return strings.ToLower(strings.TrimSuffix(host, ".")), netip.Addr{}
}

// plain is an address without its zone, and without the IPv6 form of IPv4.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

func digits(text string) bool { return strings.Trim(text, "0123456789") == "" }

// CheckHost says why a text cannot stand in server.hosts.
func CheckHost(host string) error {
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && addr.Zone() == "" {
		return nil
	}
	name, _, port := strings.Cut(host, ":")
	switch {
	case host == "":
		return errors.New("this names no host")
	case strings.Contains(host, "/"):
		return errors.New("a name alone is wanted here, such as brimwatch.example.com, without http:// and path")
	case strings.Contains(host, "*"):
		return errors.New("each name is written out; * stands for nothing here")
	case port && name != "":
		return errors.New("a name stands here without a port; it is good for every port")
	case strings.ContainsFunc(host, func(c rune) bool { return c > '~' }):
		return errors.New("write the name as browsers send it, in ASCII: xn--…")
	case len(host) > 253 || strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" ||
		strings.HasPrefix(host, ".") || strings.Contains(host, ".."):
		return errors.New("this is no name of a host; one looks like brimwatch.example.com")
	}
	return nil
}
