package phone_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
)

// Whatever the form, it is accepted or refused, and the page still stands.
func FuzzCreate(f *testing.F) {
	f.Add("To=%2B8613800138000&From=%2B15005550006&Body=K7Q2")
	f.Add("To=%2B8613800138000&MessagingServiceSid=" + service + "&Body=%F0%9F%94%A5&ValidityPeriod=1&StatusCallback=http%3A%2F%2Fh")
	f.Add("To=%zz")
	f.Fuzz(func(t *testing.T, form string) {
		s, err := phone.New(phone.Options{AccountSID: account, AuthToken: token, Keep: 2})
		if err != nil {
			t.Fatalf("make the phone: %v", err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path+".json", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(account, token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if accepted := w.Code == http.StatusCreated; !accepted && w.Code != http.StatusBadRequest || accepted != (len(s.Messages()) == 1) {
			t.Errorf("status %d and %d messages", w.Code, len(s.Messages()))
		}
		page := httptest.NewRecorder()
		s.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if page.Code != http.StatusOK {
			t.Errorf("page: status %d", page.Code)
		}
	})
}
