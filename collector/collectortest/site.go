package collectortest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// Site is an HTTP server of prepared answers. A test may change them at any time.
type Site struct {
	*httptest.Server

	mu      sync.Mutex
	answers map[string]Answer
	login   Login
	asked   map[string]int
}

// Answer is what a Site answers.
type Answer struct {
	Status int    // 0 is 200
	Type   string // the Content-Type
	Body   string
}

// Page is an answer with a page of metrics.
func Page(body string) Answer {
	return Answer{Type: "text/plain; version=0.0.4; charset=utf-8", Body: body}
}

// JSON is an answer in JSON.
func JSON(body string) Answer { return Answer{Type: "application/json", Body: body} }

// As returns the answer with another status.
func (a Answer) As(status int) Answer {
	a.Status = status
	return a
}

// Login is what a Site asks for.
type Login struct {
	Username, Password string
	// Refusal is the answer to a request with another login.
	Refusal Answer
	// Open are paths that need no login.
	Open []string
}

// Password is the login of a Suite: Username with a password.
func Password(password string) Login { return Login{Username: Username, Password: password} }

// Serve starts a Site. The key of an answer is an escaped path, or a path with a
// query, which then counts first, as in "/metrics?mode=node"; "" answers
// whatever no other key does, and without it that is not found.
func Serve(t testing.TB, answers map[string]Answer) *Site {
	t.Helper()
	s := &Site{answers: make(map[string]Answer), asked: make(map[string]int)}
	for path, a := range answers {
		s.answers[path] = a
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Addr returns the address with port.
func (s *Site) Addr() string { return s.Listener.Addr().String() }

// Set changes an answer.
func (s *Site) Set(path string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = a
}

// Require lets nobody in without a login from now on.
func (s *Site) Require(l Login) *Site {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.login = l
	return s
}

// Asked returns how often an escaped path was asked for.
func (s *Site) Asked(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, known := s.answer(r)
	if !known {
		http.NotFound(w, r)
		return
	}
	if a.Type != "" {
		w.Header().Set("Content-Type", a.Type)
	}
	if a.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = io.WriteString(w, a.Body)
}

// answer chooses the answer to a request, and counts it.
func (s *Site) answer(r *http.Request) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.EscapedPath()
	s.asked[path]++
	if !s.login.admits(r, path) {
		return s.login.Refusal.As(http.StatusUnauthorized), true
	}
	for _, key := range []string{path + "?" + r.URL.RawQuery, path, ""} {
		if a, ok := s.answers[key]; ok {
			return a, true
		}
	}
	return Answer{}, false
}

// admits tells whether a request may see a path.
func (l *Login) admits(r *http.Request, path string) bool {
	if l.Username == "" {
		return true
	}
	for _, open := range l.Open {
		if open == path {
			return true
		}
	}
	name, password, _ := r.BasicAuth()
	return name == l.Username && password == l.Password
}

// Guard puts a login in front of an HTTP server, and returns the address at
// which Username with this password is let in.
func Guard(t testing.TB, addr, password string) string {
	t.Helper()
	login := Password(password)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: addr})
	proxy.Transport = &http.Transport{DisableKeepAlives: true} // keeps no goroutine between answers
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !login.admits(r, r.URL.EscapedPath()) {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}
