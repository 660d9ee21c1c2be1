package access

import (
	"context"
	"crypto/x509"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet"
)

// maxName is how many characters of a name count.
const maxName = 200

// person is who sends a request, as a Gate found out.
type person struct {
	name     string
	signedIn bool
}

// personKey is the key of a person in the context of a request.
type personKey struct{}

// Who tells who sends a request. signedIn says that the server made sure of it:
// by password or by client certificate, and the name is never empty then.
// Otherwise the name is only what the request says of itself, as a proxy in front
// hands it on, and may be empty; it is worth as much as a name in a body.
//
// Only a request that came through a Gate is of somebody who signed in: a header
// alone proves nothing.
func Who(r *http.Request) (name string, signedIn bool) {
	if p, ok := r.Context().Value(personKey{}).(person); ok && p.signedIn {
		return p.name, true
	}
	name, _, _ = r.BasicAuth()
	name = strings.TrimSpace(name)
	if fleet.CheckName(name) != nil || utf8.RuneCountInString(name) > maxName {
		return "", false
	}
	return name, false
}

// withPerson returns a request of which Who can tell.
func withPerson(r *http.Request, p person) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), personKey{}, p))
}

// identify finds out who sends a request. With users in the web configuration the
// server has checked the password before. A user speaks for a person, a
// certificate may be that of a program in between.
func identify(r *http.Request, by SignIn) person {
	if user, _, ok := r.BasicAuth(); ok && by.Passwords {
		return person{name: shown(user), signedIn: true}
	}
	if by.Certificates && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		return person{name: shown(nameOf(r.TLS.VerifiedChains[0][0])), signedIn: true}
	}
	return person{}
}

// nameOf returns the name of a certificate: its common name, or the first other
// one that it is for.
func nameOf(c *x509.Certificate) string {
	candidates := append([]string{c.Subject.CommonName}, c.DNSNames...)
	candidates = append(candidates, c.EmailAddresses...)
	for _, u := range c.URIs {
		candidates = append(candidates, u.String())
	}
	for _, name := range candidates {
		if strings.TrimSpace(name) != "" {
			return name
		}
	}
	return "certificate " + c.SerialNumber.String()
}

// shown makes the name of somebody who signed in fit for pages, logs and texts.
// It is never empty, so that nobody is taken for a stranger because of a name.
func shown(name string) string {
	name = strings.TrimSpace(name)
	if name == "" || fleet.CheckName(name) != nil {
		name = strconv.QuoteToASCII(name)
	}
	if long := []rune(name); len(long) > maxName {
		return string(long[:maxName])
	}
	return name
}
