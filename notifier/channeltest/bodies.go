package channeltest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Refusal is an answer with a status of success in which the far side says no, in its own
// words.
type Refusal struct {
	Name    string
	Answer  func(w http.ResponseWriter)
	Outcome Outcome
	Says    string // the way out, in the error
}

// JSON answers with a body of that kind.
func JSON(body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

// refusals are answers of a far side that says no in the body of a 200. A channel to which a
// 200 by itself says nothing has some.
func (s Subject) refusals(t *testing.T) {
	if len(s.Refusals) == 0 && s.Status(http.StatusOK) == Later {
		t.Fatal("a 200 by itself is no success for this channel, and no answer is listed in which the far side says no")
	}
	for _, r := range s.Refusals {
		t.Run(r.Name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { r.Answer(w) })
			err := s.channel(t, srv.URL).want(t.Context(), s.Message, r.Outcome, "an answer that says no")
			if err != nil && !strings.Contains(err.Error(), r.Says) {
				t.Errorf("the error does not say %q: %v", r.Says, err)
			}
		})
	}
}

// somebodyElse answers 200 with what the far side never says. For a channel that reads the
// body this is no success, and as good as a body that says nothing.
func (s Subject) somebodyElse(t *testing.T) {
	if s.Status(http.StatusOK) == Accepted {
		t.Skip("every 200 is a success for this channel")
	}
	for name, answer := range map[string]func(http.ResponseWriter){
		"a sign-in page": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<html><title>Welcome to our hotel</title><form>ok</form></html>")
		},
		"a long page":       func(w http.ResponseWriter) { _, _ = io.WriteString(w, strings.Repeat("ok ", 100_000)) },
		"nothing":           func(http.ResponseWriter) {},
		"null":              JSON("null"),
		"a list":            JSON("[0]"),
		"a number":          JSON("0"),
		"an empty object":   JSON("{}"),
		"another object":    JSON(`{"status": "ok", "success": true}`),
		"codes as text":     JSON(`{"errcode": "zero", "code": "zero", "StatusCode": []}`),
		"half of an object": JSON(`{"errcode": 0, "code": 0`),
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w) })
			err := s.channel(t, srv.URL).want(t.Context(), s.Message, s.Status(http.StatusOK), "an answer of somebody else")
			if err != nil && strings.Contains(err.Error(), "<") && strings.Contains(err.Error(), "form") {
				t.Errorf("the error repeats a page: %v", err)
			}
		})
	}
}
