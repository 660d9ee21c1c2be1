package mosquitto

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// address is where a broker listens and how it is spoken to.
type address struct {
	url       *url.URL // without user, with port
	host      string
	hostPort  string
	tls       bool
	websocket bool
}

// String returns the address for messages; it holds no credential.
func (a address) String() string { return a.url.String() }

// parseAddress reads mqtt://host[:1883], mqtts://host[:8883], ws://host[:80]/path
// or wss://host[:443]/path; tcp, ssl and tls are other names of the first two.
func parseAddress(raw string) (address, error) {
	if raw == "" {
		return address{}, errors.New("url is missing, for example mqtt://broker.example.com:1883")
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The error of url.Parse repeats the URL, which may hold a password.
		return address{}, errors.New("url cannot be read; it is written like mqtt://broker.example.com:1883")
	}
	if u.User != nil {
		return address{}, errors.New("url must not hold a user name or password: give them as username and password_file")
	}

	a := address{url: u, host: u.Hostname()}
	var port string
	switch u.Scheme {
	case "mqtt", "tcp":
		port = "1883"
	case "mqtts", "ssl", "tls":
		port, a.tls = "8883", true
	case "ws":
		port, a.websocket = "80", true
	case "wss":
		port, a.tls, a.websocket = "443", true, true
	default:
		return address{}, errors.New("url must begin with mqtt://, mqtts://, ws:// or wss://")
	}
	if a.host == "" {
		return address{}, errors.New("url names no host, for example mqtt://broker.example.com:1883")
	}
	if given := u.Port(); given != "" {
		if n, err := strconv.ParseUint(given, 10, 16); err != nil || n == 0 {
			return address{}, fmt.Errorf("url has an impossible port %q", given)
		}
		port = given
	}
	if !a.websocket && u.Path != "" && u.Path != "/" {
		return address{}, errors.New("url has a path, which only ws:// and wss:// take")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return address{}, errors.New("url has a query or fragment, which the broker would not see")
	}
	a.hostPort = net.JoinHostPort(a.host, port)
	u.Host = a.hostPort
	return a, nil
}
