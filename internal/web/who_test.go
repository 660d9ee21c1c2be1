package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/links"
)

// TestAcknowledgeSignedIn: whoever signed in is not asked for a name, and no name
// that is sent stands in for it.
func TestAcknowledgeSignedIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yml")
	if err := os.WriteFile(file, []byte("basic_auth_users: {wei: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gate, err := access.NewGate(access.Options{WebConfigFile: file, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()},
		access.Rules{Hosts: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	f := realistic()
	link := linkOf(t, f, "W5BA", func(l *links.Link) { l.By = "oncall" })
	h := gate.Wrap(handler(t, f))
	send := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.AddCookie(&http.Cookie{Name: "brimwatch_by", Value: "eve"})
		r.SetBasicAuth("wei", "pw")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if page := send(http.MethodGet, link, "").Body.String(); !strings.Contains(page, "as wei") || strings.Contains(page, `name="by"`) {
		t.Errorf("a link asks for a name: %s", page)
	}
	for _, path := range []string{"/alarms", orders()} {
		page := send(http.MethodGet, path, "").Body.String()
		wants(t, page, `aria-label="Acknowledge K7Q2 as wei"`)
		if strings.Contains(page, `name="by"`) {
			t.Errorf("%s asks for a name", path)
		}
	}
	w := send(http.MethodPost, "/alarms/K7Q2/ack", "by=eve")
	if w.Code != http.StatusSeeOther || !slices.Equal(f.acks, []string{"K7Q2 by wei"}) || len(w.Result().Cookies()) > 0 {
		t.Error(w.Code, f.acks, w.Result().Cookies())
	}
	if w := send(http.MethodPost, link, "confirm=yes&by=eve"); w.Code != http.StatusSeeOther || f.acks[len(f.acks)-1] != "W5BA by wei" || len(w.Result().Cookies()) > 0 {
		t.Error(w.Code, f.acks, w.Result().Cookies())
	}
	f.acks = f.acks[:1]
	if w := send(http.MethodPost, "/alarms/T6JP/ack", ""); w.Code != http.StatusSeeOther || !slices.Equal(f.acks, []string{"K7Q2 by wei", "T6JP by wei"}) {
		t.Error(w.Code, f.acks)
	}
}

// TestRememberedName: what a cookie or a header says is a proposal, and only when it
// is a name.
func TestRememberedName(t *testing.T) {
	for name, c := range map[string]struct{ cookie, user, want string }{
		"cookie":                   {"li", "", "li"},
		"cookie before header":     {"li", "wei", "li"},
		"header alone":             {"", "wei", "wei"},
		"a cookie of two lines":    {"li%0Aroot", "wei", "wei"},
		"a header of two lines":    {"", "wei\nroot", ""},
		"a cookie that is garbled": {"%zz", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/alarms", nil)
			if c.cookie != "" {
				r.AddCookie(&http.Cookie{Name: "brimwatch_by", Value: c.cookie})
			}
			if c.user != "" {
				r.SetBasicAuth(c.user, "pw")
			}
			w := httptest.NewRecorder()
			handler(t, realistic()).ServeHTTP(w, r)
			wants(t, w.Body.String(), `name="by" value="`+c.want+`"`)
		})
	}
}
