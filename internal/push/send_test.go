package push

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// TestMain: a push leaves no connection behind, although the library has no client
// that could be closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func nothing(context.Context, io.Writer) {}

// TestOnce holds what is sent.
func TestOnce(t *testing.T) {
	type request struct{ Method, URI, Authorization, Body string }
	const page = "# TYPE brimwatch_instances gauge\nbrimwatch_instances 3\n"
	for _, tt := range []struct {
		name     string
		endpoint Endpoint
		want     request
	}{
		{"nobody", Endpoint{}, request{Body: page}},
		{"a user", Endpoint{Username: "wei", Password: "p:w"}, request{Authorization: "Basic d2VpOnA6dw==", Body: page}},
		{"a token", Endpoint{Bearer: "hush"}, request{Authorization: "Bearer hush", Body: page}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got request
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				z, err := gzip.NewReader(r.Body)
				if err != nil {
					t.Errorf("the body is not compressed: %v", err)
					return
				}
				body, err := io.ReadAll(z)
				if err != nil {
					t.Error(err)
				}
				got = request{r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), string(body)}
				w.WriteHeader(http.StatusNoContent)
			}))
			defer srv.Close()
			tt.endpoint.URL = srv.URL + "/api/v1/import/prometheus?extra_label=dc%3Deu"
			err := once(t.Context(), tt.endpoint, func(_ context.Context, w io.Writer) { _, _ = io.WriteString(w, page) })
			tt.want.Method, tt.want.URI = http.MethodPost, "/api/v1/import/prometheus?extra_label=dc%3Deu"
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%v; sent (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestErrors: what goes wrong is said in plain words, and without the URL or what
// an endpoint answers: both may hold what nobody should read.
func TestErrors(t *testing.T) {
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status == http.StatusFound {
			http.Redirect(w, r, r.URL.RequestURI()+"x", status)
			return
		}
		http.Error(w, r.URL.RequestURI()+r.Header.Get("Authorization"), status)
	}))
	const hidden = "/hush/path?token=hush%20hush&a=\"hush\""
	for code, want := range map[int]string{
		http.StatusUnauthorized:        "it answered 401 Unauthorized",
		http.StatusInternalServerError: "it answered 500 Internal Server Error",
		599:                            "it answered 599",
		http.StatusFound:               "stopped after 10 redirects",
	} {
		status = code
		err := once(t.Context(), Endpoint{URL: srv.URL + hidden, Bearer: "hush"}, nothing)
		if err == nil || err.Error() != want {
			t.Errorf("%d: %v, want %s", code, err, want)
		}
	}
	gone := Endpoint{URL: srv.URL + hidden, Username: "u", Password: "hush"}
	srv.Close()
	if err := once(t.Context(), gone, nothing); err == nil || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "hush") {
		t.Errorf("nobody is there: %v", err)
	}
	for _, url := range []string{"http://h/%zzhush", "hush://h", "http:///hush"} {
		if err := once(t.Context(), Endpoint{URL: url}, nothing); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", url, err)
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Time{}.Add(1))
	defer cancel()
	if err := once(ctx, gone, nothing); err == nil || err.Error() != context.DeadlineExceeded.Error() {
		t.Errorf("no time is left: %v", err)
	}
	if err := plainError(errors.New("a form that no version had so far"), gone); err == nil || err.Error() != "it could not be reached" {
		t.Errorf("an unknown error: %v", err)
	}
}
