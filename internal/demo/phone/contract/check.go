package contract

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// Twilio returns the file of Twilio's document below the directory that the
// environment variable BRIMWATCH_CONTRACTS names. The test is left out where it
// names none: the document is Twilio's and not part of this project.
func Twilio(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("BRIMWATCH_CONTRACTS")
	if dir == "" {
		t.Skip("left out, because BRIMWATCH_CONTRACTS is not set: it names the directory with contracts/twilio/twilio_api_v2010.messages.json")
	}
	return filepath.Join(dir, "contracts", "twilio", "twilio_api_v2010.messages.json")
}

// Check returns a wrapper for a handler that fails the test when a request or an
// answer is not as the document describes. Paths that the document does not
// describe at all pass unseen: a telephone's page is not Twilio's.
func Check(t testing.TB, file string) func(http.Handler) http.Handler {
	t.Helper()
	spec, err := Load(file)
	if err != nil {
		t.Fatalf("load the contract: %v", err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !spec.Describes(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("read the request %s %s: %v", r.Method, r.URL.Path, err)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if err := spec.CheckRequest(r, body); err != nil {
				t.Errorf("contract: %v", err)
			}
			rec := &recorder{ResponseWriter: w, status: http.StatusOK}
			next.ServeHTTP(rec, r) // a handler that cuts the connection panics past the check
			if err := spec.CheckAnswer(r, rec.status, w.Header(), rec.body.Bytes()); err != nil {
				t.Errorf("contract: %v", err)
			}
		})
	}
}

// recorder keeps a copy of an answer while it is written.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write copies the body.
func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

// Unwrap lets a http.ResponseController reach the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
