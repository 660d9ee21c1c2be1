package httpget

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// MaxPage is how many bytes a page may have, compressed or not.
const MaxPage = 16 << 20

// maxPlace is how much of a URL is shown in messages, in bytes.
const maxPlace = 120

// Options describe the document to get, and the login for it.
type Options struct {
	// URL is where the page is: http://host:port/path or https://…. A query is
	// sent along and never shown.
	URL string
	// Want is the kind of document at that address; a Site always gets JSON.
	Want Want
	// Username and Password are sent as HTTP basic authentication (RFC 7617),
	// Bearer as a bearer token (RFC 6750). Empty: nothing is sent.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there: then the server's certificate is
	// checked against the system's authorities.
	TLS *tls.Config
	// Transport holds what many share. Nil is one of its own, which means new
	// buffers at each visit: programs with many Getters give all of them the same
	// one.
	Transport *Transport
}

// login tells whether credentials are sent.
func (o *Options) login() bool { return o.Username != "" || o.Bearer != "" }

// check returns the first fault of the options, and the URL.
func (o *Options) check() (*url.URL, error) {
	u, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	if err := o.checkLogin(); err != nil {
		return nil, err
	}
	if o.TLS != nil && u.Scheme != "https" {
		return nil, errors.New("tls is set, but the url is not https://")
	}
	return u, nil
}

func (o *Options) checkLogin() error {
	switch {
	case o.Bearer != "" && (o.Username != "" || o.Password != ""):
		return errors.New("give either a user name and password or a bearer token, not both")
	case o.Password != "" && o.Username == "":
		return errors.New("a password needs a username")
	case strings.Contains(o.Username, ":"):
		return errors.New("the username must not contain a colon (RFC 7617)")
	case strings.ContainsFunc(o.Bearer, func(c rune) bool { return c <= ' ' || c >= unicode.MaxASCII }):
		return errors.New("the bearer token holds a space, a line break or another character that cannot be sent; does its file hold more than the token?")
	case strings.ContainsFunc(o.Username+o.Password, unicode.IsControl):
		return errors.New("the username or password holds a line break or another control character")
	}
	return nil
}

// parseURL reads the address of a page. Its errors do not repeat it, since it
// may hold a password.
func parseURL(raw string) (*url.URL, error) {
	const example = "http://broker.example.com:9100/metrics"
	if raw == "" {
		return nil, errors.New("url is missing, for example " + example)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("url cannot be read; it is written like " + example)
	}
	switch {
	case u.User != nil:
		return nil, errors.New("url must not hold a user name or password: give them as username and password_file")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("url must begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("url names no host, for example " + example)
	case u.Fragment != "":
		return nil, errors.New("url has a fragment (#…), which the server would not see")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("url has an impossible port %q", port)
		}
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// placeOf returns a URL as messages show it: without query, which may hold a
// token, and not too long.
func placeOf(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return Clip(shown.String(), maxPlace)
}

// request builds the request of every visit.
func (o *Options) request(u *url.URL) *http.Request {
	r := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{
		"Accept":          {o.Want.accept()},
		"Accept-Encoding": {acceptedEncoding(u)},
		"User-Agent":      {"brimwatch"},
	}}
	if o.Username != "" {
		r.SetBasicAuth(o.Username, o.Password)
	}
	if o.Bearer != "" {
		r.Header.Set("Authorization", "Bearer "+o.Bearer)
	}
	return r
}

// acceptedEncoding tells in which form a page is asked for. PlainError HTTP is what
// runs on the same host or network, where packing and unpacking a page costs both
// sides more than its bytes do; https:// is what runs over long ways, and there
// the bytes are encrypted, too.
func acceptedEncoding(u *url.URL) string {
	if u.Scheme == "https" {
		return "gzip"
	}
	return "identity"
}

// rendered returns a request as it goes over the wire.
func rendered(r *http.Request) ([]byte, error) {
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, errors.New("the url cannot be asked for: it holds a character that HTTP does not allow")
	}
	return bytes.Clone(b.Bytes()), nil
}

// hostPort returns where a URL's server listens.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII })
}
