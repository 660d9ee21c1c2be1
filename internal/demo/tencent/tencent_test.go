package tencent_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/demo/tencent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// signed is a request whose signature was computed with OpenSSL, step by step as the document
// "Signature v3" has it, for the keys and the moment of the test.
func signed(t *testing.T) *http.Request {
	t.Helper()
	const body = `{"International":0,"TemplateIdSet":[1110]}`
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://sms.tencentcloudapi.com/", strings.NewReader(body))
	for name, value := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-TC-Action": "DescribeSmsTemplateList", "X-TC-Version": "2021-01-11", "X-TC-Region": "ap-guangzhou",
		"X-TC-Timestamp": "1551113065",
		"Authorization":  "TC3-HMAC-SHA256 Credential=an-id/2019-02-25/sms/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=008b234b9858f7e42c175cfa0224ad737305ebfe8e3d9fa3002766b3711ea0f7",
	} {
		r.Header.Set(name, value)
	}
	return r
}

func TestSignature(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		late   time.Duration
		want   string // "" is well
	}{
		{"well", func(*http.Request) {}, 0, ""},
		{"five minutes late", func(*http.Request) {}, 5 * time.Minute, ""},
		{"later", func(*http.Request) {}, 5*time.Minute + time.Second, "AuthFailure.SignatureExpire"},
		{"too early", func(*http.Request) {}, -6 * time.Minute, "AuthFailure.SignatureExpire"},
		{"another action", set("X-TC-Action", "SendSms"), 0, "AuthFailure.SignatureFailure"},
		{"another host", func(r *http.Request) { r.Host = "h" }, 0, "AuthFailure.SignatureFailure"},
		{"another moment", set("X-TC-Timestamp", "1551113066"), 0, "AuthFailure.SignatureFailure"},
		{"another day", set("X-TC-Timestamp", "1551213065"), 0, "AuthFailure.InvalidAuthorization"},
		{"another body", func(r *http.Request) { r.Body = http.NoBody }, 0, "AuthFailure.SignatureFailure"},
		{"another version", set("X-TC-Version", "2019-07-11"), 0, "NoSuchVersion"},
		{"no region", set("X-TC-Region", ""), 0, "MissingParameter"},
		{"nobody", set("Authorization", ""), 0, "AuthFailure.InvalidAuthorization"},
		{"somebody else", set("Authorization", "TC3-HMAC-SHA256 Credential=x/2019-02-25/sms/tc3_request, SignedHeaders=content-type;host, Signature=1"), 0, "AuthFailure.SecretIdNotFound"},
		{"too little signed", set("Authorization", "TC3-HMAC-SHA256 Credential=an-id/2019-02-25/sms/tc3_request, SignedHeaders=host, Signature=1"), 0, "AuthFailure.InvalidAuthorization"},
		{"a query", func(r *http.Request) { r.URL.RawQuery = "a=1" }, 0, "InvalidRequest"},
	} {
		s := tencent.New(tencent.Options{
			App: tencent.App{SecretID: "an-id", SecretKey: "a-secret"},
			Now: func() time.Time { return time.Unix(1551113065, 0).Add(tt.late) },
		})
		r := signed(t)
		tt.change(r)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		var told struct {
			Response struct{ Error struct{ Code string } }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || told.Response.Error.Code != tt.want || w.Code != http.StatusOK {
			t.Errorf("%s: %d %s, want %q", tt.name, w.Code, w.Body, tt.want)
		}
	}
}

func TestLoseAnswers(t *testing.T) {
	s := tencent.New(tencent.Options{})
	s.LoseAnswers(1)
	defer func() {
		if recover() == nil {
			t.Error("the answer was not lost")
		}
	}()
	s.ServeHTTP(httptest.NewRecorder(), signed(t))
}
