package access

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
)

// passes tells whether a request needs no sign-in: it is for one thing below a path of
// Options.Passing. What stands there is held against every other way to write a path: whatever
// is shortened, joined or decoded later has to sign in.
func (g *Gate) passes(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		return false
	}
	for _, prefix := range g.passing {
		rest, ok := strings.CutPrefix(r.URL.Path, prefix)
		if ok && rest != "" && r.URL.RawPath == "" && !strings.HasPrefix(rest, ".") && strings.Trim(rest, signsOfToken) == "" {
			return true
		}
	}
	return false
}

// signsOfToken are those of which the last part of a path that passes consists.
const signsOfToken = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// Listen returns l for a server whose handler is a Gate's, and which is served with l by
// package web of the exporter toolkit. That puts a check of passwords before the Gate; requests
// that pass without one are seen to before the first connection is taken.
func (g *Gate) Listen(l net.Listener, server *http.Server) net.Listener {
	if g.file.path == "" {
		return l // nobody checks passwords
	}
	gate := server.Handler
	return &listener{Listener: l, before: func() { server.Handler = g.outer(server.Handler, gate) }}
}

// listener does something before it takes the first connection.
type listener struct {
	net.Listener

	before func()
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	l.once.Do(l.before)
	return l.Listener.Accept()
}

// outer returns what stands before a check of passwords. A request that passes without one
// goes through it all the same, for its other rules (a rate, headers), and for who did sign in;
// only the answer that somebody has to sign in does not count. Then the request is of nobody:
// what it says of itself has not been checked.
func (g *Gate) outer(check, gate http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.passes(r) {
			check.ServeHTTP(w, r)
			return
		}
		a := &attempt{ResponseWriter: w}
		check.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), attemptKey{}, a)))
		if !a.refused {
			return
		}
		for _, name := range []string{"WWW-Authenticate", "Content-Type"} { // of the answer that does not count
			w.Header().Del(name)
		}
		r = r.Clone(r.Context())
		r.Header.Del("Authorization")
		gate.ServeHTTP(w, r)
	})
}

// attempt is the answer to a request that may pass without a sign-in: all but the one that
// somebody has to sign in is written.
type attempt struct {
	http.ResponseWriter

	arrived bool // at the Gate, whose answers all count
	refused bool
}

// attemptKey is the key of an attempt in the context of a request.
type attemptKey struct{}

// arrive notes that a request has come to the Gate.
func arrive(r *http.Request) {
	if a, ok := r.Context().Value(attemptKey{}).(*attempt); ok {
		a.arrived = true
	}
}

// WriteHeader writes a status, unless it asks for a sign-in.
func (a *attempt) WriteHeader(status int) {
	if a.refused = a.refused || status == http.StatusUnauthorized && !a.arrived; !a.refused {
		a.ResponseWriter.WriteHeader(status)
	}
}

// Write writes a part of the answer, unless it is that of a refusal.
func (a *attempt) Write(b []byte) (int, error) {
	if a.refused {
		return len(b), nil
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap gives the writer below, for http.ResponseController.
func (a *attempt) Unwrap() http.ResponseWriter { return a.ResponseWriter }
