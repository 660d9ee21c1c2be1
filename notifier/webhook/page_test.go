package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/webhook"
)

// TestAPageIsNoAnswer: behind a network that wants people to sign in first, every post is answered
// with 200 and its page, and nothing has arrived.
func TestAPageIsNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, kind, body string
		accept, taken    bool
	}{
		{"a sign-in page", "text/html; charset=utf-8", "\ufeff\n <!DOCTYPE html><html><body>Please sign in", false, false},
		{"an old page", "Text/HTML", "<HTML><BODY>Welcome", false, false},
		{"a page, which is accepted", "text/html", "<!doctype html><title>Thank you</title>", true, true},
		{"a word that is called HTML", "text/html", "ok", false, true},
		{"nothing that is called HTML", "text/html", "", false, true},
		{"JSON", "application/json", `{"page": "<html>"}`, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.kind)
				_, _ = w.Write([]byte(tt.body)) // the reader tells whether it came
			}))
			defer srv.Close()
			ch, err := webhook.New(webhook.Options{URL: srv.URL + path, Receiver: "oncall", AcceptPages: tt.accept})
			if err != nil {
				t.Fatal(err)
			}
			defer ch.CloseIdleConnections()
			_, err = ch.Send(t.Context(), message(raised("mqtt-1")))
			switch {
			case tt.taken && err != nil:
				t.Errorf("not taken: %v", err)
			case !tt.taken && err == nil:
				t.Error("it counts as taken")
			case !tt.taken && (notifier.IsPermanent(err) || notifier.IsUnknown(err) || !strings.Contains(err.Error(), "accept_pages") || strings.Contains(err.Error(), "T0K3N")):
				t.Errorf("it is told as %v", err)
			}
		})
	}
}
