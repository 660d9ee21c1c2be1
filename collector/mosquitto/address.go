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
	port, err := a.setScheme(u.Scheme)
	if err != nil {
		return address{}, err
	}
	if a.host == "" {
		return address{}, errors.New("url names no host, for example mqtt://broker.example.com:1883")
	}
	if port, err = portOf(u, port); err != nil {
		return address{}, err
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

// setScheme takes over what a scheme says, and returns its usual port.
func (a *address) setScheme(scheme string) (port string, err error) {
	switch scheme {
	case "mqtt", "tcp":
		return "1883", nil
	case "mqtts", "ssl", "tls":
		a.tls = true
		return "8883", nil
	case "ws":
		a.websocket = true
		return "80", nil
	case "wss":
		a.tls, a.websocket = true, true
		return "443", nil
	}
	return "", errors.New("url must begin with mqtt://, mqtts://, ws:// or wss://")
}

// portOf returns the port that a URL names, or the usual one.
func portOf(u *url.URL, usual string) (string, error) {
	given := u.Port()
	if given == "" {
		return usual, nil
	}
	if n, err := strconv.ParseUint(given, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("url has an impossible port %q", given)
	}
	return given, nil
}
