package post_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// The rest of what a post does is held by the conformance suites of those that stand on it.

func endpoint(t *testing.T, address string) *post.Endpoint {
	t.Helper()
	e, err := post.New(post.Options{URL: address, Secrets: []string{"a-secret-that-signs"}, Version: "1.2.3", Texts: post.Texts{Again: "it comes again"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.CloseIdleConnections)
	return e
}

// TestLetter: a query is added to that of the address, headers win over those of every post, and
// what is only in this letter is hidden, too.
func TestLetter(t *testing.T) {
	var got *http.Request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, r.URL.String()+" "+r.URL.Query().Get("sign")+" "+string(body))
	}))
	defer srv.Close()
	for _, address := range []string{"/hook", "/hook?token=a-token-in-the-query"} {
		reply, err := endpoint(t, srv.URL+address).Post(t.Context(), post.Letter{
			Body: []byte("signed by abcd1234"), Header: http.Header{"content-type": {"application/json; charset=utf-8"}},
			Query: url.Values{"sign": {"a+b/c=="}}, Secrets: []string{"abcd1234"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.URL.Query().Get("sign") != "a+b/c==" || got.URL.Path != "/hook" || strings.Contains(address, "token") != (got.URL.Query().Get("token") != "") {
			t.Errorf("called %s", got.URL)
		}
		if got.Header.Get("Content-Type") != "application/json; charset=utf-8" || got.Header.Get("User-Agent") != "brimwatch/1.2.3" {
			t.Errorf("headers %v", got.Header)
		}
		said := reply.Judge().Error()
		for _, secret := range []string{"a+b/c==", url.QueryEscape("a+b/c=="), "abcd1234", "a-token-in-the-query"} {
			if strings.Contains(said, secret) {
				t.Errorf("%q holds %q", said, secret)
			}
		}
		if !strings.Contains(said, "<secret>") || !strings.Contains(said, "403 Forbidden") {
			t.Errorf("it says %q", said)
		}
	}
}

// TestCutoff: an answer of success that breaks off leaves the letter in doubt.
func TestCutoff(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer srv.Close()
	reply, err := endpoint(t, srv.URL).Post(t.Context(), post.Letter{})
	if err != nil || !reply.Fine() || reply.Cut == nil {
		t.Fatalf("reply %+v, error %v", reply, err)
	}
	err = reply.Cutoff()
	if !notifier.IsUnknown(err) || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasSuffix(err.Error(), "; it comes again") {
		t.Errorf("error %v", err)
	}
}

// TestJSON: bodies have no escapes that some far sides do not read.
func TestJSON(t *testing.T) {
	got, err := post.JSON(map[string]string{"a": `<b> & "订单"`})
	if err != nil || string(got) != `{"a":"<b> & \"订单\""}` {
		t.Errorf("%s, error %v", got, err)
	}
	if _, err := post.JSON(func() {}); err == nil {
		t.Error("a function was written")
	}
}
