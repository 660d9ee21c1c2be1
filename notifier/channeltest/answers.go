package channeltest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// everyStatus answers with each status in turn, with no body and with a proxy's page.
func (s Subject) everyStatus(t *testing.T) {
	status, page := 0, ""
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if page != "" {
			w.Header().Set("Content-Type", "text/html")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, page) // a status that has no body refuses it
	})
	ch := s.channel(t, srv.URL)
	for status = 200; status <= 599; status++ {
		for _, page = range []string{"", "<html><body><h1>Gateway</h1>\r\n<p>of somebody else</body></html>"} {
			outcome := s.Status
			if page != "" && s.Page != nil {
				outcome = s.Page
			}
			err := ch.want(t.Context(), s.Message, outcome(status), fmt.Sprintf("status %d with %d bytes", status, len(page)))
			if err != nil && strings.Contains(err.Error(), "<h1>") {
				t.Errorf("status %d: the error repeats a page: %v", status, err)
			}
			if err != nil && !strings.Contains(err.Error(), strconv.Itoa(status)) {
				t.Errorf("status %d: the error does not name it: %v", status, err)
			}
		}
	}
}

// earlyHints puts informational answers before the real one.
func (s Subject) earlyHints(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusProcessing)
		s.Accept(w)
	})
	_ = s.channel(t, srv.URL).want(t.Context(), s.Message, Accepted, "an answer behind early hints")
}

func (s Subject) retryAfter(t *testing.T) {
	status, header := 0, ""
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", header)
		w.WriteHeader(status)
	})
	ch := s.channel(t, srv.URL)
	inTwoMinutes := time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat)
	forms := []struct {
		header   string
		read     bool
		min, max time.Duration
	}{
		{"37", true, 37 * time.Second, 37 * time.Second},
		{"0", true, 0, 0},
		{inTwoMinutes, true, time.Minute, 2 * time.Minute},
		{"Sun, 06 Nov 1994 08:49:37 GMT", true, 0, 0},
		{"86400", true, time.Hour, time.Hour},
		{"99999999999999999999999999", true, time.Hour, time.Hour},
		{"-5", false, 0, 0},
		{"soon", false, 0, 0},
		{"1.5", false, 0, 0},
	}
	for status = 300; status <= 599; status++ {
		for _, f := range forms {
			header = f.header
			err := ch.send(t.Context(), s.Message)
			wait, got := notifier.RetryAfter(err)
			switch want := s.Status(status); {
			case !f.read || !s.RetryAfter(status):
				if OutcomeOf(err) != want {
					t.Errorf("status %d, Retry-After %q: outcome %q, want %q", status, header, OutcomeOf(err), want)
				}
			case !got || wait < f.min || wait > f.max:
				t.Errorf("status %d, Retry-After %q: wait %s (%t), want %s to %s", status, header, wait, got, f.min, f.max)
			case want == Doubt && OutcomeOf(err) != Doubt:
				t.Errorf("status %d, Retry-After %q: outcome %q, want it in doubt still", status, header, OutcomeOf(err))
			}
		}
	}
}

func (s Subject) redirect(t *testing.T) {
	var followed atomic.Int64
	other := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		followed.Add(1)
		s.Accept(w)
	})
	targets := []struct{ location, says string }{
		{other.URL + "/token-in-the-path?key=token-in-the-query", other.URL},
		{"http://user:token-of-a-user@" + other.Listener.Addr().String() + "/", other.URL},
		{"/token-in-the-path", ""},
		{"http://[broken", ""},
		{"", ""},
	}
	status, location := 0, ""
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(status)
	})
	ch := s.channel(t, srv.URL)
	for _, status = range []int{301, 302, 303, 307, 308} {
		for _, target := range targets {
			location = target.location
			err := ch.want(t.Context(), s.Message, s.Status(status), fmt.Sprintf("status %d to %q", status, location))
			if err == nil {
				continue
			}
			if !strings.Contains(err.Error(), target.says) {
				t.Errorf("the error does not say where it was sent to: %v", err)
			}
			if strings.Contains(err.Error(), "token-") {
				t.Errorf("the error repeats more of the target than its host: %v", err)
			}
		}
	}
	if n := followed.Load(); n > 0 {
		t.Errorf("redirects were followed %d times", n)
	}
}

// echo is a far side that repeats all it was sent, in every kind of text.
func (s Subject) echo(t *testing.T) {
	kind, status := "", 0
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		user, password, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body) // what is no form, and was not read as one
		all := fmt.Sprintf("%s %s %s %s %s %s %s %s", r.URL, r.URL.Path, r.Header.Get("Authorization"), user, password, r.PostForm.Get("To"), r.URL.Query(), body)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		if kind == "application/json" {
			all = fmt.Sprintf(`{"code": 21999, "message": %q, "more_info": "https://example.com", "status": %d}`, all, status)
		}
		_, _ = io.WriteString(w, all) //nolint:gosec // it repeats what it was sent on purpose, and no browser reads it
	})
	ch := s.channel(t, srv.URL)
	for _, kind = range []string{"text/plain", "text/html", "application/json"} {
		for _, status = range []int{200, 302, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503} {
			err := ch.send(t.Context(), s.Message)
			if err == nil && status >= 300 {
				t.Errorf("status %d was taken for a success", status)
			}
		}
	}
}

// hugeBody answers with more than anybody needs; it must not be read to its end.
func (s Subject) hugeBody(t *testing.T) {
	for _, status := range []int{400, 503} {
		stopped := make(chan error, 1)
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			chunk := []byte(strings.Repeat("x", 64<<10))
			var err error
			for sent := 0; err == nil && sent < 256<<20; sent += len(chunk) {
				_, err = w.Write(chunk)
			}
			stopped <- err
		})
		_ = s.channel(t, srv.URL).want(t.Context(), s.Message, s.Status(status), fmt.Sprintf("status %d with 256 MiB", status))
		if err := <-stopped; err == nil {
			t.Errorf("status %d: all of 256 MiB was read", status)
		}
	}
}

// kept answers in many ways; one connection serves them all.
func (s Subject) kept(t *testing.T) {
	status := 0
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if status == 0 {
			s.Accept(w)
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("a line of an answer\n", 1000))
	})
	ch := s.channel(t, srv.URL)
	for range 5 {
		for _, status = range []int{0, 400, 429, 302, 500} {
			_ = ch.send(t.Context(), s.Message)
		}
	}
	if n := srv.connections.Load(); n != 1 {
		t.Errorf("25 calls in a row took %d connections, want 1", n)
	}
}
