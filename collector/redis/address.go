package redis

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// address is where a server listens.
type address struct {
	shown   string // for messages; holds no credential
	network string // tcp or unix
	where   string // host:port, or the path of the socket
	host    string // "" with a socket
	tls     bool
}

// defaultPort is Redis' own.
const defaultPort = "6379"

// parseAddress reads redis://host[:6379], rediss://host[:6379] or
// unix:///path/of/socket. Its errors do not repeat the URL, which may hold a
// password.
func parseAddress(raw string) (address, error) {
	if raw == "" {
		return address{}, errors.New("url is missing, for example redis://cache.example.com:6379")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return address{}, errors.New("url cannot be read; it is written like redis://cache.example.com:6379")
	}
	if u.User != nil {
		return address{}, errors.New("url must not hold a user name or password: give them as username and password_file")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return address{}, errors.New("url has a query or fragment, which the server would not see")
	}
	switch u.Scheme {
	case "redis", "rediss":
		return tcpAddress(u)
	case "unix":
		return unixAddress(u)
	}
	return address{}, errors.New("url must begin with redis://, rediss:// (TLS) or unix://")
}

func tcpAddress(u *url.URL) (address, error) {
	a := address{network: "tcp", host: u.Hostname(), tls: u.Scheme == "rediss"}
	if a.host == "" {
		return address{}, errors.New("url names no host, for example redis://cache.example.com:6379")
	}
	if strings.Trim(u.Path, "/") != "" {
		return address{}, errors.New("url has a path: leave the number of the database out, the figures are those of the whole server")
	}
	port := defaultPort
	if given := u.Port(); given != "" {
		if n, err := strconv.ParseUint(given, 10, 16); err != nil || n == 0 {
			return address{}, fmt.Errorf("url has an impossible port %q", given)
		}
		port = given
	}
	a.where = net.JoinHostPort(a.host, port)
	a.shown = u.Scheme + "://" + a.where
	return a, nil
}

// maxSocketPath is what Linux takes as the path of a socket, in bytes.
const maxSocketPath = 107

func unixAddress(u *url.URL) (address, error) {
	switch {
	case u.Host != "" || u.Path == "" || u.Path == "/":
		return address{}, errors.New("url names no socket; it is written with three slashes, like unix:///run/redis/redis-server.sock")
	case len(u.Path) > maxSocketPath:
		return address{}, fmt.Errorf("url has a socket path longer than %d bytes, which is all the system takes", maxSocketPath)
	case strings.ContainsRune(u.Path, 0):
		return address{}, errors.New("url has a NUL in the path of its socket")
	}
	return address{network: "unix", where: u.Path, shown: "unix://" + u.EscapedPath()}, nil
}
