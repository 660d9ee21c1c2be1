package acs_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/acs"
)

func TestDo(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 3, 20, 0, time.FixedZone("UTC+8", 8*60*60))
	call := acs.Call{Scheme: "https", Host: "dysmsapi.example.com:8443", Version: "2017-05-25", Action: "SendSms", Query: map[string]string{"SignName": "阿里云 &"}, At: at}
	sent := 0
	err := acs.Do(t.Context(), &call, acs.Keys{ID: "an-id", Secret: "a-secret"}, func(r *http.Request) error {
		sent++
		const moment = "x-acs-date" // darabonba writes it in small letters
		if got := map[string][]string(r.Header)[moment]; len(got) != 1 || got[0] != "2026-11-22T06:03:20Z" {
			t.Errorf("the moment is %v", got)
		}
		signed := strings.Join(r.Header["Authorization"], "")
		if !strings.HasPrefix(signed, "ACS3-HMAC-SHA256 Credential=an-id,") || !strings.Contains(signed, "x-acs-date") {
			t.Errorf("signed as %q", signed)
		}
		if r.Method != http.MethodPost || r.URL.Host != call.Host || r.URL.Path != "/" || r.URL.Query().Get("SignName") != "阿里云 &" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		return errors.New("reset")
	})
	if err != nil || sent != 1 {
		t.Errorf("sent %d times: %v", sent, err)
	}
}

// TestUnbuilt: what the environment holds is not shown.
func TestUnbuilt(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "https://user:pass%zzword@proxy")
	err := acs.Do(t.Context(), &acs.Call{Scheme: "https", Host: "h", Version: "v", Action: "a"}, acs.Keys{ID: "i", Secret: "s"}, func(*http.Request) error {
		t.Error("something was sent")
		return nil
	})
	if _, ok := errors.AsType[*acs.UnbuiltError](err); !ok || strings.Contains(err.Error(), "word@") {
		t.Errorf("error %v", err)
	}
}
