package httpcall

import (
	"errors"
	"net/url"
	"strings"
)

// Server reads the address of a server, as base_url gives it: scheme, host and port, and
// nothing else. Its errors do not repeat the address, which may hold a password.
func Server(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, errors.New("base_url: cannot be read as an address")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return nil, errors.New("base_url: must begin with http:// or https:// and a host")
	case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("base_url: is a server only: scheme, host and port, without user, path or query")
	}
	return u, nil
}
