package verdict_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

func TestFind(t *testing.T) {
	rows := []verdict.Row{
		{Meaning: verdict.Meaning{Kind: verdict.Clock}, Codes: []string{"Auth.Expired"}},
		{Meaning: verdict.Meaning{Kind: verdict.Credentials}, Codes: []string{"Auth*", "Denied"}},
	}
	for code, want := range map[string]verdict.Kind{
		"Auth.Expired": verdict.Clock, "Auth.Other": verdict.Credentials, "Auth": verdict.Credentials, "Denied": verdict.Credentials,
		"Denied.RAM": verdict.Unheard, "": verdict.Unheard, "*": verdict.Unheard,
	} {
		if got := verdict.Find(rows, code).Kind; got != want {
			t.Errorf("%q: %d, want %d", code, got, want)
		}
	}
}

func TestLookups(t *testing.T) {
	said := errors.New("HTTP 200, X")
	of := func(kind verdict.Kind, code string, status int) error {
		a := verdict.Answer{Far: "Far", Status: status, Header: http.Header{}, Code: code, Meaning: verdict.Meaning{Kind: kind, Why: "why"}}
		return a.OfLookup(said, "allow it")
	}
	for _, tt := range []struct {
		name  string
		err   error
		never bool
		says  string
	}{
		{"no right", of(verdict.Credentials, "X", 200), true, "allow it"},
		{"a code nobody knows", of(verdict.Unheard, "X", 200), true, "refuses"},
		{"about the number", of(verdict.Number, "X", 200), true, "refuses"},
		{"a setting", of(verdict.Mend, "X", 200), false, "why"},
		{"a fault", of(verdict.Doubt, "X", 500), false, "why"},
		{"somebody else's 404", of(verdict.Unheard, "", 404), true, "refused"},
		{"somebody else's 407", of(verdict.Unheard, "", 407), false, "HTTP"},
		{"somebody else's 502", of(verdict.Unheard, "", 502), false, "HTTP"},
	} {
		if notifier.IsUndecidable(tt.err) != tt.never || notifier.IsUnknown(tt.err) || notifier.IsPermanent(tt.err) || !strings.Contains(tt.err.Error(), tt.says) || !errors.Is(tt.err, said) {
			t.Errorf("%s: %v", tt.name, tt.err)
		}
	}
	a := verdict.Answer{Status: 200, Header: http.Header{"Retry-After": {"7"}}, Code: "X", Meaning: verdict.Meaning{Kind: verdict.Busy, Why: "why"}}
	if wait, asked := notifier.RetryAfter(a.OfLookup(said, "")); !asked || wait != 7*time.Second {
		t.Errorf("waits %s", wait)
	}
}

func TestNoAnswer(t *testing.T) {
	for _, written := range []bool{false, true} {
		err := &httpcall.CallError{Written: written, Err: errors.New("reset")}
		if got := (&verdict.Answer{Far: "Far"}).NoAnswer(err, err); notifier.IsUnknown(got) != written || !errors.Is(got, err) {
			t.Errorf("written %t: %v", written, got)
		}
	}
}

func TestShown(t *testing.T) {
	err := verdict.Shown(errors.New("keys a-secret-key of +8613800138000,\r\n13800138000 or ab"), [2]string{"a-secret-key", "<secret>"}, [2]string{"+8613800138000", "wei"}, [2]string{"13800138000", "wei"}, [2]string{"ab", "x"}, [2]string{"", "x"})
	if got := err.Error(); got != "keys <secret> of wei, wei or ab" {
		t.Errorf("shown as %q", got)
	}
	if got := len(verdict.Shown(errors.New(strings.Repeat("x", 500))).Error()); got > 210 {
		t.Errorf("shown with %d signs", got)
	}
}

func TestOff(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Hour: "1h0m0s ahead", -time.Minute: "1m0s behind"} {
		if got := verdict.Off(d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
