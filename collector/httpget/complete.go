package httpget

import (
	"errors"
	"net/url"
	"strings"
)

// Complete reads a URL that leaves the usual path to us, and adds it. example
// shows in errors how such a URL is written; they do not repeat the URL itself,
// which may hold a password.
func Complete(raw, path, example string) (*url.URL, error) {
	if raw == "" {
		return nil, errors.New("url is missing, for example " + example)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("url cannot be read; it is written like " + example)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path, u.RawPath = path, ""
	}
	return u, nil
}

// Beside returns the URL below which the API of the same server is found: that of
// a page without the end of its path, and without its query. A path that ends
// otherwise is left out whole.
func Beside(page *url.URL, end string) string {
	u := url.URL{Scheme: page.Scheme, User: page.User, Host: page.Host}
	if path, ok := strings.CutSuffix(strings.TrimRight(page.EscapedPath(), "/"), end); ok && path != "" {
		if plain, err := url.PathUnescape(path); err == nil {
			u.Path, u.RawPath = plain, path
		}
	}
	return u.String()
}
