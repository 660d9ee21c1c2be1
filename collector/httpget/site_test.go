package httpget

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// site returns a Site for a handler, with a login.
func site(t *testing.T, h http.HandlerFunc) *Site {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := NewSite(Options{URL: server.URL + "/base", Username: "monitor", Password: "hunter2", Transport: NewTransportThrough(nil)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

type shop struct {
	Clients int `json:"clients"`
}

func TestSite(t *testing.T) {
	var addresses []string
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		addresses = append(addresses, r.RemoteAddr)
		if name, word, ok := r.BasicAuth(); !ok || name != "monitor" || word != "hunter2" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = r.ParseForm()
		switch r.Method + " " + r.RequestURI {
		case "GET /base/shop?all=1":
			_, _ = io.WriteString(w, `{"clients": 12, "more": [1, 2]}`)
		case "GET /base/a%2Fb":
			_, _ = io.WriteString(w, ` {"clients": 13} `)
		case "POST /base/query":
			if r.PostForm.Get("query") != "sum(x)" {
				t.Errorf("form %v", r.PostForm)
			}
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `{"clients": 14}`)
		default:
			t.Errorf("asked %s %s", r.Method, r.RequestURI)
		}
	})
	for _, tt := range []struct {
		ask    Ask
		want   int
		status int
	}{
		{Ask{Path: "/shop", Query: url.Values{"all": {"1"}}}, 12, 200},
		{Ask{Path: "/a%2Fb"}, 13, 200},
		{Ask{Path: "query", Form: url.Values{"query": {"sum(x)"}}, Also: []int{http.StatusUnprocessableEntity}}, 14, 422},
	} {
		var got shop
		a, err := s.Get(t.Context(), tt.ask, &got)
		if err != nil || got.Clients != tt.want || a.Status != tt.status || a.Arrived.IsZero() {
			t.Errorf("%s: %+v, %+v, %v", tt.ask.Path, got, a, err)
		}
	}
	for _, a := range addresses {
		if a != addresses[0] {
			t.Error("the connection was not kept")
		}
	}
}

func TestSiteFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		status int
		want   string
	}{
		{"a right is missing", status(http.StatusForbidden), 403, "it needs more rights"},
		{"a fault", status(http.StatusInternalServerError), 500, "see its log"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/x?token=hunter2", http.StatusFound)
		}, 302, "redirects (status 302) to http://elsewhere.invalid/x,"},
		{"HTML by its type", says("text/html", "<html>"), 0, "not with JSON"},
		{"HTML by itself", says("", "\n<!DOCTYPE html>"), 0, "not with JSON"},
		{"nothing", says("application/json", " "), 0, "the answer is empty"},
		{"not JSON", says("application/json", "{\"clients\": 12"), 0, "is not JSON"},
		{"another form", says("application/json", "[1]"), 0, "has not the form that is expected"},
		{"too much", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Transfer-Encoding", "chunked")
			for block := strings.Repeat(" ", 1<<20); ; {
				if _, err := io.WriteString(w, block); err != nil {
					return
				}
			}
		}, 0, "larger than 16 MiB"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		}, 0, "was cut off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got shop
			_, err := site(t, tt.answer).Get(t.Context(), Ask{Path: "/shop"}, &got)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") || StatusOf(err) != tt.status {
				t.Errorf("got %q with status %d, want %q with status %d", err, StatusOf(err), tt.want, tt.status)
			}
		})
	}
}

// A refusal whose words are not those of the API is told by its status.
func TestSiteAlso(t *testing.T) {
	for _, body := range []string{"", "Client sent an HTTP request to an HTTPS server.", "<html>400 Bad Request</html>"} {
		for _, kind := range []string{"", "text/html"} {
			s := site(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if kind != "" {
					w.Header().Set("Content-Type", kind)
				}
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, body)
			})
			_, err := s.Get(t.Context(), Ask{Path: "/shop", Also: []int{http.StatusBadRequest}}, new(shop))
			if StatusOf(err) != http.StatusBadRequest || !strings.Contains(err.Error(), "is https:// meant") {
				t.Errorf("%q of type %q: %v", body, kind, err)
			}
		}
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func says(kind, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		_, _ = io.WriteString(w, text)
	}
}

// A server that falls silent is left when ctx ends.
func TestSiteEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	var got shop
	if _, err := s.Get(ctx, Ask{Path: "/shop"}, &got); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A server that wants to be left alone is, by Getters and Sites.
func TestRetryAfter(t *testing.T) {
	asked := 0
	busy := func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	s := site(t, busy)
	server := httptest.NewServer(http.HandlerFunc(busy))
	t.Cleanup(server.Close)
	g := build(t, Options{URL: server.URL})
	for name, get := range map[string]func() error{
		"site":   func() error { _, err := s.Get(t.Context(), Ask{Path: "/shop"}, new(shop)); return err },
		"getter": func() error { _, err := g.Get(t.Context(), func(*Body) error { return nil }); return err },
	} {
		asked = 0
		for range 3 {
			if err := get(); StatusOf(err) != http.StatusTooManyRequests || !strings.Contains(err.Error(), "left alone until") {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if asked != 1 {
			t.Errorf("%s: asked %d times, want once", name, asked)
		}
	}
}

func TestRetryAfterForms(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "-1": 0, "soon": 0, "30": 30 * time.Second, " 30 ": 30 * time.Second, "86400": longestPause,
		"99999999999999999999": 0, "Mon, 23 Nov 2026 10:01:00 GMT": time.Minute, "Mon, 23 Nov 2026 09:00:00 GMT": 0,
	} {
		if got, ok := retryAfter(text, now); ok != (want > 0) || ok && got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, ok, want)
		}
	}
	p := pause{until: now.Add(24 * time.Hour), words: "busy"}
	if err := p.hold(now); err != nil {
		t.Error("a clock that was set back keeps a server from being asked")
	}
}
